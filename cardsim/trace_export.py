"""A trace as it leaves the process: JSON or text, decoded in Japanese and English, without a secret.

PINs never were in it (`trace.mask_secrets`). What is masked here besides is the 個人番号: its file in the
券面事項入力補助AP and its picture in the 券面事項確認AP (spec/card.md §2.2, §2.3), however it is read.
"""

from collections.abc import Iterable

import msgspec

from cardsim.status import Language
from cardsim.tlv import Tlv, TlvError, parse_all, parse_one
from cardsim.trace import Event, TraceLine, command_name, decode, hex_of_command

VERSION = 1
_NUMBERS = {
    (bytes.fromhex("D3921000310001010408"), 0x01),
    (bytes.fromhex("D3921000310001010402"), 0x05),
}
"""Where the 個人番号 stands: application and file."""
_READING = {0xB0, 0xB2}
_BY_SHORT_IDENTIFIER, _SHORT_IDENTIFIER = 0x80, 0x1F
_CONSTRUCTED = 0x20
_DEEPEST = 4


class Exported(msgspec.Struct, frozen=True):
    """One line, in words and in hexadecimal. Numbers are left out: they count power-ons, which doors do not share."""

    event: str
    command: str = ""
    """Masked: `**` where a PIN stood."""
    answer: str = ""
    sw: str = ""
    where: str = ""
    english: str = ""
    japanese: str = ""
    objects: tuple[str, ...] = ()
    """The BER-TLV objects of the answer, one a line, indented by depth; none where it is no TLV."""


class ExportedTrace(msgspec.Struct, frozen=True):
    """A whole trace."""

    version: int
    lines: tuple[Exported, ...]


def exported(lines: Iterable[TraceLine]) -> ExportedTrace:
    """The trace, masked and decoded."""
    return ExportedTrace(VERSION, tuple(_exported(line) for line in lines))


def as_json(trace: ExportedTrace) -> bytes:
    """The trace as JSON, for a golden file or a bundle."""
    return msgspec.json.format(msgspec.json.encode(trace)) + b"\n"


def read_json(content: bytes) -> ExportedTrace:
    """The trace in JSON; ValueError when it is none, or of another version."""
    try:
        trace = msgspec.json.decode(content, type=ExportedTrace)
    except msgspec.MsgspecError as fault:
        raise ValueError(f"no exported trace: {fault}") from fault
    if trace.version != VERSION:
        raise ValueError(f"exported trace: expected version {VERSION}, actual {trace.version}")
    return trace


def as_text(trace: ExportedTrace, language: Language = "en") -> str:
    """The trace for people."""
    said = [line.japanese if language == "ja" else line.english for line in trace.lines]
    return "".join(
        f"{text}\n" + "".join(f"    {each}\n" for each in line.objects)
        for text, line in zip(said, trace.lines, strict=True)
    )


def masked_answer(line: TraceLine) -> TraceLine:
    """The line without the 個人番号."""
    if line.answer and (line.aid, _file_read(line)) in _NUMBERS:
        return msgspec.structs.replace(line, answer=b"\x2a" * len(line.answer))
    return line


def _file_read(line: TraceLine) -> int | None:
    """The file that a reading command names, or means."""
    command = line.command
    if len(command) < 4 or command[1] not in _READING:
        return None
    if command[1] == 0xB0 and command[2] & _BY_SHORT_IDENTIFIER:
        return command[2] & _SHORT_IDENTIFIER
    if command[1] == 0xB2 and command[3] >> 3:
        return command[3] >> 3
    return line.fid


def _exported(whole: TraceLine) -> Exported:
    line = masked_answer(whole)
    hidden = line is not whole
    numberless = msgspec.structs.replace(line, number=0)
    english, japanese = (_without_number(decode(numberless, language)) for language in ("en", "ja"))
    if line.event is not Event.COMMAND:
        command = "".join(hex_of_command(line.command))
        return Exported(line.event.value, command, where=line.where, english=english, japanese=japanese)
    answer = "**" * len(line.answer) if hidden else line.answer.hex().upper()
    if hidden:
        english, japanese = (_with_stars(text) for text in (english, japanese))
    return Exported(
        line.event.value,
        "".join(hex_of_command(line.command)),
        answer,
        f"{line.sw:04X}",
        line.where,
        english,
        japanese,
        () if hidden else objects_of(line.answer),
    )


def _without_number(text: str) -> str:
    return text[6:]


def _with_stars(text: str) -> str:
    *rows, status = text.split("\n")
    return "\n".join([*(row.replace("2A", "**") if row.startswith("  <") else row for row in rows), status])


def objects_of(answer: bytes) -> tuple[str, ...]:
    """The objects in an answer, as `tag length` and the value of those without others inside; filler is left out."""
    try:
        first, end = parse_one(answer)
    except TlvError:
        return ()
    if answer[end:].strip(b"\x00\xff"):
        return ()
    return tuple(_object_lines(first, 0))


def _object_lines(found: Tlv, depth: int) -> list[str]:
    """An object's line, and those of the objects in it where all of its value is objects."""
    head = f"{'  ' * depth}{found.tag:02X} [{len(found.value)}]"
    if depth < _DEEPEST and _may_hold_objects(found):
        try:
            inner = parse_all(found.value)
        except TlvError:
            inner = []
        if inner:
            return [head, *(line for each in inner for line in _object_lines(each, depth + 1))]
    shown = found.value[:16].hex(" ").upper() + (" …" if len(found.value) > 16 else "")
    return [f"{head} {shown}".rstrip()]


def _may_hold_objects(found: Tlv) -> bool:
    """Constructed by its tag; the card's own tags FF10 to FF50 are, as is the CVC's 5F4E in part: not by its tag."""
    first = found.tag >> 8 if found.tag > 0xFF else found.tag
    return bool(first & _CONSTRUCTED)


def command_words(command: str) -> tuple[str, str]:
    """What a command in hexadecimal is called, in Japanese and English."""
    raw = bytes.fromhex(command.replace("**", "2A"))
    return command_name(raw, "ja"), command_name(raw, "en")
