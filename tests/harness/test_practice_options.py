"""How a new world issues and publishes, said on the command line: seen in its lists by `openssl`, kept in its store."""

import re
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from harness.contract.vocabulary import Kind
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.jlis.crl_practice import CrlPractice
from harness.jlis.practice import Practice
from harness.keys import KeyPool
from harness.municipalities import AOI, MUNICIPALITIES
from harness.world import World
from tests.harness.asking import list_address
from tests.harness.command_line import Run, Up, home, one_line, run
from tests.harness.openssl import openssl, write_pem

__all__ = ["home", "run"]
KANA = "ヒョウホン　ハナコ"
AWKWARD = ["--crl-mode", "new-key", "--crl-publication", "05:30", "--crl-valid", "72h", "--crl-swap", "7m"]


@pytest.fixture
def store(run: Run, tmp_path: Path) -> Path:
    """A store with a world of one resident that publishes otherwise than by default; frozen on 2 December at 05:30."""
    store = tmp_path / "world.db"
    issuing = ["--kana", "--production-policies", "--residents", "1", "--population", "plain"]
    done = run("world", "new", "--store", store, *issuing, *AWKWARD, "--at", "2026-12-02T05:30", "--frozen")
    assert done.returncode == 0, done.stderr
    return store


def test_lists_are_published_as_was_said(store: Path, keys: KeyPool, tmp_path: Path) -> None:
    """`openssl crl`: at 05:30 each day, for 72 hours, swapped in seven minutes later; of the latest key alone."""
    with (
        closing(World.open(keys, store)) as world,
        Served(JlisDoor(world).app) as served,
        httpx.Client(base_url=served.url, trust_env=False, timeout=60) as client,
    ):
        assert len(client.get("/crl/index.json").json()["lists"]) == 4 * len(MUNICIPALITIES)

        def window() -> list[str]:
            file = tmp_path / "list.crl"
            file.write_bytes(client.get(httpx.URL(list_address(client, "auth", AOI.code)).path).content)
            said = openssl("crl", "-inform", "DER", "-in", file, "-noout", "-lastupdate", "-nextupdate")[1]
            return re.findall(r"=(.* GMT)", said)

        yesterday = ["Nov 30 20:30:00 2026 GMT", "Dec  3 20:30:00 2026 GMT"]
        assert window() == yesterday
        world.clock.advance(timedelta(minutes=6, seconds=59))
        assert window() == yesterday
        world.clock.advance(timedelta(seconds=1))
        assert window() == ["Dec  1 20:30:00 2026 GMT", "Dec  4 20:30:00 2026 GMT"]


def test_certificates_are_issued_as_was_said(store: Path, keys: KeyPool, tmp_path: Path) -> None:
    """`openssl x509`: the policy of production, and one more otherName, 振り仮名, in the signature certificate."""
    with closing(World.open(keys, store)) as world:
        card = world.issue_card(world.new_resident(kana=KANA).id)
        said = openssl("x509", "-in", write_pem(tmp_path, "sign", card.sign_certificate), "-noout", "-text")[1]
        plain = World.create(keys, seed=1, start=world.clock.now())
        other = plain.issue_card(plain.new_resident(kana=KANA).id)
        plain.close()
    before = openssl("x509", "-in", write_pem(tmp_path, "plain", other.sign_certificate), "-noout", "-text")[1]
    assert "Policy: 1.2.392.200149.8.5.1.1.20" in said
    assert "Policy: 1.2.392.200149.8.5.1.0.20" in before
    assert said.count("othername:") - before.count("othername:") == 1


def test_a_stored_world_keeps_its_own(store: Path, run: Run, home: Path) -> None:
    """Opened again, `up` too, with the same it is the same world; anything else is one line that says what it has."""
    for wrong, says in (
        (["--crl-mode", "per-generation"], "--crl-mode per-generation, actual one with new-key"),
        (["--crl-swap", "off"], "--crl-swap off, actual one with 0:07:00-0:07:00"),
        (["--crl-valid", "48h"], "actual one with 3 days"),
        (["--crl-publication", "03:00"], "--crl-publication 03:00:00+09:00, actual one with 05:30:00+09:00"),
        (["--no-kana"], "--kana False, actual one with True"),
    ):
        assert says in one_line(run("world", "new", "--store", store, *wrong))
    up = Up(home, "--store", store, *AWKWARD, "--kana")
    try:
        lists = httpx.get(up.addresses["crl"], trust_env=False, timeout=60).json()["lists"]
        assert len(lists) == 4 * len(MUNICIPALITIES)
    finally:
        assert up.end() == 0


def test_up_takes_them_too(home: Path) -> None:
    """A world of `up` alone: shared names are in its index, several lists under one."""
    up = Up(home, "--residents", "0", "--frozen", "--crl-mode", "shared-names")
    try:
        query = {"municipality": AOI.code, "kind": Kind.AUTH.value, "medium": "card"}
        rows = httpx.get(up.addresses["crl"], params=query, trust_env=False, timeout=60).json()["lists"]
        assert (len(rows), len({row["distribution_point"] for row in rows})) == (3, 1)
    finally:
        assert up.end() == 0


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (["--crl-publication", "25:00"], "a time of the day like 03:00"),
        (["--crl-valid", "2 days"], "15m, 36h"),
        (["--crl-valid", "23h"], "the fault `stale`"),
        (["--crl-valid", "24h", "--crl-swap", "5m-10m"], "at least 1 day, 0:10:00"),
        (["--crl-swap", "10m-5m"], "the shorter span first"),
        (["--crl-swap", "24h"], "less than a day"),
        (["--crl-swap", "soon"], "15m, 36h"),
    ],
)
def test_what_cannot_be_published_is_one_line(run: Run, tmp_path: Path, wrong: list[str], says: str) -> None:
    """And no world is made."""
    store = tmp_path / "world.db"
    assert says in one_line(run("world", "new", "--store", store, *wrong))
    assert not store.exists()


def test_practice_survives_a_save(store: Path, run: Run, keys: KeyPool, tmp_path: Path) -> None:
    """`world save` and `load`: the other store's world publishes the same way."""
    other, file = tmp_path / "other.db", tmp_path / "world.kazashi"
    assert run("world", "save", file, "--store", store).returncode == 0
    assert run("world", "load", file, "--store", other).returncode == 0
    with closing(World.open(keys, store)) as first, closing(World.open(keys, other)) as second:
        assert first.jlis.practice == second.jlis.practice != Practice()
        assert second.jlis.list_practice != CrlPractice()
