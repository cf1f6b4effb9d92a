"""Export: what an auditor takes home is complete, opens safely in a spreadsheet, and can be computed anew."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reference_impl.audit import open_writer
from reference_impl.audit.export import COLUMNS, Selection, export_csv, export_json
from reference_impl.audit.storage import Storage
from tests.reference_impl.audit import stories
from tests.reference_impl.audit.stories import ROWS


@pytest.fixture
def storage(store: Path) -> Iterator[Storage]:
    """The ordinary story."""
    opened = Storage(store, make=False)
    yield opened
    opened.close()


def exported(storage: Storage, chosen: Selection | None = None) -> tuple[list[list[str]], list[dict[str, object]]]:
    """CSV as cells, JSON lines as objects."""
    table, lines = io.StringIO(newline=""), io.StringIO(newline="")
    assert export_csv(storage, table, chosen or Selection()).findings == []
    assert export_json(storage, lines, chosen or Selection()).findings == []
    text = table.getvalue()
    assert text.startswith("\ufeff")
    assert text.count("\r\n") >= 1
    return list(csv.reader(io.StringIO(text[1:], newline=""))), [
        json.loads(each) for each in lines.getvalue().split("\n")[:-1]
    ]


def test_an_auditor_computes_the_chain_from_json(storage: Storage, store: Path) -> None:
    """Header first: chain, end, what each column is in both languages. Then every row, from which its hash follows."""
    header, *rows = exported(storage)[1]
    chain, last, end = stories.head_on_record(store)
    assert (header["format"], header["version"]) == ("kazashi-audit", 1)
    assert header["head"] == {"chain": chain, "sequence": last, "hash": end}
    assert header["columns"] == {name: {"ja": ja, "en": en} for name, (ja, en) in COLUMNS.items()}
    previous = stories.beginning(chain)
    order = ("sequence", "previous", "at", "who", "service", "purpose", "decision", "reason", "holder")
    for number, row in enumerate(rows, start=1):
        values = [row[name] for name in (*order, "status_source", "status_at")]
        assert values[:2] == [number, previous]
        previous = stories.sha256(stories.canonical(values))
        assert row["hash"] == previous
    assert (len(rows), previous) == (ROWS, end)


def test_csv_says_the_same(storage: Storage) -> None:
    """One heading in both languages, the same rows, nothing for what there is not."""
    (heading, *cells), (_, *rows) = exported(storage)
    assert heading[:2] == ["連番 / sequence", "日時 (UTC) / time (UTC)"]
    assert len(heading) == len(COLUMNS)
    assert cells == [["" if row[name] is None else str(row[name]) for name in COLUMNS] for row in rows]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (Selection(since=stories.entry(4).at), range(4, ROWS + 1)),
        (Selection(until=stories.entry(4).at), range(1, 4)),
        (Selection(since=stories.entry(4).at, until=stories.entry(6).at), range(4, 6)),
        (Selection(service="図書館"), range(1, ROWS + 1)),
        (Selection(service="another"), range(0)),
    ],
)
def test_some_rows(storage: Storage, chosen: Selection, expected: range) -> None:
    """By time and by service; the whole chain is verified all the same."""
    cells, rows = exported(storage, chosen)
    assert [row["sequence"] for row in rows[1:]] == list(expected)
    assert [row[0] for row in cells[1:]] == [str(each) for each in expected]


FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201")


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    """Whatever a terminal is called: a spreadsheet shows it as text, and one apostrophe less is what it was."""
    writer = open_writer(tmp_path / "audit.db")
    harmless = 'counter=1, "second"\nline'
    for who in (*FORMULAS, harmless):
        writer.record(stories.entry(1, who=who, service=who, reason=who))
    cells, rows = exported(writer.storage)
    writer.close()
    for line, who in zip(cells[1:], (*FORMULAS, harmless), strict=True):
        for name in ("who", "service", "reason"):
            cell = line[list(COLUMNS).index(name)]
            assert cell == (who if who == harmless else f"'{who}")
    assert [row["who"] for row in rows[1:]] == [*FORMULAS, harmless]


def test_broken_rows_are_exported_and_found(storage: Storage, store: Path) -> None:
    """An auditor gets what is there, and beside it what is wrong with it."""
    rows = stories.lines(store)
    rows[6], rows[9] = rows[6].replace("accept", "reject"), "nothing"
    stories.put_lines(store, rows)
    out = io.StringIO(newline="")
    report = export_json(storage, out, Selection())
    assert [(each.kind.value, each.first) for each in report.findings] == [("CHANGED", 7), ("UNREADABLE", 10)]
    numbers = [json.loads(line)["sequence"] for line in out.getvalue().split("\n")[1:-1]]
    assert numbers == [each for each in range(1, ROWS + 1) if each != 10]


def test_a_query_may_look_into_the_rows(store: Path) -> None:
    """The query of docs/audit.md for SQLite: a table of rows out of the stored groups."""
    writer = open_writer(store)
    writer.record(stories.entry(ROWS + 1, reason='a "quoted" \\, and\na line'))
    writer.close()
    with stories.opened(store) as behind:
        found = behind.execute(stories.documented("query: sqlite")).fetchall()
    facts = [(number, stories.entry(number)) for number in range(1, ROWS + 2)]
    assert [row[:3] for row in found] == [(number, stories.written(each.at), each.who) for number, each in facts]
    assert found[-1][6] == 'a "quoted" \\, and\na line'


def test_the_documented_program_verifies_an_export(storage: Storage, tmp_path: Path) -> None:
    """The ten lines of docs/audit.md, run as they stand: content with a good export, not with a changed one."""
    program, file = stories.documented("```python", "```python\n"), tmp_path / "audit.jsonl"
    with file.open("w", encoding="utf-8", newline="") as out:
        export_json(storage, out, Selection())
    for change, code in (("", 0), ("accept", 1)):
        if change:
            file.write_text(file.read_text(encoding="utf-8").replace(change, "reject", 1), encoding="utf-8")
        done = subprocess.run([sys.executable, "-c", program, file], capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
