"""Who comes next, and what they do: the mix of good and bad logins as a repeatable sequence. Pure."""

import random
from collections.abc import Iterator
from itertools import cycle

from msgspec import Struct

from loadtests.population import LoadHolder, Population, Standing
from loadtests.truth import Deed

JUST_LOST_EVERY = 10
"""One in so many of the logins that may be accepted is by a holder whom no published status shows as lost yet."""
BAD_VISITS = (
    (Standing.GOOD, Deed.FORGED),
    (Standing.REVOKED, Deed.HONEST),
    (Standing.ON_HOLD, Deed.HONEST),
    (Standing.EXPIRED, Deed.HONEST),
    (Standing.NOT_ENROLLED, Deed.HONEST),
    (Standing.GOOD, Deed.REPLAYED),
)


class Turn(Struct, frozen=True):
    """One visit; a replaying visitor logs in honestly first."""

    holder: LoadHolder
    deed: Deed

    @property
    def kind(self) -> str:
        """The name under which its verdicts are counted: what is wrong, or the holder's standing."""
        return self.deed.value if self.deed in (Deed.FORGED, Deed.REPLAYED) else self.holder.standing.value


def turns(population: Population, user: int) -> Iterator[Turn]:
    """Yield the visits of one user without end: the share of bad logins holds over every few, not only on average."""
    chance = random.Random(f"{population.seed}/{user}")  # noqa: S311  (a repeatable mix, no secrets)
    order = chance.sample(population.holders, len(population.holders))
    holders = {standing: cycle([each for each in order if each.standing is standing]) for standing in Standing}
    bad = cycle(chance.sample(BAD_VISITS, len(BAD_VISITS)))
    due, good_visits = chance.random(), chance.randrange(JUST_LOST_EVERY)
    while True:
        due += population.bad
        if due >= 1:
            standing, deed = next(bad)
            due -= 1
            if deed is Deed.REPLAYED:
                due += population.bad  # it makes two logins, the first of them good
            yield Turn(next(holders[standing]), deed)
            continue
        good_visits += 1
        standing = Standing.GOOD if good_visits % JUST_LOST_EVERY else Standing.JUST_LOST
        yield Turn(next(holders[standing]), Deed.HONEST)
