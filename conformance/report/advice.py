"""What a check is called and what to do when it does not hold: `checks.yaml` and `advice.yaml`, in both languages.

A word that is not there (a check of tomorrow) is shown as it is, with its verdict's advice: no report fails for it.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml
from msgspec import Struct

from conformance.check import Check
from conformance.judge import Verdict
from conformance.report.view import Both
from harness.contract.vocabulary import Reason

FOLDER = Path(__file__).parent
BY_REASON = frozenset(("decision", "reason"))
"""Checks whose advice depends on which reason was due, and which came."""


class CheckWords(Struct, frozen=True, forbid_unknown_fields=True):
    """A check's name, on what it stands where that is not the case's requirement, and advice."""

    label: Both
    clause: str | None = None
    advice: Both | None = None


class Advice(Struct, frozen=True, forbid_unknown_fields=True):
    """Advice by verdict, and by the reason that was due or given."""

    verdicts: Mapping[str, Both]
    other_reason: Both
    missed: Mapping[str, Both]
    wrongly: Mapping[str, Both]
    tap: Mapping[str, Both]


@cache
def check_words() -> dict[str, CheckWords]:
    """Return the words of every check, by its name."""
    return msgspec.convert(_read("checks.yaml"), dict[str, CheckWords])


@cache
def advice() -> Advice:
    """Return the advice by verdict and reason."""
    return msgspec.convert(_read("advice.yaml"), Advice)


def _read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def words_of(name: str) -> CheckWords | None:
    """Return the words of a check by its name, or by its first word: `setup login`, `privacy tap`."""
    known = check_words()
    return known.get(name) or known.get(name.partition(" ")[0])


def label_of(name: str) -> Both:
    """Return what a check is called; what is behind its first word stays."""
    words = words_of(name)
    if words is None:
        return Both(name, name)
    rest = "" if name in check_words() else name.partition(" ")[2]
    return words.label if not rest else Both(f"{words.label.en}: {rest}", f"{words.label.ja}: {rest}")


def advice_on(verdict: Verdict, checks: Iterable[Check], *, tap: bool = False) -> tuple[Both, ...]:
    """Return what to do about a case, the first broken check first; nothing for one that passed."""
    if verdict is Verdict.PASS:
        return ()
    broken = [check for check in checks if not check.held]
    said: list[Both] = []
    if any(check.name in BY_REASON for check in broken):
        reasons = {check.name: check for check in checks if check.name in BY_REASON}
        said += _on_reasons(reasons, tap=tap)
    for check in broken:
        words = words_of(check.name)
        if check.name not in BY_REASON and words is not None and words.advice is not None:
            said.append(words.advice)
    if not said:
        said.append(advice().verdicts[verdict.value])
    return tuple(dict.fromkeys(said))


def _on_reasons(checks: Mapping[str, Check], *, tap: bool) -> list[Both]:
    """What was due against what came; `reason` expects one, or `A or B`."""
    if "reason" not in checks:
        return []
    due, came = checks["reason"].expected.split(" or ")[0], checks["reason"].actual.split(" ")[0]
    known = advice()
    if tap:
        return [words] if (words := known.tap.get(due)) else []
    if due == Reason.OK.value:
        found = known.wrongly.get(came) or known.missed[due]
        return [found]
    said = [known.other_reason] if came not in (Reason.OK.value, "none") and came != due else []
    return [*said, *([known.missed[due]] if due in known.missed else [])]
