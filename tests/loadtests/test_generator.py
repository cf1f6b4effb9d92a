"""Locust's process: a fault of our own in it is never a quiet run."""

from pathlib import Path

import msgspec
import pytest

from harness.contract.targets import parse_target, running_target
from harness.errors import HarnessFault
from loadtests import generator
from loadtests.options import Options
from loadtests.vocabulary import Signatures
from tests.loadtests.people import of_folder
from tests.loadtests.test_run import broken

OPTIONS = Options(target="", users=1, seconds=1, seed=1, timeout=1.0)


def test_fault_of_a_user_is_an_error(tmp_path: Path, folder: Path) -> None:
    """Cards that cannot be made: the visitor cannot sign, and the run says so; the file with the keys is gone."""
    people = msgspec.structs.replace(of_folder(folder), signatures=Signatures.CARD, authorities={})
    with running_target(parse_target(broken("unavailable"))) as address:
        tally = generator.generate(people, address, tmp_path, OPTIONS)
    assert tally.errors
    assert all(kind.startswith("load generator: KeyError") for kind in tally.errors)
    assert not (tmp_path / "population.json").exists()


def test_locust_that_does_not_start_is_a_fault_of_the_harness(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No counts are no result; its last words are told."""
    monkeypatch.setattr(generator, "LOCUSTFILE", tmp_path / "nowhere.py")
    with pytest.raises(HarnessFault, match="expected its counts") as fault:
        generator.generate(of_folder(folder), "http://127.0.0.1:9", tmp_path, OPTIONS)
    assert "nowhere.py" in str(fault.value)


def test_variables_of_locust_do_not_reach_it(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """LOCUST_USERS and its like would make another run of it than was asked for."""
    monkeypatch.setenv("LOCUST_LOCUSTFILE", str(tmp_path / "nowhere.py"))
    monkeypatch.setenv("LOCUST_EXCLUDE_TAGS", "everything")
    monkeypatch.setenv("LOCUST_EXPECT_WORKERS", "rubbish")
    with running_target(parse_target(broken("unavailable"))) as address:
        assert generator.generate(of_folder(folder), address, tmp_path, OPTIONS).requests > 0
