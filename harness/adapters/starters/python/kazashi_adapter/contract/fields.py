"""Reads JSON strictly: a field that is missing, unknown or of another type is a BrokenMessage that says where.

Values are not repeated in it, but for words: a credential must not come back in an error.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

LONGEST_NAME = 128
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")

Message = TypeVar("Message")
Word = TypeVar("Word", bound=StrEnum)


class BrokenMessage(Exception):
    """A message outside the contract: what is wrong, where, and both sides."""

    def __init__(self, what: str, where: str, expected: str, actual: str, *, http: int = 400) -> None:
        super().__init__(f"{what} at {where}: expected {expected}, actual {actual}")
        self.what, self.where, self.expected, self.actual, self.http = what, where, expected, actual, http


def read_message(body: bytes, build: Callable[["Fields"], Message]) -> Message:
    """Return the message that `build` makes of the fields in `body`."""
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as fault:
        raise BrokenMessage("broken JSON", "$", "one JSON object in UTF-8", f"{len(body)} bytes: {fault}") from fault
    fields = Fields(value, "$")
    message = build(fields)
    fields.refuse_rest()
    return message


class Fields:
    """The fields of one JSON object. What nobody asked for is refused by `refuse_rest`, here and further in."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise BrokenMessage("wrong type", where, "object", _type(value))
        self._values: dict[str, object] = value
        self._where = where
        self._asked: set[str] = set()
        self._within: list[Fields] = []

    def has(self, name: str) -> bool:
        """Whether the field is there at all."""
        return name in self._values

    def text(self, name: str) -> str:
        """Return a string."""
        value = self._value(name)
        if not isinstance(value, str):
            raise BrokenMessage("wrong type", self._at(name), "string", _type(value))
        return value

    def name(self, name: str) -> str:
        """Return a string of 1 to 128 characters without control characters."""
        value = self.text(name)
        if not 1 <= len(value) <= LONGEST_NAME or _CONTROL.search(value):
            expected = f"1 to {LONGEST_NAME} characters, no control characters"
            raise BrokenMessage("unusable name", self._at(name), expected, f"{len(value)} characters")
        return value

    def number(self, name: str) -> int:
        """Return an integer."""
        value = self._value(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise BrokenMessage("wrong type", self._at(name), "integer", _type(value))
        return value

    def data(self, name: str) -> bytes:
        """Return bytes, which are base64 with padding in JSON."""
        try:
            return base64.b64decode(self.text(name), validate=True)
        except (binascii.Error, ValueError) as fault:
            raise BrokenMessage("broken base64", self._at(name), "base64 with padding", str(fault)) from fault

    def instant(self, name: str) -> datetime:
        """Return an instant such as 2026-11-21T00:15:00Z."""
        value = self.text(name)
        expected = "an instant such as 2026-11-21T00:15:00Z"
        if not _INSTANT.fullmatch(value):
            raise BrokenMessage("unusable instant", self._at(name), expected, "another form")
        try:
            return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError as fault:
            raise BrokenMessage("unusable instant", self._at(name), expected, str(fault)) from fault

    def word(self, name: str, words: type[Word]) -> Word:
        """Return a word of a closed list."""
        return _word(self.text(name), words, self._at(name))

    def words(self, name: str, words: type[Word]) -> tuple[Word, ...]:
        """Return a list of words of a closed list."""
        return tuple(_word(value, words, where) for value, where in self._items(name))

    def part(self, name: str) -> "Fields":
        """Return the fields of an object within this one."""
        return self._kept(Fields(self._value(name), self._at(name)))

    def parts(self, name: str) -> list["Fields"]:
        """Return the fields of each object of a list."""
        return [self._kept(Fields(value, where)) for value, where in self._items(name)]

    def refuse_rest(self) -> None:
        """Raise BrokenMessage for a field that nobody asked for."""
        if unknown := sorted(self._values.keys() - self._asked):
            raise BrokenMessage("unknown field", self._at(unknown[0]), "absent", "present")
        for part in self._within:
            part.refuse_rest()

    def _value(self, name: str) -> object:
        self._asked.add(name)
        if name not in self._values:
            raise BrokenMessage("missing field", self._at(name), "present", "absent")
        return self._values[name]

    def _items(self, name: str) -> list[tuple[object, str]]:
        value = self._value(name)
        if not isinstance(value, list):
            raise BrokenMessage("wrong type", self._at(name), "array", _type(value))
        return [(item, f"{self._at(name)}[{number}]") for number, item in enumerate(value)]

    def _kept(self, part: "Fields") -> "Fields":
        self._within.append(part)
        return part

    def _at(self, name: str) -> str:
        return f"{self._where}.{name[:40]}"


def _refuse_constant(constant: str) -> object:
    """Refuse NaN and Infinity, which Python's reader knows and JSON does not."""
    raise ValueError(f"{constant} is no JSON")


def _word(value: object, words: type[Word], where: str) -> Word:
    if not isinstance(value, str):
        raise BrokenMessage("wrong type", where, "string", _type(value))
    try:
        return words(value)
    except ValueError as fault:
        raise BrokenMessage("unknown word", where, ", ".join(words), ascii(value[:40])) from fault


def _type(value: object) -> str:
    """Return what JSON calls the type of a value."""
    if value is None:
        return "null"
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return names[type(value)]
