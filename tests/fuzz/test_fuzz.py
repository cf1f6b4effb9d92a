"""The fuzzer, briefly: it finds nothing in the card, and it finds what was planted."""

import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from itertools import count
from pathlib import Path

import msgspec
import pytest

from cardsim import card as card_module
from cardsim.apdu import Answer, Command
from cardsim.applications.free_area import Counter, Who
from cardsim.profile import Profile
from cardsim.standing import with_application
from cardsim.state import State
from reference_impl.verification import der, ocsp_responder
from reference_impl.verification.der import Element
from tests.fuzz.campaign import campaign
from tests.fuzz.documents import DOCUMENTS
from tests.fuzz.edges import Edges
from tests.fuzz.ocsp_target import OcspTarget
from tests.fuzz.targets import BytesTarget, CardTarget

JPKI = bytes.fromhex("D392F000260100000001")
SEED = 5
ROOT = Path(__file__).parents[2]
UNTIL_FOUND = 40_000
"""Runs for what was planted, far more than it takes: how many that is depends on what the process has in its caches,
for to fill one is an edge of its own, and so on which tests it ran before. A campaign ends with what it finds."""


def runs(most: int) -> Callable[[], bool]:
    """So many runs and no more: a campaign that does not depend on the clock."""
    numbers = count()
    return lambda: next(numbers) < most


@pytest.fixture(scope="module")
def target() -> CardTarget:
    """The card that is fuzzed."""
    return CardTarget()


def test_nothing_escapes_from_the_card(target: CardTarget) -> None:
    """A thousand sessions: status words and nothing else, and the code behind the framing was reached."""
    result = campaign(target, seed=SEED, go_on=runs(1000))
    assert result.failures == []
    assert result.corpus > len(target.seeds())


def test_nothing_escapes_from_the_parsers() -> None:
    """Three thousand pieces of bytes, and each is read or refused."""
    assert campaign(BytesTarget(), seed=SEED, go_on=runs(3000)).failures == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_nothing_escapes_from_the_readers_of_the_core(name: str) -> None:
    """Two thousand documents each: read as others read them, or refused with an offset; something new was reached."""
    result = campaign(DOCUMENTS[name], seed=SEED, go_on=runs(2000))
    assert result.failures == []
    assert result.corpus > len(DOCUMENTS[name].seeds())


def test_a_planted_leniency_of_a_reader_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index error where a time is short: found among the documents."""
    genuine = der.read_time

    def read_time(element: Element) -> datetime:
        if not element.content:
            raise IndexError("planted")
        return genuine(element)

    monkeypatch.setattr(der, "read_time", read_time)
    result = campaign(DOCUMENTS["certificate"], seed=SEED, go_on=runs(UNTIL_FOUND))
    assert [what for _, what in result.failures] == ["IndexError: planted"]


def test_nothing_escapes_from_the_ocsp_reader() -> None:
    """A thousand bent answers: each is read as another reader reads it or refused, and none is believed."""
    target = OcspTarget()
    result = campaign(target, seed=SEED, go_on=runs(1000))
    assert result.failures == []
    assert result.corpus > len(target.seeds())


def test_planted_belief_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A signature that is looked at no more: an answer that nobody gave is good, and it is found."""
    monkeypatch.setattr(ocsp_responder, "is_signed_by", lambda *_: True)
    result = campaign(OcspTarget(), seed=SEED, go_on=runs(UNTIL_FOUND))
    assert [what for _, what in result.failures] == ["AssertionError: good, and nobody said so"]


def test_the_same_seed_does_the_same(target: CardTarget) -> None:
    """A failure can be met again: as many runs with the same seed reach as much, once what a process makes is made."""
    _, once, again = (campaign(target, seed=SEED, go_on=runs(150)) for _ in range(3))
    assert (once.corpus, once.edges) == (again.corpus, again.edges)


def test_planted_exception_is_found(target: CardTarget, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index error at some short identifiers in one application: found, and made short."""
    genuine = card_module._HANDLERS[0x00B0]

    def handler(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
        if 0x8C <= command.p1 < 0xA0 and state.session.aid == JPKI:
            raise IndexError("planted")
        return genuine(profile, state, command)

    monkeypatch.setitem(card_module._HANDLERS, 0x00B0, handler)
    result = campaign(target, seed=SEED, go_on=runs(UNTIL_FOUND))
    assert [what for _, what in result.failures] == ["IndexError: planted"]
    ((session, _),) = result.failures
    assert len(session) == 2
    assert session[0][5:15] == JPKI
    assert session[1][:2] == bytes.fromhex("00B0")


def test_planted_give_back_is_found(target: CardTarget, monkeypatch: pytest.MonkeyPatch) -> None:
    """A counter that may fall below zero, by a check that was forgotten: the bounds find it."""

    def change(profile: Profile, state: State, command: Command) -> tuple[State, Answer]:
        after, answer = genuine(profile, state, command)
        if answer.sw == 0x9000:
            loaded = after.kept.loaded[after.session.aid]
            counter = Counter(3, -1, 9, Who.HOLDER, Who.HOLDER)
            below = msgspec.structs.replace(loaded, files=(*loaded.files[:2], counter))
            return State(with_application(after.kept, below), after.session), answer
        return after, answer

    genuine = card_module._FREE_AREA_HANDLERS[0x8030]
    monkeypatch.setitem(card_module._FREE_AREA_HANDLERS, 0x8030, change)
    with pytest.raises(AssertionError):
        target.run(target.seeds()[-2])


def test_edges_tell_new_from_known(target: CardTarget) -> None:
    """The second time a session is run it reaches nothing new."""
    package = Path(card_module.__file__).parent
    edges = Edges(package)
    session = target.seeds()[0]
    assert edges.found_new(lambda: target.run(session))
    assert not edges.found_new(lambda: target.run(session))


def test_command_line() -> None:
    """Two seconds of each target, exit 0, and the seed is said."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "--seconds", "3", "--seed", "7"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["card", "bytes"]
    assert "seed 7" in done.stdout
