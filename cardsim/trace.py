"""The trace: every command and answer of a card, with secrets masked, and its reading by people.

PINs are masked here, in `mask_secrets`, before a line exists; no line ever holds one.
"""

from collections.abc import Callable, Iterator
from enum import Enum

import msgspec

from cardsim.card import Profile, Session, row_of
from cardsim.files import ISSUER_SECURITY_DOMAIN
from cardsim.status import Language, StatusWord, explain

SECRET_INSTRUCTIONS = frozenset({0x20, 0x24, 0x32, 0xE6})
"""VERIFY, CHANGE REFERENCE DATA, JICSAP CHANGE KEY and INSTALL carry PINs or keys, whatever their class byte."""
_SECRETS_FROM = 5
_MASK = 0x2A
_ROW = 16


class Event(Enum):
    """What a line is about."""

    COMMAND = "command"
    POWER_ON = "power on"
    RESET = "reset"
    POWER_OFF = "power off"
    TORN = "torn"
    """A command without an answer: the card was taken out before, during or after it."""


_EVENT_NAMES = {Event.POWER_ON: "電源投入", Event.RESET: "リセット", Event.POWER_OFF: "電源断", Event.TORN: "引き抜き"}
_MOMENTS = {"before": "処理前", "during": "処理中", "after": "応答前"}
"""cardsim.slot.Tear, in words."""


class TraceLine(msgspec.Struct, frozen=True):
    """One line. For a command: its masked bytes, the answer, and what was current when it came."""

    number: int
    event: Event
    command: bytes = b""
    answer: bytes = b""
    sw: int = 0
    aid: bytes = b""
    fid: int = 0
    where: str = ""
    """Names of the application and file current before the command."""
    torn: str = ""
    """When the card was taken out: before, during or after (cardsim.slot.Tear)."""


Sink = Callable[[TraceLine], None]


class Trace:
    """The lines of a card, kept in memory; an instance is a sink."""

    def __init__(self) -> None:
        self.lines: list[TraceLine] = []

    def __call__(self, line: TraceLine) -> None:
        self.lines.append(line)

    def __iter__(self) -> Iterator[TraceLine]:
        return iter(self.lines)

    def mark(self) -> int:
        """A place to look back from, for `since`."""
        return len(self.lines)

    def since(self, mark: int) -> list[TraceLine]:
        """The lines written after a mark."""
        return self.lines[mark:]


def mask_secrets(raw: bytes) -> bytes:
    """The command with everything behind Lc replaced by `*` where its instruction carries a secret.

    Malformed commands too: whatever stands there may have been meant as a PIN.
    """
    if len(raw) <= _SECRETS_FROM or raw[1] not in SECRET_INSTRUCTIONS:
        return raw
    return raw[:_SECRETS_FROM] + bytes([_MASK]) * (len(raw) - _SECRETS_FROM)


def command_line(number: int, profile: Profile, session: Session, raw: bytes, answer: bytes) -> TraceLine:
    """The line of one command, masked; `session` is the one it met."""
    return TraceLine(
        number=number,
        event=Event.COMMAND,
        command=mask_secrets(raw),
        answer=answer[:-2],
        sw=int.from_bytes(answer[-2:], "big"),
        aid=session.aid,
        fid=session.fid,
        where=_where(profile, session),
    )


def torn_line(number: int, profile: Profile, session: Session, raw: bytes, moment: str) -> TraceLine:
    """The line of a command whose answer nobody got."""
    line = command_line(number, profile, session, raw, b"\x00\x00")
    return msgspec.structs.replace(line, event=Event.TORN, torn=moment)


def decode(line: TraceLine, language: Language = "en") -> str:
    """The line for people: what was asked where, what came back, and the bytes in rows of sixteen."""
    if line.event is Event.TORN:
        when = _MOMENTS[line.torn] if language == "ja" else f"{line.torn} the command"
        name = _EVENT_NAMES[line.event] if language == "ja" else line.event.value
        head = f"{line.number:5} -- {name} ({when}): {command_name(line.command, language)} [{line.where}]"
        return "\n".join((head, *_rows("  >", hex_of_command(line.command))))
    if line.event is not Event.COMMAND:
        name = _EVENT_NAMES[line.event] if language == "ja" else line.event.value
        return f"{line.number:5} -- {name}"
    head = f"{line.number:5} {command_name(line.command, language)} [{line.where}]"
    asked = _rows("  >", hex_of_command(line.command))
    answered = _rows("  <", _pairs(line.answer))
    return "\n".join((head, *asked, *answered, f"  < {line.sw:04X} {explain(line.sw, language)}"))


def command_name(raw: bytes, language: Language = "en") -> str:
    """What a command is called; a VERIFY without data is called a query."""
    row = row_of(raw[0], raw[1]) if len(raw) >= 2 else None
    if row is None:
        return "不明なコマンド" if language == "ja" else "unknown command"
    if row.ins == 0x20 and len(raw) <= _SECRETS_FROM:
        return "残り回数の照会" if language == "ja" else "VERIFY (tries query)"
    return f"{row.japanese} {row.english}" if language == "ja" else row.english


def hex_of_command(command: bytes) -> list[str]:
    """The bytes of a masked command as pairs; masked ones as `**`."""
    pairs = _pairs(command)
    if len(command) > _SECRETS_FROM and command[1] in SECRET_INSTRUCTIONS:
        return pairs[:_SECRETS_FROM] + ["**"] * (len(pairs) - _SECRETS_FROM)
    return pairs


def spent_a_try(line: TraceLine) -> bool:
    """Whether a line is a VERIFY that failed and so lowered a counter."""
    return (
        line.event is Event.COMMAND
        and len(line.command) > _SECRETS_FROM
        and line.command[1] == 0x20
        and line.sw & 0xFFF0 == StatusWord.NO_TRIES_LEFT
    )


def _pairs(data: bytes) -> list[str]:
    return [f"{byte:02X}" for byte in data]


def _rows(prefix: str, pairs: list[str]) -> list[str]:
    return [f"{prefix} {' '.join(pairs[start : start + _ROW])}" for start in range(0, len(pairs), _ROW)]


def _where(profile: Profile, session: Session) -> str:
    if session.aid == ISSUER_SECURITY_DOMAIN:
        return "ISD"
    application = profile.applications[session.aid]
    element = application.elements.get(session.fid)
    return f"{application.name} {session.fid:04X} {element.name}" if element else application.name
