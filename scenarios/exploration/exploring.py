"""Explores for some minutes: seed after seed, with progress; a disagreement is made small, told, and written down."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from scenarios.exploration.machine import explore
from scenarios.exploration.play import Play
from scenarios.exploration.reduction import Small, reduced
from scenarios.exploration.stage import Venue
from scenarios.exploration.steps import QUICK
from scenarios.exploration.writing import story_of_play
from scenarios.story import Words

AT_ONCE = 20
"""Plays of one seed; then the next seed, and a line of progress."""
Say = Callable[[str], None]


@dataclass
class Figures:
    """What was played."""

    plays: int = 0
    steps: int = 0
    decisions: int = 0
    reached: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Purpose and reason, of cards the status word."""

    def count(self, play: Play) -> None:
        """Add a play."""
        self.plays += 1
        self.steps += len(play.lines)
        self.decisions += len(play.reached)
        self.reached.update(play.reached)

    def reasons(self) -> Counter[str]:
        """Return how often each reason was given, by whomever it was asked."""
        found: Counter[str] = Counter()
        for (purpose, reason), times in self.reached.items():
            if purpose != "card":
                found[reason] += times
        return found

    def table(self) -> str:
        """Return the reasons by purpose, one line each."""
        purposes = sorted({purpose for purpose, _ in self.reached})
        rows = [f"{'':<20}" + "".join(f"{purpose:>8}" for purpose in purposes)]
        for reason in sorted({reason for _, reason in self.reached}):
            counts = [self.reached[purpose, reason] for purpose in purposes]
            rows.append(f"{reason:<20}" + "".join(f"{count or '':>8}" for count in counts))
        return "\n".join(rows)


@dataclass(frozen=True)
class Found:
    """A disagreement, as small as it was made, and where the story of it stands."""

    small: Small
    seed: int
    path: Path | None


def explore_for(  # noqa: PLR0913  (an exploration)
    venue: Venue,
    *,
    seconds: float,
    seed: int,
    say: Say,
    keep: Path | None = None,
    language: str = "en",
    faults: tuple[str, ...] = QUICK,
) -> tuple[Figures, Found | None]:
    """Return what was played within the time, and the first disagreement; its story is written into `keep`."""
    figures, began, current = Figures(), monotonic(), seed
    while monotonic() - began < seconds:
        broken = explore(venue, seeded=current, plays=AT_ONCE, watch=figures.count, faults=faults)
        if broken is not None:
            say(f"--seed {current}: {broken.report.splitlines()[0]} ({len(broken.steps)})")
            small = reduced(venue, broken.begins, broken.steps, language)
            if small is None:
                say(broken.report)
                return figures, Found(Small(broken.begins, tuple(broken.steps), (), broken.report, 1), current, None)
            name, text = story_of_play(small, current)
            path = None if keep is None else keep / name
            if path is not None:
                path.write_text(text, encoding="utf-8")
            return figures, Found(small, current, path)
        current += 1
        spent = monotonic() - began
        told = Words(
            f"{figures.plays} plays, {figures.steps} steps, {figures.decisions} outcomes, none differs",
            f"筋書き{figures.plays}、手順{figures.steps}、結果{figures.decisions}、相違なし",
        )
        say(f"{spent:5.0f} s  {told.in_language(language)}")
    return figures, None
