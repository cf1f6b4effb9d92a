"""The commands in the documentation are there: every `kazashi` line of a shell block, its words and its options."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from harness.cli import build
from harness.forgery import Variant

DOCS = Path(__file__).resolve().parents[2] / "docs"
FENCE = re.compile(r"^```(?:sh)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^    (kazashi .*)$", re.MULTILINE)
PAGES = sorted(path.name for path in DOCS.glob("*.md"))


def documented(text: str) -> Iterator[list[str]]:
    """The words after each `kazashi` of a page, without comments and placeholders of choice."""
    lines = [line for block in FENCE.findall(text) for line in block.splitlines()] + INDENTED.findall(text)
    for line in lines:
        for part in re.split(r"\s#\s|;|\|\|?|&&", line.partition("  #")[0]):
            words = shlex.split(part) if part.count("'") % 2 == 0 and part.count('"') % 2 == 0 else []
            if words and words[0] in {"kazashi", "./kazashi"}:
                yield words[1:]


def unknown(program: Any, words: list[str]) -> list[str]:
    """The words that no command and no option of ours answers to."""
    command = program
    while words and words[0] in getattr(command, "commands", {}):
        command, words = command.commands[words[0]], words[1:]
    if getattr(command, "commands", None) and words and not words[0].startswith("-"):
        return words[:1]
    options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    return [word for word in words if word.startswith("--") and word.partition("=")[0] not in {*options, "--help"}]


@pytest.fixture(scope="module")
def program() -> Any:
    """The whole command line."""
    return typer.main.get_command(build())


@pytest.mark.parametrize("page", PAGES)
def test_documented_commands_are_there(program: Any, page: str) -> None:
    """No command and no option is documented that does not exist."""
    text = (DOCS / page).read_text(encoding="utf-8")
    assert {" ".join(words): gone for words in documented(text) if (gone := unknown(program, words))} == {}


def test_what_is_not_there_is_found(program: Any) -> None:
    """The check above sees a command, a word below it, and an option that are none of ours."""
    lines = ("fly", "card fly   # up", "card insert r000001 --wings", "card slots --json")
    text = "```sh\n" + "".join(f"kazashi {line}\n" for line in lines) + "```\n"
    assert [unknown(program, words) for words in documented(text)] == [["fly"], ["fly"], ["--wings"], []]


def test_cards_are_documented() -> None:
    """Each adversarial card stands in its page with the words of the command line."""
    text = (DOCS / "free-area.md").read_text(encoding="utf-8")
    assert [each for each in Variant if f"| `{each}` | {each.told[1]}<br>{each.told[0]} |" not in text] == []
