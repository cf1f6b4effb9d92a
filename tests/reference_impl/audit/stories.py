"""Stores with a known story, what is in them read without the audit's own code, and hashes computed by hashlib alone.

The canonical form is written here a second time, from docs/audit.md: JSON by the standard library, SHA-256 by hashlib.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from reference_impl.audit import Entry, open_writer

START = datetime(2026, 11, 1, tzinfo=UTC)
SIZES = (1, 4, 2, 7, 1, 3)
"""Rows of the groups of the ordinary story."""
ROWS = sum(SIZES)


def entry(number: int, **changes: Any) -> Entry:
    """The entry of this number: an hour after the one before, with a full second now and then."""
    values: dict[str, Any] = {
        "at": START + timedelta(hours=number, microseconds=number % 3),
        "who": f"counter-{number % 4}",
        "service": "図書館",
        "purpose": "tap",
        "decision": "accept",
        "reason": "OK",
        "holder": f"{number:032x}",
        "status_source": None if number % 5 == 0 else "ocsp",
        "status_at": None if number % 5 == 0 else START + timedelta(minutes=15 * number),
    }
    return Entry(**{**values, **changes})


def tell(path: Path, sizes: Sequence[int] = SIZES) -> Path:
    """A store with groups of these sizes."""
    writer = open_writer(path)
    number = 0
    for size in sizes:
        writer.record_all([entry(number + offset) for offset in range(1, size + 1)])
        number += size
    writer.close()
    return path


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The store for somebody who changes it behind the audit's back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def groups(path: Path) -> list[tuple[int, list[str]]]:
    """The groups as they are stored: key and lines."""
    with opened(path) as store:
        found = store.execute("SELECT first, rows FROM audit_groups ORDER BY first").fetchall()
    return [(first, text.split("\n")) for first, text in found]


def put_groups(path: Path, changed: Sequence[tuple[int, list[str]]]) -> None:
    """Stores other groups instead."""
    with opened(path) as store:
        store.execute("DELETE FROM audit_groups")
        store.executemany("INSERT INTO audit_groups VALUES (?, ?)", [(key, "\n".join(rows)) for key, rows in changed])


def lines(path: Path) -> list[str]:
    """Every stored line in its order."""
    return [line for _, rows in groups(path) for line in rows]


def put_lines(path: Path, changed: Sequence[str]) -> None:
    """Stores other lines in one group, as if everything had been recorded at once."""
    put_groups(path, [(1, list(changed))] if changed else [])


def head_on_record(path: Path) -> tuple[str, int, str]:
    """Chain, sequence and hash that the store has as its end."""
    with opened(path) as store:
        chain, sequence, own = store.execute("SELECT chain, sequence, hash FROM audit_chain").fetchone()
    return str(chain), int(sequence), str(own)


def put_head(path: Path, sequence: int, own: str) -> None:
    """Puts another end on record."""
    with opened(path) as store:
        store.execute("UPDATE audit_chain SET sequence = ?, hash = ?", (sequence, own))


def canonical(values: Sequence[object]) -> str:
    """docs/audit.md: a JSON array without white space."""
    return json.dumps(list(values), ensure_ascii=False, separators=(",", ":"))


def sha256(text: str) -> str:
    """The hash of a line."""
    return hashlib.sha256(text.encode()).hexdigest()


def beginning(chain: str) -> str:
    """What the first row names as the hash before it."""
    return sha256(canonical(["kazashi-audit", 1, chain]))


def written(instant: datetime | None) -> str | None:
    """An instant as docs/audit.md has it."""
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")


def line_of(sequence: int, previous: str, told: Entry) -> str:
    """A stored line, computed here."""
    facts = (told.who, told.service, told.purpose, told.decision, told.reason, told.holder, told.status_source)
    line = canonical([sequence, previous, written(told.at), *facts, written(told.status_at)])
    return f"{sha256(line)} {line}"


def remade(line: str, **changes: object) -> str:
    """A stored line with values changed and its own hash put right, as somebody who knows the format would."""
    names = ("sequence", "previous", "at", "who", "service", "purpose", "decision", "reason", "holder")
    values = json.loads(line.partition(" ")[2])
    for name, value in changes.items():
        values[names.index(name)] = value
    made = canonical(values)
    return f"{sha256(made)} {made}"


def is_sound(path: Path) -> bool:
    """Whether chain, order and end are right, judged without the audit's code (a store without seals)."""
    chain, last, end = head_on_record(path)
    previous, due = beginning(chain), 1
    for key, rows in groups(path):
        for place, stored in enumerate(rows):
            own, _, line = stored.partition(" ")
            try:
                values = json.loads(line)
            except ValueError:
                return False
            shape = [type(value).__name__ for value in values] if isinstance(values, list) else []
            if shape[:3] != ["int", "str", "str"] or canonical(values) != line or sha256(line) != own:
                return False
            if values[:2] != [due, previous] or (place == 0 and key != due):
                return False
            previous, due = own, due + 1
    return (due - 1, previous) == (last, end)


def documented(mark: str, opening: str = "```sql\n") -> str:
    """A piece of docs/audit.md: what stands in the first fence after a mark."""
    page = (Path(__file__).parents[3] / "docs" / "audit.md").read_text(encoding="utf-8")
    return page[page.index(mark) :].split(opening, maxsplit=1)[1].split("```")[0]
