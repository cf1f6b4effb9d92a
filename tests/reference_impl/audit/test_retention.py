"""Retention: what is old goes, a seal stays, the chain still verifies, and a made-up seal is found."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from reference_impl.audit import open_writer, retention
from reference_impl.audit.findings import Kind
from reference_impl.audit.retention import BrokenChain, retain
from reference_impl.audit.seals import Seal
from reference_impl.audit.storage import Storage
from tests.reference_impl.audit import stories
from tests.reference_impl.audit.stories import ROWS, START
from tests.reference_impl.audit.test_verify import found, kept, look

NOW = START + timedelta(days=400)
Retain = Callable[..., list[Seal]]


@pytest.fixture
def remove(store: Path) -> Iterator[Retain]:
    """Removes what is older than the row of this number."""
    storage = Storage(store, make=False)
    yield lambda number, **how: retain(storage, stories.entry(number).at, now=NOW, by="operator-1", **how)
    storage.close()


def test_old_rows_go_and_the_chain_holds(store: Path, remove: Retain) -> None:
    """Groups of which every row is old: 1–7 of the story when 10 is the first to stay; heads kept before still fit."""
    heads = [kept(store, sequence) for sequence in (0, 3, 7, 8, ROWS)]
    before = stories.lines(store)
    (seal,) = remove(10)
    assert (seal.first, seal.last, seal.announced) == (1, 7, ROWS + 1)
    assert (seal.first_at, seal.last_at) == tuple(stories.written(stories.entry(each).at) for each in (1, 7))
    assert (seal.before, seal.after) == (stories.beginning(stories.head_on_record(store)[0]), before[6][:64])
    assert stories.lines(store)[:-1] == before[7:]
    report = look(store, heads)
    assert (report.findings, report.sealed, report.rows) == ([], 7, ROWS - 7 + 1)
    assert (report.heads_checked, report.heads_out_of_reach) == (4, 1)


def test_a_removal_is_announced_in_the_chain(store: Path, remove: Retain) -> None:
    """Who, when, which rows, and a digest of the seal that the standard library computes as well."""
    (first,) = remove(6)
    (second,) = remove(10)
    older = ""
    for seal, row in zip((first, second), stories.lines(store)[-2:], strict=True):
        values = json.loads(row.partition(" ")[2])
        facts = [seal.first, seal.last, seal.first_at, seal.last_at, seal.before, seal.after]
        older = stories.sha256(stories.canonical([*facts, older]))
        reason = f"{seal.first}-{seal.last} {older}"
        assert values[2:8] == [stories.written(NOW), "operator-1", "audit", "retention", "removed", reason]
    assert found(store) == []


def test_nothing_old_is_nothing_done(store: Path, remove: Retain) -> None:
    """No seal, no row."""
    before = stories.lines(store)
    assert remove(1) == []
    assert stories.lines(store) == before


def test_everything_may_go(store: Path, remove: Retain) -> None:
    """Only the announcement is left, and later it goes too; rows are recorded and numbered as ever."""
    remove(1000)
    assert [json.loads(line.partition(" ")[2])[0] for line in stories.lines(store)] == [ROWS + 1]
    writer = open_writer(store)
    assert writer.record(stories.entry(1, at=NOW + timedelta(days=1))) == ROWS + 2
    later = NOW + timedelta(days=2)
    (seal,) = retain(writer.storage, NOW + timedelta(hours=1), now=later, by="operator-2")
    writer.close()
    assert (seal.first, seal.last) == (ROWS + 1, ROWS + 1)
    report = look(store)
    assert (report.findings, report.sealed, report.rows) == ([], ROWS + 1, 2)


def test_large_removals_are_several_segments(store: Path, remove: Retain, monkeypatch: pytest.MonkeyPatch) -> None:
    """No transaction removes more than a segment, but for a group that is larger by itself."""
    monkeypatch.setattr(retention, "SEGMENT", 5)
    assert [(seal.first, seal.last) for seal in remove(ROWS)] == [(1, 5), (6, 7), (8, 14), (15, 15)]
    assert look(store).findings == []


def test_a_younger_row_keeps_what_follows_it(store: Path) -> None:
    """A clock that was set back: rows go from the oldest on, none out of the middle."""
    writer = open_writer(store)
    writer.record(stories.entry(1))
    assert retain(writer.storage, stories.entry(ROWS).at, now=NOW, by="o")[-1].last == 15
    writer.close()
    assert look(store).findings == []


@pytest.mark.parametrize(
    ("place", "kind"), [(3, Kind.CHANGED), (7, Kind.CHANGED), (6, Kind.REMOVED), (7, Kind.REPLACED)]
)
def test_rows_that_do_not_verify_stay(store: Path, remove: Retain, place: int, kind: Kind) -> None:
    """Changed, removed, or made anew as the last of those that would go: nothing is removed at all."""
    groups = stories.groups(store)
    for _, rows in groups:
        for index, row in enumerate(rows):
            if row.partition(" ")[2].startswith(f"[{place},"):
                if kind is Kind.CHANGED:
                    rows[index] = row.replace("accept", "reject")
                elif kind is Kind.REPLACED:
                    rows[index] = stories.remade(row, reason="NO")
                else:
                    del rows[index]
    stories.put_groups(store, groups)
    before = stories.lines(store)
    with pytest.raises(BrokenChain) as broken:
        remove(10)
    assert broken.value.findings[0].kind is kind
    assert stories.lines(store) == before


def test_a_forged_last_row_stays(store: Path, remove: Retain) -> None:
    """The same where no row is left to follow it: the end on record says what it was."""
    rows = stories.lines(store)
    rows[-1] = stories.remade(rows[-1], reason="NO")
    stories.put_lines(store, rows)
    with pytest.raises(BrokenChain):
        remove(1000)


SEAL_TAMPERINGS = {
    "made-up": "INSERT INTO audit_seals SELECT 8, 9, '', '', after, 'ab', 20 FROM audit_seals WHERE first = 6",
    "removed": "DELETE FROM audit_seals WHERE first = 6",
    "removed-first": "DELETE FROM audit_seals WHERE first = 1",
    "time-changed": "UPDATE audit_seals SET last_at = '2020-01-01T00:00:00Z' WHERE first = 6",
    "older-time-changed": "UPDATE audit_seals SET first_at = '2020-01-01T00:00:00Z' WHERE first = 1",
    "hash-changed": "UPDATE audit_seals SET after = '0' WHERE first = 6",
    "longer": "UPDATE audit_seals SET last = 8 WHERE first = 6",
    "excused-by-itself": "UPDATE audit_seals SET first_at = '2020-01-01T00:00:00Z', announced = 3 WHERE first = 6",
    "announced-elsewhere": "UPDATE audit_seals SET announced = 12 WHERE first = 6",
}


@pytest.mark.parametrize("name", SEAL_TAMPERINGS)
def test_a_seal_that_was_tampered_with_is_found(store: Path, remove: Retain, name: str) -> None:
    """A seal made up to cover removed rows, one removed, and each value of one changed; the older one included."""
    remove(6)
    remove(10)
    assert found(store) == []
    with stories.opened(store) as behind:
        behind.execute(SEAL_TAMPERINGS[name])
    assert found(store) != []


def test_removed_rows_are_not_excused_by_a_seal_of_ones_own(store: Path) -> None:
    """Whoever deletes the first groups and writes a fitting seal, without an announcement, is found."""
    lines, groups = stories.lines(store), stories.groups(store)
    stories.put_groups(store, [(key, rows) for key, rows in groups if key > 7])
    start = stories.beginning(stories.head_on_record(store)[0])
    with stories.opened(store) as behind:
        values = (1, 7, "a", "b", start, lines[6][:64], 9)
        behind.execute("INSERT INTO audit_seals VALUES (?, ?, ?, ?, ?, ?, ?)", values)
    assert found(store) == [(Kind.SEAL_BROKEN, 1, 7)]


class Forged(NamedTuple):
    """A seal of rows up to 7 that somebody makes up and announces."""

    first: int = 6
    before: str | None = None
    """None: the hash that fits."""
    purpose: str = "retention"


@pytest.mark.parametrize(
    ("forged", "says"),
    [
        (Forged(), None),
        (Forged(first=7), "from row 6 on"),
        (Forged(before="0" * 64), "from row 6 on"),
        (Forged(purpose="reset"), "to announce"),
    ],
    ids=["fits", "leaves-a-row-out", "after-another-row", "announced-as-something-else"],
)
def test_an_announced_seal_has_to_fit(store: Path, remove: Retain, forged: Forged, says: str | None) -> None:
    """Whoever also writes the row that announces it: the seal follows the one before, or is found."""
    (older,) = remove(6)
    lines, groups = stories.lines(store), stories.groups(store)
    stories.put_groups(store, [(key, rows) for key, rows in groups if key > 7])
    after = next(line[:64] for line in lines if line.partition(" ")[2].startswith("[7,"))
    facts = [forged.first, 7, "a", "b", forged.before or older.after, after]
    digest = stories.sha256(stories.canonical([1, 5, older.first_at, older.last_at, older.before, older.after, ""]))
    digest = stories.sha256(stories.canonical([*facts, digest]))
    writer = open_writer(store)
    row = writer.record(stories.entry(99, purpose=forged.purpose, reason=f"{forged.first}-7 {digest}"))
    writer.close()
    with stories.opened(store) as behind:
        behind.execute("INSERT INTO audit_seals VALUES (?, ?, ?, ?, ?, ?, ?)", (*facts, row))
    findings = look(store).findings
    assert [finding.kind for finding in findings] == ([] if says is None else [Kind.SEAL_BROKEN])
    assert says is None or says in findings[0].expected
