"""The command line in a home of its own: commands in this process, and those that run until they are told to end."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from harness.cli import main
from harness.keys import KeyPool


@dataclass(frozen=True)
class Done:
    """What a command said, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]
LAST_LINE = "Ctrl-C ends it"


@pytest.fixture(scope="module")
def home(keys: KeyPool, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose keys are those of the session: making them is what takes time."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "keys").symlink_to(keys._folder)
    return folder


def command(*arguments: str | Path) -> list[str]:
    """Return a command line of Kazashi."""
    return [sys.executable, "-m", "harness.cli", *map(str, arguments)]


@pytest.fixture(scope="module")
def run(home: Path) -> Run:
    """Run a command in that home, in this process: starting another takes longer than most of them."""

    def run(*arguments: str | Path, home: Path = home) -> Done:
        said, complained, code = StringIO(), StringIO(), 0
        with pytest.MonkeyPatch.context() as patched, redirect_stdout(said), redirect_stderr(complained):
            patched.setenv("KAZASHI_HOME", str(home))
            patched.setattr(sys, "argv", ["kazashi", *map(str, arguments)])
            try:
                main()
            except SystemExit as ended:
                code = int(ended.code or 0)
        return Done(code, said.getvalue(), complained.getvalue())

    return run


class Up:
    """A `kazashi up` of this test, or another command that runs until it is told to end."""

    def __init__(self, home: Path, *options: str | Path, words: tuple[str, ...] = ("up",)) -> None:
        environment = {**os.environ, "KAZASHI_HOME": str(home)}
        self.process = subprocess.Popen(
            command(*words, *options), env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert self.process.stdout is not None
        self.said: list[str] = []
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith(LAST_LINE):
                break
        else:
            raise AssertionError("".join(self.said))
        self._rest = threading.Thread(target=self.process.stdout.read, daemon=True)  # a full pipe would stop it
        self._rest.start()
        self.addresses = dict(line.split() for line in self.said if "://" in line)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Tell it to end and return its exit code."""
        self.process.send_signal(number)
        code = self.process.wait(20)
        self._rest.join(5)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


def told(done: Done) -> Any:
    """Return what a command said for a program."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def one_line(done: Done) -> str:
    """Return the one line that a fault of the user is, with exit code 2."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr.startswith("kazashi: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr
