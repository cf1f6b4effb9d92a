"""What a vector is, and the file they are kept in."""

from datetime import datetime
from pathlib import Path

import msgspec

FILE = Path(__file__).parent / "vectors.json"


class Expected(msgspec.Struct, frozen=True):
    """The verdict the standard, or our declared policy, demands; the clause says which."""

    reason: str
    clause: str


class Vector(msgspec.Struct, frozen=True):
    """One attempt: a certificate, and the proof by its key over the challenge of all vectors."""

    name: str
    purpose: str
    now: datetime
    certificate: bytes
    signature: bytes
    expect: Expected


class Vectors(msgspec.Struct, frozen=True):
    """All of them, the anchors they are judged under, and what was signed."""

    challenge: bytes
    authorities: dict[str, bytes]
    vectors: tuple[Vector, ...]


def load() -> Vectors:
    """Return the frozen vectors."""
    return msgspec.json.decode(FILE.read_bytes(), type=Vectors)
