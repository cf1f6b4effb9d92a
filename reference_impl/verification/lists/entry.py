"""The strict reader of one entry of revokedCertificates (RFC 5280 §5.1.2.6, §5.3), which has the last word on each.

Most entries never come here: `shapes` compares them, millions at a time, with one that did. Serial numbers that are
zero or negative are an issuer's fault that users should bear (spec/rfc.md B3); they equal only themselves.
"""

from datetime import UTC, datetime
from enum import Enum
from typing import Final

import msgspec

from reference_impl.verification import der
from reference_impl.verification.lists.octets import Octets, expect_header, moved, read_header
from reference_impl.verification.lists.terms import read_extension
from reference_impl.verification.reasons import REASONS as EVERY_REASON
from reference_impl.verification.reasons import REMOVE_FROM_CRL

MAXIMUM_ENTRY: Final = 4096
"""Octets of one entry: a local limit; the usual one has 37."""
MAXIMUM_SERIAL: Final = 20
"""Octets of a value (§4.1.2.2); a high bit takes one more."""

_REASON: Final = bytes.fromhex("551d15")
_INVALIDITY_DATE: Final = bytes.fromhex("551d18")
_ENUMERATED: Final = 0x0A
_REASON_ALONE: Final = bytes.fromhex("300c300a0603551d1504030a01")
"""crlEntryExtensions with nothing but a reason, up to the reason."""

REASONS: Final = {code: name for code, name in EVERY_REASON.items() if code != REMOVE_FROM_CRL}
"""§5.3.1: removeFromCRL belongs to delta lists alone: a complete list that has it is not used
(spec/rfc.md B16: our policy; the algorithm of §6.3.3 would turn it into "not revoked")."""


class Part(Enum):
    """What may differ between two entries of one shape, and by which rule it is checked."""

    SERIAL = "serial"
    UTC = "utc"
    GENERALIZED = "generalized"
    REASON = "reason"
    FREE = "free"
    """The value of an extension that is not critical and not known: any octets (§5.3)."""


Layout = tuple[tuple[Part, int, int], ...]
"""The parts of an entry, each with where it begins and ends, counted from the entry's first octet."""


class Entry(msgspec.Struct, frozen=True):
    """One revoked certificate, and how its entry is laid out."""

    serial: int
    date: datetime
    reason: str
    invalidity_date: datetime | None
    length: int
    layout: Layout


def read_entry(data: Octets, start: int, limit: int) -> Entry:
    """The entry at `start`, which ends no later than `limit`; a `DerError` counts its offset as `start` does."""
    tag, _, end = read_header(data, start, limit)
    if tag != der.SEQUENCE:
        raise der.DerError(start, "RFC 5280 §5.1", "an entry (tag 0x30)", f"tag {tag:#04x}")
    if end - start > MAXIMUM_ENTRY:
        raise der.DerError(start, "local limit", f"an entry of at most {MAXIMUM_ENTRY} octets", f"{end - start}")
    try:
        return _read_entry(data[start:end])
    except der.DerError as error:
        raise moved(error, start) from error


def serial_at(data: Octets, start: int) -> int:
    """The serial number of an entry that was read before."""
    at = start + 2
    if data[start + 1] >= 0x80:
        at += data[start + 1] & 0x7F
    return int.from_bytes(data[at + 2 : at + 2 + data[at + 1]], signed=True)


def date_and_reason_at(data: Octets, start: int) -> tuple[datetime, str]:
    """When and why, by an entry that was read before; the usual form, a UTCTime and a reason, without a reader."""
    at = start + 4 + data[start + 3]
    end = start + 2 + data[start + 1]
    reason = data[at + 15 : end]
    if data[at] != der.UTC_TIME or data[start + 1] >= 0x80 or (reason and reason[:-1] != _REASON_ALONE):
        read = read_entry(data, start, len(data))
        return read.date, read.reason
    year, month, day, hour, minute, second = (int(data[place : place + 2]) for place in range(at + 2, at + 14, 2))
    date = datetime(year + (1900 if year >= 50 else 2000), month, day, hour, minute, second, tzinfo=UTC)
    return date, REASONS[reason[-1] if reason else 0]


def _read_entry(entry: bytes) -> Entry:
    """SEQUENCE { userCertificate, revocationDate, crlEntryExtensions OPTIONAL }."""
    at, limit = expect_header(entry, 0, len(entry), der.SEQUENCE)
    # userCertificate
    body, serial_end = expect_header(entry, at, limit, der.INTEGER)
    serial = der.read_integer(der.Element(entry, der.INTEGER, at, body, serial_end))
    if serial.bit_length() > 8 * MAXIMUM_SERIAL:
        raise der.DerError(body, "RFC 5280 §4.1.2.2", f"at most {MAXIMUM_SERIAL} octets", f"{serial_end - body}")
    # revocationDate, in either form (spec/rfc.md B10)
    date, date_part = _read_date(entry, serial_end, limit)
    layout = [(Part.SERIAL, body, serial_end), date_part]
    after = date_part[2]
    found = _Extensions()
    if after < limit:
        after = _read_extensions(entry, after, limit, found, layout)
    if after != limit:
        raise der.DerError(after, "RFC 5280 §5.1", "the end of the entry", f"{limit - after} octets more")
    return Entry(serial, date, found.reason, found.invalidity_date, len(entry), tuple(layout))


class _Extensions(msgspec.Struct):
    """What the extensions of an entry say. An absent reason is unspecified (§6.3.3 (i) (2))."""

    reason: str = REASONS[0]
    invalidity_date: datetime | None = None


def _read_date(entry: bytes, at: int, limit: int) -> tuple[datetime, tuple[Part, int, int]]:
    tag, body, end = read_header(entry, at, limit)
    date = der.read_time(der.Element(entry, tag, at, body, end))
    return date, (Part.UTC if tag == der.UTC_TIME else Part.GENERALIZED, body, end)


def _read_extensions(entry: bytes, at: int, limit: int, found: _Extensions, layout: list[tuple[Part, int, int]]) -> int:
    """Reads crlEntryExtensions, which is not empty and has each identifier once; where it ends."""
    at, end = expect_header(entry, at, limit, der.SEQUENCE)
    if at == end:
        raise der.DerError(at, "RFC 5280 §4.1", "one extension or more", "none")
    seen = set()
    while at < end:
        oid, is_critical, value, after = read_extension(entry, at, end)
        if oid in seen:
            raise der.DerError(at, "RFC 5280 §4.2", "each extension once", f"{oid.hex()} again")
        seen.add(oid)
        if oid == _REASON:
            found.reason = _read_reason(entry, value, after)
            layout.append((Part.REASON, after - 1, after))
        elif oid == _INVALIDITY_DATE:
            body, date_end = expect_header(entry, value, after, der.GENERALIZED_TIME)  # §5.3.2: in this form alone
            found.invalidity_date, part = _read_date(entry, value, after)
            if date_end != after:
                raise der.DerError(date_end, "RFC 5280 §5.3.2", "one GeneralizedTime", f"{after - date_end} more")
            layout.append((part[0], body, after))
        elif is_critical:
            # certificateIssuer too: it belongs to indirect lists, which are not used here (§5.3.3)
            raise der.DerError(at, "RFC 5280 §5.3", "no critical extension that is not known", oid.hex())
        elif value < after:
            layout.append((Part.FREE, value, after))
        at = after
    return end


def _read_reason(entry: bytes, at: int, end: int) -> str:
    """§5.3.1: an ENUMERATED of one octet, of those that are used."""
    body, found = expect_header(entry, at, end, _ENUMERATED)
    if found != end or found - body != 1:
        raise der.DerError(at, "RFC 5280 §5.3.1", "one ENUMERATED of one octet", entry[at:end].hex()[:16] or "none")
    if entry[body] not in REASONS:
        raise der.DerError(body, "RFC 5280 §5.3.1", "0 to 6, 9 or 10", str(entry[body]))
    return REASONS[entry[body]]
