"""Registers of a service's own: who lives together, and what else the service knows of a holder.

The card tells no household (spec/card.md); a municipality's register does. It knows people by a name of the service's
own for their account (`Naming`): a register that leaks tells nobody's certificate, and two services' registers cannot
be laid side by side. Another register than a file's is whatever has the two functions of `Register`.

    account,household,birth_date,municipality        CSV with a first line, or JSON: a list of objects of these keys
    5f3c…,h-0017,1961-04-01,28215                    birth_date and municipality may be left empty, or left out
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final, Protocol

import msgspec

from reference_impl.services.faults import Fault

Naming = Callable[[str, str], str | None]
"""The name of an account at a service, as its register has it; None for who is not enrolled there."""

MAXIMUM_SIZE: Final = 256 * 1024 * 1024
_COLUMNS: Final = ("account", "household", "birth_date", "municipality")
_NEEDED: Final = frozenset({"account", "household"})
_NAME: Final = re.compile(r"[!-~]{1,128}")
_MUNICIPALITY: Final = re.compile(r"[0-9]{5}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Known(msgspec.Struct, frozen=True, gc=False):
    """What a register knows of one holder."""

    household: str
    birth_date: date | None = None
    municipality: str | None = None


class Register(Protocol):
    """What a service looks up."""

    def find(self, name: str) -> Known | None:
        """What is known of the holder of this name."""

    def members(self, household: str) -> int:
        """How many people of the register live in this household."""


class ListedRegister:
    """A register that was read as a whole."""

    def __init__(self, known: Mapping[str, Known]) -> None:
        self._known = dict(known)
        self._members: dict[str, int] = {}
        for each in known.values():
            self._members[each.household] = self._members.get(each.household, 0) + 1

    def find(self, name: str) -> Known | None:
        """What is known of the holder of this name."""
        return self._known.get(name)

    def members(self, household: str) -> int:
        """How many people of the register live in this household."""
        return self._members.get(household, 0)


class RegisterRefused(ValueError):
    """A file that is no register: every row that is wrong, by its line."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(each) for each in faults))
        self.faults = faults


def read_register(path: Path) -> ListedRegister:
    """The register in a CSV or JSON file; `RegisterRefused` names every row that is wrong."""
    try:
        if path.stat().st_size > MAXIMUM_SIZE:
            raise _refused(path, 1, f"{MAXIMUM_SIZE} バイトを超えています", f"expected at most {MAXIMUM_SIZE} octets")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise _refused(path, 1, f"読めません（{why}）", f"cannot be read: {why}") from error
    known: dict[str, Known] = {}
    faults: list[Fault] = []
    for line, row in _json_rows(path, text) if path.suffix == ".json" else _csv_rows(path, text):
        try:
            name, found = _read_row(row, known)
            known[name] = found
        except _Wrong as wrong:
            faults.append(Fault(str(path), line, wrong.where, "register-row", wrong.ja, wrong.en))
    if faults:
        raise RegisterRefused(tuple(faults))
    return ListedRegister(known)


class _Wrong(Exception):
    def __init__(self, where: str, ja: str, en: str) -> None:
        super().__init__(en)
        self.where, self.ja, self.en = where, ja, en


def _refused(path: Path, line: int, ja: str, en: str) -> RegisterRefused:
    return RegisterRefused((Fault(str(path), line, "$", "register-unreadable", ja, en),))


def _csv_rows(path: Path, text: str) -> Iterator[tuple[int, dict[str, object]]]:
    """Each row with the line it ends in. The first line names the columns."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    columns: list[str] | None = None
    try:
        for row in reader:
            if columns is None:
                columns = row
                if not _NEEDED <= set(row) <= set(_COLUMNS) or len(set(row)) != len(row):
                    en = f"expected the columns {', '.join(_COLUMNS)} (the first two at least), found {', '.join(row)}"
                    raise _refused(path, 1, "列名が正しくありません", en)
            elif row:
                fits = len(row) == len(columns)
                yield reader.line_num, dict(zip(columns, row, strict=True)) if fits else {"": f"{len(row)} columns"}
    except csv.Error as error:
        raise _refused(path, reader.line_num, f"CSV として読めません（{error}）", f"not CSV: {error}") from error


def _json_rows(path: Path, text: str) -> Iterator[tuple[int, dict[str, object]]]:
    """Each object of the list, with the line it begins in."""
    decoder, at = json.JSONDecoder(), 0

    def skip(position: int, what: str) -> int:
        while position < len(text) and text[position] in f" \t\r\n{what}":
            position += 1
        return position

    at = skip(0, "")
    if text[at : at + 1] != "[":
        raise _refused(path, 1, "配列が必要です", "expected a list of objects")
    at = skip(at + 1, "")
    line, counted = 1, 0
    while text[at : at + 1] != "]":
        line, counted = line + text.count("\n", counted, at), at
        try:
            row, end = decoder.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError) as error:
            why = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
            raise _refused(path, line, f"JSON として読めません（{why}）", f"not JSON: {why}") from error
        yield line, row if isinstance(row, dict) else {"": "no object"}
        at = skip(end, "")
        if text[at : at + 1] == ",":
            at = skip(at + 1, "")
        elif text[at : at + 1] != "]":
            raise _refused(path, line, "「,」か「]」が必要です", "expected , or ] after the object")


def _read_row(row: dict[str, object], known: Mapping[str, Known]) -> tuple[str, Known]:
    if "" in row:
        raise _Wrong("$", "列の数か形が正しくありません", f"expected one value for each column, found {row['']}")
    if not _NEEDED <= set(row) <= set(_COLUMNS):
        en = f"expected {', '.join(_COLUMNS)} (the first two at least), found {', '.join(sorted(row))}"
        raise _Wrong("$", "項目が正しくありません", en)
    name = _read(row, "account", _NAME, "1〜128 文字の英数字・記号", "1 to 128 printable ASCII characters")
    household = _read(row, "household", _NAME, "1〜128 文字の英数字・記号", "1 to 128 printable ASCII characters")
    if name in known:
        raise _Wrong("account", f"「{name}」は前にもあります", f"{name} stands in an earlier row")
    birth_date = municipality = None
    if row.get("municipality"):
        municipality = _read(
            row, "municipality", _MUNICIPALITY, "5 桁の市区町村コード", "a municipality code of 5 digits"
        )
    if row.get("birth_date"):
        written = _read(row, "birth_date", _DAY, "年月日（1961-04-01）", "a day like 1961-04-01")
        try:
            birth_date = date.fromisoformat(written)
        except ValueError as error:
            raise _Wrong(
                "birth_date", "そのような日はありません", f"expected a day of the calendar: {error}"
            ) from error
    return name, Known(household, birth_date, municipality)


def _read(row: dict[str, object], column: str, pattern: re.Pattern[str], ja: str, en: str) -> str:
    value = row[column]
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise _Wrong(column, f"{ja}が必要です", f"expected {en}")
    return value
