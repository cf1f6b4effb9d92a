"""A stage: a fake J-LIS of its own whose clock the judge sets, for what shows itself with time only.

A stage is made for one case and ends with it; no other responder can be told the time, so these cases are theirs alone
that offer one (`clock`). In a process of its own a stage is asked over a line (`serve_stages`).
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from typing import Protocol, TypeVar

from conformance.roles.responder.case import About, Act, Advance, Demand, Issue, Moment, Revoke
from conformance.roles.responder.facts import Facts, Known
from harness.contract.vocabulary import Kind
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.jlis import crl
from harness.jlis.ocsp_policy import SignedRequests
from harness.jlis.populations import Medium
from harness.keys import KeyPool
from harness.municipalities import AOI
from harness.personalisation import IssuedCard
from harness.world import KEYS_PER_CARD, World

T = TypeVar("T")
KIND = Kind.AUTH
QUARTER = timedelta(minutes=15)
OPENING = datetime(2026, 11, 2, 1, 1, tzinfo=UTC)
"""When a stage begins: a minute behind a mark of OCSP, hours before the next list; the host's day plays no part."""
REASON = "keyCompromise"


class Stage(Protocol):
    """A world on its way."""

    def now(self) -> datetime:
        """Return its instant."""

    def facts(self) -> Facts:
        """Return what is true of it."""

    def do(self, act: Act) -> None:
        """Let something happen: its facts are others from then on."""


Stages = Callable[[], AbstractContextManager[Stage]]


class OwnStage:
    """A world in this process, frozen at the instant that was set."""

    def __init__(self, world: World, address: str, ocsp: str) -> None:
        self._world, self._address = world, address
        self._generation = world.jlis.generations(world.clock.now())[-1]
        self._card: IssuedCard | None = None
        self._facts = Facts(
            product="Kazashi fake J-LIS",
            issuer=world.trust().authorities[KIND.value],
            known={},
            ocsp=ocsp,
            crl=self._list_of(self._generation),
        )

    def now(self) -> datetime:
        """Return the world's instant."""
        return self._world.clock.now()

    def facts(self) -> Facts:
        """Return where it answers, and what has come true by now."""
        return self._facts

    def do(self, act: Act) -> None:
        """Let something happen."""
        match act:
            case Issue():
                self._issue(act)
            case Revoke():
                self._world.revoke(self._required().resident.id, KIND.value, REASON)
            case Advance():
                self._world.clock.set(self._moment(act) + timedelta(seconds=act.seconds))
                self._facts = replace(self._facts, newer=self._newer())
            case Demand(certificate=certificate):
                self._world.jlis.responder.change(
                    KIND,
                    lambda policy: replace(
                        policy, signed_requests=SignedRequests.REQUIRED, requestors=(bytes.fromhex(certificate),)
                    ),
                )

    def _issue(self, act: Issue) -> None:
        ends = None
        if act.ends_in_hours is not None:
            ends = (self.now() + timedelta(hours=act.ends_in_hours)).replace(microsecond=0)
        resident = self._world.new_resident(municipality=AOI.code)
        self._card = self._world.issue_card(resident.id, not_after=ends)
        known = {**self._facts.known, About.SUBJECT: Known(self._card.auth_serial)}
        self._facts = replace(self._facts, known=known, certificate=self._card.auth_certificate)

    def _required(self) -> IssuedCard:
        if self._card is None:
            raise ValueError("expected a card that was issued, actual none")
        return self._card

    def _moment(self, act: Advance) -> datetime:
        now = self.now()
        match act.to:
            case Moment.NOW:
                return now
            case Moment.NEXT_MARK:
                return now.replace(minute=now.minute - now.minute % 15, second=0, microsecond=0) + QUARTER
            case Moment.NEXT_LIST:
                return crl.window_at(now).this_update + crl.PERIOD
            case Moment.NEXT_GENERATION:
                return datetime(now.year + 1, 4, 1, tzinfo=UTC)
        raise ValueError(f"expected a moment, actual {act.to}")

    def _newer(self) -> str | None:
        """Return the address of the same partition's list of a generation that took office meanwhile."""
        latest = self._world.jlis.generations(self.now())[-1]
        return None if latest == self._generation else self._list_of(latest)

    def _list_of(self, generation: int) -> str:
        return self._address + crl.path_of(KIND, AOI, Medium.CARD, generation)


@contextmanager
def own_stage(keys: KeyPool, *, seed: int = 1) -> Iterator[OwnStage]:
    """Yield a stage that begins at its opening."""
    keys.prepare(KEYS_PER_CARD)
    world = World.create(keys, seed=seed, start=OPENING)
    try:
        door = JlisDoor(world)
        with Served(door.app, garbled=door.garbled) as served:
            yield OwnStage(world, served.url, door.addresses(served.url)[f"ocsp-{KIND.value}"])
    finally:
        world.close()


class RemoteStage:
    """A stage in another process."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def now(self) -> datetime:
        """Return the world's instant."""
        return self._asked(datetime, "now")

    def facts(self) -> Facts:
        """Return what is true of it."""
        return self._asked(Facts, "facts")

    def do(self, act: Act) -> None:
        """Let something happen."""
        self._line.send(act)
        self._line.recv()

    def _asked(self, kind: type[T], word: str) -> T:
        self._line.send(word)
        found = self._line.recv()
        if not isinstance(found, kind):
            raise TypeError(f"stage: expected {kind.__name__}, actual {found!r}")
        return found


@contextmanager
def remote_stage(line: Connection) -> Iterator[RemoteStage]:
    """Yield a stage that the process at the other end makes for the block."""
    line.send("begin")
    line.recv()
    try:
        yield RemoteStage(line)
    finally:
        line.send("end")
        line.recv()


def serve_stages(line: Connection, keys: KeyPool) -> None:
    """Make one stage after the other, until the line is closed."""
    with suppress(EOFError):
        while True:
            line.recv()
            with own_stage(keys) as stage:
                line.send(None)
                while (asked := line.recv()) != "end":
                    line.send(_answer(stage, asked))
            line.send(None)


def _answer(stage: Stage, asked: str | Act) -> datetime | Facts | None:
    match asked:
        case "now":
            return stage.now()
        case "facts":
            return stage.facts()
        case str():
            raise ValueError(f"stage: expected now, facts or an act, actual {asked!r}")
    stage.do(asked)
    return None
