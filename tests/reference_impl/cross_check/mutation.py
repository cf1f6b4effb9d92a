"""Documents that are almost right: bits, bytes and whole elements of a DER structure changed, from one seed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from asn1crypto import parser

Node = tuple[bytes, "bytes | list[Node]"]
"""Identifier octets, and the content: octets, or the elements inside."""


@dataclass(frozen=True)
class Mutated:
    """A document and what was done to it."""

    name: str
    data: bytes


_TELLING = bytes.fromhex("00 01 02 03 04 05 06 0C 13 17 18 30 31 7F 80 81 A0 FF")
"""Octets that mean something as tag, length or value."""


def read_tree(data: bytes) -> Node:
    """Return the DER element in `data` as a tree; asn1crypto finds its borders."""
    _, method, _, header, content, _ = parser.parse(data, strict=True)
    identifier = header[:1]
    if not method:
        return identifier, content
    inside: list[Node] = []
    while content:
        length = len(_first(content))
        inside.append(read_tree(content[:length]))
        content = content[length:]
    return identifier, inside


def _first(content: bytes) -> bytes:
    _, _, _, header, body, trailer = parser.parse(content)
    return bytes(header + body + trailer)


def encode(node: Node) -> bytes:
    """Return the element with right lengths, whatever is inside."""
    identifier, content = node
    body = content if isinstance(content, bytes) else b"".join(encode(each) for each in content)
    return identifier + encode_length(len(body)) + body


def encode_length(length: int) -> bytes:
    """Return a definite length in the fewest octets (X.690 §10.1)."""
    if length < 0x80:
        return bytes([length])
    octets = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([0x80 | len(octets)]) + octets


def flip_bit(data: bytes, random: Random) -> Mutated:
    """One bit."""
    place, bit = random.randrange(len(data)), random.randrange(8)
    return Mutated(f"bit {bit} at {place}", data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :])


def replace_octet(data: bytes, random: Random) -> Mutated:
    """One octet becomes another one that parsers find interesting."""
    place = random.randrange(len(data))
    octet = random.choice(_TELLING)
    return Mutated(f"{octet:02x} at {place}", data[:place] + bytes([octet]) + data[place + 1 :])


def drop_octet(data: bytes, random: Random) -> Mutated:
    """One octet goes; the lengths around it stay."""
    place = random.randrange(len(data))
    return Mutated(f"octet {place} dropped", data[:place] + data[place + 1 :])


def change_element(data: bytes, random: Random) -> Mutated:
    """One element goes, comes twice, changes its place, its tag, its length's form or its content; lengths fit."""
    root = read_tree(data)
    parents = list(_constructed(root))
    children = random.choice(parents)
    place = random.randrange(len(children))
    kind = random.choice(list(_CHANGES))
    _CHANGES[kind](children, place, random)
    return Mutated(f"{kind} at {place} of {len(children)}", encode(root))


def _constructed(node: Node) -> Iterator[list[Node]]:
    content = node[1]
    if isinstance(content, list):
        if content:
            yield content
        for each in content:
            yield from _constructed(each)


def _remove(children: list[Node], place: int, _random: Random) -> None:
    del children[place]


def _repeat(children: list[Node], place: int, _random: Random) -> None:
    children.insert(place, children[place])


def _move(children: list[Node], place: int, random: Random) -> None:
    children.insert(random.randrange(len(children)), children.pop(place))


def _retag(children: list[Node], place: int, random: Random) -> None:
    children[place] = (
        bytes([random.choice([0x01, 0x02, 0x04, 0x0C, 0x13, 0x16, 0x17, 0x18])]),
        encode(children[place])[2:],
    )


def _empty(children: list[Node], place: int, _random: Random) -> None:
    children[place] = (children[place][0], b"")


def _pad(children: list[Node], place: int, _random: Random) -> None:
    identifier, content = children[place]
    if isinstance(content, bytes):
        children[place] = (identifier, b"\x00" + content)


def _append(children: list[Node], place: int, _random: Random) -> None:
    identifier, content = children[place]
    if isinstance(content, bytes):
        children[place] = (identifier, content + b"\x00")


_CHANGES: dict[str, Callable[[list[Node], int, Random], None]] = {
    "removed": _remove,
    "repeated": _repeat,
    "moved": _move,
    "retagged": _retag,
    "emptied": _empty,
    "padded": _pad,
    "lengthened": _append,
}


Change = Callable[[bytes, Random], Mutated]
"""One kind of change."""


def mutations(data: bytes, counts: Mapping[Change, int], seed: int) -> Iterator[Mutated]:
    """Yield `counts` of each kind of change to `data`, each different from it; the same ones for the same seed."""
    random = Random(seed)  # noqa: S311  # repeatable on purpose
    for change, count in counts.items():
        for _ in range(count):
            mutated = change(data, random)
            if mutated.data != data:
                yield mutated
