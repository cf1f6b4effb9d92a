"""Which of the holders on disk stand how in one run. Pure.

Everybody is at a place that says nothing of them, so whoever stands alike are neighbours: a range each, in the order
of `Standing`, then strangers, then newcomers, as many as are left. Whose certificates end early are the last places.
"""

from collections.abc import Iterator, Mapping

from harness.contract.vocabulary import Purpose
from harness.errors import ConfigurationError
from loadtests.calendar import JUST_LOST, REVOCATION
from loadtests.holders import MadeOf
from loadtests.mixes import Mix
from loadtests.population import Cast
from loadtests.truth import Facts
from loadtests.vocabulary import ENROLLED, MAKINGS, Standing

MOST_GOOD = 40
"""More users than this share holders unless more are asked for; a login at two terminals at a time is no fault."""
MOST_OF_OTHERS = 4
USERS_PER_OTHER, GOOD_PER_OTHER = 10, 50
RENEWALS_PER_USER, RENEWED_SHARE = 10, 4
"""Each is enrolled and made in the world before the load and used up in it; at most one in four holders."""


def how_many(users: int, mix: Mix, made_of: MadeOf, *, workers: int = 1, enrolled: int = 0) -> dict[Standing, int]:
    """Return how many holders of each standing a run of so many users gets, each worker one of each at least.

    Newcomers are all who are left (`cast`).
    """
    others = max(min(max(users // USERS_PER_OTHER, 1), MOST_OF_OTHERS), workers, enrolled // GOOD_PER_OTHER)
    numbers = {MAKINGS[kind].standing: others for kind in mix.bad}
    if mix.just_lost:
        numbers[Standing.JUST_LOST] = others
    if Purpose.RELINK in mix.purposes:
        numbers[Standing.RENEWED] = max(min(RENEWALS_PER_USER * users, made_of.holders // RENEWED_SHARE), workers)
    numbers[Standing.GOOD] = enrolled or max(min(users, MOST_GOOD), workers)
    return {standing: numbers[standing] for standing in Standing if standing in numbers}


def cast(numbers: Mapping[Standing, int], made_of: MadeOf, mix: Mix) -> list[Cast]:
    """Return who stands how; ConfigurationError where there are not enough holders."""
    lasting = made_of.holders - made_of.ending
    ranges = list(_ranges(numbers, made_of))
    taken = sum(each.count for each in ranges if each.standing is not Standing.EXPIRED)
    left = lasting - taken
    if left < 0 or numbers.get(Standing.EXPIRED, 0) > made_of.ending:
        raise ConfigurationError(
            f"population of {made_of.holders} holders: expected {taken} of whom certificates last and "
            f"{numbers.get(Standing.EXPIRED, 0)} whose end, actual {lasting} and {made_of.ending}; "
            "make a larger one, or drive fewer"
        )
    if Purpose.ENROL in mix.purposes:
        ranges.append(Cast(Standing.NEWCOMER, taken, left))
    return ranges


def _ranges(numbers: Mapping[Standing, int], made_of: MadeOf) -> Iterator[Cast]:
    at = 0
    for standing, count in numbers.items():
        if standing is Standing.EXPIRED:
            yield Cast(standing, made_of.holders - made_of.ending, count)
        elif standing is not Standing.UNKNOWN:  # they are made apart
            yield Cast(standing, at, count)
            at += count


def facts_of(standing: Standing) -> Facts:
    """Return what is true of who stands so; the end of validity is each holder's own."""
    return Facts(
        not_after=JUST_LOST,  # replaced by the holder's
        enrolled=standing in ENROLLED,
        revoked=_REVOKED.get(standing),
        on_hold=standing in (Standing.ON_HOLD, Standing.JUST_LOST),
        registered=standing is not Standing.UNKNOWN,
    )


_REVOKED = {Standing.REVOKED: REVOCATION, Standing.ON_HOLD: REVOCATION, Standing.JUST_LOST: JUST_LOST}
