"""SELECT and READ BINARY: a file whole, or the one object it begins with (ISO/IEC 7816-4:2013 §7.1.1, §7.2.3).

A card says how long its object is, and it may lie: nothing is read beyond 15-bit offsets, an empty answer is an end,
more than was asked for is no answer, and the end of the file before the end of the object is unreadable.
"""

from typing import Final

from reference_impl.reader.faults import AnswerUnreadable, CardRefused
from reference_impl.reader.files import File
from reference_impl.reader.link import Command, Link
from reference_impl.reader.references import Reference
from reference_impl.reader.status_words import StatusWord
from reference_impl.reader.words import Words

_BLOCK: Final = 256
_MAXIMUM_FILE: Final = 0x7FFF
_SELECT: Final = Words("アプリケーションの選択", "SELECT application")


def select_application(link: Link, aid: bytes) -> None:
    """Makes the application current, without FCI.

    One measured card answered 6F00 to the first command after a power cycle (spec/card.md §1.4); SELECT changes
    nothing, so it is sent once more then.
    """
    command = Command(bytes.fromhex("00A4040C") + bytes([len(aid)]) + aid, _SELECT)
    answer = link.send(command)
    if answer.sw == StatusWord.NO_DIAGNOSIS:
        answer = link.send(command)
    if answer.sw != StatusWord.OK:
        raise CardRefused(_SELECT, answer.sw)


def select_file(link: Link, file: File | Reference) -> None:
    """Makes a file, key or PIN of the current application current."""
    fid = file.fid if isinstance(file, File) else file.file
    link.must(Command(bytes.fromhex("00A4020C02") + fid.to_bytes(2), file.name))


def read_object(link: Link, file: File) -> bytes:
    """The object with the file's tag that the file begins with, without the filler after it.

    Lengths below 128 take one octet, all others the form `82 hi lo` (spec/card.md §2.2).
    """
    select_file(link, file)
    tag = len(file.tag)
    head = _read_range(link, file, 0, tag + 3, tag + 3)
    if head[:tag] != file.tag or (head[tag] >= 0x80 and head[tag] != 0x82):
        raise AnswerUnreadable(file.name, f"{file.tag.hex()} and a length, one octet or 82 hi lo", head.hex())
    length = tag + 1 + head[tag] if head[tag] < 0x80 else tag + 3 + int.from_bytes(head[tag + 1 :])
    if length > _MAXIMUM_FILE:
        raise AnswerUnreadable(file.name, f"at most {_MAXIMUM_FILE} octets", f"{length}")
    rest = max(0, length - len(head))
    return (head + _read_range(link, file, len(head), rest, length))[:length]


def read_exactly(link: Link, file: File, length: int, offset: int = 0) -> bytes:
    """So many octets of the file, filler too."""
    select_file(link, file)
    return _read_range(link, file, offset, length, length)


def read_short(link: Link, file: File) -> bytes:
    """A file of at most 256 octets, all of it: the card returns what there is (spec/card.md §4)."""
    select_file(link, file)
    return link.must(Command(bytes.fromhex("00B0000000"), file.name))


def _read_range(link: Link, file: File, offset: int, length: int, whole: int) -> bytes:
    """`length` octets of the current file from `offset`, in blocks of at most 256."""
    data = b""
    while len(data) < length:
        position = offset + len(data)
        wanted = min(_BLOCK, length - len(data))
        command = Command(bytes.fromhex("00B0") + position.to_bytes(2) + bytes([wanted % _BLOCK]), file.name)
        answer = link.send(command, octets=position, of=whole)
        if answer.sw == StatusWord.BEYOND_END:
            raise AnswerUnreadable(file.name, f"{whole} octets", f"the end of the file at {position}")
        if answer.sw != StatusWord.OK:
            raise CardRefused(file.name, answer.sw)
        if not 1 <= len(answer.data) <= wanted:
            raise AnswerUnreadable(file.name, f"1 to {wanted} octets at {position}", f"{len(answer.data)}")
        data += answer.data
    return data
