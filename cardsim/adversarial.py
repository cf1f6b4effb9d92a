"""Cards that are not what they claim, each a genuine card with one thing wrong.

    self_made          nobody's issuer signed it: the chain is whole, and hangs on its maker's own key
    cloned             everything that can be read of the victim's card, on a chip whose private keys are its own
    spliced            the victim's authentication certificate on another genuine chip of the same birth date
    with_old_issuer    a card-verifiable certificate of an issuer key that was given up
    replaying          answers every internal authentication with what it once heard
    tries_that_stay    wrong PINs cost nothing
    mismatched         the authentication key is not the certificate's
    with_wrong_length  a file that is longer or shorter than it says

A genuine card fails none of these checks, each of these cards one; which, is said at each. What a terminal can read
and so a maker can copy: spec/card.md §2.1 to §2.3; the chain CVC → birth record → chip: spec/pki.md §2.

A card-verifiable certificate bears no date (spec/card.md §2.2, 0004): it cannot expire by itself. `with_old_issuer` is
what an expired one comes down to: its issuer's key is no anchor any more.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import msgspec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cardsim.applications import jpki, visual
from cardsim.files import AuthenticationKey, DeliveryKey, Element, File, SigningKey
from cardsim.profile import Flaws, Profile
from cardsim.tlv import build, parse_all, parse_one

_RECORD, _CHIP_KEY, _RECORD_SIGNATURE = 0xFF10, 0xDF12, 0xDF13
_CVC, _CVC_BODY, _CVC_SIGNATURE = 0x7F21, 0x5F4E, 0x5F37
_EXPONENT, _MODULUS = 0x90, 0x91
_KEY_ID = 16


PrivateKey = SigningKey | AuthenticationKey | DeliveryKey
"""The files of which the private half never leaves a chip."""


@dataclass(frozen=True, slots=True)
class MakersKeys:
    """The three keys of somebody who makes a card: in the place of the issuer's, the municipality's, the chip's."""

    issuer: RSAPrivateKey
    municipality: RSAPrivateKey
    chip: RSAPrivateKey


def self_made(genuine: Profile, keys: MakersKeys) -> Profile:
    """A card that says what the genuine one says, under its maker's own keys: fails at the CVC, under the anchor."""
    body = _cvc_body(genuine)
    own_body = body[: 2 * _KEY_ID] + _public_key(keys.municipality)
    signed = _record_objects(genuine)[0] + build(_CHIP_KEY, _public_key(keys.chip))
    record = build(_RECORD, signed + build(_RECORD_SIGNATURE, _sign(keys.municipality, signed)))
    filler = _file(genuine, visual.AID, visual.BIRTH_RECORD).body[len(record) :]
    card = _with_file(genuine, visual.AID, visual.CVC, lambda _: _signed_cvc(own_body, keys.issuer))
    card = _with_file(card, visual.AID, visual.BIRTH_RECORD, lambda _: record + filler)
    return _with_key(card, visual.AID, visual.CHIP_KEY, _pkcs8(keys.chip))


def cloned(victim: Profile, chip: Profile) -> Profile:
    """The victim's card as far as it can be read, keys of another chip: every signature fails, at the chip the last."""
    card = victim
    for aid, application in victim.applications.items():
        for fid, element in application.elements.items():
            other = chip.applications[aid].elements[fid] if aid in chip.applications else None
            if isinstance(element, PrivateKey) and isinstance(other, PrivateKey):
                card = _with_key(card, aid, fid, other.pkcs8)
    return card


def spliced(victim: Profile, chip: Profile) -> Profile:
    """A genuine chip that shows the victim's certificate: its chain holds, the key is not the one remembered."""
    dates = [_record_objects(card)[0] for card in (victim, chip)]
    if dates[0] != dates[1]:
        raise ValueError("a spliced card needs two cards of the same birth date: another one is seen at once")
    certificate = _file(victim, jpki.AID, jpki.AUTH_CERTIFICATE).body
    return _with_file(chip, jpki.AID, jpki.AUTH_CERTIFICATE, lambda _: certificate)


def with_old_issuer(genuine: Profile, issuer: RSAPrivateKey, issuer_id: bytes) -> Profile:
    """A CVC that another issuer key signed and names, once an anchor and none now: fails at the CVC, as unknown."""
    if len(issuer_id) != _KEY_ID:
        raise ValueError(f"a key id has {_KEY_ID} bytes, got {len(issuer_id)}")
    body = issuer_id + _cvc_body(genuine)[_KEY_ID:]
    return _with_file(genuine, visual.AID, visual.CVC, lambda _: _signed_cvc(body, issuer))


def replaying(genuine: Profile, heard: bytes) -> Profile:
    """A chip that answers every challenge with a signature heard before: fails wherever the challenge is fresh."""
    if not heard:
        raise ValueError("a card that replays needs a signature that was heard before")
    return msgspec.structs.replace(genuine, flaws=msgspec.structs.replace(_flaws(genuine), replayed_signature=heard))


def tries_that_stay(genuine: Profile) -> Profile:
    """A card whose PINs can be guessed at without end: every wrong one leaves the tries that were left."""
    return msgspec.structs.replace(genuine, flaws=msgspec.structs.replace(_flaws(genuine), tries_stay=True))


def mismatched(genuine: Profile, other: RSAPrivateKey) -> Profile:
    """A card whose authentication key is another one's: each signature is well formed and verifies under no certificate
    of the card.
    """
    return _with_key(genuine, jpki.AID, jpki.AUTH_KEY, _pkcs8(other))


class WrongLength(Enum):
    """What is too long or too short."""

    CERTIFICATE_ONE_MORE = "certificate: one byte more"
    """The header of the authentication certificate counts one byte of the filler as its own."""
    CERTIFICATE_BEYOND_FILE = "certificate: beyond the file"
    """It says 65535 bytes: a reader that trusts it asks beyond the end of the file."""
    CERTIFICATE_CUT = "certificate: cut"
    """The file ends in the middle of the certificate."""
    CERTIFICATE_EMPTY = "certificate: nothing"
    """The header of the certificate says that nothing follows."""
    CVC_SHORT = "CVC: 567 bytes"
    """One byte of its signature is missing, the header says so."""
    RECORD_BEYOND_FILE = "birth record: beyond the file"
    """The header says more than there is."""


def with_wrong_length(genuine: Profile, wrong: WrongLength) -> Profile:
    """A card one file of which is longer or shorter than it says: fails where it is read or parsed."""
    aid, fid, bend = _LENGTHS[wrong]
    return _with_file(genuine, aid, fid, bend)


def _one_more(body: bytes) -> bytes:
    return body[:2] + (int.from_bytes(body[2:4], "big") + 1).to_bytes(2, "big") + body[4:]


_LENGTHS: dict[WrongLength, tuple[bytes, int, Callable[[bytes], bytes]]] = {
    WrongLength.CERTIFICATE_ONE_MORE: (jpki.AID, jpki.AUTH_CERTIFICATE, _one_more),
    WrongLength.CERTIFICATE_BEYOND_FILE: (
        jpki.AID, jpki.AUTH_CERTIFICATE, lambda body: body[:2] + b"\xff\xff" + body[4:],
    ),
    WrongLength.CERTIFICATE_CUT: (
        jpki.AID, jpki.AUTH_CERTIFICATE, lambda body: body[: int.from_bytes(body[2:4], "big") // 2],
    ),
    WrongLength.CERTIFICATE_EMPTY: (
        jpki.AID, jpki.AUTH_CERTIFICATE, lambda body: body[:2] + b"\x00\x00" + body[4:],
    ),
    WrongLength.CVC_SHORT: (visual.AID, visual.CVC, lambda body: body[:2] + b"\x82\x02\x32" + body[5:-1]),
    WrongLength.RECORD_BEYOND_FILE: (
        visual.AID, visual.BIRTH_RECORD, lambda body: body[:3] + b"\x7f\xff" + body[5:],
    ),
}  # fmt: skip


def _flaws(card: Profile) -> Flaws:
    return card.flaws or Flaws()


def _file(card: Profile, aid: bytes, fid: int) -> File:
    element = card.applications[aid].elements[fid]
    if not isinstance(element, File):
        raise TypeError(f"{element.name} ({fid:04X}) is no file that can be read")
    return element


def _with_file(card: Profile, aid: bytes, fid: int, bend: Callable[[bytes], bytes]) -> Profile:
    file = _file(card, aid, fid)
    return _with_element(card, aid, msgspec.structs.replace(file, body=bend(file.body)))


def _with_key(card: Profile, aid: bytes, fid: int, pkcs8: bytes) -> Profile:
    key = card.applications[aid].elements[fid]
    return _with_element(card, aid, msgspec.structs.replace(key, pkcs8=pkcs8))


def _with_element(card: Profile, aid: bytes, element: Element) -> Profile:
    application = card.applications[aid]
    changed = msgspec.structs.replace(application, elements={**application.elements, element.fid: element})
    return msgspec.structs.replace(card, applications={**card.applications, aid: changed})


def _cvc_body(card: Profile) -> bytes:
    certificate, _ = parse_one(_file(card, visual.AID, visual.CVC).body)
    return next(item.value for item in parse_all(certificate.value) if item.tag == _CVC_BODY)


def _record_objects(card: Profile) -> list[bytes]:
    """The objects of the birth record as they are written: date, chip key, signature."""
    record, _ = parse_one(_file(card, visual.AID, visual.BIRTH_RECORD).body)
    return [item.raw for item in parse_all(record.value)]


def _signed_cvc(body: bytes, issuer: RSAPrivateKey) -> bytes:
    return build(_CVC, build(_CVC_BODY, body) + build(_CVC_SIGNATURE, _sign(issuer, body)))


def _public_key(key: RSAPrivateKey) -> bytes:
    numbers = key.public_key().public_numbers()
    return build(_EXPONENT, numbers.e.to_bytes(3, "big")) + build(_MODULUS, numbers.n.to_bytes(256, "big"))


def _sign(key: RSAPrivateKey, message: bytes) -> bytes:
    return key.sign(message, PKCS1v15(), SHA256())


def _pkcs8(key: RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
