"""Going on with a run that was interrupted: what is played again, and what its verdicts come to.

A *sitting* is what one process played in one world without a break. "In the same run" means in the same sitting where
one case proves another: a refusal counts only beside its twin of the same sitting, because the two have to differ in
one thing, and not in a restarted product as well. So after an interruption are played

1. the cases that no sitting has finished,
2. the refusals that were finished in a sitting which did not come to their twin,
3. the twins of all these, though they were finished before.

Nothing that went wrong is undone by it: of a case that was judged more than once the worst verdict stands, so a product
is not made conformant by interrupting it.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from conformance.catalogue_loader import Paired
from conformance.judge import Verdict

BADNESS = (Verdict.PASS, Verdict.WARN, Verdict.NA, Verdict.REVIEW, Verdict.HARNESS_ERROR, Verdict.TIMEOUT, Verdict.FAIL)
"""The later stands before the earlier."""
STANDS = frozenset({Verdict.FAIL, Verdict.TIMEOUT, Verdict.HARNESS_ERROR})
"""What a case came to without its twin, and what no twin could mend."""


class Ended(Protocol):
    """A judged case."""

    @property
    def verdict(self) -> Verdict:
        """The verdict."""


J = TypeVar("J", bound=Ended)
BesideTwins = Callable[[Mapping[str, J]], Mapping[str, J]]


def world_seed(seed: int, sitting: int) -> int:
    """Return the seed of a sitting's world: later ones have residents and serial numbers that were never seen."""
    if sitting == 1:
        return seed
    return int.from_bytes(hashlib.sha256(f"{seed}/{sitting}".encode()).digest()[:4], "big")


def left_to_play(cases: Mapping[str, Paired], sittings: Sequence[Mapping[str, object]]) -> list[str]:
    """Return the cases that are to be played in the next sitting."""
    done = {case for sitting in sittings for case in sitting if _is_settled(cases, case, sitting)}
    open_cases = [case for case in cases if case not in done]
    twins = {twin for case in open_cases if (twin := cases[case].twin) is not None}
    return [case for case in cases if case in twins or case not in done]


def come_to(
    cases: Mapping[str, Paired], earlier: Sequence[Mapping[str, J]], last: Mapping[str, J], beside_twins: BesideTwins[J]
) -> dict[str, J]:
    """Return the verdicts of a whole run; those of the `last` sitting have been held against their twins already."""
    judged: dict[str, list[J]] = {case: [] for case in cases}
    for sitting in earlier:
        settled = {case: each for case, each in sitting.items() if _is_settled(cases, case, sitting)}
        for case, each in beside_twins(settled).items():
            judged[case].append(each)
        for case, each in sitting.items():
            if case not in settled and each.verdict in STANDS:
                judged[case].append(each)
    for case, each in last.items():
        judged[case].append(each)
    return {case: max(found, key=lambda each: BADNESS.index(each.verdict)) for case, found in judged.items()}


def _is_settled(cases: Mapping[str, Paired], case: str, sitting: Mapping[str, object]) -> bool:
    twin = cases[case].twin
    return twin is None or twin in sitting
