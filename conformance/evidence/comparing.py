"""Two reports of `certify` side by side: which cases fail newly, are mended, came, went, or changed their verdict."""

from pathlib import Path

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.text import Text

from conformance.certification import EXIT_CODES, SuiteVerdict
from conformance.judge import Verdict
from harness.errors import ConfigurationError

NOT_PASSED = frozenset({Verdict.FAIL, Verdict.TIMEOUT, Verdict.HARNESS_ERROR})
PROVED = frozenset({Verdict.PASS, Verdict.WARN})
"""What shows the product to do what is asked; NA and REVIEW show nothing."""


class _Case(Struct, frozen=True):
    id: str
    verdict: Verdict


class _Report(Struct, frozen=True):
    suite: str
    catalogue_hash: str
    target: str
    seed: int
    verdict: SuiteVerdict
    product: object
    cases: tuple[_Case, ...]
    role: str = "relying-party"
    """Reports of that role did not say so at first."""


class Differences(Struct, frozen=True):
    """What differs between two runs; each case stands in one list."""

    failing: list[str]
    mended: list[str]
    changed: list[str]
    added: list[str]
    removed: list[str]
    circumstances: list[str]
    """Product, catalogue, seed, target, suite and verdict on the run, where they differ."""
    worse: bool


def differences(before: _Report, after: _Report) -> Differences:
    """Return what differs.

    Worse is: a case fails newly (an added one too), one that was proved is not any more (by the same catalogue that is
    also one that was not run), or the run ends with another exit code than 0 where it ended with 0 before.
    """
    then = {case.id: case.verdict for case in before.cases}
    now = {case.id: case.verdict for case in after.cases}
    both = sorted(then.keys() & now.keys())
    other = [case for case in both if then[case] is not now[case]]
    failing = [case for case in other if now[case] in NOT_PASSED and then[case] not in NOT_PASSED]
    mended = [case for case in other if then[case] in NOT_PASSED and now[case] in PROVED]
    changed = [case for case in other if case not in failing and case not in mended]
    added = sorted(now.keys() - then.keys())
    removed = sorted(then.keys() - now.keys())
    # another catalogue may have let cases go; of the same one a selection left them out, and shows nothing of them
    unrun = removed if before.catalogue_hash == after.catalogue_hash else []
    lost = [case for case in (*changed, *unrun) if then[case] in PROVED and now.get(case) not in PROVED]
    fell = EXIT_CODES[before.verdict] == 0 and EXIT_CODES[after.verdict] != 0
    return Differences(
        failing=[_told(case, then, now) for case in failing],
        mended=[_told(case, then, now) for case in mended],
        changed=[_told(case, then, now) for case in changed],
        added=[_told(case, then, now) for case in added],
        removed=[_told(case, then, now) for case in removed],
        circumstances=_circumstances(before, after),
        worse=bool(failing or lost or fell or any(now[case] in NOT_PASSED for case in added)),
    )


def _told(case: str, then: dict[str, Verdict], now: dict[str, Verdict]) -> str:
    words = [there[case].value if case in there else "–" for there in (then, now)]
    return f"{case}  {' → '.join(words)}"


def _circumstances(before: _Report, after: _Report) -> list[str]:
    names = ("product", "target", "suite", "catalogue_hash", "seed", "verdict")
    pairs = [(name, _word(getattr(before, name)), _word(getattr(after, name))) for name in names]
    return [f"{name}: {then} → {now}" for name, then, now in pairs if then != now]


def _word(value: object) -> str:
    """Return a value in a few words: of what a product says of itself its name, its version, what it claims."""
    if not isinstance(value, dict):
        return str(value)
    claims = ", ".join(sorted(value.get("capabilities", ())))
    return f"{value.get('product')} {value.get('version')} ({claims}; {value.get('tolerances', '')})"


class CertifyReports:
    """What `kazashi report` knows of report.json."""

    file = "report.json"

    def recognises(self, document: object) -> bool:
        """Return whether a decoded file is of `certify`."""
        return isinstance(document, dict) and {"catalogue_hash", "verdict", "cases"} <= document.keys()

    def diff(self, before: Path, after: Path, console: Console) -> int:
        """Show both side by side; 1 when the later run is worse."""
        first, second = _read(before), _read(after)
        if first.role != second.role:
            raise ConfigurationError(
                f"report diff: expected reports of one role, actual {first.role} and {second.role}; name two of one"
            )
        found = differences(first, second)
        for heading, lines, style in (
            ("newly failing / 新たに不適合", found.failing, "red"),
            ("mended / 改善", found.mended, "green"),
            ("verdict changed / 判定の変化", found.changed, "yellow"),
            ("added / 追加", found.added, ""),
            ("removed / 削除", found.removed, ""),
            ("changed / 条件の変化", found.circumstances, ""),
        ):
            if lines:
                console.print(Text(f"{heading}: {len(lines)}", style), soft_wrap=True)
            for line in lines:
                console.print(Text(f"  {line}"), soft_wrap=True)
        told = "worse / 悪化" if found.worse else "not worse / 悪化なし"
        console.print(Text(told, "bold red" if found.worse else "bold green"))
        return 1 if found.worse else 0


REPORTS = CertifyReports()


def _read(path: Path) -> _Report:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Report)
    except (OSError, msgspec.MsgspecError) as fault:
        raise ConfigurationError(f"{path}: expected the report.json of this version, actual {fault}") from fault
