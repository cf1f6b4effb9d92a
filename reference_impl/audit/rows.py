"""A row of the audit, and its canonical form: the very octets that are hashed, stored and shown to an auditor.

A row is one line of JSON, an array of eleven values and no white space between them:

    [sequence,"previous",at,"who","service","purpose","decision","reason","holder",status_source,status_at]

Strings escape what JSON must have escaped and nothing else (RFC 8259 §7; `\\n` for a line feed, `\\u0001` for what has
no short form), so a line never holds a line feed. Instants are RFC 3339 in UTC, ending in Z, with six digits of a
second, or with none where they would all be 0. `previous` is the hash of the row before, in 64 hexadecimal digits;
a row's own hash is the SHA-256 of its line in UTF-8. Stored is the own hash, a space, and the line: what anybody can
check with `sha256sum`. Python's `json.dumps(values, ensure_ascii=False, separators=(",", ":"))` writes the same.

No PIN, no name, no address, no birth date, no serial number and no certificate has a place here (RP-PRIV-002,
spec/pki.md §5: the certificate is discarded after use).
"""

from datetime import UTC, datetime
from typing import Final

import msgspec

_encode: Final = msgspec.json.Encoder().encode


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is written down of one check; where it stands in the chain is not yet known."""

    at: datetime
    who: str
    """The terminal or the operator, by their id; never the holder."""
    service: str
    purpose: str
    decision: str
    reason: str
    holder: str = ""
    """A pseudonym (`pseudonym.py`), or nothing where nobody was identified."""
    status_source: str | None = None
    status_at: datetime | None = None
    """thisUpdate of the answer the decision rests on."""


class Row(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """An entry in its place, as read from its line."""

    sequence: int
    previous: str
    at: datetime
    who: str
    service: str
    purpose: str
    decision: str
    reason: str
    holder: str
    status_source: str | None
    status_at: datetime | None


_decode: Final = msgspec.json.Decoder(Row).decode


def encode_entry(entry: Entry) -> bytes:
    """The line of a row without its first two values; ValueError for what has no canonical form."""
    if entry.at.tzinfo is not UTC:
        entry = msgspec.structs.replace(entry, at=_in_utc(entry.at))
    if entry.status_at is not None and entry.status_at.tzinfo is not UTC:
        entry = msgspec.structs.replace(entry, status_at=_in_utc(entry.status_at))
    return _encode(entry)[1:]


def _in_utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"audit: expected an instant with its offset from UTC, actual {instant.isoformat()}")
    return instant.astimezone(UTC)


def decode_row(line: str) -> Row:
    """The row of a line; `msgspec.DecodeError` for what is none, or is none in its canonical form."""
    row = _decode(line)
    if _encode(row).decode() != line:
        raise msgspec.ValidationError("expected the canonical form of a row, actual another spelling of it")
    return row
