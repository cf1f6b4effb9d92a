"""A product that accepts everything, and one that refuses everything, fail the stories: none can pass with both."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from scenarios.set_up import SetUp
from scenarios.story import load_stories

ROOT = Path(__file__).parents[2]
LIARS = ROOT / "conformance" / "targets" / "always.pl"
OFFLINE = {name for name, told in load_stories().items() if told.node.split("::")[0].endswith("expiry/test_offline.py")}
NO_RELINK = {"expiry/renewed-card-is-no-stranger", "expiry/stranger-is-no-renewal"}
SET_UP = {name for name, told in load_stories().items() if told.set_up is not SetUp.ORDINARY}
NOT_ABOUT_LIARS = OFFLINE | NO_RELINK | SET_UP
"""They offer neither reconcile nor relink, and cannot be set up; `tests.scenarios.spoiled` turns these red."""
LINE = re.compile(r"^(\S+::\w+) (PASSED|FAILED|ERROR|SKIPPED)", re.MULTILINE)


@cache
def failed_by(lie: str) -> frozenset[str]:
    """The names of the stories that do not come out as told about a liar; all others did."""
    words = ["scenarios", "-v", "--tb=no", "-p", "no:cacheprovider", f"--target=command:perl {LIARS} {lie}"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    names = {story.node: story.name for story in load_stories().values()}
    told = {names[str(ROOT / node)]: verdict for node, verdict in LINE.findall(done.stdout)}
    assert set(told) == set(names.values()), done.stdout[-2000:]
    assert set(told.values()) <= {"PASSED", "FAILED", "SKIPPED"}, "a liar breaks no fixture"
    assert {name for name, verdict in told.items() if verdict == "SKIPPED"} == NOT_ABOUT_LIARS
    return frozenset(name for name, verdict in told.items() if verdict == "FAILED")


def test_no_story_passes_with_both_liars() -> None:
    """Each story about them holds at least one acceptance or refusal that a liar gets wrong."""
    assert set(load_stories()) - NOT_ABOUT_LIARS == failed_by("accept") | failed_by("reject")


@pytest.mark.parametrize("lie", ["accept", "reject"])
@pytest.mark.parametrize("family", ["tap", "pin_lockout", "expiry", "address_change"])
def test_every_family_tells_both_sides(family: str, lie: str) -> None:
    """Two stories at least of each family fail with either liar."""
    assert sum(name.startswith(f"{family}/") for name in failed_by(lie)) >= 2
