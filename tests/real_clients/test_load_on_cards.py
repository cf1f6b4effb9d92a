"""Load on cards behind a real pcscd: two readers at a time, each with a rate of its own, and no try is spent."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cardsim.folder import look_at_card
from cardsim.state import fresh_kept
from harness.pcsc_lane import OUR_READER, PcscLane
from tests.real_clients.doors import ROOT
from tests.real_clients.programs import FOREIGN_READER

LOAD = [sys.executable, "-m", "harness.cli", "load", "run", "--seconds", "3"]
SECONDS = 120


@pytest.fixture
def cards(tmp_path: Path) -> list[Path]:
    """Two cards of the emulation, each in its folder."""
    folders = [tmp_path / f"card-{number}" for number in (1, 2)]
    for folder in folders:
        command = [sys.executable, "-m", "harness.cli", "card", "new", str(folder), "--throw-away"]
        subprocess.run(command, check=True, capture_output=True, env=_environment(tmp_path))
    return folders


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "KAZASHI_HOME": str(home / "home"), "PYTHONPATH": str(ROOT)}


def _run(lane: PcscLane, tmp_path: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*lane.daemon.door_prefix(), *LOAD, "--out", str(tmp_path / "out"), *arguments],
        env={**_environment(tmp_path), **lane.environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


def test_two_cards_sign_and_tap(lane: PcscLane, cards: list[Path], tmp_path: Path) -> None:
    """Every signature is right, none is given without the PIN, and both cards keep their tries."""
    slots = [lane.insert(card, slot=number) for number, card in enumerate(cards)]
    try:
        done = _run(lane, tmp_path, "--target", "pcsc:" + ",".join(slot.slot for slot in slots), "--bad", "0.3")
    finally:
        for slot in slots:
            slot.remove()
    assert done.returncode == 0, done.stdout + done.stderr
    written = json.loads((tmp_path / "out" / "load.json").read_text(encoding="utf-8"))
    assert {(row["purpose"], row["kind"], row["actual"]) for row in written["verdicts"]} == {
        (what, slot.slot, said)
        for slot in slots
        for what, said in (("sign", "signed"), ("tap", "signed"), ("sign without PIN", "refused 6982"))
    }
    assert written["errors"] == 0
    for card in cards:
        profile, kept = look_at_card(card)
        unused = fresh_kept(profile)
        assert {name: kept.pins[name] for name in unused.pins} == dict(unused.pins)


def test_foreign_reader_and_empty_one_are_refused(lane: PcscLane, tmp_path: Path) -> None:
    """Before any PIN: a reader that is not ours by its name, and one that is not there."""
    foreign = _run(lane, tmp_path, "--target", f"pcsc:{FOREIGN_READER} 00 00")
    nobody = _run(lane, tmp_path, "--target", f"pcsc:{OUR_READER} 07 00")
    assert (foreign.returncode, nobody.returncode) == (2, 2)
    assert "expected readers whose names begin with 'Kazashi'" in foreign.stderr
    assert "expected one of" in nobody.stderr
