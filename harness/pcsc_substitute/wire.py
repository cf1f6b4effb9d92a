"""Frames between the library and the broker: four bytes of length, then numbers of four bytes and counted bytes.

A question is an operation (one byte) and its fields, an answer a result (a number) and its fields; native/line.c is
the other end.
"""

import socket

_NUMBER = 4
LONGEST = 1 << 20


class WireBroken(Exception):
    """What came is no question: the line is closed, for nothing after it can be trusted."""


class Question:
    """An operation and its fields, taken out one after the other."""

    def __init__(self, frame: bytes) -> None:
        if not frame:
            raise WireBroken("an empty frame")
        self.operation = frame[0]
        self._rest = frame[1:]

    def number(self) -> int:
        """Return the next field, a number."""
        return int.from_bytes(self._take(_NUMBER), "big")

    def text(self) -> str:
        """Return the next field, a name; what is not UTF-8 can be no reader of ours."""
        return self.octets().decode("utf-8", errors="replace")

    def octets(self) -> bytes:
        """Return the next field, bytes."""
        return self._take(self.number())

    def end(self) -> None:
        """Require that every field was taken."""
        if self._rest:
            raise WireBroken(f"{len(self._rest)} bytes after the last field")

    def _take(self, length: int) -> bytes:
        if length > len(self._rest):
            raise WireBroken(f"a field of {length} bytes, {len(self._rest)} are left")
        taken, self._rest = self._rest[:length], self._rest[length:]
        return taken


def build_answer(*fields: int | bytes) -> bytes:
    """Return a frame of fields: numbers, and bytes with their length before them."""
    content = b"".join(
        field.to_bytes(_NUMBER, "big") if isinstance(field, int) else len(field).to_bytes(_NUMBER, "big") + field
        for field in fields
    )
    return len(content).to_bytes(_NUMBER, "big") + content


def receive_frame(line: socket.socket) -> bytes | None:
    """Return the next frame's content; None when the line is closed."""
    head = _exactly(line, _NUMBER)
    if head is None:
        return None
    length = int.from_bytes(head, "big")
    if length > LONGEST:
        raise WireBroken(f"a frame of {length} bytes, at most {LONGEST}")
    return _exactly(line, length)


def _exactly(line: socket.socket, length: int) -> bytes | None:
    got = bytearray()
    while len(got) < length:
        piece = line.recv(length - len(got))
        if not piece:
            return None
        got += piece
    return bytes(got)
