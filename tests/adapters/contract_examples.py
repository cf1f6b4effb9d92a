"""Messages made from the published schemas: for each message sound examples, and broken ones that differ in one thing.

The C# starter carries them for its own test; `python -m tests.adapters.contract_examples` writes them anew.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from jsonschema import Draft202012Validator

from harness.adapters.starter import STARTERS
from harness.contract.messages import Day, Instant, Name, SerialHex, Sha256Hex
from harness.contract.schemas import schemas

FILE = STARTERS / "csharp" / "tests" / "examples.json"
PREFIX = "relying-party."


def pattern_of(kind: Any) -> str:
    """Return the pattern that a kind of text of the contract, such as `Name`, asks for."""
    (rule,) = get_args(kind)[1:]
    return str(rule.pattern)


BY_PATTERN = {
    pattern_of(Instant): (
        "2026-11-21T00:15:00Z",
        "2026-13-21T00:15:00Z",
        "2026-11-21 00:15:00",
        "2026-11-21T00:15:00Z\n",
    ),
    pattern_of(Day): ("1980-01-02", "1980-02-30", "80-01-02", "1980-01-02\n"),
    pattern_of(Sha256Hex): ("a1" * 32, "A1" * 32, "a1", "a1" * 32 + "\n"),
    pattern_of(SerialHex): ("1f", "1F", "", "1f\n"),
    pattern_of(Name): ("図書館", "a\u0007", "x" * 129, "a\n"),
}
"""A pattern's sound value, then broken ones (the calendar's own rules among them, which a pattern cannot say)."""
BROKEN_BASE64 = ("AA", "A-_=", "AA\n==", "AB==", "é")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """One message; `schema` is the file name of the schema it is an example of."""

    schema: str
    name: str
    message: Any
    sound: bool


def examples() -> list[Example]:
    """Return the examples of every message of the role, the sound ones checked by an independent validator."""
    made = []
    for file, schema in sorted(schemas().items()):
        if not file.startswith(PREFIX) and file != "error.json":
            continue
        validator = Draft202012Validator(schema)
        maker = _Maker(schema)
        for name, message in maker.sound():
            validator.validate(message)
            made.append(Example(file, name, message, sound=True))
        if not file.endswith(".request.json"):
            continue  # an answer is what the product writes itself: nobody reads a broken one
        for name, message, by_schema in maker.broken():
            assert validator.is_valid(message) != by_schema, (file, name)
            made.append(Example(file, name, message, sound=False))
    return made


def as_text() -> str:
    """Return the file of examples: one line for each."""
    lines = [
        json.dumps({"schema": each.schema, "name": each.name, "sound": each.sound, "message": each.message})
        for each in examples()
    ]
    return "[\n" + ",\n".join(lines) + "\n]\n"


class _Maker:
    def __init__(self, schema: Json) -> None:
        self._schema = schema
        self._definitions: Json = schema["$defs"]
        self._top: Json = self._resolved(schema)

    def sound(self) -> Iterator[tuple[str, Any]]:
        """Yield a message with what is required, one with every field, and one for every word of every list."""
        if "oneOf" in self._schema:  # either a session or an outcome at once
            for name, chosen in (("session", self._top["properties"].keys() - {"outcome"}), ("outcome", {"outcome"})):
                yield name, {key: self._value(self._top["properties"][key], full=True) for key in sorted(chosen)}
            return
        yield "required fields", self._value(self._top, full=False)
        full = self._value(self._top, full=True)
        yield "every field", full
        for place, part in self._places(self._top, full, ()):
            for word in part.get("enum", ())[1:]:
                yield f"{_shown(place)} {word}", _with(full, place, word)
            if "anyOf" in part:
                yield f"{_shown(place)} null", _with(full, place, None)

    def broken(self) -> Iterator[tuple[str, Any, bool]]:
        """Yield requests with one thing wrong, and whether the schema itself can say so."""
        full = self._value(self._top, full=True)
        yield "$ unknown field", {**full, "mood": "good"}, True
        yield "$ list", [full], True
        for place, part in self._places(self._top, full, ()):
            shown = _shown(place)
            for name in part.get("required", ()):
                yield f"{shown}.{name} missing", _without(full, (*place, name)), True
            if place and part.get("additionalProperties") is False:
                yield f"{shown} unknown field", _with(full, (*place, "mood"), "good"), True
            if not place:
                continue
            if not self._may_be_null(part):
                yield f"{shown} null", _with(full, place, None), True
            yield f"{shown} of another type", _with(full, place, 7 if part.get("type") != "integer" else "7"), True
            for number, value in enumerate(self._broken_values(part)):
                by_schema = not Draft202012Validator({**part, "$defs": self._definitions}).is_valid(value)
                yield f"{shown} broken {number}", _with(full, place, value), by_schema

    def _broken_values(self, part: Json) -> tuple[Any, ...]:
        if "enum" in part:
            return ("another", part["enum"][0].swapcase(), "")
        if part.get("contentEncoding") == "base64":
            return BROKEN_BASE64
        if "pattern" in part:
            return BY_PATTERN[part["pattern"]][1:]
        if part.get("type") == "integer":
            return (1.5, True, *((part["minimum"] - 1,) if "minimum" in part else ()))
        if part.get("minItems"):
            return ([],)
        return ()

    def _places(self, part: Json, value: Any, place: tuple[str | int, ...]) -> Iterator[tuple[Any, Json]]:
        """Yield the place of every value in a message with the schema of it."""
        part = self._resolved(part)
        yield place, part
        part = self._not_null(part)
        if isinstance(value, dict):
            free = part.get("additionalProperties")
            for key in value:
                below = part.get("properties", {}).get(key, free if isinstance(free, dict) else None)
                if below is not None:
                    yield from self._places(below, value[key], (*place, key))
        elif isinstance(value, list) and value:
            yield from self._places(part["items"], value[0], (*place, 0))

    def _value(self, part: Json, *, full: bool) -> Any:
        part = self._not_null(self._resolved(part))
        if "enum" in part:
            return part["enum"][0]
        match part["type"]:
            case "object" if isinstance(part.get("additionalProperties"), dict):
                return {"1": self._value(part["additionalProperties"], full=full)} if full else {}
            case "object" if "properties" not in part:
                return {"todo": ["en", {"ja": True}]}
            case "object":
                asked = part["properties"] if full else part["required"]
                return {key: self._value(part["properties"][key], full=full) for key in asked}
            case "array":
                return [self._value(part["items"], full=full)] if full or part.get("minItems") else []
        return self._scalar(part)

    def _scalar(self, part: Json) -> Any:
        match part["type"]:
            case "string":
                return self._text(part)
            case "integer":
                return max(part.get("minimum", 0), 1)
            case "boolean":
                return True
        raise AssertionError(f"a schema that nothing is made of: {part}")

    def _text(self, part: Json) -> str:
        if part.get("contentEncoding") == "base64":
            return "AAEC/w=="
        if "pattern" in part:
            return BY_PATTERN[part["pattern"]][0]
        return "1.0"

    def _resolved(self, part: Json) -> Json:
        while "$ref" in part:
            part = self._definitions[part["$ref"].removeprefix("#/$defs/")]
        return part

    def _not_null(self, part: Json) -> Json:
        if "anyOf" not in part:
            return part
        return self._resolved(next(each for each in part["anyOf"] if each.get("type") != "null"))

    def _may_be_null(self, part: Json) -> bool:
        return any(each.get("type") == "null" for each in part.get("anyOf", ()))


def _shown(place: tuple[str | int, ...]) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)


def _with(message: Json, place: tuple[str | int, ...], value: Any) -> Any:
    changed = deepcopy(message)
    part: Any = changed
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value
    return changed


def _without(message: Json, place: tuple[str | int, ...]) -> Any:
    changed = deepcopy(message)
    part: Any = changed
    for step in place[:-1]:
        part = part[step]
    del part[place[-1]]
    return changed


def write(file: Path = FILE) -> None:
    """Write the examples to their file."""
    file.write_text(as_text(), encoding="utf-8")


if __name__ == "__main__":
    write()
