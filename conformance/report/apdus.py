"""The trace of a card decoded for people, in both languages."""

from collections.abc import Iterable

from cardsim.status import explain
from cardsim.trace import Event, TraceLine, command_name, hex_of_command
from conformance.report.view import Apdu, Both

_POWER = {
    Event.POWER_ON: Both("power on", "電源投入"),
    Event.RESET: Both("reset", "リセット"),
    Event.POWER_OFF: Both("power off", "電源断"),
}
_TORN = Both("taken out: no answer", "引き抜き: 応答なし")
_NOTHING = Both("", "")


def apdus_of(lines: Iterable[TraceLine]) -> tuple[Apdu, ...]:
    """Return what is shown of the lines of a trace."""
    return tuple(_of_line(line) for line in lines)


def _of_line(line: TraceLine) -> Apdu:
    number = str(line.number)
    if line.event in _POWER:
        return Apdu(number, _POWER[line.event], "", "", "", "", _NOTHING)
    name = Both(command_name(line.command), command_name(line.command, "ja"))
    command = " ".join(hex_of_command(line.command))
    if line.event is Event.TORN:
        return Apdu(number, name, line.where, command, "", "", _TORN)
    return Apdu(number, name, line.where, command, line.answer.hex(" ").upper(), f"{line.sw:04X}", _meaning(line.sw))


def _meaning(status: int) -> Both:
    return Both(explain(status), explain(status, "ja"))


def shortened(pairs: str, most: int) -> str:
    """Return the first bytes of many, and how many there are."""
    count = (len(pairs) + 1) // 3
    return pairs if count <= most else f"{pairs[: most * 3 - 1]} … ({count})"
