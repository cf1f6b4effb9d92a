"""What a terminal lives through: a reader in another's hands, a driver that restarts, a card whose process dies."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from smartcard import scard
from smartcard.Exceptions import CardConnectionException

from cardsim.folder import save_card
from cardsim.profile import Profile
from harness.pcsc_lane import OUR_READER, LaneUnavailable, PcscLane
from harness.pcsc_lane.readers import await_card, listed_readers, slot_of
from harness.terminal.card_reader import CardReader, PinRefused
from tests.real_clients.doors import ROOT
from tests.real_clients.programs import Bench

SLOT = slot_of(OUR_READER)
SELECT = list(bytes.fromhex("00A4040C0AD392F000260100000001"))
NO_SERVICE, SHARING_VIOLATION, REMOVED_CARD = 0x8010001D, 0x8010000B, 0x80100069


@contextmanager
def held_exclusively() -> Iterator[None]:
    """Another process has the card for itself."""
    command = [sys.executable, "-m", "tests.real_clients.exclusive_holder", SLOT]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            yield
            holder.communicate(timeout=20)
        finally:
            holder.kill()


def test_a_card_held_exclusively_is_refused_in_one_line(bench: Bench) -> None:
    """SCARD_E_SHARING_VIOLATION with the reason and the mend; the card was asked nothing; afterwards it is open."""
    with held_exclusively():
        with pytest.raises(LaneUnavailable, match="another program holds the card exclusively") as refused:
            bench.lane.connected().__enter__()
        assert str(refused.value).startswith(f"{SLOT}: ")
        assert str(refused.value).endswith(f"(PC/SC 0x{SHARING_VIOLATION:08X})")
        assert "\n" not in str(refused.value)
        shown = bench.run("pkcs15-tool", "-D")
        assert shown.returncode != 0
        assert bench.commands() == []
    with bench.lane.connected() as connection:
        assert connection.transmit(SELECT) == ([], 0x90, 0x00)


def test_nobody_takes_a_shared_card_for_himself(bench: Bench) -> None:
    """An exclusive connection is refused while another one is open."""
    with bench.lane.connected():
        command = [sys.executable, "-m", "tests.real_clients.exclusive_holder", SLOT]
        refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
        assert refused.returncode != 0
        assert "Sharing violation" in refused.stderr
    with held_exclusively():
        pass


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "ended"])
def test_a_restarted_driver_finds_the_card_and_gives_no_try_back(
    lane: PcscLane, bench: Bench, how: signal.Signals
) -> None:
    """The card's process, the same one, returns to its reader by itself; a try spent before is still missing."""
    bench.remove()
    card = lane.insert(bench.folder, reconnect=30)
    with lane.connected() as connection, pytest.raises(PinRefused):
        CardReader(connection).sign_challenge("9999", bytes(32))
    with lane.driver_down(how):
        assert card.is_alive()
    await_card(SLOT)
    assert card.is_alive()
    with lane.connected() as connection:
        assert CardReader(connection).tries_left() == 2
    card.remove()
    bench.insert(OUR_READER)


def test_a_card_that_must_not_wait_ends_with_the_driver(bench: Bench) -> None:
    """The twin: without `reconnect` the card's process ends when its reader does, and nothing of a lane survives."""
    with bench.lane.driver_down():
        assert bench.card.wait(20) == 1
    bench.insert(OUR_READER)


def test_a_stale_context_is_told_so_and_a_new_one_works(lane: PcscLane, bench: Bench) -> None:
    """SCARD_E_NO_SERVICE while pcscd is down and, for the old context, afterwards too; a new context is the mend."""
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    assert code == scard.SCARD_S_SUCCESS
    with lane.connected() as connection:
        assert connection.transmit(SELECT) == ([], 0x90, 0x00)
        with lane.driver_down():
            assert bench.card.wait(20) == 1
            assert unsigned(scard.SCardListReaders(context, [])[0]) == NO_SERVICE
            assert unsigned(scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)[0]) == NO_SERVICE
            with pytest.raises(LaneUnavailable, match="SCardEstablishContext: Service not available"):
                listed_readers()
        assert unsigned(scard.SCardListReaders(context, [])[0]) == NO_SERVICE
        with pytest.raises(CardConnectionException):
            connection.transmit(SELECT)
        bench.insert(OUR_READER)
        with lane.connected() as again:
            assert again.transmit(SELECT) == ([], 0x90, 0x00)


def test_a_killed_card_is_a_removed_card_to_whoever_holds_it(bench: Bench) -> None:
    """kill -9 of the card's process: the open connection says removed; with a new one the try is still missing."""
    with bench.lane.connected() as connection:
        with pytest.raises(PinRefused):
            CardReader(connection).sign_challenge("9999", bytes(32))
        bench.card.kill()
        bench.insert(OUR_READER)
        with pytest.raises(CardConnectionException) as removed:
            connection.transmit(SELECT)
        assert unsigned(removed.value.hresult) == REMOVED_CARD
        with bench.lane.connected() as again:
            assert CardReader(again).tries_left() == 2


def test_a_card_put_in_at_once_after_an_error_is_seen(bench: Bench) -> None:
    """pcscd may miss it: card killed, command failed, connection unpowered, next card in within one look of pcscd."""
    with bench.lane.connected() as connection:
        os.kill(bench.card.pid, signal.SIGKILL)
        assert bench.card.wait(20) == -signal.SIGKILL
        with pytest.raises(CardConnectionException):
            connection.transmit(SELECT)
    bench.insert(OUR_READER)
    with bench.lane.connected() as connection:
        assert connection.transmit(SELECT) == ([], 0x90, 0x00)


def test_a_card_that_could_not_be_put_in_is_left_to_nobody(
    lane: PcscLane, profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is not ready in time has ended when that is said: its card can be put in at once."""
    save_card(profile, tmp_path / "card")
    with monkeypatch.context() as impatient:
        impatient.setattr("harness.pcsc_lane.lane.PATIENCE", 0.0)
        with pytest.raises(LaneUnavailable, match=f"^{SLOT}: the card's door: expected the line `ready` within 0 s"):
            lane.insert(tmp_path / "card")
    lane.insert(tmp_path / "card").remove()


def unsigned(code: int) -> int:
    """A PC/SC result as it is written: pyscard gives some as negative numbers."""
    return code & 0xFFFFFFFF
