"""One campaign: sessions are bent, run, and kept where they reached something new, until the time is up."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.fuzz.edges import Edges
from tests.fuzz.mutation import Session


class Target(Protocol):
    """Something that is fuzzed."""

    @property
    def watched(self) -> Path:
        """The package whose edges count."""

    def bend(self, chance: random.Random, session: Session, pool: list[Session]) -> Session:
        """A session like this one and the others, with something changed."""

    def seeds(self) -> list[Session]:
        """Where to begin."""

    def run(self, session: Session) -> None:
        """Raises where something does not hold."""


@dataclass(slots=True)
class Result:
    """What a campaign did, and what it found."""

    runs: int = 0
    corpus: int = 0
    edges: int = 0
    failures: list[tuple[Session, str]] = field(default_factory=list)
    """The sessions that broke something, made short, and by what."""


def campaign(target: Target, *, seed: int, go_on: Callable[[], bool], most_failures: int = 1) -> Result:
    """Fuzzes while `go_on` says so, or until there are enough failures. The same seed and count give the same runs."""
    chance = random.Random(seed)  # noqa: S311 - a fuzzer's dice, not a key's
    edges, result = Edges(target.watched), Result()
    pool: list[Session] = []
    for session in target.seeds():
        edges.found_new(lambda session=session: target.run(session))  # type: ignore[misc]
        pool.append(session)
    seeds = len(pool)
    while len(result.failures) < most_failures and go_on():
        # the newest are where the frontier is; the seeds, where every command is right, are never left behind
        parent = chance.choice(chance.choice([pool, pool[:seeds], pool[len(pool) // 2 :]]))
        session = target.bend(chance, parent, pool)
        result.runs += 1
        try:
            if edges.found_new(lambda session=session: target.run(session)):  # type: ignore[misc]
                pool.append(session)
        except Exception as fault:  # noqa: BLE001 - whatever escapes is what we look for
            result.failures.append((shortened(target, session), f"{type(fault).__name__}: {fault}"))
    result.corpus, result.edges = len(pool), len(edges.seen)
    return result


def shortened(target: Target, session: Session) -> Session:
    """The session without the commands that it does not need to break something."""
    place = 0
    while place < len(session):
        without = session[:place] + session[place + 1 :]
        if without and breaks(target, without):
            session = without
        else:
            place += 1
    return session


def breaks(target: Target, session: Session) -> bool:
    """Whether a session breaks something."""
    try:
        target.run(session)
    except Exception:  # noqa: BLE001 - whatever escapes is what we look for
        return True
    return False
