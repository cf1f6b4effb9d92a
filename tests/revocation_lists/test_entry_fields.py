"""What is read again of an entry that was read before: serial, date and reason, in every form and at every place."""

from datetime import UTC, datetime

import pytest

from reference_impl.verification.lists.entry import Part, date_and_reason_at, read_entry, serial_at
from tests.revocation_lists import making as m

KNOWN, OTHER = m.reason(1), m.extension(m.UNKNOWN, b"anything")
INVALID = m.extension(m.INVALIDITY_DATE, m.generalized("20260731000000Z"))
MOMENTS = {
    "500101000000Z": datetime(1950, 1, 1, tzinfo=UTC),
    "491231235959Z": datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC),
    "260801123456Z": datetime(2026, 8, 1, 12, 34, 56, tzinfo=UTC),
    "510203040506Z": datetime(1951, 2, 3, 4, 5, 6, tzinfo=UTC),
}
SERIALS = (0, 5, -1, 0x7F, 0x80, 0x07123456, 1 << 40, (1 << 160) - 1, -(1 << 40))
EXTENSIONS = {
    "none": ((), "unspecified"),
    "reason": ((KNOWN,), "keyCompromise"),
    "reason-0": ((m.reason(0),), "unspecified"),
    "unknown-alone": ((OTHER,), "unspecified"),
    "invalidity-date-alone": ((INVALID,), "unspecified"),
    "reason-and-date": ((KNOWN, INVALID), "keyCompromise"),
    "date-and-reason": ((INVALID, KNOWN), "keyCompromise"),
    "unknown-of-the-length-of-a-reason": ((m.extension("551d63", bytes.fromhex("0a0101")),), "unspecified"),
    "long": ((KNOWN, m.extension(m.UNKNOWN, bytes(200))), "keyCompromise"),
    "of-126-octets": ((m.extension(m.UNKNOWN, bytes(89)),), "unspecified"),
    "of-127-octets": ((m.extension(m.UNKNOWN, bytes(90)),), "unspecified"),
    "of-128-octets": ((m.extension(m.UNKNOWN, bytes(91)),), "unspecified"),
    "very-long": ((m.extension(m.UNKNOWN, bytes(3000)), KNOWN), "keyCompromise"),
}


@pytest.mark.parametrize("name", EXTENSIONS)
@pytest.mark.parametrize("before", [0, 5])
def test_entry_is_read_again_as_it_was_read(name: str, before: int) -> None:
    """Each serial with each date in either form: the same values without the strict reader as with it."""
    extensions, reason = EXTENSIONS[name]
    for serial in SERIALS:
        for text, moment in MOMENTS.items():
            for date in (m.utc(text), m.generalized(f"{moment.year // 100}{text}")):
                entry = m.entry(serial, *extensions, date=date)
                data = bytes(before) + entry + m.entry(9, m.reason(4))
                read = read_entry(data, before, len(data))
                assert (read.serial, read.date, read.reason, read.length) == (serial, moment, reason, len(entry))
                assert serial_at(data, before) == serial
                assert date_and_reason_at(data, before) == (moment, reason)


@pytest.mark.parametrize(
    ("entry", "parts"),
    [
        (m.entry(5), [Part.SERIAL, Part.UTC]),
        (m.entry(5, date=m.generalized("20260801123456Z")), [Part.SERIAL, Part.GENERALIZED]),
        (m.entry(5, KNOWN), [Part.SERIAL, Part.UTC, Part.REASON]),
        (m.entry(5, KNOWN, INVALID), [Part.SERIAL, Part.UTC, Part.REASON, Part.GENERALIZED]),
        (m.entry(5, OTHER), [Part.SERIAL, Part.UTC, Part.FREE]),
        (m.entry(5, m.extension(m.UNKNOWN, b"")), [Part.SERIAL, Part.UTC]),
    ],
)
def test_layout_says_what_may_differ(entry: bytes, parts: list[Part]) -> None:
    """The values, where they stand: of a serial and a date the content, of a reason its octet, of others anything."""
    found = read_entry(entry, 0, len(entry))
    assert [part for part, _, _ in found.layout] == parts
    contents = {
        Part.SERIAL: b"\5",
        Part.UTC: b"260801123456Z",
        Part.REASON: b"\1",
        Part.FREE: b"anything",
    }
    for part, begin, end in found.layout:
        expected = contents.get(part) or (b"20260731000000Z" if INVALID in entry else b"20260801123456Z")
        assert entry[begin:end] == expected


def test_invalidity_date_is_read() -> None:
    """§5.3.2: a GeneralizedTime; absent it is none."""
    assert read_entry(m.entry(5, INVALID), 0, 100).invalidity_date == datetime(2026, 7, 31, tzinfo=UTC)
    assert read_entry(m.entry(5, KNOWN), 0, len(m.entry(5, KNOWN))).invalidity_date is None
