"""Every parser of the card: fed whole, cut at every byte, and with a tail."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from cardsim.apdu import Command, parse_command
from cardsim.applications.generic import delete_command, install_command
from cardsim.card import fresh_kept, power_on, transmit
from cardsim.faults import CardUnreadable, ReaderUnreachable
from cardsim.profile import Profile
from cardsim.readers.conditions import parse_conditions
from cardsim.readers.vpcd_address import parse_address
from cardsim.readers.vpcd_frames import FrameReader, build_frame
from cardsim.sealed import seal, unseal
from cardsim.secure_messaging import encrypt
from cardsim.slot import InsertedCard
from cardsim.state import SecureSession, State
from cardsim.status import Refusal
from cardsim.tlv import TlvError, build, parse_all, parse_one
from cardsim.trace import Trace, command_name, decode, hex_of_command, mask_secrets
from cardsim.trace_export import as_json, exported, read_json
from cardsim.trace_file import TraceFile, read_trace
from tests.cardsim.free_area_cards import LOAD_KEY, PIN_CARD, RIDE_CARD, load, loaded_card, with_free_area

NESTED = build(0xFF10, build(0xDF11, b"19800217") + build(0x80, b"") + build(0x5F4E, bytes(300)))
COMMANDS = {
    "case 1": "00200098",
    "case 2S": "00B0000000",
    "case 3S": "00A4040C03AABBCC",
    "case 4S": "802A009703AABBCC00",
    "case 2E": "00B0000000 0200",
    "case 3E": "00A4040C00 0003 AABBCC",
    "case 4E": "802A009700 0003 AABBCC 0100",
}


@pytest.mark.parametrize("text", COMMANDS.values(), ids=COMMANDS)
def test_command(text: str) -> None:
    """Whole it is read; cut, it is refused or a shorter case; with a tail it is refused: nothing else comes out."""
    raw = bytes.fromhex(text)
    whole = parse_command(raw)
    assert (whole.cla, whole.ins, whole.p1, whole.p2) == tuple(raw[:4])
    for end in range(len(raw)):
        found = command_or_status(raw[:end])
        assert found == 0x6700 or (end in {4, 5, 7, len(raw) - 1, len(raw) - 2} and found != whole)
    for tail in range(1, 4):
        assert command_or_status(raw + b"\x01" * tail) != whole


def command_or_status(raw: bytes) -> Command | int:
    """What these bytes are, or the status word by which they are refused."""
    try:
        return parse_command(raw)
    except Refusal as refusal:
        return refusal.status


@pytest.mark.parametrize("end", range(len(NESTED)))
def test_tlv_cut(end: int) -> None:
    """Cut anywhere but before its first byte an object is none; a list of none is an empty list."""
    if end == 0:
        assert parse_all(b"") == []
    else:
        with pytest.raises(TlvError):
            parse_all(NESTED[:end])
    with pytest.raises(TlvError):
        parse_one(NESTED[:end])


def test_tlv_whole_and_with_a_tail() -> None:
    """Whole it is read to its end; a tail belongs to the next object, and an incomplete one is refused."""
    found, end = parse_one(NESTED)
    assert (found.raw, end) == (NESTED, len(NESTED))
    assert [item.tag for item in parse_all(found.value)] == [0xDF11, 0x80, 0x5F4E]
    assert parse_one(NESTED + b"\x5f")[1] == len(NESTED)
    for tail in (b"\x5f", b"\x80", b"\x80\x01", b"\x80\x83", b"\xff"):
        with pytest.raises(TlvError):
            parse_all(NESTED + tail)


def test_sealed_file() -> None:
    """Whole its content comes back; cut anywhere, or with anything behind it but white space, it is no card's file."""
    raw = seal("kept", b'{"pins": {"a": {"value": "", "left": 3}}}')
    path = Path("kept.json")
    assert unseal("kept", raw, path) == b'{"pins": {"a": {"value": "", "left": 3}}}'
    for end in range(len(raw)):
        with pytest.raises(CardUnreadable):
            unseal("kept", raw[:end], path)
    for tail in (b"x", b"{}", b"\x00"):
        with pytest.raises(CardUnreadable):
            unseal("kept", raw + tail, path)


@pytest.mark.parametrize("bit", range(8))
def test_sealed_file_with_one_bit_turned(bit: int) -> None:
    """Wherever one bit of the file is another, the card is refused, or the content is still the very same."""
    content = b'{"pins":{"a":{"value":"MTIzNA==","left":3}},"loads":7}'
    raw = seal("kept", content)
    for place in range(len(raw)):
        bent = bytearray(raw)
        bent[place] ^= 1 << bit
        try:
            found = unseal("kept", bytes(bent), Path("kept.json"))
        except CardUnreadable:
            continue
        assert found == content


def whole_install() -> bytes:
    """INSTALL that would be accepted."""
    return install_command(PIN_CARD, load_key=LOAD_KEY, serial="1234567890123456", number=1)


def whole_delete() -> bytes:
    """DELETE of the application that is there, which would be accepted."""
    return delete_command(RIDE_CARD.aid, load_key=LOAD_KEY, serial="1234567890123456", number=1)


def whole_create() -> bytes:
    """CREATE FILE that would be accepted."""
    return bytes.fromhex("00E0000010620E8201018302000580020010860102")


@pytest.mark.parametrize(
    ("make", "where"),
    [(whole_install, "manager"), (whole_delete, "manager"), (whole_create, "application")],
    ids=["INSTALL", "DELETE", "CREATE FILE"],
)
def test_free_area_data(profile: Profile, make: Callable[[], bytes], where: str) -> None:
    """Cut anywhere, with Lc right or wrong, or with a tail: refused, and nothing changes; whole it works."""
    rides = loaded_card(profile, RIDE_CARD)
    rides.transmit(bytes.fromhex("00A4040C09F04B415A41534849" + {"manager": "01", "application": "12"}[where]))
    if where == "application":
        rides.transmit(bytes.fromhex("0020009110101112131415161718191A1B1C1D1E1F"))
    raw = make() if where == "application" else make().replace(PIN_CARD.aid, RIDE_CARD.aid)
    before = rides.kept
    data = raw[5:]
    for end in range(len(data)):
        for command in (raw[: 5 + end], raw[:4] + bytes([end]) + data[:end]):
            answer = rides.transmit(command)
            assert answer[-2:].hex() in {"6700", "6a80", "6982", "6d00"}, command.hex()
            assert rides.kept is before
    for tail in (b"\x00", b"\x80\x00", b"\x1f"):
        longer = raw[:4] + bytes([len(data) + len(tail)]) + data + tail
        assert rides.transmit(longer).hex() in {"6a80", "6982"}
        assert rides.kept is before
    if raw == make():
        assert rides.transmit(raw).hex() == ("6a8a" if make is whole_install else "9000")


def test_frames() -> None:
    """Cut anywhere a frame waits for its rest; what follows it is the next frame; fed byte by byte all come out."""
    frame = build_frame(bytes.fromhex("00A4040C03AABBCC"))
    for end in range(len(frame)):
        reader = FrameReader()
        assert reader.feed(frame[:end]) == []
        assert reader.feed(frame[end:] + b"\x00") == [frame[2:]]
    reader = FrameReader()
    out = [found for byte in frame + build_frame(b"") + frame for found in reader.feed(bytes([byte]))]
    assert out == [frame[2:], b"", frame[2:]]


def test_trace_of_any_bytes(profile: Profile) -> None:
    """A command cut anywhere, or with a tail, has a line, a name and a hex picture, and its secrets are stars."""
    trace = Trace()
    card = InsertedCard.unused(with_free_area(profile), trace)
    card.power_on()
    load(card, PIN_CARD)
    secret = bytes.fromhex("0020009204") + b"4321"
    for raw in [*(secret[:end] for end in range(len(secret) + 1)), secret + b"4321", whole_install() + b"tail"]:
        card.transmit(raw)
        assert command_name(raw)
        assert len(hex_of_command(mask_secrets(raw))) == len(raw)
    text = "\n".join(decode(line, language) for line in trace for language in ("ja", "en"))
    assert "34 33 32 31" not in text


def test_trace_file(profile: Profile, tmp_path: Path) -> None:
    """Whole it is read; cut in a line, or with a tail, it is no trace, and cut between two it is a shorter one."""
    path = tmp_path / "trace"
    sink = TraceFile(path)
    card = InsertedCard.unused(profile, sink)
    card.power_on()
    card.transmit(bytes.fromhex("00A4040C0AD392F000260100000001"))
    sink.close()
    raw = path.read_bytes()
    lines = read_trace(path)
    assert len(lines) == 2
    for end in range(len(raw)):
        path.write_bytes(raw[:end])
        try:
            found = read_trace(path)
        except CardUnreadable:
            continue
        assert found == lines[: raw[:end].count(b"\n") + (raw[end : end + 1] == b"\n")]
    for tail in (b"{", b'{"number":1,"event":"\xff"}\n'):
        path.write_bytes(raw + tail)
        with pytest.raises(CardUnreadable, match="is not a trace"):
            read_trace(path)


@pytest.mark.parametrize("text", ["127.0.0.1:35960", "[::1]:35960", "localhost:1"])
def test_address(text: str) -> None:
    """Cut anywhere an address is another address or none: one line says so; a tail of letters is refused."""
    assert str(parse_address(text)) == text
    for end in range(len(text)):
        try:
            found = parse_address(text[:end])
        except ReaderUnreachable:
            continue
        assert str(found) != text
    with pytest.raises(ReaderUnreachable):
        parse_address(text + "x")


@pytest.mark.parametrize("text", ["contact", "contactless:nfc-phone", "contact:set-top-box"])
def test_conditions(text: str) -> None:
    """Cut anywhere the conditions of a slot are others or none, and with a tail none: one line says what is wrong."""
    whole = parse_conditions(text)
    for end in range(len(text)):
        try:
            found = parse_conditions(text[:end])
        except ValueError:
            continue
        assert found != whole or text[:end].endswith(":")
    with pytest.raises(ValueError, match="expected"):
        parse_conditions(text + "x")


def test_exported_trace(profile: Profile) -> None:
    """Cut anywhere, or with a tail, it is no exported trace; whole it is the same again."""
    trace = Trace()
    card = InsertedCard.unused(profile, trace)
    card.power_on()
    card.transmit(bytes.fromhex("00A4040C0AD392F000260100000001"))
    whole = exported(trace)
    content = as_json(whole).rstrip()
    assert read_json(content) == whole
    for broken in (*(content[:end] for end in range(len(content))), content + b"{}", content + b"x"):
        with pytest.raises(ValueError, match="exported trace"):
            read_json(broken)


def test_terminal_certificate(card: InsertedCard) -> None:
    """A CVC cut at any object, or of other bytes: 6A80 while its length is right, 6700 else; a whole one is 6982."""
    card.transmit(bytes.fromhex("00A4040C0AD392F000260100000001"))
    card.transmit(bytes.fromhex("00A4020C020016"))
    whole = bytes.fromhex("7F218202335F4E820129") + bytes(0x129) + bytes.fromhex("5F37820100") + bytes(0x100)

    def answered(data: bytes) -> str:
        return card.transmit(b"\x80\xa2\x06\xc1\x00" + len(data).to_bytes(2, "big") + data).hex()

    assert answered(whole) == "6982"
    for end in range(1, len(whole)):
        assert answered(whole[:end]) == "6700"
        filled = whole[:end] + bytes(len(whole) - end)
        assert answered(filled) in ({"6a80"} if filled != whole else {"6982"})
    for tail in (b"\x00", b"\x5f"):
        assert answered(whole + tail) == "6700"


@pytest.mark.parametrize(
    ("head", "whole", "good"),
    [
        ("082000", b"\x86\x11\x01" + encrypt(bytes(16), 1, b"1234"), "9000"),
        ("08b085", b"\x96\x03\x00\x00\x10", "86"),
        ("08a4020c", b"\x86\x11\x01" + encrypt(bytes(16), 1, b"\x00\x05"), "9000"),
    ],
    ids=["VERIFY", "READ BINARY", "SELECT"],
)
def test_secured_objects(profile: Profile, head: str, whole: bytes, good: str) -> None:
    """Cut anywhere, or with a tail: 6987 or 6988, the session is over and no try is spent; whole it works."""
    fresh = power_on(profile, fresh_kept(profile))
    begun, _ = transmit(profile, fresh, bytes.fromhex("00A4040C0AD3921000310001010408"))
    state = State(begun.kept, msgspec.structs.replace(begun.session, secure=SecureSession(bytes(16))))
    header = bytes.fromhex(head) + (b"\x00" if head == "08b085" else b"\x91" if head == "082000" else b"")
    le = b"\x00\x00" if head == "08b085" else b""

    def asked(data: bytes) -> tuple[State, str]:
        length = b"\x00" + len(data).to_bytes(2, "big") if le else bytes([len(data)])
        after, answer = transmit(profile, state, header + (length + data if data else b"") + le)
        return after, answer.hex()

    assert asked(whole)[1].startswith(good)
    for broken in (*(whole[:end] for end in range(len(whole))), whole + b"\x00", whole + whole):
        after, answer = asked(broken)
        assert answer in {"6987", "6988", "6700"}, broken.hex()
        assert after.session.secure is None or answer == "6700"
        assert after.kept is state.kept


def test_session_key_of_any_length(profile: Profile) -> None:
    """SET SESSION KEY cut at every byte, with a tail, and garbage of the right length: refused, and no session."""
    fresh = power_on(profile, fresh_kept(profile))
    state, _ = transmit(profile, fresh, bytes.fromhex("00A4040C0AD3921000310001010408"))
    state, _ = transmit(profile, state, bytes.fromhex("002000910431323334"))
    for length in (*range(1, 258), 300):
        raw = b"\x80\xae\x00\x00\x00" + length.to_bytes(2, "big") + b"\x01" * length
        after, answer = transmit(profile, state, raw)
        assert answer.hex() == ("6a80" if length == 256 else "6700")
        assert after is state
