"""A card's files on the disk: what kind, which version, and a checksum over the bytes of the content.

    {"kind": "kept", "version": 2, "sha256": "…", "content": …}

Version 1 was the bare content: nothing told a damaged count from a spent one. It is refused, as every other version is,
and the file is left as it was. The checksum finds damage, not intent: whoever may write the file may write a new one.
"""

import hashlib
from pathlib import Path
from typing import TypeVar

import msgspec

from cardsim.faults import CardUnreadable

T = TypeVar("T")
_WHAT = {"kept": "the kept state of a card", "profile": "a card profile"}
VERSION = 2
"""2: sealed; the free area is kept beside the tries. 1: the bare content, up to Kazashi 0.1."""


class Seal(msgspec.Struct, frozen=True):
    """The envelope; the content stays bytes until its checksum was compared."""

    kind: str
    version: int
    sha256: str
    content: msgspec.Raw


class _Bare(msgspec.Struct):
    """What every version since 2 says of itself, whatever else it holds."""

    version: int = 1


def seal(kind: str, content: bytes) -> bytes:
    """The file whose content is this JSON value."""
    return msgspec.json.encode(Seal(kind, VERSION, hashlib.sha256(content).hexdigest(), msgspec.Raw(content)))


def decode_sealed(kind: str, raw: bytes, path: Path, decoder: msgspec.json.Decoder[T]) -> T:
    """What a file holds; CardUnreadable as `unseal` says, or where the content is not of its kind."""
    content = unseal(kind, raw, path)
    try:
        return decoder.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        raise CardUnreadable(f"{path} is not {_WHAT[kind]}: {fault}") from fault


def unseal(kind: str, raw: bytes, path: Path) -> bytes:
    """The content of a file; CardUnreadable where kind, version or checksum is another, or where it is no such file."""
    try:
        version = msgspec.json.decode(raw, type=_Bare).version
        if version != VERSION:
            raise CardUnreadable(
                f"{path}: expected version {VERSION} of a card's file, actual {version}; "
                "it was left as it is: use the Kazashi that wrote it, or make the card anew"
            )
        found = msgspec.json.decode(raw, type=Seal)
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        raise CardUnreadable(f"{path} is not {_WHAT[kind]}: {fault}; it was left as it is") from fault
    if found.kind != kind:
        raise CardUnreadable(f"{path}: expected {_WHAT[kind]}, actual {found.kind!r}; it was left as it is")
    content = bytes(found.content)
    actual = hashlib.sha256(content).hexdigest()
    if actual != found.sha256:
        raise CardUnreadable(
            f"{path} is damaged: expected checksum {found.sha256[:16]}…, actual {actual[:16]}…; "
            "it was left as it is: restore it, or make the card anew"
        )
    return content
