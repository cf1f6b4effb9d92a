"""Tells a story whose world is spoiled, and compares where it breaks with what the table says."""

import importlib
import inspect
from collections.abc import Callable

import pytest

from harness.errors import HarnessFault
from scenarios.story import Story, load_stories, story_of
from scenarios.telling import StoryBroken, Telling
from tests.scenarios.spoiled.table import Break, Row

SECTIONS = ("verdict and its steps", "journal of the fake J-LIS", "APDU trace of the last step")


def require_broken(row: Row, request: pytest.FixtureRequest) -> None:
    """Fail unless the row's story breaks off where the table says, in its own words, with all that was seen."""
    tell = teller_of(load_stories()[row.story])
    told: list[Telling] = []
    try:
        told.append(request.getfixturevalue("telling"))
        tell(**{name: request.getfixturevalue(name) for name in inspect.signature(tell).parameters})
        told[0].settle()
    except StoryBroken as broken:
        report = str(broken)
    except (pytest.skip.Exception, HarnessFault) as other:
        pytest.fail(f"{row.story}: expected to break off, actual {other!r} under {row.change.id}")
    else:
        pytest.fail(f"{row.story}: stays green under {row.change.id}: {row.change.title.en}")
    actual = Break(_last_deed(told[0]), report.splitlines()[0])
    if actual.at != row.breaks.at or row.breaks.says not in actual.says:
        pytest.fail(
            f"{row.story} under {row.change.id}:\n  expected {row.breaks.at!r}: {row.breaks.says!r}\n  actual   "
            f"{actual.at!r}: {actual.says!r}\nNOTICED {row.story}\t{actual.at}\t{actual.says}\n{report}"
        )
    for part in (*SECTIONS, row.breaks.at.partition(" ")[2]):
        assert part in report, f"a story that breaks off shows: {part}"


def teller_of(story: Story) -> Callable[..., None]:
    """Return the function that tells a story."""
    path, _, name = story.node.rpartition("::")
    module = importlib.import_module(f"scenarios.{story.family}.{path.rpartition('/')[2].removesuffix('.py')}")
    tell: Callable[..., None] = getattr(module, name)
    assert story_of(tell) is story, f"{story.name}: expected to be told by {story.node}"
    return tell


def _last_deed(telling: Telling) -> str:
    """Return when and what was last done, without what came of it."""
    deeds = [line for line in telling.told().lines if not line.en.startswith("  ")]
    return f"{deeds[-1].at:%H:%M:%S} {deeds[-1].en}" if deeds else "-"
