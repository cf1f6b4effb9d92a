"""Reads the C# starter's messages as text: records with their properties, and closed lists with their words.

It knows no more C# than the starter uses. It cannot tell whether the source compiles.
"""

import re
from dataclasses import dataclass
from pathlib import Path

_ENUM = re.compile(r"^public enum (?P<name>\w+)\n\{\n(?P<body>.*?)^\}", re.MULTILINE | re.DOTALL)
_WORD = re.compile(r'^\s*\[Word\("(?P<word>[^"]*)"\)\] (?P<member>\w+),$', re.MULTILINE)
_RECORD = re.compile(r"^public sealed record (?P<name>\w+)(?:;|\n\{\n(?P<body>.*?)^\})", re.MULTILINE | re.DOTALL)
_PROPERTY = re.compile(
    r"(?P<attributes>(?:^    \[[^\n]*\]\n)*)"
    r"^    public (?P<required>required )?(?P<type>[\w<>, \[\]]+?)(?P<nullable>\?)? (?P<name>\w+) \{ get; init; \}",
    re.MULTILINE,
)
_PUBLIC = re.compile(r"^    public (?!override)", re.MULTILINE)
_CONVERTER = re.compile(r"JsonConverter\(typeof\((\w+)\)\)")
_NAMED = re.compile(r'JsonPropertyName\("(\w+)"\)')


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a record: its JSON name, its type without `?`, and how it is read and written."""

    json: str
    type: str
    required: bool
    nullable: bool
    converter: str | None
    ignored: str | None
    """The condition of `JsonIgnore`, if it has one of its own."""


def read_enums(file: Path) -> dict[str, list[str]]:
    """Return the words of every closed list, by its name; every line of a list must have one."""
    enums = {}
    for found in _ENUM.finditer(file.read_text(encoding="utf-8")):
        words = [word["word"] for word in _WORD.finditer(found["body"])]
        if len(words) != len([line for line in found["body"].splitlines() if line.strip()]):
            raise ValueError(f"{file.name}: enum {found['name']}: a line that is no [Word(...)] Member,")
        enums[found["name"]] = words
    return enums


def read_records(*files: Path) -> dict[str, dict[str, Property]]:
    """Return the properties of every record, by its name and theirs in JSON; none may be left unread."""
    records = {}
    for file in files:
        for found in _RECORD.finditer(file.read_text(encoding="utf-8")):
            body = found["body"] or ""
            properties = [_property(each) for each in _PROPERTY.finditer(body)]
            if len(properties) != len(_PUBLIC.findall(body)):
                raise ValueError(f"{file.name}: record {found['name']}: a public member that is no property")
            records[found["name"]] = {each.json: each for each in properties}
    return records


def _property(found: re.Match[str]) -> Property:
    attributes = found["attributes"]
    converter, named = _CONVERTER.search(attributes), _NAMED.search(attributes)
    ignored = re.search(r"JsonIgnoreCondition\.(\w+)", attributes)
    return Property(
        json=named[1] if named else snake_case(found["name"]),
        type=found["type"],
        required=found["required"] is not None,
        nullable=found["nullable"] is not None,
        converter=converter[1] if converter else None,
        ignored=ignored[1] if ignored else None,
    )


def snake_case(name: str) -> str:
    """Return what JsonNamingPolicy.SnakeCaseLower makes of a name of plain words."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
