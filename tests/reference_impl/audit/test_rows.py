"""The canonical form: what the standard library writes, one line whatever is in it, and only one spelling of it."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_impl.audit import Entry, open_writer
from reference_impl.audit.chain import Head, link
from reference_impl.audit.rows import decode_row, encode_entry
from tests.reference_impl.audit import stories

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
instants = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
entries = st.builds(
    Entry,
    at=instants,
    who=texts,
    service=texts,
    purpose=texts,
    decision=texts,
    reason=texts,
    holder=texts,
    status_source=st.none() | texts,
    status_at=st.none() | instants,
)


@given(st.lists(entries, max_size=5), st.integers(0, 2**62))
def test_lines_are_those_of_the_documented_form(told: list[Entry], sequence: int) -> None:
    """Lines, hashes and links equal what json and hashlib make of the same entries; a line is one line."""
    head = Head("c", sequence, "0" * 64)
    linked = link([encode_entry(each) for each in told], head)
    expected, previous = [], head.hash
    for offset, each in enumerate(told, start=1):
        expected.append(stories.line_of(sequence + offset, previous, each))
        previous = expected[-1][:64]
    assert linked.text.split("\n") == (expected or [""])
    assert (linked.first, linked.head) == (sequence + 1, Head("c", sequence + len(told), previous))


def test_store_holds_what_was_recorded(tmp_path: Path) -> None:
    """The whole store, computed from its chain's name and the entries alone."""
    path = stories.tell(tmp_path / "audit.db")
    chain, last, end = stories.head_on_record(path)
    previous, expected = stories.beginning(chain), []
    for number in range(1, stories.ROWS + 1):
        expected.append(stories.line_of(number, previous, stories.entry(number)))
        previous = expected[-1][:64]
    assert stories.lines(path) == expected
    assert (last, end) == (stories.ROWS, previous)
    assert [len(rows) for _, rows in stories.groups(path)] == list(stories.SIZES)
    assert stories.is_sound(path)


@given(entries)
def test_rows_are_read_back(told: Entry) -> None:
    """What was written is what is read; every other spelling of the same values is refused."""
    line = link([encode_entry(told)], Head("c", 6, "ab" * 32)).text.partition(" ")[2]
    row = decode_row(line)
    assert (row.sequence, row.previous, row.at, row.who, row.status_at) == (
        7,
        "ab" * 32,
        told.at,
        told.who,
        told.status_at,
    )
    for other in (
        line.replace(",", ", ", 1),
        f"{line} ",
        line.replace("[7", "[7.0", 1),
        line.replace('"', '"\\u0061', 1),
    ):
        with pytest.raises(msgspec.DecodeError):
            decode_row(other)


def test_instants_are_in_utc() -> None:
    """An instant of another zone is written in UTC; one of no zone is refused, for nobody knows which it is."""
    japan = timezone(timedelta(hours=9))
    there = stories.entry(
        1, at=datetime(2026, 11, 21, 9, tzinfo=japan), status_at=datetime(2026, 11, 21, 8, tzinfo=japan)
    )
    assert encode_entry(there).startswith(b'"2026-11-21T00:00:00Z"')
    assert encode_entry(there).endswith(b'"2026-11-20T23:00:00Z"]')
    with pytest.raises(ValueError, match="offset"):
        encode_entry(stories.entry(1, at=datetime(2026, 11, 21)))  # noqa: DTZ001


def test_text_without_an_encoding_is_refused(tmp_path: Path) -> None:
    """Half a character is refused before anything is written, and nobody else waits for it."""
    writer = open_writer(tmp_path / "audit.db")
    with pytest.raises(ValueError, match="surrogate"):
        writer.record(stories.entry(1, who="\ud800"))
    assert writer.record(stories.entry(1)) == 1
    writer.close()
