"""The reference client through real pcscd and vpcd: every operation, a card that goes and comes, two cards, others."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from smartcard import scard
from smartcard.pcsc.PCSCReader import PCSCReader

from cardsim.folder import save_card
from cardsim.slot import InsertedCard
from harness.pcsc_lane import OUR_READER, CardProcess, PcscLane
from harness.pcsc_lane.readers import slot_of
from reference_impl.reader.atr import Interface
from reference_impl.reader.client import CardClient
from reference_impl.reader.doubt import Outcome
from reference_impl.reader.link import Progress, Step
from reference_impl.reader.lost import CardRemoved, CardReset, CardTooSlow, ReaderGone, Risk
from reference_impl.reader.pcsc import Readers, connected
from reference_impl.reader.pcsc_faults import CardTaken, NoCardCame, NoReader, ServiceGone, SeveralCards
from reference_impl.reader.pins import PinTry
from reference_impl.reader.references import AUTH_PIN
from tests.real_clients.doors import ROOT
from tests.real_clients.programs import FOREIGN_READER
from tests.real_clients.test_driver_faults import held_exclusively
from tests.reference_impl.reader.cards import CHALLENGE, Desk
from tests.reference_impl.reader.cards import connected as connected_in_process
from tests.reference_impl.reader.conftest import desk
from tests.reference_impl.reader.operations import NO_TRY, OPERATIONS, Operation

__all__ = ["desk"]
SLOT = slot_of(OUR_READER)
WRONG = PinTry("9999", must_remain=1)


@pytest.fixture
def folder(desk: Desk, tmp_path: Path) -> Path:
    """A fresh card of the resident."""
    save_card(desk.profile(), tmp_path / "card")
    return tmp_path / "card"


@pytest.fixture
def card(lane: PcscLane, folder: Path) -> Iterator[CardProcess]:
    """The card in our reader."""
    process = lane.insert(folder)
    yield process
    if process.is_alive():
        process.remove()


def attempt_for(desk: Desk, operation: Operation) -> PinTry:
    """The right value."""
    return NO_TRY if operation.reference is None else desk.attempt(operation.reference)


def test_every_operation_gives_what_it_gives_in_process(desk: Desk, card: CardProcess) -> None:
    """Through pcscd, vpcd and pyscard the same results as with nothing between, for every operation."""
    assert card.is_alive()
    beside = CardClient(connected_in_process(InsertedCard.unused(desk.profile())), card_issuers=desk.issuers)
    with connected(SLOT) as connection, CardClient(connection, card_issuers=desk.issuers, time_limit=20) as client:
        for name, operation in OPERATIONS.items():
            attempt = attempt_for(desk, operation)
            assert operation.do(client, attempt) == operation.do(beside, attempt), name


def killing(card: CardProcess, moment: Callable[[Step], bool]) -> Progress:
    """Takes the card out just before the exchange that `moment` names."""

    def told(step: Step) -> None:
        if card.is_alive() and moment(step):
            card.kill()

    return told


def verify_at(steps: list[Step]) -> Callable[[Step], bool]:
    """The VERIFY with the value: the third exchange that is for the PIN (select, ask, present)."""

    def is_it(step: Step) -> bool:
        steps.append(step)
        return [each.doing for each in steps].count(AUTH_PIN.name) == 3

    return is_it


@pytest.mark.parametrize("where", ["first", "verify", "file"])
def test_a_card_that_is_pulled_is_told_and_goes_on_when_it_is_back(
    lane: PcscLane, folder: Path, card: CardProcess, desk: Desk, where: str
) -> None:
    """pcscd says removed; the fault says at which step and what may have happened; back in, all works."""
    moments = {
        "first": lambda step: step.number == 1,
        "verify": verify_at([]),
        "file": lambda step: step.octets > 256,
    }
    with connected(SLOT) as connection:
        client = CardClient(connection, progress=killing(card, moments[where]))
        with pytest.raises(CardRemoved) as caught:
            client.jpki.authenticate(CHALLENGE, desk.attempt(AUTH_PIN))
        assert caught.value.risk is (Risk.TRY_SPENT if where == "verify" else Risk.NONE)
    back = lane.insert(folder)
    with connected(SLOT) as connection:
        settled = client.reinserted(connection)
        assert (settled.outcome if settled else None) is (Outcome.NOT_SPENT if where == "verify" else None)
        assert client.jpki.authenticate(CHALLENGE, desk.attempt(AUTH_PIN)).signature
    back.remove()


def test_another_program_that_resets_the_card_is_told(card: CardProcess) -> None:
    """SCARD_W_RESET_CARD of a shared connection: `CardReset`; an exclusive one is in nobody's reach."""
    assert card.is_alive()
    with connected(SLOT, exclusive=False) as connection:
        client = CardClient(connection)
        client.jpki.read_token()
        other = PCSCReader(SLOT).createConnection()
        other.connect(disposition=scard.SCARD_LEAVE_CARD)
        other.reconnect(disposition=scard.SCARD_RESET_CARD)
        other.release()
        with pytest.raises(CardReset):
            client.jpki.read_token()
    with held_exclusively(), pytest.raises(CardTaken, match=SLOT), connected(SLOT):
        pass


class Counting:
    """pyscard's functions, and how often the state of the readers was asked for."""

    def __init__(self) -> None:
        self.asked = 0

    def __getattr__(self, name: str) -> object:
        self.asked += name == "SCardGetStatusChange"
        return getattr(scard, name)


def test_a_card_is_waited_for_without_polling(lane: PcscLane, folder: Path) -> None:
    """The wait begins before the card comes and ends with it; PC/SC was asked a handful of times, not for ever."""
    counting, found = Counting(), []
    waits = threading.Event()

    def wait() -> None:
        with Readers(counting) as readers:
            waits.set()
            found.append(readers.await_card(30, OUR_READER))

    waiter = threading.Thread(target=wait)
    waiter.start()
    assert waits.wait(10)
    process = lane.insert(folder)
    waiter.join(30)
    assert found == [SLOT]
    assert counting.asked <= 5  # 3 on a quiet machine: a look, a wait, a look
    process.remove()


def test_cards_in_two_readers_are_told_apart(lane: PcscLane, folder: Path, card: CardProcess, tmp_path: Path) -> None:
    """`SeveralCards` names both; a name chooses; the contactless one shows itself as such; empty ones as empty."""
    assert card.is_alive()
    second = tmp_path / "second"
    second.mkdir()
    for path in folder.iterdir():
        (second / path.name).write_bytes(path.read_bytes())
    other = lane.insert(second, FOREIGN_READER, conditions="contactless")
    with Readers() as readers:
        with pytest.raises(SeveralCards) as caught:
            readers.await_card(0)
        assert set(caught.value.readers) == {SLOT, slot_of(FOREIGN_READER)}
        assert readers.await_card(0, "Kazashi") == SLOT
        states = {each.name: each for each in readers.states()}
        assert states[SLOT].interface is Interface.CONTACT
        assert states[slot_of(FOREIGN_READER)].interface is Interface.CONTACTLESS
        assert not states[slot_of(OUR_READER, 1)].present
        other.remove()
        assert readers.await_card(0) == SLOT
        with pytest.raises(NoCardCame):
            readers.await_card(0, FOREIGN_READER)
        with pytest.raises(NoReader):
            readers.await_card(0, "no such reader")


def test_a_slow_card_is_waited_for_or_given_up(lane: PcscLane, folder: Path, desk: Desk) -> None:
    """A signature of 0.64 s: with ten seconds it comes, with half of one it is `CardTooSlow` and nothing is spent."""
    process = lane.insert(folder, conditions="contactless:nfc-phone")
    with connected(SLOT) as connection:
        assert CardClient(connection, time_limit=10).jpki.authenticate(CHALLENGE, desk.attempt(AUTH_PIN)).signature
    with connected(SLOT) as connection:
        client = CardClient(connection, time_limit=0.5)  # ten times a VERIFY: only the signature may be late
        with pytest.raises(CardTooSlow) as caught:
            client.jpki.authenticate(CHALLENGE, desk.attempt(AUTH_PIN))
        assert caught.value.risk is Risk.NONE
    process.remove()


def test_a_service_that_is_gone_is_told(lane: PcscLane, folder: Path) -> None:
    """pcscd ends: `ReaderGone` on the open connection, `ServiceGone` for a new one; the card's folder works again."""
    process = lane.insert(folder)
    with connected(SLOT) as connection:
        client = CardClient(connection)
        client.jpki.read_token()
        with lane.driver_down():
            process.wait(20)
            with pytest.raises(ReaderGone):
                client.jpki.read_token()
            with pytest.raises(ServiceGone):
                Readers()
    process = lane.insert(folder)
    with connected(SLOT) as connection:
        assert CardClient(connection).jpki.read_token().serial
    process.remove()


@contextmanager
def command(lane: PcscLane, *words: str) -> Iterator[subprocess.CompletedProcess[str]]:
    """The command as a program of its own, which finds this lane."""
    yield subprocess.run(
        [sys.executable, "-m", "reference_impl.reader", "--json", "--reader", "Kazashi", "--wait", "20", *words],
        cwd=ROOT, env={**os.environ, **lane.environment}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip


def test_the_command_shows_the_card(lane: PcscLane, card: CardProcess, desk: Desk) -> None:
    """A program of its own reads the same serial number and tries."""
    assert card.is_alive()
    with command(lane, "show") as done:
        assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert (shown["serial"], shown["tries_auth_pin"]) == (desk.profile().serial, 3)
