"""Logins out of a population on disk, for a core that takes challenges of ours: nothing is signed while load is sent.

Each holder comes at most once in a round, for what is stored of them is one challenge and its signature. A forgery is
one holder's certificate and challenge with another's signature: the octets of a signature, and not of this key.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from harness.contract.configuration import TERMINAL
from harness.contract.vocabulary import Environment, Kind, Purpose, Reason, StatusSource
from harness.errors import ConfigurationError, HarnessFault
from harness.jlis import crl_points
from harness.jlis.life_events import LifeEvent
from harness.jlis.populations import CARD_AUTH
from harness.keys import KeyPool
from harness.municipalities import INVENTED
from harness.world import World
from loadtests.calendar import JUST_LOST, LOAD, REVOCATION
from loadtests.casting import cast, facts_of
from loadtests.conditions import Verdict
from loadtests.crowd import SIGNED_BY, mix_of, open_holders
from loadtests.holder_making import Progress
from loadtests.holders import Holders, own_challenge
from loadtests.mixes import Mix, parse_bad
from loadtests.options import Options
from loadtests.population import Population
from loadtests.stage import crowd_world
from loadtests.targets.core_material import Asked, CoreMaterial
from loadtests.truth import Declared, Deed, Moment, permitted, views_at
from loadtests.turns import Turn, Turns
from loadtests.vocabulary import MAKINGS, Bad, Signatures, Standing

POSSIBLE = frozenset({Bad.REVOKED, Bad.ON_HOLD, Bad.EXPIRED, Bad.FORGED})
"""Nobody has an account at a core, and to present twice is the challenge door's matter."""
ROUND, MOST_ROUNDS = 500, 40
"""Logins of a round of all workers, and how many rounds are in memory: 20,000 logins, 50 MB."""
BEFALLS = {
    Standing.REVOKED: (REVOCATION, LifeEvent.KEY_LEAKED),
    Standing.ON_HOLD: (REVOCATION, LifeEvent.LOST),
    Standing.JUST_LOST: (JUST_LOST, LifeEvent.LOST),
}
EXACT = Declared(clock_seconds=0, status_seconds=0, coarse_reasons=False)


class Stored(NamedTuple):
    """What a core is given, and who comes."""

    material: CoreMaterial
    population: Population


def is_stored(options: Options) -> bool:
    """Return whether the run takes signatures that were made with a population."""
    return options.signatures is Signatures.PRECOMPUTED


def mix_of_core(options: Options) -> Mix:
    """Return the mix as logins alone, its bad share divided among what can be bad at a core."""
    mix = mix_of(options)
    shown = msgspec.structs.replace(mix, purposes={Purpose.LOGIN: 1.0}, environments={Environment.ONLINE: 1.0})
    bad = {kind: share for kind, share in mix.bad.items() if kind in POSSIBLE}
    left_out = ", ".join(sorted(kind.value for kind in mix.bad.keys() - POSSIBLE))
    if not bad or ("=" in options.bad and left_out):
        raise ConfigurationError(
            f"--bad {options.bad or mix.name}: expected {', '.join(sorted(POSSIBLE))} for a core, actual {left_out}"
        )
    return parse_bad(str(sum(mix.bad.values())), msgspec.structs.replace(shown, bad=bad))


@contextmanager
def stored(options: Options, keys: KeyPool, progress: Progress | None = None) -> Iterator[Stored]:
    """Yield a population whose signatures are stored, and the lists of the world that knows all of them."""
    mix = mix_of_core(options)
    with open_holders(options, keys, progress) as holders, crowd_world(keys, holders) as world:
        if not holders.made_of.precomputed:
            raise ConfigurationError(
                f"{holders.folder}: expected a population with signatures, actual one without; "
                "kazashi load population --precomputed makes one"
            )
        population = _population(options, mix, holders, world)
        for standing, (instant, what) in BEFALLS.items():
            world.clock.set(instant)
            for place in population.places(standing):
                world.happen(holders.at(place).id, what)
        world.clock.set(LOAD)
        yield Stored(_material(world), population)


def _population(options: Options, mix: Mix, holders: Holders, world: World) -> Population:
    made_of = holders.made_of
    logins = _round_of(len(holders))
    numbers = {
        MAKINGS[kind].standing: max(math.ceil(logins * share) + 1, options.parts)
        for kind, share in mix.bad.items()
        if MAKINGS[kind].deed is Deed.HONEST
    }
    if mix.just_lost:
        numbers[Standing.JUST_LOST] = max(math.ceil(logins * mix.just_lost) + 1, options.parts)
    taken = sum(count for standing, count in numbers.items() if standing is not Standing.EXPIRED)
    numbers[Standing.GOOD] = made_of.holders - made_of.ending - taken
    return Population(
        seed=options.seed,
        timeout=options.timeout,
        mix=mix,
        signatures=options.signatures,
        terminal=TERMINAL,
        declared=EXACT,
        moment=Moment(LOAD, world.clock.epoch),
        folder=str(holders.folder.absolute()),
        told=f"{len(holders):,} holders: {made_of.sharing}; {SIGNED_BY[options.signatures]}",
        cast=cast({each: numbers[each] for each in Standing if each in numbers}, made_of, mix),
        facts={standing: facts_of(standing) for standing in Standing},
        forger_key=b"",
    )


def _material(world: World) -> CoreMaterial:
    """Return anchors, and the list of each municipality that the holders live in."""
    now, trust = world.clock.now(), world.trust()
    generation = max(world.jlis.generations(now))
    return CoreMaterial(
        now,
        [(kind.value, der) for kind, der in trust.anchors()],
        list(trust.card_issuers),
        [
            (
                world.jlis.crl(Kind.AUTH, municipality, now, generation=generation),
                crl_points.der_of(crl_points.Partition(CARD_AUTH, generation, municipality)),
            )
            for municipality in INVENTED
        ],
    )


def stored_rounds(population: Population) -> list[list[Asked]]:
    """Return the rounds of one worker, as many as its holders make."""
    with Holders(Path(population.folder)) as holders:
        turns = Turns(population, holders)
        rounds = min(max(population.count(Standing.GOOD) // _round_of(len(holders)), 1), MOST_ROUNDS)
        return [_round(turns, holders, population) for _ in range(rounds)]


def _round(turns: Turns, holders: Holders, population: Population) -> list[Asked]:
    asked: dict[int, Asked] = {}
    wanted = max(_round_of(len(holders)) // population.part.of, 1)
    for turn in turns:
        if turn.holder.place not in asked:
            asked[turn.holder.place] = _asked(turn, holders, population)
        if len(asked) >= wanted:
            break
    return list(asked.values())


def _round_of(holders: int) -> int:
    """Return how many logins a round of all workers has: half of the holders, where they are few."""
    return min(ROUND, holders // 2)


def _asked(turn: Turn, holders: Holders, population: Population) -> Asked:
    place, instant = turn.holder.place, population.moment.instant
    signer = holders.at((place + 1) % len(holders)) if turn.deed is Deed.FORGED else turn.holder
    views = views_at(StatusSource.CRL, instant, 0)
    facts = msgspec.structs.replace(turn.facts, enrolled=True)  # a core has no accounts
    right = permitted(facts, turn.deed, instant, EXACT, views, source=StatusSource.CRL)
    return Asked(
        turn.holder.id,
        turn.kind,
        turn.holder.certificate,
        own_challenge(holders.made_of, place),
        signer.login_signature,
        _only(right).value,
    )


def _only(right: frozenset[Verdict]) -> Reason:
    if len(right) != 1:
        raise HarnessFault(f"stored logins: expected one right verdict each, actual {sorted(right)}")
    return next(iter(right))[1]
