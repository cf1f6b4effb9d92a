"""`kazashi scenario explore`, as a user runs it."""

import subprocess
import sys
from pathlib import Path

import pytest

LIARS = Path(__file__).parents[3] / "conformance" / "targets" / "always.pl"


def explore(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a process of its own."""
    command = [sys.executable, "-c", "from harness.cli import main; main()", "scenario", "explore", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def told_of(folder: Path) -> int:
    """Return pytest's exit code of the stories in a folder, told about the same liar."""
    options = ["-q", "-p", "no:cacheprovider", "-p", "scenarios.conftest", f"--target=command:perl {LIARS} accept"]
    command = [sys.executable, "-m", "pytest", str(folder), "--rootdir", str(folder), *options]
    return subprocess.run(command, capture_output=True, check=False, timeout=300, cwd=folder).returncode


def test_liar_leaves_a_story(tmp_path: Path) -> None:
    """Exit 1; what differs is told in Japanese, and its story stands in the folder, is short and breaks again."""
    options = ["--minutes", "1", "--keep", str(tmp_path), "--lang", "ja", "--target", f"command:perl {LIARS} accept"]
    done = explore(*options)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "、実際: " in done.stdout
    (path,) = tmp_path.iterdir()
    text = path.read_text(encoding="utf-8")
    compile(text, path.name, "exec")
    assert "town.issues_a_card(" in text
    assert "@story(" in text
    assert told_of(path.parent) == 1, "the story breaks off about the liar that it was found with"
    assert len(text.partition("-> None:\n")[2].splitlines()) <= 4, text


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--keep", "no-such-folder"], "--keep no-such-folder: expected a folder that is there"),
        (["--lang", "fr"], "--lang 'fr': expected ja or en"),
        (["--target", "nobody"], "--target 'nobody': expected reference"),
    ],
)
def test_what_cannot_be_explored_is_one_line_and_exit_2(words: list[str], says: str) -> None:
    """What, expected and how to mend it; nothing is played."""
    done = explore(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert says in done.stderr
