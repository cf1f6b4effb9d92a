"""The audit for an auditor: CSV for a spreadsheet, JSON lines for a program; both verified while they are written.

CSV opens in a spreadsheet as it is: UTF-8 with its mark, one heading in Japanese and English, and no cell that a
spreadsheet would take for a formula: text that begins with one of = + - @ (or their full-width forms), with a tab, a
line break or an apostrophe gets an apostrophe in front (OWASP, CSV Injection). Take one off and it is what it was.
JSON lines hold the values as they were hashed: the first line says which chain, its end and the columns, each other
line is a row with its own hash, from which anybody can compute the chain anew (docs/audit.md).

What is exported has the store's broken rows too, as far as they can be read; the findings come beside it.
"""

import csv
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, TextIO

import msgspec

from reference_impl.audit.chain import FORMAT, Head
from reference_impl.audit.heads import KeptHead
from reference_impl.audit.rows import Row
from reference_impl.audit.storage import Storage
from reference_impl.audit.verify import Report, Seen, verify

COLUMNS: Final = {
    "sequence": ("連番", "sequence"),
    "at": ("日時 (UTC)", "time (UTC)"),
    "who": ("端末・担当者", "terminal or operator"),
    "service": ("サービス", "service"),
    "purpose": ("目的", "purpose"),
    "decision": ("判定", "decision"),
    "reason": ("理由", "reason"),
    "holder": ("利用者の仮名", "holder (pseudonym)"),
    "status_source": ("失効情報の出所", "status source"),
    "status_at": ("失効情報の時点", "status as of"),
    "previous": ("直前の行のハッシュ", "hash of the row before"),
    "hash": ("この行のハッシュ", "hash of this row"),
}
"""Name, and what it is called in Japanese and English."""

_DANGEROUS: Final = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "'",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)  # and full-width


class Selection(msgspec.Struct, frozen=True):
    """Which rows are exported; all of them are verified."""

    since: datetime | None = None
    until: datetime | None = None
    """Not included."""
    service: str | None = None

    def has(self, row: Row) -> bool:
        """Whether this row is one of them."""
        return (
            (self.since is None or row.at >= self.since)
            and (self.until is None or row.at < self.until)
            and (self.service is None or row.service == self.service)
        )


def export_csv(storage: Storage, out: TextIO, chosen: Selection, kept: Sequence[KeptHead] = ()) -> Report:
    """Writes CSV (RFC 4180); what was found on the way. `out` translates no line ends."""
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow([f"{ja} / {en}" for ja, en in COLUMNS.values()])
    seen = _writing(chosen, lambda values: writer.writerow([_cell(value) for value in values.values()]))
    return verify(storage, kept, seen=seen)


def export_json(storage: Storage, out: TextIO, chosen: Selection, kept: Sequence[KeptHead] = ()) -> Report:
    """Writes JSON lines; what was found on the way."""
    columns = {name: {"ja": ja, "en": en} for name, (ja, en) in COLUMNS.items()}

    def begun(end: Head) -> None:
        _write_line(out, {"format": "kazashi-audit", "version": FORMAT, "head": end, "columns": columns})

    return verify(storage, kept, begun=begun, seen=_writing(chosen, lambda values: _write_line(out, values)))


def _writing(chosen: Selection, write: Callable[[dict[str, object]], object]) -> Seen:
    def seen(row: Row, computed: str) -> None:
        if chosen.has(row):
            values = {name: getattr(row, name) for name in COLUMNS if name != "hash"}
            write({**values, "hash": computed})

    return seen


def _write_line(out: TextIO, values: dict[str, object]) -> None:
    out.write(f"{msgspec.json.encode(values).decode()}\n")


def _cell(value: object) -> str:
    """A cell that is what it says, whatever opens it."""
    if isinstance(value, datetime):
        return str(msgspec.to_builtins(value))
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_DANGEROUS) else text
