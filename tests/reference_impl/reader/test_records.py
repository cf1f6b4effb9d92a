"""One link of a record is wrong and all others hold: which one it is, the client finds by itself."""

from collections.abc import Callable

import msgspec
import pytest

from cardsim.applications import text, visual
from cardsim.files import DeferredFile, File
from cardsim.profile import Profile
from cardsim.tlv import build, parse_all, parse_one
from reference_impl.reader.faults import AnswerUnreadable, NotGenuine, ReaderFault
from tests.reference_impl.reader.cards import Desk, client_of
from tests.reference_impl.reader.operations import OPERATIONS

Bend = Callable[[bytes], bytes]


def with_file(card: Profile, aid: bytes, fid: int, bend: Bend) -> Profile:
    """The card with another body in one of its files."""
    application = card.applications[aid]
    element = application.elements[fid]
    assert isinstance(element, File | DeferredFile)
    changed = File(fid, element.name, bend(element.body), element.read_needs)
    elements = {**application.elements, fid: changed}
    other = msgspec.structs.replace(application, elements=elements)
    return msgspec.structs.replace(card, applications={**card.applications, aid: other})


def flipped(tag: int) -> Bend:
    """The last bit of one object's value, inside of the record."""

    def bend(body: bytes) -> bytes:
        record, _ = parse_one(body)
        item = next(each for each in parse_all(record.value) if each.tag == tag)
        place = body.index(item.raw) + len(item.raw) - 1
        return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]

    return bend


def another_number(body: bytes) -> bytes:
    """Another 個人番号 with a right check digit."""
    return body[:3] + b"123456789018" + body[15:]


def with_wrong_offsets(body: bytes) -> bytes:
    """The table of a record says that its first object begins one octet later."""
    place = body.index(bytes.fromhex("DF21")) + 4
    return body[:place] + bytes([body[place] + 1]) + body[place + 1 :]


def longer(body: bytes) -> bytes:
    """An object more than the record has."""
    record, end = parse_one(body)
    return build(record.tag, record.value + build(0xDF7F, b"x")) + body[end:]


def with_longer_signature(body: bytes) -> bytes:
    """A certificate of another size, whole in itself."""
    certificate, _ = parse_one(body)
    signed, signature = parse_all(certificate.value)
    return build(certificate.tag, signed.raw + build(signature.tag, signature.value + b"\x00"))


def with_sex(sex: bytes) -> Bend:
    """Another sex."""

    def bend(body: bytes) -> bytes:
        place = body.index(bytes.fromhex("DF2501")) + 3
        assert body[place : place + 1] != sex
        return body[:place] + sex + body[place + 1 :]

    return bend


ATTRIBUTES, INTEGRITY, CHIP = (text.AID, text.ATTRIBUTES), (text.AID, text.INTEGRITY), (text.AID, text.CHIP_KEY_RECORD)
NUMBER, FACE, BIRTH = (text.AID, text.NUMBER), (visual.AID, visual.FACE_RECORD), (visual.AID, visual.BIRTH_RECORD)
IMAGE, CVC = (visual.AID, visual.NUMBER_IMAGE), (visual.AID, visual.CVC)
WRONG: dict[str, tuple[tuple[bytes, int], Bend, str, type[ReaderFault]]] = {
    "address of another": (ATTRIBUTES, flipped(0xDF23), "attributes", NotGenuine),
    "sex of another": (ATTRIBUTES, with_sex(b"9"), "attributes", NotGenuine),
    "sex that is none": (ATTRIBUTES, with_sex(b"3"), "attributes", AnswerUnreadable),
    "offsets": (ATTRIBUTES, with_wrong_offsets, "attributes", AnswerUnreadable),
    "an object more": (ATTRIBUTES, longer, "attributes", AnswerUnreadable),
    "hash of attributes": (INTEGRITY, flipped(0xDF32), "attributes", NotGenuine),
    "hash of the number": (INTEGRITY, flipped(0xDF31), "number", NotGenuine),
    "signature of the hashes": (INTEGRITY, flipped(0xDF33), "attributes", NotGenuine),
    "signature of the hashes, number": (INTEGRITY, flipped(0xDF33), "number by a", NotGenuine),
    "number of another": (NUMBER, another_number, "number", NotGenuine),
    "number without its check digit": (NUMBER, lambda body: body[:14] + bytes([body[14] ^ 1]) + body[15:],
                                       "number", AnswerUnreadable),
    "filler behind the number": (NUMBER, lambda body: body[:15] + b"\x00\x00", "number", NotGenuine),
    "signature of the chip's key": (CHIP, flipped(0xDF52), "attributes", NotGenuine),
    "birth date": (BIRTH, flipped(0xDF11), "chip", NotGenuine),
    "signature of the birth record": (BIRTH, flipped(0xDF13), "chip", NotGenuine),
    "signature of the CVC": (CVC, flipped(0x5F37), "chip", NotGenuine),
    "CVC of another size": (CVC, with_longer_signature, "chip", AnswerUnreadable),
    "birth date on the face": (FACE, flipped(0xDF22), "face by b", NotGenuine),
    "name picture": (FACE, flipped(0xDF25), "face by b", NotGenuine),
    "address picture": (FACE, flipped(0xDF26), "face by b", NotGenuine),
    "photo": (FACE, flipped(0xDF27), "face by b", NotGenuine),
    "signature of the face": (FACE, flipped(0xDF28), "face by b", NotGenuine),
    "offsets of the face": (FACE, with_wrong_offsets, "face by b", AnswerUnreadable),
    "picture of the number": (IMAGE, flipped(0xDF41), "number image", NotGenuine),
    "signature of that picture": (IMAGE, flipped(0xDF43), "number image", NotGenuine),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_one_wrong_link_is_found(desk: Desk, name: str) -> None:
    """By its own fault, on a card that is genuine in everything else; the twin is read (test_variants)."""
    (aid, fid), bend, operation, fault = WRONG[name]
    card = with_file(desk.profile(), aid, fid, bend)
    wanted = OPERATIONS[operation]
    assert wanted.reference is not None
    with pytest.raises(fault) as caught:
        wanted.do(client_of(card, desk), desk.attempt(wanted.reference))
    assert type(caught.value) is fault


def test_what_is_not_signed_is_read_as_it_stands(desk: Desk) -> None:
    """Expiry and security code on the face are unsigned (spec/card.md §2.3): changing them is not found, by nobody."""
    wanted = OPERATIONS["face by b"]
    assert wanted.reference is not None
    card = with_file(desk.profile(), *FACE, flipped(0xDF2A))
    assert wanted.do(client_of(card, desk), desk.attempt(wanted.reference))


def test_a_certificate_of_the_text_application_certifies_no_chip(desk: Desk) -> None:
    """Put in place of the visual one it certifies the same key, under an issuer who says nothing of chips."""
    element = desk.profile().applications[text.AID].elements[text.CVC]
    assert isinstance(element, File)
    wanted = OPERATIONS["chip"]
    assert wanted.reference is not None
    card = with_file(desk.profile(), *CVC, lambda _: element.body)
    with pytest.raises(NotGenuine, match="no known card issuer"):
        wanted.do(client_of(card, desk), desk.attempt(wanted.reference))
