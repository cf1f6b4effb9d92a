"""The reader in this process, against the shape of pyscard's CardConnection."""

import pytest

from cardsim.faults import CardNotPowered, CardUnreadable, CardWithdrawn
from cardsim.profile import Profile
from cardsim.readers.inprocess import LEAVE_CARD, RESET_CARD, InProcessConnection
from cardsim.slot import InsertedCard
from cardsim.state import Kept, fresh_kept
from cardsim.store import MemoryStore

JPKI = list(bytes.fromhex("00A4040C0AD392F000260100000001"))
VERIFY_AUTH = list(bytes.fromhex("002000980431323334"))
SIGN_AUTH = list(bytes.fromhex("802A009701AA00"))


@pytest.fixture
def inserted(profile: Profile) -> InsertedCard:
    """A card in the reader, without power."""
    return InsertedCard.unused(profile)


def test_a_visit(inserted: InsertedCard) -> None:
    """Lists of integers go in and out; the ATR is the contact ATR of spec/card.md §1.1."""
    connection = InProcessConnection(inserted)
    connection.connect()
    assert connection.getReader() == "Kazashi In-process Reader 00 00"
    assert connection.getATR() == [0x3B, 0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14]
    assert connection.transmit(JPKI) == ([], 0x90, 0x00)
    assert connection.transmit([0x00, 0xB0, 0x86, 0x00, 0x02]) == ([0x4A, 0x50], 0x90, 0x00)
    assert connection.transmit([0x00, 0x20, 0x00, 0x98]) == ([], 0x63, 0xC3)
    connection.disconnect()
    connection.disconnect()
    assert not inserted.powered


def test_disconnected_card_does_not_answer(inserted: InsertedCard) -> None:
    """Before connect and after disconnect there is no card to talk to."""
    connection = InProcessConnection(inserted, "Kazashi Reader 7")
    with pytest.raises(CardNotPowered, match="Kazashi Reader 7"):
        connection.transmit(JPKI)
    with pytest.raises(CardNotPowered):
        connection.getATR()
    with pytest.raises(CardNotPowered, match="1234567890123456"):
        inserted.transmit(bytes(JPKI))


@pytest.mark.parametrize(
    ("disposition", "answer"), [(None, (0x69, 0x82)), (RESET_CARD, (0x69, 0x82)), (LEAVE_CARD, (0x90, 0x00))]
)
def test_disposition(inserted: InsertedCard, disposition: int | None, answer: tuple[int, int]) -> None:
    """LEAVE keeps a verified PIN for the next client; UNPOWER, the default, and RESET lose it (spec/card.md §9)."""
    first = InProcessConnection(inserted)
    first.connect(disposition=disposition)
    first.transmit(JPKI)
    first.transmit(VERIFY_AUTH)
    first.disconnect()
    second = InProcessConnection(inserted)
    second.connect()
    second.transmit(JPKI)
    assert second.transmit(SIGN_AUTH)[1:] == answer


@pytest.mark.parametrize("disposition", [None, RESET_CARD, LEAVE_CARD])
def test_withdrawn_card(profile: Profile, disposition: int | None) -> None:
    """A client of a card whose store fails gets the fault, disconnects without another, and connects no more."""

    class Full(MemoryStore):
        def save(self, kept: Kept) -> None:
            raise CardUnreadable(f"disk full, {len(kept.pins)} counters unsaved")

    connection = InProcessConnection(InsertedCard(profile, Full(fresh_kept(profile))))
    connection.connect(disposition=disposition)
    connection.transmit(JPKI)
    with pytest.raises(CardUnreadable, match="disk full"):
        connection.transmit(VERIFY_AUTH)
    with pytest.raises(CardWithdrawn, match="insert the card again"):
        connection.transmit(JPKI)
    connection.disconnect()
    with pytest.raises(CardWithdrawn, match="insert the card again"):
        connection.connect()
