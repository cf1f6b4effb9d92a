"""Of a play that did not come out as foretold, a small part that does not come out either.

Delta debugging (Zeller and Hildebrandt, 2002) over the list of steps: chunks are left out, the largest first, as long
as the rest still breaks; then each step is made simpler. A part breaks as the whole did when the complaint is the same;
by another complaint it would be another find. What was never reached is never played: a play ends where it breaks.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from scenarios.exploration.play import Play
from scenarios.exploration.presenting import WithWrongClock
from scenarios.exploration.stage import NotTellable, Venue
from scenarios.exploration.steps import Arrives, Step, Turns
from scenarios.telling import StoryBroken

MOST_PLAYS = 200
"""Then the smallest so far has to do."""


@dataclass(frozen=True)
class Small:
    """The smallest play that was found to break, its story's lines, and all that was seen."""

    begins: date
    steps: tuple[Step, ...]
    lines: tuple[str, ...]
    report: str
    plays: int


def replayed(venue: Venue, begins: date, steps: Sequence[Step], language: str = "en") -> Small | None:
    """Return what of these steps was taken up to where they break; None where all come out as foretold."""
    taken: list[Step] = []
    with venue.set(begins) as stage:
        play = Play(stage, begins, language)
        try:
            for step in steps:
                if step.is_possible(play):
                    taken.append(step)
                    step.take(play)
            play.telling.settle()
        except StoryBroken as broken:
            return Small(begins, tuple(taken), tuple(play.lines), str(broken), 1)
        except NotTellable:
            return None
    return None


def reduced(venue: Venue, begins: date, steps: Sequence[Step], language: str = "en") -> Small | None:
    """Return the smallest; None where the play does not break again: it depends on something that is not in it."""
    best = replayed(venue, begins, steps, language)
    plays = 1
    complaint = "" if best is None else _complaint(best)
    while best is not None and plays < MOST_PLAYS:
        for part in _parts(best.steps):
            plays += 1
            found = replayed(venue, begins, part, language)
            if found is not None and _complaint(found) == complaint:
                best = found
                break
            if plays >= MOST_PLAYS:
                break
        else:
            break
    return None if best is None else replace(best, plays=plays)


def _complaint(small: Small) -> str:
    """What differs; numbers of accounts and cards do not make it another complaint."""
    return "".join(each for each in small.report.splitlines()[0] if not each.isdigit())


def _parts(steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """Yield what is left when a chunk is taken out, from halves to single steps; then with one step simpler."""
    size = len(steps) // 2
    while size:
        for at in range(0, len(steps) - size, 1 if size == 1 else size):  # the last step is where it breaks
            yield steps[:at] + steps[at + size :]
        size //= 2
    for who in range(sum(isinstance(step, Arrives) for step in steps)):
        yield _without_person(steps, who)
    for at, step in enumerate(steps):
        for simpler in _simpler(step):
            yield (*steps[:at], simpler, *steps[at + 1 :])


def _without_person(steps: tuple[Step, ...], who: int) -> tuple[Step, ...]:
    """Return the steps of everybody else, who are counted anew; with an old card about, the numbers may not fit."""
    left: list[Step] = []
    arrived = 0
    for step in steps:
        arrived += isinstance(step, Arrives)
        moved = None if isinstance(step, Arrives) and arrived == who + 1 else _renumbered(step, who)
        if moved is not None:
            left.append(moved)
    return tuple(left)


def _renumbered(step: Step, gone: int) -> Step | None:
    """Return the step as it is told where somebody is not there; None where it is theirs."""
    if isinstance(step, WithWrongClock):
        inner = _renumbered(step.step, gone)
        return None if inner is None else replace(step, step=inner)
    changes: dict[str, int] = {}
    for name in ("who", "chip_of"):
        number = getattr(step, name, None)
        if number == gone and not isinstance(step, Turns):
            return None
        if number is not None and number > gone:
            changes[name] = number - 1
    return replace(step, **changes) if changes else step  # type: ignore[type-var]


def _simpler(step: Step) -> Iterator[Step]:
    if isinstance(step, WithWrongClock):
        yield step.step
    elif isinstance(step, Arrives) and step.kind != "adult":
        yield Arrives("adult")
    elif isinstance(step, Turns):
        with suppress(ValueError):
            for to in SIMPLE[: SIMPLE.index(step.to)]:
                yield Turns(to)


SIMPLE = ("the mark", "a second after the mark", "an hour on", "a day on", "30 days on", "a year on", "four years on")
"""Turns that need no explaining, the simplest first."""
