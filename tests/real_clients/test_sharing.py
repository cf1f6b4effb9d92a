"""Exclusive and shared connections, transactions, a contactless card: through pyscard and real pcscd."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from cardsim.folder import save_card
from cardsim.profile import Profile
from harness.pcsc_lane import OUR_READER, PcscLane
from harness.pcsc_lane.readers import slot_of
from tests.real_clients.programs import Bench

OK, SHARING_VIOLATION, RESET = "00000000", "8010000B", "80100068"
"""PC/SC part 5: SCARD_S_SUCCESS, SCARD_E_SHARING_VIOLATION, SCARD_W_RESET_CARD."""


@pytest.fixture
def facts(bench: Bench) -> dict[str, Any]:
    """What pcscd answers to a list of calls (tests/real_clients/pcsc_probe.py)."""
    probe = (sys.executable, "-m", "tests.real_clients.pcsc_probe", bench.card.slot, slot_of(OUR_READER, 1))
    asked = bench.run(*probe)
    assert asked.returncode == 0, asked.stderr
    return dict(json.loads(line) for line in asked.stdout.splitlines())


def test_exclusive_transactions_and_resets(facts: dict[str, Any]) -> None:
    """Exclusive beside shared is refused, both ways; a transaction keeps others waiting; a reset is told to them."""
    assert facts["exclusive beside shared"].upper().endswith(SHARING_VIOLATION)
    assert facts["exclusive"].upper().endswith(OK)
    assert facts["shared beside exclusive"].upper().endswith(SHARING_VIOLATION)
    waited, answered = facts["transmit while another has a transaction"]
    assert waited or answered[0].upper().endswith(SHARING_VIOLATION)
    assert facts["transmit within"][1] == "9000"
    assert facts["transmit after another's reset"][0].upper().endswith(RESET)
    assert facts["transmit again"][1] == "9000"


def test_what_a_disposition_leaves(facts: dict[str, Any]) -> None:
    """A file that was selected is current for the next client where the card was left, and else is not."""
    left, reset, unpowered = (facts[f"key selected after disposition {disposition}"][1] for disposition in range(3))
    assert left == "63c3"
    assert reset == unpowered != left


def test_a_contactless_card_through_pcscd(lane: PcscLane, profile: Profile, tmp_path: Path) -> None:
    """pyscard sees the contactless ATR, gets four bytes as the card's number, and waits as at a telephone."""
    save_card(profile, tmp_path / "card")
    card = lane.insert(tmp_path / "card", conditions="contactless:nfc-phone")
    try:
        with lane.connected() as connection:
            assert bytes(connection.getATR()) == bytes.fromhex("3B888001000005E0B381A1007F")
            number, sw1, sw2 = connection.transmit(list(bytes.fromhex("FFCA000000")))
            assert (len(number), sw1, sw2) == (4, 0x90, 0x00)
            begun = time.monotonic()
            assert connection.transmit(list(bytes.fromhex("00A4040C0AD392F000260100000001")))[1:] == (0x90, 0x00)
            assert time.monotonic() - begun > 0.017
    finally:
        card.remove()
