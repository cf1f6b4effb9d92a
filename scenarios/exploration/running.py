"""`kazashi scenario explore`, once its options are known to be right."""

from collections.abc import Callable
from pathlib import Path

from scenarios.exploration.exploring import explore_for
from scenarios.exploration.oracle import OUTAGES
from scenarios.exploration.stage import open_venue
from scenarios.exploration.steps import QUICK
from scenarios.story import Words

NOTHING_DIFFERED, DIFFERED = 0, 1


def run(  # noqa: PLR0913  (the options)
    *, target: str, minutes: float, seed: int, keep: Path, silent: bool, language: str, say: Callable[[str], None]
) -> int:
    """Return the exit code: 0 where product and oracle agreed all the time, 1 where they did not, once."""
    faults = tuple(OUTAGES) if silent else QUICK
    with open_venue(target) as venue:
        figures, found = explore_for(
            venue, seconds=60 * minutes, seed=seed, say=say, keep=keep, language=language, faults=faults
        )
    say(figures.table())
    if found is None:
        end = Words("product and oracle agreed", "製品とオラクルは一致した")
        say(end.in_language(language))
        return NOTHING_DIFFERED
    say(found.small.report)
    say("\n".join(found.small.lines))
    if found.path is not None:
        said = Words("the story is kept in", "筋書きを保存した")
        say(f"{said.in_language(language)}: {found.path} (--seed {found.seed})")
    return DIFFERED
