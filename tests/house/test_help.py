"""The help of the command line is Japanese and English: of every group, command, argument and option that is ours."""

import re
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
import typer

from harness.cli import build

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]{2,}")


def helped(command: Any, path: str = "kazashi") -> Iterator[tuple[str, str]]:
    """Each thing that has a help, and the help: the command, its parameters, and all below it."""
    yield path, command.help or ""
    for parameter in command.params:
        if parameter.name != "help" and not getattr(parameter, "hidden", False):
            yield f"{path} {parameter.name}", str(getattr(parameter, "help", None) or "")
    for name, below in getattr(command, "commands", {}).items():
        yield from helped(below, f"{path} {name}")


def is_in_both(text: str) -> bool:
    """Whether there are Japanese letters in it, and a word in Latin ones."""
    return bool(JAPANESE.search(text) and ENGLISH.search(text))


def test_every_help_is_in_both_languages() -> None:
    """None is missing, none is in one language alone; there are more than two hundred."""
    found = dict(helped(typer.main.get_command(build())))
    assert len(found) > 200
    assert [what for what, text in found.items() if not is_in_both(text)] == []


@pytest.mark.parametrize("text", ["", "whose card", "誰のカード", "A カード"])
def test_one_language_is_seen(text: str) -> None:
    """The check above finds an option without help, and one in one language."""
    program = typer.Typer()

    @program.command()
    def command(option: Annotated[str, typer.Option(help=text)] = "") -> None:
        """Do it / する"""

    found = dict(helped(typer.main.get_command(program)))
    assert is_in_both(found["kazashi"])
    assert not is_in_both(found["kazashi option"])
