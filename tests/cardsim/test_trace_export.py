"""An exported trace: decoded, in both languages, without a secret, and comparable with a golden one."""

import msgspec
import pytest

from cardsim.faults import CardTorn
from cardsim.profile import Profile
from cardsim.readers.inprocess import InProcessConnection
from cardsim.slot import InsertedCard, Tear
from cardsim.trace import Event, Trace, TraceLine
from cardsim.trace_compare import differences
from cardsim.trace_export import ExportedTrace, as_json, as_text, exported, objects_of, read_json

JPKI, VISUAL = "00A4040C0AD392F000260100000001", "00A4040C0AD3921000310001010402"
VISIT = (
    JPKI, "00A4020C020018", "002000800439393939", "002000800431323334",
    VISUAL, "00A4020C020011", "0020008006353530323137", "00A4020C020001", "00B0000000000000", "FFCA000000",
)  # fmt: skip
TEXT, NUMBER = bytes.fromhex("D3921000310001010408"), b"\xff\x10\x0c990000000018\xff\xff"


def visited(profile: Profile, *commands: str) -> Trace:
    """The trace of a visit."""
    trace = Trace()
    connection = InProcessConnection(InsertedCard.unused(profile, trace))
    connection.connect()
    for command in commands:
        connection.transmit(list(bytes.fromhex(command)))
    connection.disconnect()
    return trace


def test_a_trace_in_words(profile: Profile) -> None:
    """Commands, file names and status words in both languages; PINs as stars; nothing of them in any form."""
    trace = exported(visited(profile, *VISIT))
    content = as_json(trace)
    assert read_json(content) == trace
    english, japanese = as_text(trace, "en"), as_text(trace, "ja")
    assert (
        "VERIFY [公的個人認証AP 0018 利用者証明用暗証番号]\n  > 00 20 00 80 04 ** ** ** **\n  < 63C2 2 tries" in english
    )
    assert "照合 VERIFY" in japanese
    assert "残り2回" in japanese
    for secret in (b"31323334", b"39393939", b"353530323137", b"31 32 33 34", b"39 39 39 39", b"35 35 30"):
        assert secret not in content + english.encode() + japanese.encode()
    assert [line.event for line in trace.lines] == ["power on", *["command"] * len(VISIT), "power off"]


@pytest.mark.parametrize(
    ("aid", "fid", "command", "hidden"),
    [
        pytest.param(TEXT, 1, "00B0000000", True, id="current file"),
        pytest.param(TEXT, 0, "00B0810000", True, id="by short identifier"),
        pytest.param(TEXT, 1, "00B0820000", False, id="another by short identifier"),
        pytest.param(TEXT, 2, "00B0000000", False, id="another file"),
        pytest.param(bytes.fromhex("D3921000310001010402"), 5, "00B0000000", True, id="picture of the number"),
        pytest.param(bytes.fromhex("D3921000310001010402"), 1, "00B0000000", False, id="birth record"),
        pytest.param(TEXT, 1, "00A4020C020001", False, id="no reading"),
    ],
)  # fmt: skip
def test_the_individual_number_is_masked(aid: bytes, fid: int, command: str, *, hidden: bool) -> None:
    """個人番号 leaves no process, however it was read; its neighbours do."""
    line = TraceLine(1, Event.COMMAND, bytes.fromhex(command), NUMBER, 0x9000, aid, fid, "somewhere")
    trace = exported([line])
    content = as_json(trace) + as_text(trace).encode()
    shown = [form in content for form in (b"393930303030303030303138", b"39 39 30 30", b"990000000018")]
    assert any(shown) is not hidden
    assert (trace.lines[0].answer == "**" * len(NUMBER)) is hidden
    assert "9000 done" in trace.lines[0].english


def test_objects_of_an_answer() -> None:
    """Tags, lengths, short values; objects within objects; filler left out; nothing where it is no TLV."""
    record = bytes.fromhex("FF1008DF1102AABBDF1200FFFF")
    assert objects_of(record) == ("FF10 [8]", "  DF11 [2] AA BB", "  DF12 [0]")
    assert objects_of(bytes.fromhex("0410") + bytes(16)) == ("04 [16] " + "00 " * 15 + "00",)
    assert objects_of(bytes.fromhex("0411") + bytes(17))[0].endswith("00 …")
    for no_tlv in ("", "30", "3082", "0401AABB", "30050102"):
        assert objects_of(bytes.fromhex(no_tlv)) == (), no_tlv


def test_the_same_visit_is_the_same_trace(profile: Profile) -> None:
    """Another card of the same making gives no difference; power is compared where that is asked for."""
    golden = read_json(as_json(exported(visited(profile, *VISIT))))
    assert differences(golden, exported(visited(profile, *VISIT)), power_too=True) == []
    trace = Trace()
    card = InsertedCard.unused(profile, trace)
    card.power_on()
    card.reset()
    for command in VISIT:
        card.transmit(bytes.fromhex(command))
    assert differences(golden, exported(trace)) == []
    assert differences(golden, exported(trace), power_too=True) != []


@pytest.mark.parametrize(
    ("place", "other", "says"),
    [
        (3, "002000800431323335", "4 VERIFY: sw: expected 9000, actual 63C1"),
        (2, "00200080", "3 VERIFY: command: expected 0020008004********, actual 00200080"),
        (8, "00B0000001", "9 READ BINARY: answer: expected"),
        (1, "00A4020C02001B", "2 SELECT: command: expected 00A4020C020018, actual 00A4020C02001B"),
    ],
)
def test_what_differs_is_named(profile: Profile, place: int, other: str, says: str) -> None:
    """The number of the command, what it is called, and which part of it is another."""
    changed = [*VISIT[:place], other, *VISIT[place + 1 :]]
    told = differences(exported(visited(profile, *VISIT)), exported(visited(profile, *changed)))
    assert any(line.startswith(says) for line in told), told


def test_what_is_missing_is_counted(profile: Profile) -> None:
    """A trace that ends early is no equal one."""
    told = differences(exported(visited(profile, *VISIT)), exported(visited(profile, *VISIT[:-1])))
    assert told == ["expected 10 lines, actual 9"]


def test_a_torn_card_is_in_the_trace(profile: Profile) -> None:
    """With its masked command, and when it was taken out."""
    trace = Trace()
    card = InsertedCard.unused(profile, trace)
    card.power_on()
    with pytest.raises(CardTorn, match="taken out during"):
        card.transmit(bytes.fromhex("002000980431323334"), Tear.DURING)
    torn = exported(trace).lines[1]
    assert (torn.event, torn.command, torn.answer, torn.sw) == ("torn", "0020009804********", "", "")
    assert "during the command" in torn.english
    assert "処理中" in torn.japanese


def test_what_is_no_exported_trace() -> None:
    """Garbage, and a version that is not ours."""
    for content in (b"", b"{}", b"[]", msgspec.json.encode(ExportedTrace(2, ()))):
        with pytest.raises(ValueError, match="exported trace"):
            read_json(content)


def test_of_a_challenge_only_the_length_counts(profile: Profile) -> None:
    """What a card draws no other card draws; one that is shorter is another answer."""
    golden, again, shorter = (exported(visited(profile, f"00840000{length}")) for length in ("08", "08", "04"))
    assert [line.answer for line in golden.lines] != [line.answer for line in again.lines]
    assert differences(golden, again) == []
    assert "1 GET CHALLENGE: answer: expected" in differences(golden, shorter)[1]
