"""The applications of a plastic card, each built when it is first selected: what `personalise` puts into a profile."""

from collections.abc import Callable
from functools import lru_cache

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cardsim.applications import common, jpki, juki, text, visual
from cardsim.applications.text import key_name_of
from cardsim.applications.text_records import Attributes
from cardsim.applications.visual_records import Face
from cardsim.commands.signature_schemes import load_key
from cardsim.era import era_birth_digits
from cardsim.files import Application
from cardsim.holder import Holder, IssuedFiles, Pins, PrivateKey
from cardsim.profile import Options, Token
from cardsim.records import public_key_objects


class CardContents:
    """A holder, what was issued for them, and the table of what can be built from it."""

    __slots__ = ("_holder", "_issued", "_options", "_pins", "_serial")

    def __init__(self, holder: Holder, issued: IssuedFiles, pins: Pins, serial: str, options: Options) -> None:
        self._holder = holder
        self._issued = issued
        self._pins = pins
        self._serial = serial
        self._options = options

    def __call__(self, aid: bytes) -> Application:
        """The application with this AID, built (`on_demand`)."""
        return _BUILDERS[aid](self)

    def _jpki(self) -> Application:
        content = jpki_content(self._issued, self._pins, self._serial, Token.CARD)
        return jpki.build_jpki(content, self._options)

    def _text(self) -> Application:
        holder, issued = self._holder, self._issued
        chip_key, chip_public_key = _key_bytes(issued.text_key or issued.chip_key)
        delivery_key, delivery_public_key = _key_bytes(issued.delivery_key or issued.chip_key)
        return text.build_text(
            text.TextContent(
                number=holder.number,
                attributes=Attributes(holder.name, holder.address, holder.birth_date, holder.sex),
                cvc=issued.text_cvc,
                sign_record=issued.sign_record,
                chip_key=chip_key,
                chip_public_key=chip_public_key,
                delivery_key=delivery_key,
                delivery_public_key=delivery_public_key,
                pin=self._pins.text,
                code_b=code_b_of(holder).encode(),
            ),
            self._options,
        )

    def _visual(self) -> Application:
        holder, issued = self._holder, self._issued
        chip_key, chip_public_key = _key_bytes(issued.chip_key)
        return visual.build_visual(
            visual.VisualContent(
                birth_record=issued.birth_record,
                cvc=issued.cvc,
                chip_key=chip_key,
                birth_digits=era_birth_digits(holder.birth_date).encode(),
                face=Face(holder.birth_date, holder.sex, holder.expiry, chip_public_key),
                images=issued.images,
                sign_record=issued.sign_record,
                number=holder.number,
                code_b=code_b_of(holder).encode(),
                municipality_code=holder.municipality_code,
            ),
            self._options,
        )

    def _common(self) -> Application:
        key, _ = _key_bytes(self._issued.common_key or self._issued.chip_key)
        content = common.CommonContent(
            card_number=common.card_number_of(self._serial),
            municipality_code=self._holder.municipality_code,
            expiry=self._holder.expiry,
            key_name=key_name_of(self._issued.cvc),
            key=key,
            pin=self._pins.juki,
        )
        return common.build_common(content, self._options)

    def _juki(self) -> Application:
        return juki.build_juki(key_name_of(self._issued.cvc), self._pins.juki, self._options)


_BUILDERS: dict[bytes, Callable[[CardContents], Application]] = {
    jpki.AID: CardContents._jpki,
    text.AID: CardContents._text,
    visual.AID: CardContents._visual,
    common.AID: CardContents._common,
    juki.AID: CardContents._juki,
}
AIDS = dict.fromkeys(_BUILDERS)
"""The applications of a plastic card (spec/card.md §2), in this order."""


def jpki_content(issued: IssuedFiles, pins: Pins, serial: str, token: Token) -> jpki.JpkiContent:
    """What goes into the JPKI application of a card or a phone."""
    return jpki.JpkiContent(
        serial=serial,
        auth_certificate=issued.auth_certificate,
        auth_ca_certificate=issued.auth_ca_certificate,
        auth_key=_key_bytes(issued.auth_key)[0],
        auth_pin=pins.auth,
        sign_ca_certificate=issued.sign_ca_certificate,
        sign_certificate=issued.sign_certificate,
        sign_key=None if issued.sign_key is None else _key_bytes(issued.sign_key)[0],
        sign_password=None if issued.sign_certificate is None else pins.sign,
        token=token,
    )


def code_b_of(holder: Holder) -> str:
    """照合番号B, 14 digits: era-form YYMMDD of birth, year of expiry, security code (spec/card.md §3, §7a)."""
    return f"{era_birth_digits(holder.birth_date)}{holder.expiry:%Y}{holder.security_code}"


@lru_cache(maxsize=1024)
def _key_bytes(key: PrivateKey) -> tuple[bytes, bytes]:
    """A key as PKCS#8, and the objects 90 and 91 of its public half: cards of one pool share these bytes."""
    if isinstance(key, bytes):
        return key, public_key_objects(load_key(key).public_key())
    pkcs8 = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return pkcs8, public_key_objects(key.public_key())
