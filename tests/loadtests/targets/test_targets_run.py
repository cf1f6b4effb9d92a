"""Whole runs against everything but a product: each kind passes with ours, and a wrong one is seen."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from harness.keys import KeyPool
from harness.world import World
from loadtests.calendar import ISSUE, LOAD, REVOCATION
from loadtests.options import Options
from loadtests.targets.own_server import own_server
from loadtests.targets.register import KEYS, PEOPLE, register
from tests.loadtests.conftest import LoadRun

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("target", "kinds"),
    [
        ("ocsp:own", {"good", "just-lost", "revoked", "on-hold", "unknown"}),
        ("crl:own", {"good", "just-lost", "revoked", "on-hold"}),
        ("python:reference_impl.verification", {"good", "just-lost", "revoked", "on-hold", "forged"}),
        ("platform:own", {"good", "revoked", "on-hold", "forged"}),
    ],
)
def test_ours_passes(load_run: LoadRun, target: str, kinds: set[str]) -> None:
    """Exit 0: every kind of question was asked, and each answer was right."""
    done = load_run("--target", target, "--bad", "0.4", "--seconds", "3")
    assert done.exit_code == 0, (done.said, done.fault)
    assert {row["kind"] for row in done.written["verdicts"]} == kinds
    assert {row["ruling"] for row in done.written["verdicts"]} == {"right"}


@pytest.fixture
def somebody_elses(installation: Path, tmp_path: Path) -> Iterator[tuple[dict[str, str], Path]]:
    """A fake J-LIS that runs already over a store of its own: where it answers, and the store that it owns."""
    store, asked = tmp_path / "world.db", Options(target="ocsp:own", users=1, seconds=1, seed=1, timeout=5.0)
    with register(asked, KeyPool(installation / "keys"), store):
        pass
    words = ["serve", "jlis", "--store", str(store)]
    with own_server(words, tmp_path, 60.0, {"KAZASHI_HOME": str(installation)}) as server:
        yield server.addresses, store


def test_server_that_runs_elsewhere_is_compared_with_its_own_store(
    load_run: LoadRun, somebody_elses: tuple[dict[str, str], Path]
) -> None:
    """The file is read while its owner serves from it; every kind is asked about, and each answer is right."""
    addresses, store = somebody_elses
    for target, kinds in (
        (f"ocsp:{addresses['ocsp-auth']}", {"good", "just-lost", "revoked", "on-hold", "unknown"}),
        (f"crl:{addresses['crl']}", {"good", "just-lost", "revoked", "on-hold"}),
    ):
        done = load_run("--target", target, "--world", str(store), "--bad", "0.4")
        assert done.exit_code == 0, (done.said, done.fault)
        assert {row["kind"] for row in done.written["verdicts"]} == kinds


def test_server_that_answers_for_another_store_is_wrong(
    load_run: LoadRun, installation: Path, somebody_elses: tuple[dict[str, str], Path], tmp_path: Path
) -> None:
    """The same people, and in the store that was named everybody but one was revoked: its lists are wrong of them."""
    other = World.create(KeyPool(installation / "keys"), seed=1, start=ISSUE, store=tmp_path / "other.db")
    other.new_crowd(PEOPLE, keys=KEYS)
    other.clock.set(REVOCATION)
    for resident in other.residents()[1:]:
        other.lose(resident.id)
    other.clock.set(LOAD)
    other.close()
    done = load_run("--target", f"crl:{somebody_elses[0]['crl']}", "--world", str(tmp_path / "other.db"))
    assert done.exit_code == 1, (done.said, done.fault)
    assert done.written["wrong_verdicts"] > 0


def test_register_in_which_nobody_is_revoked_is_refused(
    load_run: LoadRun, installation: Path, somebody_elses: tuple[dict[str, str], Path], tmp_path: Path
) -> None:
    """Lists that nobody has to be in prove nothing; and a file that is no store is none."""
    address, store = f"crl:{somebody_elses[0]['crl']}", tmp_path / "quiet.db"
    world = World.create(KeyPool(installation / "keys"), seed=1, start=LOAD, store=store)
    world.new_crowd(3, keys=4)
    world.close()
    (tmp_path / "letter.db").write_text("Dear Sir or Madam")
    for where, says in ((store, "expected somebody good"), (tmp_path / "letter.db", "not a database")):
        done = load_run("--target", address, "--world", str(where))
        assert says in str(done.fault)
        assert done.written is None


@pytest.fixture
def lenient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A core that accepts everybody, where both processes find it."""
    shutil.copy(HERE / "lenient_core.py", tmp_path / "lenient_core_of_a_test.py")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    yielded = "python:lenient_core_of_a_test"
    monkeypatch.delitem(sys.modules, "lenient_core_of_a_test", raising=False)
    return yielded


def test_core_that_accepts_everybody_fails(load_run: LoadRun, lenient: str) -> None:
    """Exit 1: every bad login was wrongly accepted, and is told with what would have been right."""
    done = load_run("--target", lenient, "--bad", "0.3")
    assert done.exit_code == 1
    wrong = {(row["kind"], row["expected"]) for row in done.written["verdicts"] if row["ruling"] == "wrong"}
    assert wrong == {("forged", "BAD_SIGNATURE"), ("revoked", "REVOKED"), ("on-hold", "ON_HOLD")}
    assert done.written["errors"] == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--target", "ocsp:http://127.0.0.1:9/ocsp"], "expected --world STORE"),
        (["--target", "ocsp:http://192.0.2.1/ocsp"], "--i-own-this-target"),
        (["--target", "platform:http://127.0.0.1:9"], "expected platform:own"),
        (["--target", "python:no_such_module_of_a_vendor"], "expected a module with that factory"),
        (["--target", "http://127.0.0.1:9", "--patience", "0.2"], "expected somebody to listen within 0.2 s"),
        (["--workers", "2"], "expected --share DIR"),
        (["--workers", "2", "--processes", "2"], "expected one of them"),
        (["--processes", "8", "--users", "4"], "expected one or more for each of 8 processes"),
        (["--workers", "1", "--share", "x", "--bind", "nowhere"], "expected HOST:PORT"),
    ],
)
def test_what_cannot_be_loaded_is_one_line(load_run: LoadRun, arguments: list[str], says: str) -> None:
    """Before any load is sent."""
    done = load_run(*arguments)
    assert isinstance(done.fault, ConfigurationError), (done.said, done.fault)
    assert says in str(done.fault)
    assert "\n" not in str(done.fault)
