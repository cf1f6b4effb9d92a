"""The adversarial cards of `cardsim.adversarial` by name, each made of one genuine card: one word makes one.

The keys of whoever makes them are the installation's under names of their own, and certified by nobody: a variant is
the same card whenever it is asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key

from cardsim import adversarial
from cardsim.adversarial import MakersKeys, WrongLength
from cardsim.applications import visual
from cardsim.files import SigningKey
from cardsim.profile import Profile
from cardsim.records import key_id

OLD_ISSUER = "6000022"
"""Once an anchor in the story that is told, and none of any world."""
HEARD = b"a challenge of yesterday"
Key = Callable[[str], RSAPrivateKey]


class ImpossibleForgery(ValueError):
    """The cards at hand do not do; `str()` says why."""


class Variant(StrEnum):
    """One thing that is wrong with a card."""

    SELF_MADE = "self-made"
    CLONED = "cloned"
    SPLICED = "spliced"
    OLD_ISSUER = "old-issuer"
    REPLAYING = "replaying"
    TRIES_STAY = "tries-stay"
    MISMATCHED = "mismatched"
    CERTIFICATE_ONE_MORE = "certificate-one-more"
    CERTIFICATE_BEYOND_FILE = "certificate-beyond-file"
    CERTIFICATE_CUT = "certificate-cut"
    CERTIFICATE_EMPTY = "certificate-empty"
    CVC_SHORT = "cvc-short"
    RECORD_BEYOND_FILE = "record-beyond-file"

    @property
    def told(self) -> tuple[str, str]:
        """What is wrong with it, and where that should be found, in Japanese and in English."""
        row = _ROWS[self]
        return row.japanese, row.english


@dataclass(frozen=True, slots=True)
class _Row:
    japanese: str
    english: str
    make: Callable[[Profile, Profile, Key], Profile]
    """Of the genuine card, another chip, and the keys of nobody."""


def forged(variant: Variant, genuine: Profile, chip: Profile, key: Key) -> Profile:
    """Return the card with that one thing wrong; `chip` is the card whose chip a clone or a splice is on.

    ImpossibleForgery where a splice is to be made of cards of two birth dates.
    """
    return _ROWS[variant].make(genuine, chip, key)


def _self_made(genuine: Profile, _: Profile, key: Key) -> Profile:
    keys = MakersKeys(key("maker-issuer"), key("maker-municipality"), key("maker-chip"))
    return adversarial.self_made(genuine, keys)


def _cloned(genuine: Profile, chip: Profile, _: Key) -> Profile:
    return adversarial.cloned(genuine, chip)


def _spliced(genuine: Profile, chip: Profile, _: Key) -> Profile:
    try:
        return adversarial.spliced(genuine, chip)
    except ValueError as fault:
        raise ImpossibleForgery(str(fault)) from fault


def _old_issuer(genuine: Profile, _: Profile, key: Key) -> Profile:
    return adversarial.with_old_issuer(genuine, key("maker-old-issuer"), key_id(OLD_ISSUER))


def _replaying(genuine: Profile, _: Profile, __: Key) -> Profile:
    """What was heard is what the genuine chip once answered to another challenge."""
    slot = genuine.applications[visual.AID].elements[visual.CHIP_KEY]
    if not isinstance(slot, SigningKey):
        raise ImpossibleForgery(f"expected a chip's key at {visual.CHIP_KEY:04X}, actual none")
    chip = load_der_private_key(slot.pkcs8, password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(chip, RSAPrivateKey):
        raise ImpossibleForgery("expected a chip with an RSA key, actual another")
    return adversarial.replaying(genuine, chip.sign(HEARD, PKCS1v15(), SHA256()))


def _tries_stay(genuine: Profile, _: Profile, __: Key) -> Profile:
    return adversarial.tries_that_stay(genuine)


def _mismatched(genuine: Profile, _: Profile, key: Key) -> Profile:
    return adversarial.mismatched(genuine, key("maker-chip"))


def _wrong(length: WrongLength) -> Callable[[Profile, Profile, Key], Profile]:
    return lambda genuine, _, __: adversarial.with_wrong_length(genuine, length)


_ROWS: dict[Variant, _Row] = {
    Variant.SELF_MADE: _Row(
        "自作カード。発行者の署名がなく、CVC の検証で失敗する",
        "self-made: no issuer signed it; fails at the CVC, under the anchor",
        _self_made,
    ),
    Variant.CLONED: _Row(
        "複製カード。読めるものはすべて写したが鍵は別のチップのもので、署名の検証で失敗する",
        "a clone: all that can be read, on another chip; every signature fails",
        _cloned,
    ),
    Variant.SPLICED: _Row(
        "継ぎ合わせ。同じ生年月日の別の真正なチップに被害者の証明書。登録時のチップの鍵を覚えていれば分かる",
        "spliced: the victim's certificate on another genuine chip of the same birth date; seen by who remembers the "
        "chip's key",
        _spliced,
    ),
    Variant.OLD_ISSUER: _Row(
        "期限切れの CVC に当たるもの。廃止された発行者鍵の署名で、未知の発行者として失敗する",
        "what an expired CVC comes down to: signed by an issuer key that was given up; fails as unknown",
        _old_issuer,
    ),
    Variant.REPLAYING: _Row(
        "内部認証の再生。以前の署名を返し、新しいチャレンジで失敗する",
        "replayed internal authentication: answers with a signature heard before; fails where the challenge is fresh",
        _replaying,
    ),
    Variant.TRIES_STAY: _Row(
        "残り試行回数が減らない。暗証番号を何度でも試せる",
        "tries that do not go down: a PIN can be guessed at without end",
        _tries_stay,
    ),
    Variant.MISMATCHED: _Row(
        "鍵と証明書の不一致。利用者証明の署名がカードの証明書で検証できない",
        "key and certificate do not match: no login signature verifies under the card's certificate",
        _mismatched,
    ),
    Variant.CERTIFICATE_ONE_MORE: _Row(
        "証明書の長さが1バイト長い", "the certificate says one byte more than it has",
        _wrong(WrongLength.CERTIFICATE_ONE_MORE),
    ),
    Variant.CERTIFICATE_BEYOND_FILE: _Row(
        "証明書の長さがファイルを超える", "the certificate says 65535 bytes, beyond its file",
        _wrong(WrongLength.CERTIFICATE_BEYOND_FILE),
    ),
    Variant.CERTIFICATE_CUT: _Row(
        "証明書の途中でファイルが終わる", "the file ends in the middle of the certificate",
        _wrong(WrongLength.CERTIFICATE_CUT),
    ),
    Variant.CERTIFICATE_EMPTY: _Row(
        "証明書の長さが0", "the certificate says that nothing follows", _wrong(WrongLength.CERTIFICATE_EMPTY),
    ),
    Variant.CVC_SHORT: _Row("CVC が1バイト短い", "the CVC has 567 bytes", _wrong(WrongLength.CVC_SHORT)),
    Variant.RECORD_BEYOND_FILE: _Row(
        "生年月日レコードの長さがファイルを超える", "the birth record says more than there is",
        _wrong(WrongLength.RECORD_BEYOND_FILE),
    ),
}  # fmt: skip
