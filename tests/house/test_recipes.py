"""The recipes for CI: valid where they are going, and every command in them is a real one."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "ci"
SCHEMAS = {"github-actions.yml": "vendor.github-workflows", "gitlab-ci.yml": "vendor.gitlab-ci"}
RECIPES = [*SCHEMAS, "Jenkinsfile"]
BLOCKS = {
    "": {"pipeline"},
    "pipeline": {"agent", "options", "stages", "post"},
    "options": {"timeout"},
    "stages": {"stage"},
    "stage": {"steps"},
    "steps": {"sh", "dir"},
    "dir": {"sh"},
    "post": {"always"},
    "always": {"archiveArtifacts", "junit"},
}
"""What may stand in what, of the declarative pipeline syntax as far as the recipe uses it."""


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words after each `./kazashi`."""
    for line in re.findall(r"\./kazashi ([^\n']+)", text):
        yield shlex.split(line)


@pytest.mark.parametrize(("recipe", "schema"), SCHEMAS.items())
def test_recipe_fits_the_schema_of_its_service(recipe: str, schema: str, tmp_path: Path) -> None:
    """Judged by the schemas that these services publish; a misspelt key is found."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
    text = (FOLDER / recipe).read_text(encoding="utf-8")
    assert subprocess.run([*command, FOLDER / recipe], capture_output=True, check=False).returncode == 0
    broken = tmp_path / recipe
    broken.write_text(text.replace("    steps:", "    stepps:").replace("  script:", "  skript:"), encoding="utf-8")
    assert subprocess.run([*command, broken], capture_output=True, check=False).returncode == 1


def words_of(text: str) -> list[tuple[str, str]]:
    """Return (block, word) for each statement of a Jenkinsfile; AssertionError when blocks do not close."""
    found, inside = [], [""]
    for line in (line.split("//")[0].strip() for line in text.splitlines()):
        if not line:
            continue
        if line == "}":
            inside.pop()
            assert inside, "a block is closed that was not opened"
            continue
        word = re.match(r"[A-Za-z]+", line)
        assert word, line
        found.append((inside[-1], word[0]))
        if line.endswith("{"):
            inside.append(word[0])
        assert line.count("'") % 2 == 0, f"a string is left open: {line}"
    assert inside == [""], f"left open: {inside[1:]}"
    return found


def test_jenkinsfile_is_made_of_the_blocks_it_may_have() -> None:
    """Nesting and words; what Jenkins itself would say is not known here."""
    for block, word in words_of((FOLDER / "Jenkinsfile").read_text(encoding="utf-8")):
        assert word in BLOCKS[block], f"{word} in {block or 'the file'}"
    with pytest.raises(AssertionError, match="left open"):
        words_of("pipeline {\n    agent any\n")


def parses(words: list[str]) -> bool:
    """Whether the command line knows the command and every option; with --help nothing is run."""
    done = subprocess.run([sys.executable, "-m", "harness.cli", *words, "--help"], capture_output=True, check=False)
    return done.returncode == 0


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_command_of_a_recipe_exists(recipe: str) -> None:
    """Each line is parsed by the command line itself."""
    lines = list(commands((FOLDER / recipe).read_text(encoding="utf-8")))
    assert [line[0] for line in lines] == ["doctor", "adapter", "certify"]
    assert all(parses(line) for line in lines)


def test_unknown_commands_and_options_are_found() -> None:
    """What the check above rests on."""
    assert not parses(["certify", "--tarhget", "reference"])
    assert not parses(["adapter", "chekc", "--target", "reference"])
