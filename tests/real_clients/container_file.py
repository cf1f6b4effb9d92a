"""A container file as a list of instructions: as much of its syntax as ours uses, and nothing else is accepted."""

import json
import shlex
from dataclasses import dataclass
from pathlib import Path

KNOWN = {"FROM", "COPY", "RUN", "USER", "WORKDIR", "ENV", "EXPOSE", "STOPSIGNAL", "ENTRYPOINT", "CMD"}


class NoInstruction(Exception):
    """A line that is none of the known instructions."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction."""

    line: int
    name: str
    flags: dict[str, str]
    words: list[str]


def parse_container_file(path: Path) -> list[Instruction]:
    """The instructions in order: comments and empty lines left out, continued lines joined, JSON lists read."""
    instructions = []
    begun, text = 0, ""
    for number, line in enumerate(path.read_text(encoding="ascii").splitlines(), 1):
        if line.lstrip().startswith("#") or not (line.strip() or text):
            continue
        begun = begun or number
        text += line.rstrip("\\") + " " if line.endswith("\\") else line
        if not line.endswith("\\"):
            instructions.append(_instruction(begun, text.strip()))
            begun, text = 0, ""
    if text:
        raise NoInstruction(f"line {begun}: continued, and the file ends")
    return instructions


def _instruction(line: int, text: str) -> Instruction:
    name, _, rest = text.partition(" ")
    if name not in KNOWN:
        raise NoInstruction(f"line {line}: {name!r}, expected one of {', '.join(sorted(KNOWN))}")
    rest = rest.strip()
    if not rest:
        raise NoInstruction(f"line {line}: {name} of nothing")
    if name == "RUN":
        return Instruction(line, name, {}, [rest])
    if rest.startswith("["):
        return Instruction(line, name, {}, [str(word) for word in json.loads(rest)])
    words = shlex.split(rest)
    flags = dict(word.removeprefix("--").split("=", 1) for word in words if word.startswith("--"))
    return Instruction(line, name, flags, [word for word in words if not word.startswith("--")])
