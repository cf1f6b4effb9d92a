"""What is printed on a card, read from the card itself: its files hold all of it (spec/card.md §2.2, §2.3, §7a)."""

from datetime import date, datetime

from cardsim.faces.printed import Change, Printed
from cardsim.files import Element
from cardsim.pins import Pin
from cardsim.profile import Profile
from cardsim.tlv import Tlv, TlvError, parse_all, parse_one
from harness.errors import ConfigurationError
from harness.municipalities import MUNICIPALITIES

TEXT_AID = bytes.fromhex("D3921000310001010408")
VISUAL_AID = bytes.fromhex("D3921000310001010402")
_NUMBER, _ATTRIBUTES, _CODE_B = 0x0001, 0x0002, 0x0015
_FACE, _INFORMATION = 0x0002, 0x0003
CODE_B_DIGITS = 14


def printed_on(profile: Profile, changes: tuple[Change, ...] = (), *, western_birth: bool = False) -> Printed:
    """Return what stands on the faces of a card; `changes` and the calendar are not in its files.

    ConfigurationError for a card whose files do not tell: a phone, or one that an older Kazashi wrote.
    """
    try:
        number = _objects(_body(profile, TEXT_AID, _NUMBER))
        attributes = _objects(_body(profile, TEXT_AID, _ATTRIBUTES))
        face = _objects(_body(profile, VISUAL_AID, _FACE))
        code = _objects(_body(profile, VISUAL_AID, _INFORMATION))[0xDF34].decode("ascii")
        municipality = MUNICIPALITIES.get(code)
        return Printed(
            name=attributes[0xDF22].decode(),
            address=attributes[0xDF23].decode(),
            birth_date=_day(attributes[0xDF24]),
            sex=attributes[0xDF25].decode("ascii"),
            number=number[0xFF10].decode("ascii"),
            expiry=_day(face[0xDF29]),
            security_code=_code_b(profile)[-4:],
            issuer=municipality.name if municipality else "",
            changes=changes,
            western_birth=western_birth,
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
