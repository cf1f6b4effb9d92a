"""Readers as the client sees them, against a PC/SC that is told what to say; the real one is in tests/real_clients."""

import threading
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import ClassVar

import pytest

from cardsim.readers.interface import CONTACT_ATRS, CONTACTLESS_ATRS, pupi_of, with_pupi
from reference_impl.reader.atr import Interface, interface_of
from reference_impl.reader.pcsc import Readers, ReaderState, connected
from reference_impl.reader.pcsc_faults import (
    CardMute,
    CardTaken,
    NoCardCame,
    NoReader,
    PcscFault,
    PcscMissing,
    ServiceGone,
    SeveralCards,
    WaitEnded,
)

EMPTY, PRESENT, EXCLUSIVE, MUTE, CHANGED = 0x10, 0x20, 0x80, 0x200, 0x02
NO_SERVICE, TIMEOUT, CANCELLED, NO_READERS, UNKNOWN = 0x8010001D, 0x8010000A, 0x80100002, 0x8010002E, 0x80100009
ATR = CONTACT_ATRS[0]
A, B = "Kazashi Virtual Reader 00 00", "Acme CardStation 00 00"


@dataclass(slots=True)
class Told:
    """PC/SC as a story: the readers at each look, and what the waits in between return."""

    SCARD_SCOPE_USER: ClassVar[int] = 0
    SCARD_S_SUCCESS: ClassVar[int] = 0
    SCARD_STATE_CHANGED: ClassVar[int] = CHANGED
    SCARD_STATE_PRESENT: ClassVar[int] = PRESENT
    SCARD_STATE_EXCLUSIVE: ClassVar[int] = EXCLUSIVE
    SCARD_STATE_INUSE: ClassVar[int] = 0x100
    SCARD_STATE_MUTE: ClassVar[int] = MUTE
    looks: list[dict[str, int]]
    wait: int = 0
    """What a wait returns: success, or a result."""
    service: int = 0
    waits: list[tuple[int, list[tuple[str, int]]]] = field(default_factory=list)
    released: int = 0
    cancelled: threading.Event = field(default_factory=threading.Event)

    def SCardEstablishContext(self, scope: int) -> tuple[int, int]:  # noqa: N802
        """A context."""
        del scope
        return self.service, 7

    def SCardReleaseContext(self, context: int) -> int:  # noqa: N802
        """Given back."""
        self.released += context == 7
        return 0

    def SCardCancel(self, context: int) -> int:  # noqa: N802
        """Ends a wait."""
        assert context == 7
        self.cancelled.set()
        return 0

    def SCardListReaders(self, context: int, groups: list[str]) -> tuple[int, list[str]]:  # noqa: N802
        """The names at this look."""
        del context, groups
        return (0, list(self.looks[0])) if self.looks[0] else (NO_READERS - 2**32, [])

    def SCardGetStatusChange(  # noqa: N802
        self, context: int, milliseconds: int, asked: list[tuple[str, int]]
    ) -> tuple[int, list[tuple[str, int, list[int]]]]:
        """A look, or a wait, which turns the page."""
        assert context == 7
        if milliseconds == 0:
            now = self.looks[0]
            return 0, [(name, now[name] | CHANGED, list(ATR) if now[name] & PRESENT else []) for name, _ in asked]
        self.waits.append((milliseconds, asked))
        if len(self.looks) > 1:
            self.looks.pop(0)
        return self.wait, []


def test_readers_are_listed_with_what_is_in_them() -> None:
    """Present, mute, held by another, and the ATR."""
    with Readers(told := Told([{A: PRESENT, B: EMPTY, "C": PRESENT | EXCLUSIVE, "D": PRESENT | MUTE}])) as readers:
        states = readers.states()
    assert states[0] == ReaderState(A, present=True, mute=False, in_use=False, atr=ATR)
    assert states[0].interface is Interface.CONTACT
    assert [(each.present, each.mute, each.in_use) for each in states[1:]] == [
        (False, False, False), (True, False, True), (True, True, False),
    ]  # fmt: skip
    assert told.released == 1


def test_without_readers_the_list_is_empty() -> None:
    """SCARD_E_NO_READERS_AVAILABLE is no fault of the list."""
    with Readers(Told([{}])) as readers:
        assert readers.states() == []


def test_a_card_that_lies_there_is_found_without_waiting() -> None:
    """No wait at all."""
    told = Told([{A: PRESENT, B: EMPTY}])
    with Readers(told) as readers:
        assert readers.await_card(30) == A
    assert told.waits == []


def test_a_card_is_waited_for_and_so_is_its_reader() -> None:
    """One wait per change: for the reader, plugged in meanwhile, then for the card; nothing is asked over and over."""
    told = Told([{}, {A: EMPTY}, {A: PRESENT}])
    with Readers(told) as readers:
        assert readers.await_card(30, "Kazashi") == A
    assert [[name for name, _ in asked] for _, asked in told.waits] == [
        [r"\\?PnP?\Notification"], [A, r"\\?PnP?\Notification"],
    ]  # fmt: skip
    assert all(0 < milliseconds <= 30_000 for milliseconds, _ in told.waits)
    assert not any(state & CHANGED for _, asked in told.waits for name, state in asked if name == A)


def test_two_cards_are_not_guessed_between() -> None:
    """`SeveralCards` names both readers; with a name it is that one; in the other language, too."""
    with Readers(Told([{A: PRESENT, B: PRESENT}])) as readers:
        with pytest.raises(SeveralCards) as caught:
            readers.await_card(0)
        assert caught.value.readers == (A, B)
        assert A in caught.value.ja
        assert readers.await_card(0, "Kazashi") == A


def test_what_does_not_answer_is_told_at_once() -> None:
    """Two cards in one field, as some readers show them (SCARD_STATE_MUTE); not waited for."""
    with Readers(Told([{A: PRESENT | MUTE}])) as readers, pytest.raises(CardMute, match=A):
        readers.await_card(30)


@pytest.mark.parametrize(("looks", "fault"), [({A: EMPTY}, NoCardCame), ({}, NoReader), ({B: PRESENT}, NoReader)])
def test_in_the_end_nobody_came(looks: dict[str, int], fault: type[PcscFault]) -> None:
    """No card, or not even a reader of that name."""
    with Readers(Told([looks], wait=TIMEOUT)) as readers, pytest.raises(fault):
        readers.await_card(0, "Kazashi")


def test_a_wait_can_be_ended_by_another_thread() -> None:
    """`cancel` reaches PC/SC, and whoever waits hears that it was ended."""
    told = Told([{A: EMPTY}], wait=CANCELLED)
    with Readers(told) as readers:
        readers.cancel()
        assert told.cancelled.is_set()
        with pytest.raises(WaitEnded):
            readers.await_card(30)


def test_a_reader_that_goes_between_two_looks_is_no_fault() -> None:
    """SCARD_E_UNKNOWN_READER in a wait: the next look tells what there is."""
    told = Told([{A: EMPTY, B: EMPTY}, {A: PRESENT}], wait=UNKNOWN)
    with Readers(told) as readers:
        assert readers.await_card(30) == A


def test_without_a_service_it_is_said_so() -> None:
    """The number of PC/SC stands in both texts."""
    with pytest.raises(ServiceGone) as caught:
        Readers(Told([{}], service=NO_SERVICE - 2**32))
    assert "8010001D" in caught.value.ja
    assert "8010001D" in caught.value.en


class Refused(Exception):
    """pyscard's SmartcardException, as far as it is looked at."""

    def __init__(self, result: int) -> None:
        super().__init__("refused")
        self.hresult = result


class OneReader:
    """A reader of pyscard whose connection ends as it is told."""

    result = 0
    released = 0

    def __init__(self, name: str) -> None:
        self.name = name

    def createConnection(self) -> "OneReader":  # noqa: N802
        """Itself."""
        return self

    def connect(self, mode: int, disposition: int) -> None:
        """Exclusive, and reset at the end; or refused."""
        assert (mode, disposition) == (1, 1)
        if OneReader.result:
            raise Refused(OneReader.result)

    def release(self) -> None:
        """Given back; where the service is gone even that fails."""
        OneReader.released += 1
        if OneReader.result == NO_SERVICE:
            raise Refused(NO_SERVICE)


@pytest.fixture
def pyscard(monkeypatch: pytest.MonkeyPatch) -> None:
    """pyscard's modules, told what to do."""
    modules = {
        "smartcard.scard": SimpleNamespace(SCARD_SHARE_EXCLUSIVE=1, SCARD_SHARE_SHARED=2, SCARD_RESET_CARD=1),
        "smartcard.Exceptions": SimpleNamespace(SmartcardException=Refused),
        "smartcard.pcsc.PCSCReader": SimpleNamespace(PCSCReader=OneReader),
    }
    monkeypatch.setattr("reference_impl.reader.pcsc.importlib", SimpleNamespace(import_module=modules.__getitem__))
    monkeypatch.setattr(OneReader, "result", 0)
    monkeypatch.setattr(OneReader, "released", 0)


@pytest.mark.usefixtures("pyscard")
@pytest.mark.parametrize(
    ("result", "fault"),
    [
        (0x8010000B, CardTaken),
        (0x8010000C, NoCardCame),
        (0x80100069 - 2**32, NoCardCame),
        (0x80100066, CardMute),
        (0x80100009, NoReader),
        (NO_SERVICE, ServiceGone),
    ],
)
def test_a_connection_that_is_refused_says_why(result: int, fault: type[PcscFault]) -> None:
    """Each result of PC/SC has its fault, in both languages; the connection is given back all the same."""
    OneReader.result = result
    with pytest.raises(fault) as caught, connected(A):
        pass
    assert caught.value.ja
    assert type(caught.value) is fault
    assert OneReader.released == 1


@pytest.mark.usefixtures("pyscard")
def test_a_connection_is_given_back() -> None:
    """Once, at the end of the block."""
    with connected(A) as connection:
        assert OneReader.released == 0
        assert connection is not None
    assert OneReader.released == 1


def test_without_pyscard_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything else of the client works without it."""

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("reference_impl.reader.pcsc.importlib", SimpleNamespace(import_module=missing))
    with pytest.raises(PcscMissing, match="pip install"):
        Readers()


@pytest.mark.parametrize("atr", [*CONTACT_ATRS, bytes.fromhex("3F00")])
def test_a_contact_atr_is_told(atr: bytes) -> None:
    """Those that were seen on cards (spec/card.md §1.1)."""
    assert interface_of(atr) is Interface.CONTACT


@pytest.mark.parametrize("atr", [*CONTACTLESS_ATRS, with_pupi(CONTACTLESS_ATRS[0], pupi_of(1, 1))])
def test_a_contactless_atr_is_told(atr: bytes) -> None:
    """As readers build them, with a random number in them, too."""
    assert interface_of(atr) is Interface.CONTACTLESS


@pytest.mark.parametrize("atr", [b"", b"\x3b", bytes.fromhex("3B888001000005E0B381A10000"), bytes(9), b"\x3b" * 40])
def test_what_is_no_atr_is_unknown(atr: bytes) -> None:
    """Nothing, something else, a wrong check octet, too long."""
    assert interface_of(atr) is Interface.UNKNOWN
