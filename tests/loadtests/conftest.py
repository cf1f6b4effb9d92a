"""One installation for all load runs of this folder: making keys is what takes time."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from harness.keys import KeyPool
from loadtests.commands import app
from loadtests.crowd import folder_of
from loadtests.holder_making import find_or_make, made_of


@dataclass(frozen=True)
class Done:
    """How a load run ended."""

    exit_code: int
    said: str
    written: Any
    fault: BaseException | None


LoadRun = Callable[..., Done]
HOLDERS = 100
PEOPLE = ("--bad", "0.2", "--population", str(HOLDERS))
SHORT = ("--users", "4", "--seconds", "2", "--ceiling", "0", *PEOPLE)


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the keys of these tests are kept."""
    return tmp_path_factory.mktemp("installation")


@pytest.fixture(scope="session")
def folder(installation: Path) -> Path:
    """The holders of these runs, made once."""
    keys = KeyPool(installation / "keys")
    wanted = made_of(1, HOLDERS, keys)
    find_or_make(wanted, folder_of(keys) / wanted.name, keys).close()
    return folder_of(keys) / wanted.name


@pytest.fixture
def load_run(installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LoadRun:
    """Run `kazashi load run` in this process, as short as may be unless told otherwise."""
    monkeypatch.setenv("KAZASHI_HOME", str(installation))

    def run(*arguments: str) -> Done:
        done = CliRunner().invoke(app, ["run", *SHORT, "--out", str(tmp_path), *arguments])
        path = tmp_path / "load.json"
        written = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
        return Done(done.exit_code, done.output, written, done.exception)

    return run
