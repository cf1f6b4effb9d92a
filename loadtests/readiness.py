"""Waits for a product to have what it decides by: one that uses lists fetches those of a whole country first.

It is over as soon as the product decides, so a slower machine waits longer and finds the same; a bar says what is
waited for; and it is bounded: by ten times `--patience`, for what is fetched is more than what a start needs.
"""

import threading
import time
from collections.abc import Callable

import msgspec

from harness.contract import messages
from harness.contract.vocabulary import Decision, Reason
from harness.errors import ConfigurationError
from loadtests.population import Population
from loadtests.truth import Deed
from loadtests.turns import Turn
from loadtests.visits import BEGIN, COMPLETE, Visits

TIMES = 10
"""So many times `--patience`."""
PAUSE = 0.5
LOOKED_AT = 64
"""Visits of the mix among which one is found for each purpose and town."""
NOT_YET = frozenset({Reason.STATUS_UNAVAILABLE, Reason.STATUS_STALE})
Progress = Callable[[float, float], None]
_TICK = threading.Event()


def until_decided(
    visit: Callable[[], messages.Outcome], patience: float, progress: Progress | None = None
) -> messages.Outcome:
    """Return the outcome of a visit as soon as it is a decision on the holder, or the last one when time is over."""
    began, bound = time.monotonic(), TIMES * patience
    while True:
        outcome = visit()
        waited = time.monotonic() - began
        is_over = not is_wanting(outcome) or waited + PAUSE > bound
        if progress is not None and (waited > PAUSE or not is_over):
            progress(bound if is_over else waited, bound)
        if is_over:
            return outcome
        _TICK.wait(PAUSE)


def is_wanting(outcome: messages.Outcome) -> bool:
    """Return whether the product says that it lacks what it would decide by."""
    return outcome.decision is Decision.RETRY or outcome.reason in NOT_YET


def await_lists(address: str, population: Population, patience: float, progress: Progress | None = None) -> None:
    """Return when the product decides on a holder of each town, for each purpose; ConfigurationError when it does not.

    What it fetched for the enrolments is of another day than that of the load.
    """
    visits = Visits(address, population)
    try:
        for turn in _one_of_each(visits):
            outcome = until_decided(lambda turn=turn: _outcome(visits, turn), patience, progress)  # type: ignore[misc]
            if is_wanting(outcome):
                raise ConfigurationError(
                    f"before any load was sent: {turn.purpose.value} of {turn.holder.id}: expected a decision within "
                    f"{TIMES * patience:g} s, actual {outcome.decision.value} {outcome.reason.value} to the end; "
                    "does the product fetch the lists it was told of? allow it longer by --patience"
                )
    finally:
        visits.close()


def _one_of_each(visits: Visits) -> list[Turn]:
    """Return an honest visit for each purpose and town (a town's cards have one CVC)."""
    found: dict[tuple[str, bytes], Turn] = {}
    for number, turn in enumerate(visits.turns()):
        if turn.deed is Deed.HONEST:
            found.setdefault((turn.purpose.value, turn.holder.cvc), turn)
        if number == LOOKED_AT:
            break
    return list(found.values())


def _outcome(visits: Visits, turn: Turn) -> messages.Outcome:
    begun = visits.ask(BEGIN, visits.begin(turn))
    shown = visits.complete(turn, begun)
    if shown is None:
        outcome = msgspec.json.decode(begun, type=messages.Begun).outcome
        assert outcome is not msgspec.UNSET  # noqa: S101  (`complete` returns None for nothing else)
        return outcome
    return msgspec.json.decode(visits.ask(COMPLETE, shown), type=messages.Completed).outcome
