"""One card, two doors: what is asked and answered through pcscd is what is asked and answered in process."""

from cardsim.profile import Profile
from cardsim.readers.exchange import CardInReader
from cardsim.readers.inprocess import InProcessConnection
from cardsim.slot import InsertedCard
from cardsim.trace import Event, Trace, TraceLine
from cardsim.trace_compare import differences
from cardsim.trace_export import as_json, exported, read_json
from cardsim.trace_file import read_trace
from harness.pcsc_lane import Connection
from harness.vpcd_line import VpcdLine
from tests.harness.test_control_slots import FakeVpcd
from tests.harness.test_control_slots import ask as ask_over_tcp
from tests.real_clients.programs import Bench

DIGEST_INFO = "3031300D060960864801650304020105000420" + "5A" * 32
GET_CHALLENGE = "0084"
COMMANDS = (
    "00A4000000",
    "00A4040C0AD392F000260100000001",
    "00A4020C02000A",
    "00B0000004",
    "00B0000000",
    "00B0010000",
    "00B00000000000",  # extended Le: the whole file in one answer
    "00B08A0000",
    "00B07FFF00",
    "00A4020C020001",
    "00B0000000",
    "00A4020C020018",
    "00200080",
    "002000800439393939",
    "00200080",
    "002000800431323334",
    "00A4020C020017",
    f"802A008033{DIGEST_INFO}00",
    "802A008000",
    "0084000008",
    "00CA005F5100",
    "00A4040C0AD3921000310001010402",
    "00A4020C020011",
    "0020008006353530323137",
    "00A4020C020001",
    "00B0000000",
    "00A4020C020004",
    "00B0000000",
    f"802A000033{DIGEST_INFO}00",
    "00A4040C0AD3921000310001010408",
    "002000910431323334",
    "00B0810011",
    "00B0820007",
    "00B0820000",
    "00B0830000",
    "00B0850000",
    "0020009E",
    "80AE000001AA",
    f"802A000033{DIGEST_INFO}00",
    "00A4040C0AD3921000310001010100",
    "00B2010C00",
    "0088009904A5A5A5A500",
    "8032009C0431323334",
    "00A4040C0AD3921000310001010401",
    "00B2011400",
    "0020009C",
    "0CB0000000",
    "01B0000000",
    "00A4040C07A0000001510000",
    "00CA004500",
    "00A4040C06A00000030800",
    "80FC0000",
    "FFCA000000",
    "00B0",
)


def test_both_doors_give_the_same_answers_and_the_same_trace(bench: Bench, profile: Profile) -> None:
    """Same command and answer bytes, same status words, same current files, line by line."""
    with bench.lane.connected() as connection:
        through_pcscd = ask(connection)
    trace = Trace()
    inside = InProcessConnection(InsertedCard.unused(profile, trace))
    inside.connect()
    assert through_pcscd == ask(inside)
    assert facts(bench.commands()) == facts([line for line in trace if line.event is Event.COMMAND])


def test_one_golden_trace_in_process_over_tcp_and_through_pcscd(bench: Bench, profile: Profile) -> None:
    """Exported from the pure card, read back from its JSON: the vpcd line and pcscd give the very same."""
    inside, over_tcp = Trace(), Trace()
    connection = InProcessConnection(InsertedCard.unused(profile, inside))
    connection.connect()
    ask(connection)
    golden = read_json(as_json(exported(inside)))

    with FakeVpcd() as vpcd:
        line = VpcdLine(CardInReader(InsertedCard.unused(profile, over_tcp)), vpcd.address)
        line.start()
        with vpcd.card() as reader:
            reader.sendall(bytes.fromhex("000101"))
            for command in COMMANDS:
                ask_over_tcp(reader, command)
        line.end()
    with bench.lane.connected() as through_pcscd:
        ask(through_pcscd)

    assert differences(golden, exported(over_tcp)) == []
    assert differences(golden, exported(read_trace(bench.trace))) == []
    with bench.lane.connected() as through_pcscd:
        ask(through_pcscd)
    assert differences(golden, exported(read_trace(bench.trace))) != []


def test_the_comparison_covers_accepted_and_refused_commands(bench: Bench) -> None:
    """The list is worth comparing: signatures, files and refusals of several kinds are among the answers."""
    with bench.lane.connected() as connection:
        answers = ask(connection)
    assert {answer[-4:] for answer in answers} >= {"9000", "6982", "63C2", "63C3", "6A82", "6B00", "6700"}
    assert max(len(answer) for answer in answers) > 2 * 1900
    assert sum(len(answer) == 2 * 258 for answer in answers) >= 2


def test_the_card_shows_its_atr(bench: Bench) -> None:
    """pcscd sees the contact ATR of spec/card.md §1.1."""
    with bench.lane.connected() as connection:
        assert bytes(connection.getATR()) == bytes.fromhex("3BE000FF8131FE4514")


def ask(connection: Connection | InProcessConnection) -> list[str]:
    """The answers, as hex; of a challenge only how long it is, for two cards draw different ones."""
    answers = []
    for command in COMMANDS:
        data, sw1, sw2 = connection.transmit(list(bytes.fromhex(command)))
        told = bytes(len(data)) if command.startswith(GET_CHALLENGE) else bytes(data)
        answers.append((told + bytes([sw1, sw2])).hex().upper())
    return answers


def facts(lines: list[TraceLine]) -> list[tuple[bytes, bytes, int, bytes, int, str]]:
    """What a trace says of each command, without numbers (pcscd powers on and off between) and without challenges."""
    drawn = bytes.fromhex(GET_CHALLENGE)
    return [
        (
            line.command,
            bytes(len(line.answer)) if line.command.startswith(drawn) else line.answer,
            line.sw,
            line.aid,
            line.fid,
            line.where,
        )
        for line in lines
    ]
