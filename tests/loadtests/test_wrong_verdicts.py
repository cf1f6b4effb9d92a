"""Every kind of wrong verdict is found, counted exactly, and enough to fail a run."""

import json
import shlex
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.loadtests.conftest import LoadRun
from tests.loadtests.liar import LIES

LIAR = Path(__file__).with_name("liar.py")
KINDS = {
    "accepts-revoked": ("revoked", "accept OK"),
    "accepts-on-hold": ("on-hold", "accept OK"),
    "accepts-expired": ("expired", "accept OK"),
    "accepts-replayed": ("replayed", "accept OK"),
    "accepts-unknown": ("unknown", "accept OK"),
    "accepts-stranger": ("not-enrolled", "accept OK"),
    "other-reason": ("revoked", "reject ON_HOLD"),
    "other-decision": ("expired", "retry EXPIRED"),
    "refuses-good": ("good", "reject REVOKED"),
    "stale": ("good", "accept OK, by a status as of 2026-12-08T00:30:00Z"),
    "of-tomorrow": ("good", "accept OK, by a status as of 2026-12-08T01:15:00Z"),
}
"""Under which kind of visit the judge counts a lie, and by which words; forged and cloned ones are told together."""
TOGETHER = {"accepts-forged", "accepts-not-genuine"}


def liar(lie: str, told: Path) -> str:
    """The target that lies."""
    return f"command:{shlex.join([sys.executable, str(LIAR), lie, str(told)])}"


@pytest.mark.parametrize(
    ("mix", "bad"),
    [
        ("portal-logins", "forged=8%,revoked=10%,on-hold=5%,expired=10%,not-enrolled=5%,replayed=5%,unknown=5%"),
        ("polling-day", "forged=6%,cloned=8%,revoked=10%,on-hold=6%,expired=10%,not-enrolled=5%,replayed=5%"),
    ],
)
def test_every_lie_is_counted(load_run: LoadRun, tmp_path: Path, mix: str, bad: str) -> None:
    """As many wrong verdicts as lies, kind by kind; what was true is right."""
    told = tmp_path / "told.json"
    done = load_run("--seconds", "4", "--mix", mix, "--bad", bad, "--target", liar("all", told))
    assert done.exit_code == 1, done.said
    lies = Counter(json.loads(told.read_text()))
    assert done.written["wrong_verdicts"] == sum(lies.values()), done.said
    assert done.written["errors"] == 0
    wrong: Counter[str] = Counter()
    for row in done.written["verdicts"]:
        if row["ruling"] != "right":
            wrong[_lie(row["kind"], row["actual"])] += row["count"]
    together = sum(lies.pop(each, 0) for each in TOGETHER)
    assert wrong.pop("forged or cloned") == together > 0
    assert wrong == lies
    assert done.written["because"] == ["wrong verdicts"]


def _lie(kind: str, actual: str) -> str:
    """Return which lie a row is."""
    if kind in ("forged", "cloned") and actual == "accept OK":
        return "forged or cloned"
    kind = "good" if kind == "just-lost" else kind
    return next((lie for lie, row in KINDS.items() if row == (kind, actual)), f"{kind} {actual}")


def test_every_lie_is_looked_for() -> None:
    """Whoever adds a lie says how it is counted."""
    assert KINDS.keys() | TOGETHER == LIES.keys()
