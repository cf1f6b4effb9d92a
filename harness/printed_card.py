"""What is printed on a card (spec/card.md §2.2, §2.3, §7a): read from its files, and from what its world remembers.

A card's files follow a move or a change of name; its faces do not. The first print stays, and the municipality writes
what changed onto the sign panel (追記領域). So the world tells of a card of its own what was printed when it was made
and what was written on it since; a card that comes without that is drawn as its files have it.
"""

from datetime import date, datetime
from pathlib import Path

import msgspec

from cardsim.faces.printed import Change, Printed
from cardsim.files import Element
from cardsim.pins import Pin
from cardsim.profile import Profile
from cardsim.store import write_durably
from cardsim.tlv import Tlv, TlvError, parse_all, parse_one
from harness.errors import ConfigurationError
from harness.municipalities import MUNICIPALITIES

TEXT_AID = bytes.fromhex("D3921000310001010408")
VISUAL_AID = bytes.fromhex("D3921000310001010402")
_NUMBER, _ATTRIBUTES, _CODE_B = 0x0001, 0x0002, 0x0015
_FACE, _INFORMATION = 0x0002, 0x0003
CODE_B_DIGITS = 14


PRINTED = "printed.json"
"""Beside a card's own files."""


class WrittenChange(msgspec.Struct, frozen=True):
    """A line of the sign panel."""

    day: date
    text: str


class FirstPrint(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the faces of a card say and its files may not: the first print, and what was written on it since."""

    name: str
    address: str
    birth_date: date
    sex: str
    expiry: date
    western_birth: bool = False
    """For foreign residents (assumed)."""
    changes: tuple[WrittenChange, ...] = ()


def save_printed(first: FirstPrint, folder: Path) -> None:
    """Write it beside the card of a folder."""
    write_durably(folder / PRINTED, msgspec.json.encode(first))


def read_printed(folder: Path) -> FirstPrint | None:
    """Return what stands beside the card of a folder; None where nothing does."""
    path = folder / PRINTED
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=FirstPrint)
    except (OSError, msgspec.MsgspecError) as fault:
        raise ConfigurationError(f"{path}: expected what is printed on the card, actual {fault}") from fault


def printed_on(
    profile: Profile,
    changes: tuple[Change, ...] = (),
    *,
    western_birth: bool = False,
    first: FirstPrint | None = None,
) -> Printed:
    """Return what stands on the faces of a card; `changes` come after those that `first` has.

    ConfigurationError for a card whose files do not tell: a phone, or one that an older Kazashi wrote.
    """
    try:
        number = _objects(_body(profile, TEXT_AID, _NUMBER))
        attributes = _objects(_body(profile, TEXT_AID, _ATTRIBUTES))
        face = _objects(_body(profile, VISUAL_AID, _FACE))
        code = _objects(_body(profile, VISUAL_AID, _INFORMATION))[0xDF34].decode("ascii")
        municipality = MUNICIPALITIES.get(code)
        first = first or FirstPrint(
            attributes[0xDF22].decode(),
            attributes[0xDF23].decode(),
            _day(attributes[0xDF24]),
            attributes[0xDF25].decode("ascii"),
            _day(face[0xDF29]),
        )
        return Printed(
            name=first.name,
            address=first.address,
            birth_date=first.birth_date,
            sex=first.sex,
            number=number[0xFF10].decode("ascii"),
            expiry=first.expiry,
            security_code=_code_b(profile)[-4:],
            issuer=municipality.name if municipality else "",
            changes=(*(Change(each.day, each.text) for each in first.changes), *changes),
            western_birth=western_birth or first.western_birth,
        )
    except (KeyError, TlvError, ValueError) as fault:
        raise ConfigurationError(
            f"card {profile.serial}: expected the files of a plastic card (text 0001, 0002, 0015, visual 0002, 0003), "
            f"actual {type(fault).__name__}: {fault}; `kazashi card new` writes one"
        ) from fault


def _element(profile: Profile, aid: bytes, fid: int) -> Element:
    application = profile.applications.get(aid)
    element = None if application is None else application.elements.get(fid)
    if element is None:
        raise KeyError(f"no file {fid:04X} of application {aid.hex().upper()}")
    return element


def _body(profile: Profile, aid: bytes, fid: int) -> bytes:
    body = getattr(_element(profile, aid, fid), "body", None)
    if not isinstance(body, bytes):
        raise KeyError(f"{fid:04X} is no transparent file")
    return body


def _objects(body: bytes) -> dict[int, bytes]:
    """Return the record of a file, and the objects in it, by their tags; what follows the record is filler."""
    record, _ = parse_one(body)
    inside: list[Tlv] = parse_all(record.value) if record.value[:1] == b"\xdf" else []
    return {each.tag: each.value for each in (record, *inside)}


def _code_b(profile: Profile) -> str:
    element = _element(profile, TEXT_AID, _CODE_B)
    if not isinstance(element, Pin) or element.initial is None or len(element.initial) != CODE_B_DIGITS:
        raise KeyError("0015 is no 照合番号B")
    return element.initial.decode("ascii")


def _day(digits: bytes) -> date:
    return datetime.strptime(digits.decode("ascii"), "%Y%m%d").date()  # noqa: DTZ007  (a day has no time zone)
