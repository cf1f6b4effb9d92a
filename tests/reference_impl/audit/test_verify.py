"""`verify`: each way to tamper with a store is found at its place, and a sound store is not suspected."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reference_impl.audit import open_writer
from reference_impl.audit.chain import Head
from reference_impl.audit.faults import AuditUnusable
from reference_impl.audit.findings import Kind
from reference_impl.audit.heads import KeptHead
from reference_impl.audit.storage import Storage
from reference_impl.audit.verify import Report, verify
from tests.reference_impl.audit import stories
from tests.reference_impl.audit.stories import ROWS, START

Found = tuple[Kind, int, int]


def look(path: Path, kept: list[KeptHead] | None = None) -> Report:
    """The report on a store."""
    storage = Storage(path, make=False)
    try:
        return verify(storage, kept or [])
    finally:
        storage.close()


def found(path: Path, kept: list[KeptHead] | None = None) -> list[Found]:
    """What was found, and where."""
    return [(finding.kind, finding.first, finding.last) for finding in look(path, kept).findings]


def kept(path: Path, sequence: int | None = None) -> KeptHead:
    """The head after this row, or the last one, as somebody may have kept it."""
    chain, last, _ = stories.head_on_record(path)
    sequence = last if sequence is None else sequence
    own = stories.lines(path)[sequence - 1][:64] if sequence else stories.beginning(chain)
    return KeptHead(chain, sequence, own, START)


def test_a_sound_store_is_sound(store: Path) -> None:
    """No finding, every row counted, the head as it is stored; every head ever kept is of it."""
    report = look(store, [kept(store, sequence) for sequence in range(ROWS + 1)])
    assert report.findings == []
    assert (report.rows, report.sealed, report.head) == (ROWS, 0, Head(*stories.head_on_record(store)))
    assert (report.heads_checked, report.heads_out_of_reach) == (ROWS + 1, 0)


def test_an_empty_store_is_sound(tmp_path: Path) -> None:
    """A chain without rows begins and ends at its name."""
    assert look(stories.tell(tmp_path / "empty.db", ())).findings == []


Change = Callable[[list[str]], None]


def _swap(one: int, other: int) -> Change:
    def change(rows: list[str]) -> None:
        rows[one - 1], rows[other - 1] = rows[other - 1], rows[one - 1]

    return change


def _put(place: int, make: Callable[[str], str]) -> Change:
    def change(rows: list[str]) -> None:
        rows[place - 1] = make(rows[place - 1])

    return change


def _forge_from(place: int) -> Change:
    """Changes a row and makes all hashes after it anew."""

    def change(rows: list[str]) -> None:
        rows[place - 1] = stories.remade(rows[place - 1], decision="reject")
        for index in range(place, len(rows)):
            rows[index] = stories.remade(rows[index], previous=rows[index - 1][:64])

    return change


TAMPERINGS: dict[str, tuple[Change, list[Found]]] = {
    "removed": (lambda rows: rows.pop(6), [(Kind.REMOVED, 7, 7)]),  # type: ignore[dict-item]
    "removed-first": (lambda rows: rows.pop(0), [(Kind.REMOVED, 1, 1)]),  # type: ignore[dict-item]
    "removed-several": (lambda rows: rows.__delitem__(slice(3, 9)), [(Kind.REMOVED, 4, 9)]),
    "removed-in-two-places": (
        lambda rows: (rows.pop(11), rows.pop(2)),  # type: ignore[dict-item]
        [(Kind.REMOVED, 3, 3), (Kind.REMOVED, 12, 12)],
    ),
    "cut-off": (lambda rows: rows.__delitem__(slice(15, None)), [(Kind.TRUNCATED, 16, ROWS)]),
    "emptied": (lambda rows: rows.clear(), [(Kind.TRUNCATED, 1, ROWS)]),
    "changed": (_put(7, lambda row: row.replace('"accept"', '"reject"')), [(Kind.CHANGED, 7, 7)]),
    "changed-first": (_put(1, lambda row: row.replace("counter", "counted")), [(Kind.CHANGED, 1, 1)]),
    "changed-last": (_put(ROWS, lambda row: row.replace('"OK"', '"NO"')), [(Kind.CHANGED, ROWS, ROWS)]),
    "changed-number": (_put(7, lambda row: row.replace("[7,", "[70000,")), [(Kind.CHANGED, 70000, 70000)]),
    "changed-hash": (_put(7, lambda row: "0" * 64 + row[64:]), [(Kind.CHANGED, 7, 7)]),
    "changed-and-hashed-anew": (_put(7, lambda row: stories.remade(row, reason="NO")), [(Kind.REPLACED, 8, 8)]),
    "last-changed-and-hashed-anew": (
        _put(ROWS, lambda row: stories.remade(row, reason="NO")),
        [(Kind.REPLACED, ROWS, ROWS)],
    ),
    "all-from-there-hashed-anew": (_forge_from(7), [(Kind.REPLACED, ROWS, ROWS)]),
    "swapped": (_swap(7, 8), [(Kind.REORDERED, 7, 7)]),
    "swapped-far": (_swap(4, 6), [(Kind.REORDERED, 4, 4), (Kind.REORDERED, 5, 5)]),
    "doubled": (lambda rows: rows.insert(7, rows[6]), [(Kind.DUPLICATED, 7, 7)]),
    "doubled-at-the-end": (lambda rows: rows.append(rows[6]), [(Kind.DUPLICATED, 7, 7)]),
    "no-row": (_put(7, lambda _: "nothing"), [(Kind.UNREADABLE, 7, 7)]),
    "blank": (_put(7, lambda _: ""), [(Kind.UNREADABLE, 7, 7)]),
    "another-spelling": (_put(7, lambda row: row.replace("[7,", "[7, ")), [(Kind.UNREADABLE, 7, 7)]),
    "not-utf-8": (_put(7, lambda row: row.replace('"tap"', '"t\udc80p"')), [(Kind.UNREADABLE, 7, 7)]),
    "added": (
        lambda rows: rows.append(stories.line_of(ROWS + 1, rows[-1][:64], stories.entry(99))),
        [(Kind.ADDED, ROWS + 1, ROWS + 1)],
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found_at_its_place(store: Path, name: str) -> None:
    """One change is one finding (or one for each place), and it names the row."""
    change, expected = TAMPERINGS[name]
    rows = stories.lines(store)
    change(rows)
    if name == "not-utf-8":
        with stories.opened(store) as behind:
            text = "\n".join(rows[5:7]).encode("utf-8", "surrogateescape")
            behind.execute("UPDATE audit_groups SET rows = CAST(? AS TEXT) WHERE first = 6", (text,))
    else:
        stories.put_lines(store, rows)
    assert found(store) == expected
    assert name == "not-utf-8" or not stories.is_sound(store)


def test_removed_groups_are_found(store: Path) -> None:
    """A whole group in the middle, the first row of another, and the last group."""
    groups = dict(stories.groups(store))
    del groups[6], groups[16]
    groups[8].pop(0)
    stories.put_groups(store, [*groups.items()])
    assert found(store) == [(Kind.REMOVED, 6, 8), (Kind.TRUNCATED, 16, ROWS)]


def test_moved_groups_are_found(store: Path) -> None:
    """Two groups under each other's keys, and one group under a key of its own: the key is not hashed, its rows are."""
    groups = dict(stories.groups(store))
    stories.put_groups(store, [*{**groups, 6: groups[8], 8: groups[6]}.items()])
    assert {(kind, first) for kind, first, _ in found(store)} == {(Kind.REORDERED, 6), (Kind.REORDERED, 7)}
    stories.put_groups(store, [(1000 if key == 16 else key, rows) for key, rows in groups.items()])
    assert found(store) == [(Kind.REORDERED, 16, 16)]


def test_rows_of_another_chain_do_not_fit(store: Path, tmp_path: Path) -> None:
    """The same story told in another store: its first row names another beginning."""
    other = stories.tell(tmp_path / "other.db")
    stories.put_groups(store, stories.groups(other))
    assert (Kind.REPLACED, 1, 1) in found(store)


def test_only_a_kept_head_finds_a_chain_made_anew(store: Path) -> None:
    """Whoever puts every hash right, and the record of the end, is found by any head kept from after the change."""
    heads = [kept(store, sequence) for sequence in (5, 12, ROWS)]
    rows = stories.lines(store)
    _forge_from(7)(rows)
    stories.put_lines(store, rows)
    stories.put_head(store, ROWS, rows[-1][:64])
    assert stories.is_sound(store)
    assert found(store) == []
    assert found(store, heads) == [(Kind.HEAD_MISSED, 12, 12), (Kind.HEAD_MISSED, ROWS, ROWS)]


def test_only_a_kept_head_finds_an_end_cut_off_with_its_record(store: Path) -> None:
    """The same for rows cut from the end together with the record of the end, and of a chain cut to nothing."""
    head = kept(store)
    rows = stories.lines(store)[:10]
    stories.put_lines(store, rows)
    stories.put_head(store, 10, rows[-1][:64])
    assert found(store) == []
    assert found(store, [head]) == [(Kind.TRUNCATED, 11, ROWS)]
    stories.put_groups(store, [])
    stories.put_head(store, 0, stories.beginning(head.chain))
    assert found(store, [head]) == [(Kind.TRUNCATED, 1, ROWS)]


def test_rows_that_follow_do_not_cover_a_cut(store: Path) -> None:
    """A cut end leaves a gap for good: what is recorded afterwards follows the end on record."""
    stories.put_lines(store, stories.lines(store)[:10])
    writer = open_writer(store)
    assert writer.record(stories.entry(50)) == ROWS + 1
    writer.close()
    assert found(store) == [(Kind.REMOVED, 11, ROWS)]


def test_a_head_of_another_chain_is_told(store: Path, tmp_path: Path) -> None:
    """An operator who shows another store than the one whose head was kept is found out."""
    other = kept(stories.tell(tmp_path / "other.db"))
    assert found(store, [other]) == [(Kind.HEAD_MISSED, ROWS, ROWS)]
    (finding,) = look(store, [other]).findings
    chain = stories.head_on_record(store)[0]
    assert (finding.expected, finding.actual) == (f"chain {other.chain}", f"chain {chain}")


def test_a_store_without_its_record_is_unusable(store: Path, tmp_path: Path) -> None:
    """No head, a head that is none, no store, another database: one line that says so, and nothing is made."""
    with stories.opened(store) as behind:
        behind.execute("UPDATE audit_chain SET hash = x'00'")
    with pytest.raises(AuditUnusable, match="expected a head"):
        look(store)
    with stories.opened(store) as behind:
        behind.execute("DELETE FROM audit_chain")
    with pytest.raises(AuditUnusable, match="actual none"):
        look(store)
    with pytest.raises(AuditUnusable, match="no such file"):
        look(tmp_path / "absent.db")
    assert not (tmp_path / "absent.db").exists()
    with stories.opened(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE something (a)")
    with pytest.raises(AuditUnusable, match="no such table"):
        look(tmp_path / "other.db")


places = st.integers(0, ROWS - 1)
edits = st.one_of(
    st.tuples(st.just("remove"), places),
    st.tuples(st.just("swap"), places, places),
    st.tuples(st.just("double"), places, places),
    st.tuples(st.just("cut"), places),
    st.tuples(st.just("letter"), places, st.integers(0, 400), st.sampled_from('0a9,"[] x7')),
    st.tuples(
        st.just("remake"), places, st.sampled_from(["who", "reason", "previous"]), st.sampled_from(["", "0" * 64])
    ),
    st.tuples(st.just("number"), places, st.integers(-1, ROWS + 3)),
    st.tuples(st.just("head"), st.integers(0, ROWS + 2)),
)


def edit(path: Path, rows: list[str], how: tuple[object, ...]) -> None:
    """One thing somebody does to a store."""
    match how:
        case ("remove", int(place)) if place < len(rows):
            del rows[place]
        case ("swap", int(one), int(other)) if max(one, other) < len(rows):
            rows[one], rows[other] = rows[other], rows[one]
        case ("double", int(one), int(other)) if max(one, other) < len(rows):
            rows.insert(other, rows[one])
        case ("cut", int(place)):
            del rows[place:]
        case ("letter", int(place), int(where), str(letter)) if place < len(rows):
            where %= len(rows[place]) or 1
            rows[place] = rows[place][:where] + letter + rows[place][where + 1 :]
        case ("remake" | "number", int(place), *rest) if place < len(rows):
            name, value = rest if len(rest) == 2 else ("sequence", rest[0])
            try:
                rows[place] = stories.remade(rows[place], **{str(name): value})
            except (json.JSONDecodeError, TypeError, IndexError):
                return
        case ("head", int(sequence)):
            put = min(sequence, len(rows))
            stories.put_head(path, put, rows[put - 1][:64] if put else "")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(edits, min_size=1, max_size=4))
def test_whatever_is_done_to_a_store_is_found(told: Path, tmp_path: Path, story: list[tuple[object, ...]]) -> None:
    """Findings if and only if a second reader, who shares no code, says that the store is not sound."""
    store = Path(shutil.copy(told, tmp_path / "tampered.db"))
    rows = stories.lines(store)
    for how in story:
        edit(store, rows, how)
    stories.put_lines(store, rows)
    assert (found(store) == []) == stories.is_sound(store)
