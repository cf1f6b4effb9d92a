"""Mutations that know what a command looks like: a session is a list of commands, a command a header, Lc, data, Le."""

import random

Session = tuple[bytes, ...]
LONGEST = 24
"""Commands in a session."""


def mutate(chance: random.Random, session: Session, pool: list[Session]) -> Session:
    """The session with one to four things changed."""
    commands = list(session)
    for _ in range(chance.randint(1, 4)):
        chance.choice(_MUTATIONS)(chance, commands, pool)
    return tuple(commands[:LONGEST]) or (b"",)


def _bend(chance: random.Random, commands: list[bytes], pool: list[Session]) -> None:
    """One command is bent within."""
    del pool
    place = _place(chance, commands)
    commands[place] = chance.choice(_BENDS)(chance, commands[place])


def _insert(chance: random.Random, commands: list[bytes], pool: list[Session]) -> None:
    """Commands of another session come in."""
    other = chance.choice(pool)
    start = chance.randrange(len(other))
    place = chance.randint(0, len(commands))
    commands[place:place] = other[start : start + chance.randint(1, 4)]


def _drop(chance: random.Random, commands: list[bytes], pool: list[Session]) -> None:
    """A command is left out."""
    del pool
    if len(commands) > 1:
        del commands[_place(chance, commands)]


def _repeat(chance: random.Random, commands: list[bytes], pool: list[Session]) -> None:
    """A command comes again, later."""
    del pool
    commands.insert(chance.randint(0, len(commands)), commands[_place(chance, commands)])


def _swap(chance: random.Random, commands: list[bytes], pool: list[Session]) -> None:
    """Two commands change places."""
    del pool
    one, other = _place(chance, commands), _place(chance, commands)
    commands[one], commands[other] = commands[other], commands[one]


def _place(chance: random.Random, commands: list[bytes]) -> int:
    if not commands:
        commands.append(b"\x00\xa4\x04\x0c")
    return chance.randrange(len(commands))


def _bit(chance: random.Random, raw: bytes) -> bytes:
    place = chance.randrange(len(raw) or 1)
    return raw[:place] + bytes([(raw[place] if raw else 0) ^ (1 << chance.randrange(8))]) + raw[place + 1 :]


def _byte(chance: random.Random, raw: bytes) -> bytes:
    place = chance.randrange(len(raw) or 1)
    value = chance.choice([0x00, 0x01, 0x7F, 0x80, 0x81, 0x82, 0x83, 0xFF, chance.randrange(256)])
    return raw[:place] + bytes([value]) + raw[place + 1 :]


def _header(chance: random.Random, raw: bytes) -> bytes:
    """Another P1 or P2, now and then another class or instruction: the four bytes that decide most."""
    place = chance.choice([0, 1, 2, 2, 2, 3, 3, 3])
    head = bytearray(raw[:4].ljust(4, b"\x00"))
    head[place] = chance.randrange(256)
    return bytes(head) + raw[4:]


def _cut(chance: random.Random, raw: bytes) -> bytes:
    return raw[: chance.randint(0, len(raw))]


def _tail(chance: random.Random, raw: bytes) -> bytes:
    return raw + chance.randbytes(chance.choice([1, 1, 2, 3, 16, 300]))


def _data(chance: random.Random, raw: bytes) -> bytes:
    """Other data of any length, with the Lc that belongs to it, short or extended."""
    data = chance.randbytes(chance.choice([0, 1, 2, 4, 6, 8, 16, 17, 51, 245, 246, 255]))
    return _framed(chance, raw, data)


def _data_changed(chance: random.Random, raw: bytes) -> bytes:
    """The same data bent, with the Lc that belongs to it: so that parsers behind the framing are reached."""
    data = chance.choice([_bit, _byte, _cut, _tail])(chance, raw[5:])
    return _framed(chance, raw, data)


def _framed(chance: random.Random, raw: bytes, data: bytes) -> bytes:
    header = raw[:4].ljust(4, b"\x00")
    end = chance.choice([b"", b"\x00", b"\x08"])
    if not data:
        return header + end
    if len(data) > 255 or chance.random() < 0.1:
        return header + b"\x00" + len(data).to_bytes(2, "big") + data + end[:1] * 2
    return header + bytes([len(data)]) + data + end


_BENDS = (_header, _header, _header, _bit, _byte, _cut, _tail, _data, _data_changed, _data_changed)
_MUTATIONS = (_bend, _bend, _bend, _insert, _drop, _repeat, _swap)
