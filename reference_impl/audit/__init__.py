"""The audit of checks: append-only, hash-chained, durable before it is acknowledged; none of it names a person.

    rows.py        what a row is, and its canonical form
    pseudonym.py   how the holder is named: under a key of the installation
    chain.py       how rows follow each other
    storage.py     where they are kept: SQLite or PostgreSQL
    writer.py      group commit, of threads; of tasks: tasks.py
    verify.py      what was removed, changed, moved, doubled or cut off: walk.py, seals.py, findings.py
    heads.py       the ends of the chain as they are kept elsewhere
    retention.py   rows whose time is over leave a seal
    export.py      CSV and JSON lines for an auditor
    checks.py      what the relying party's verdicts become
    command.py     `python -m reference_impl.audit`

docs/audit.md describes the format and says what a hash chain cannot show.
"""

from contextlib import closing
from pathlib import Path

from reference_impl.audit.pseudonym import Pseudonyms
from reference_impl.audit.rows import Entry
from reference_impl.audit.storage import Storage, read_place
from reference_impl.audit.tasks import TaskWriter
from reference_impl.audit.verify import Report, verify
from reference_impl.audit.writer import Writer

__all__ = ["Entry", "Pseudonyms", "TaskWriter", "Writer", "open_writer", "verify_file"]


def open_writer(place: str | Path | None) -> Writer:
    """A writer on a file, an address of PostgreSQL, or memory."""
    return Writer(Storage(read_place(place) if isinstance(place, str) else place))


def verify_file(path: Path) -> Report:
    """The report on an SQLite store."""
    with closing(Storage(path, make=False)) as storage:
        return verify(storage)
