"""The data objects that GET DATA finds while no application is current (spec/card.md §2.7)."""

from collections.abc import Callable

from cardsim.applications.common import card_number_of
from cardsim.applications.text import key_name_of
from cardsim.holder import Holder
from cardsim.tlv import build

ISSUER_KEY = 0x0042
CARD_NUMBER = 0x0045
RECOGNITION = 0x0066
MUNICIPALITY = 0x00F0
EXPIRY = 0x00F2
KEY_NAME = 0x00F7
CVC = 0x00F8
LOWER_CVC = 0x7F21

_GLOBALPLATFORM = "2A864886FC6B"
"""1.2.840.114283, GlobalPlatform's arc."""


TAGS = (ISSUER_KEY, CARD_NUMBER, RECOGNITION, MUNICIPALITY, EXPIRY, KEY_NAME, CVC)
"""What every card has."""


class DataObjects:
    """The objects of a card, built when asked for."""

    __slots__ = ("_cvc", "_holder", "_serial")

    def __init__(self, holder: Holder, serial: str, cvc: bytes) -> None:
        self._holder = holder
        self._serial = serial
        self._cvc = cvc

    def build(self, tag: int) -> bytes:
        """The object with this tag. Which keys the two names of keys name is unknown: the issuer's here."""
        return _BUILDERS[tag](self)

    def _key_name(self) -> bytes:
        return key_name_of(self._cvc)

    def _card_number(self) -> bytes:
        return card_number_of(self._serial).encode("ascii")

    def _municipality(self) -> bytes:
        return self._holder.municipality_code.encode("ascii")

    def _expiry(self) -> bytes:
        return f"{self._holder.expiry:%Y%m%d}".encode("ascii")

    def _cvc_content(self) -> bytes:
        return self._cvc[5:]

    def _whole_cvc(self) -> bytes:
        return self._cvc


def _recognition_data() -> bytes:
    """GlobalPlatform Card Specification 2.3.1 §H.2: the scheme, its version 2.2, the issuer's tag, SCP02 option 55."""

    def scheme(tag: int, suffix: str) -> bytes:
        oid = build(0x06, bytes.fromhex(_GLOBALPLATFORM + suffix))
        return oid if tag == 0x06 else build(tag, oid)

    return build(
        RECOGNITION,
        build(0x73, scheme(0x06, "01") + scheme(0x60, "020202") + scheme(0x63, "03") + scheme(0x64, "040255")),
    )


_RECOGNITION_DATA = _recognition_data()
_BUILDERS: dict[int, Callable[[DataObjects], bytes]] = {
    ISSUER_KEY: DataObjects._key_name,
    CARD_NUMBER: DataObjects._card_number,
    RECOGNITION: lambda _: _RECOGNITION_DATA,
    MUNICIPALITY: DataObjects._municipality,
    EXPIRY: DataObjects._expiry,
    KEY_NAME: DataObjects._key_name,
    CVC: DataObjects._cvc_content,
    LOWER_CVC: DataObjects._whole_cvc,
}
