"""The interlock of the role card, attacked: no VERIFY reaches a card that was not named, whatever its reader says."""

import importlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from cardsim.applications import jpki
from cardsim.files import File
from cardsim.profile import Profile
from cardsim.readers.inprocess import InProcessConnection
from cardsim.slot import InsertedCard
from cardsim.trace import Trace
from conformance.roles.card.bench import CardBench
from conformance.roles.card.case import CARD, CardCase
from conformance.roles.card.facts import CardFacts
from conformance.roles.card.interlock import is_ours
from conformance.roles.card.target import ReaderCards, pcsc_cards, synthetic_card
from conformance.roles.role_catalogue import RoleCatalogue, load_role_catalogue
from conformance.roles.role_run import TargetFault, examine
from harness.errors import ConfigurationError
from harness.keys import KeyPool

OURS, FOREIGN = "Kazashi Virtual Reader 00 00", "ACME Reader 00 00"
VERIFY = b"\x20"


@pytest.fixture(scope="module")
def catalogue() -> RoleCatalogue[CardCase]:
    """A case with wrong values, and one whose power is turned before its VERIFY."""
    return load_role_catalogue(CARD).with_twins(["pins/wrong-counts", "pins/count-without-power", "pins/tries-query"])


@pytest.fixture(scope="module")
def issued(key_folder: Path) -> list[tuple[Profile, CardFacts]]:
    """Two cards with the same secrets, but for the birth date."""
    keys = KeyPool(key_folder)
    return [synthetic_card(keys, seed=7), synthetic_card(keys, seed=7, before=1)]


class Exchanged:
    """A reader whose card is another from its n-th session on."""

    def __init__(self, first: Profile, second: Profile, reader: str, after: int) -> None:
        self.traces = Trace(), Trace()
        self._cards = [
            InsertedCard.unused(card, trace) for card, trace in zip((first, second), self.traces, strict=True)
        ]
        self._reader, self._left = reader, after

    def cards(self) -> ReaderCards:
        """Return the target."""
        return ReaderCards(self._reader, self.line)

    def line(self) -> InProcessConnection:
        """Return a connection to whatever lies there now."""
        self._left -= 1
        return InProcessConnection(self._cards[self._left < 0], self._reader)


def verified(trace: Trace) -> int:
    """Return how many VERIFY reached a card, the empty ones too."""
    return sum(line.command[1:2] == VERIFY for line in trace)


@pytest.mark.parametrize("after", range(1, 31))
@pytest.mark.parametrize("reader", [FOREIGN, OURS], ids=["named", "ours"])
def test_card_that_takes_its_place_gets_no_verify(
    after: int, reader: str, issued: list[tuple[Profile, CardFacts]], catalogue: RoleCatalogue[CardCase]
) -> None:
    """Whenever it is exchanged: before the run, between two cases, within one where its power is turned."""
    (first, facts), (second, _) = issued
    exchanged = Exchanged(first, second, reader, after)
    serial = first.serial if reader == FOREIGN else None
    with suppress(ConfigurationError, TargetFault):  # before the run begins
        examine(catalogue, CardBench(exchanged.cards(), facts, serial=serial), target="", seed=1)
    assert len(exchanged.traces[0].lines) + len(exchanged.traces[1].lines) > 0
    assert verified(exchanged.traces[1]) == 0


@pytest.mark.parametrize(
    "reader",
    ["Kazashi fake", "Kazashi fake 00 00", "Kazashi Virtual Reader", "Kazashi Virtual Reader 2 00 00", "kazashi 00 00"],
)
def test_name_that_only_begins_like_ours_is_not(reader: str, issued: list[tuple[Profile, CardFacts]]) -> None:
    """A hostile reader can call itself what it likes; without the number of the card it gets nothing."""
    trace = Trace()
    card = InsertedCard.unused(issued[0][0], trace)
    bench = CardBench(ReaderCards(reader, lambda: InProcessConnection(card, reader)), issued[0][1])
    assert bench.capabilities == frozenset(("card",))
    assert verified(trace) == 0
    assert not is_ours(reader)
    assert is_ours(OURS)


def unreadable(profile: Profile, bend: Callable[[File], File]) -> Profile:
    """Return the card with another EF 0006."""
    application = profile.applications[jpki.AID]
    token = application.elements[jpki.TOKEN_INFO]
    assert isinstance(token, File)
    elements = {**application.elements, token.fid: bend(token)}
    changed = msgspec.structs.replace(application, elements=elements)
    return msgspec.structs.replace(profile, applications={**profile.applications, jpki.AID: changed})


@pytest.mark.parametrize(
    "bend",
    [
        lambda file: msgspec.structs.replace(file, body=file.body[:80]),
        lambda file: msgspec.structs.replace(file, body=file.body[:90]),
        lambda file: msgspec.structs.replace(file, body=file.body[:80] + b" " * 80),
    ],
    ids=["nothing there", "ten digits", "blanks"],
)
@pytest.mark.parametrize("reader", [OURS, FOREIGN])
def test_number_that_cannot_be_read_is_none(
    reader: str, bend: Callable[[File], File], issued: list[tuple[Profile, CardFacts]]
) -> None:
    """And an empty or short --serial is none either."""
    trace = Trace()
    card = InsertedCard.unused(unreadable(issued[0][0], bend), trace)
    cards = ReaderCards(reader, lambda: InProcessConnection(card, reader))
    for serial in ("", "12345", issued[0][0].serial):
        with pytest.raises(ConfigurationError, match="no PIN was sent"):
            CardBench(cards, issued[0][1], serial=serial)
    assert verified(trace) == 0


def test_secrets_go_to_the_card_that_their_file_names(issued: list[tuple[Profile, CardFacts]]) -> None:
    """In a reader of ours, too."""
    (first, facts), (second, _) = issued
    trace = Trace()
    card = InsertedCard.unused(second, trace)
    named = msgspec.structs.replace(facts, serial=first.serial)
    with pytest.raises(ConfigurationError, match="expected that test card"):
        CardBench(ReaderCards(OURS, lambda: InProcessConnection(card, OURS)), named)
    assert verified(trace) == 0


def test_two_readers_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """By name only the first of them is reached, and nobody knows which card lies in it."""

    system = SimpleNamespace(readers=lambda: [OURS, FOREIGN, FOREIGN])
    monkeypatch.setattr(importlib, "import_module", lambda _: system)
    with pytest.raises(ConfigurationError, match="expected one reader of that name, actual 2"):
        pcsc_cards(FOREIGN)
