"""Who comes next, for what, and what they do: the mix as a repeatable sequence, one for each worker. Pure.

Shares are kept by what is owed: after any number of verdicts each kind has had its share of them, but for one. So one
percent is one of every hundred, in a run of seconds and in one of days, and no visit is drawn by luck.
"""

import random
from collections.abc import Iterator, Mapping
from typing import Generic, Protocol, TypeVar

import msgspec
from msgspec import Struct

from harness.contract.vocabulary import Environment, Purpose
from harness.errors import ConfigurationError
from loadtests.mixes import REPEATABLE
from loadtests.population import LoadHolder, Population
from loadtests.truth import Deed, Facts
from loadtests.vocabulary import MAKINGS, ONCE, Standing

T = TypeVar("T")


class OnDisk(Protocol):
    """Holders by their place (`loadtests.holders.Holders`)."""

    def at(self, place: int) -> LoadHolder:
        """Return the holder at a place."""


class Turn(Struct, frozen=True, kw_only=True):
    """One visit; a replaying visitor comes honestly first."""

    purpose: Purpose
    environment: Environment
    holder: LoadHolder
    standing: Standing
    deed: Deed
    kind: str
    """The name under which its verdicts are counted: what is wrong, or the holder's standing."""
    facts: Facts


class Owed(Generic[T]):
    """Shares, and what each is owed: whoever is owed most comes next."""

    def __init__(self, shares: Mapping[T, float], chance: random.Random) -> None:
        total = sum(shares.values())
        self._shares = {each: share / total for each, share in shares.items() if share > 0}
        self._owed = {each: chance.random() for each in self._shares}

    def next(self) -> T:
        """Return whose turn it is, and count it."""
        for each, share in self._shares.items():
            self._owed[each] += share
        due = max(self._owed, key=self._owed.__getitem__)
        self._owed[due] -= 1
        return due


class Due(Generic[T]):
    """Rare ones among others, each once in so many: from a point that is drawn, or short runs would see too few."""

    def __init__(self, shares: Mapping[T, float], chance: random.Random) -> None:
        self._shares = dict(shares)
        self._due = {each: chance.random() for each in shares}

    def next(self) -> T | None:
        """Return who is due, or None for one of the others; and count it."""
        self.pass_over()
        due = max(self._due, key=self._due.__getitem__)
        if self._due[due] < 1:
            return None
        self._due[due] -= 1
        return due

    def pass_over(self) -> None:
        """Count one of the others."""
        for each, share in self._shares.items():
            self._due[each] += share


class Turns:
    """The visits of one worker, without end; its users take them in turn."""

    def __init__(self, population: Population, holders: OnDisk) -> None:
        """ConfigurationError where nobody of a standing that the mix needs is in this worker's part."""
        self._population, self._holders, mix = population, holders, population.mix
        chance = random.Random(f"{population.seed}/{population.part.index}")  # noqa: S311  (repeatable, no secrets)
        self._kinds = Due(mix.bad, chance)
        self._honest = Owed({Standing.GOOD: 1 - mix.just_lost, Standing.JUST_LOST: mix.just_lost}, chance)
        self._purposes = Owed(mix.purposes, chance)
        self._again = Owed(_among(mix.purposes, REPEATABLE), chance)
        self._bad_purposes = {kind: Owed(_among(mix.purposes, MAKINGS[kind].purposes), chance) for kind in mix.bad}
        self._environments = Owed(mix.environments, chance)
        self._next = {standing: chance.randrange(1 << 30) for standing in Standing}
        self._used: dict[Standing, int] = dict.fromkeys(ONCE.values(), 0)
        self.exhausted = 0
        """Visits by who comes once that were replaced by others, because everybody had been."""
        self._check()

    def __iter__(self) -> Iterator[Turn]:
        return self

    def __next__(self) -> Turn:
        kind = self._kinds.next()
        if kind is None:
            return self._honest_turn()
        making, purpose = MAKINGS[kind], self._bad_purposes[kind].next()
        if making.deed is Deed.REPLAYED:
            self._kinds.pass_over()  # the first of its two presentations is an honest one
        return self._turn(purpose, making.standing, making.deed, kind.value)

    def _honest_turn(self) -> Turn:
        purpose = self._purposes.next()
        once = ONCE.get(purpose)
        if once is not None and self._used[once] >= self._population.count(once):
            self.exhausted += 1
            purpose, once = self._again.next(), None
        if once is not None:
            self._used[once] += 1
        standing = once or self._honest.next()
        return self._turn(purpose, standing, Deed.HONEST, standing.value)

    def _turn(self, purpose: Purpose, standing: Standing, deed: Deed, kind: str) -> Turn:
        holder = self._take(standing)
        facts = msgspec.structs.replace(self._population.facts[standing], not_after=holder.not_after)
        return Turn(
            purpose=purpose,
            environment=self._environments.next(),
            holder=holder,
            standing=standing,
            deed=deed,
            kind=kind,
            facts=facts,
        )

    def _take(self, standing: Standing) -> LoadHolder:
        """Return the next holder who stands so, in turn; everybody has been before anybody comes again."""
        places, apart = self._population.places(standing), self._population.made_apart(standing)
        number = self._next[standing] % (len(places) + len(apart))
        self._next[standing] += 1
        return self._holders.at(places[number]) if number < len(places) else apart[number - len(places)]

    def _check(self) -> None:
        mix = self._population.mix
        needed = {MAKINGS[kind].standing for kind in mix.bad} | {Standing.GOOD}
        if mix.just_lost:
            needed.add(Standing.JUST_LOST)
        nobody = sorted(standing.value for standing in needed if not self._population.count(standing))
        if nobody:
            raise ConfigurationError(
                f"population: part {self._population.part.index} of {self._population.part.of}: expected somebody "
                f"{', '.join(nobody)} for mix {mix.name}, actual nobody; have more enrolled, or use fewer workers"
            )


def _among(shares: Mapping[Purpose, float], purposes: frozenset[Purpose]) -> dict[Purpose, float]:
    return {purpose: share for purpose, share in shares.items() if purpose in purposes}
