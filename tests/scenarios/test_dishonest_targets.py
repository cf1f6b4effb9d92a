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


LIES = ("accept", "reject")


@cache
def failed_by(lie: str, family: str) -> frozenset[str]:
    """The names of a family's stories that do not come out as told about a liar; all others did."""
    words = [f"scenarios/{family}", "-v", "--tb=no", "-p", "no:cacheprovider", f"--target=command:perl {LIARS} {lie}"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=280
    )
    names = {story.node: story.name for story in load_stories().values() if story.family == family}
    told = {names[str(ROOT / node)]: verdict for node, verdict in LINE.findall(done.stdout)}
    assert set(told) == set(names.values()), done.stdout[-2000:]
    assert set(told.values()) <= {"PASSED", "FAILED", "SKIPPED"}, "a liar breaks no fixture"
    assert {name for name, verdict in told.items() if verdict == "SKIPPED"} == NOT_ABOUT_LIARS & set(told)
    return frozenset(name for name, verdict in told.items() if verdict == "FAILED")


@pytest.mark.parametrize("family", ["tap", "pin_lockout", "expiry", "address_change"])
def test_no_story_passes_with_both_liars(family: str) -> None:
    """Each story about them holds an acceptance or refusal that a liar gets wrong, and some fail with each."""
    failed = [failed_by(lie, family) for lie in LIES]
    stories = {name for name, told in load_stories().items() if told.family == family}
    assert stories - NOT_ABOUT_LIARS == failed[0] | failed[1]
    assert all(len(names) >= 2 for names in failed)
