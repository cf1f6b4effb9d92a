"""Two reports of certify side by side, and when the later one is worse."""

import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from conformance.evidence.comparing import REPORTS
from harness.commands.report import compare
from harness.errors import ConfigurationError
from loadtests.report.compare import REPORTS as LOAD


def report(tmp_path: Path, name: str, cases: dict[str, str], verdict: str = "conformant", **more: Any) -> Path:
    """A folder with a report of these verdicts."""
    folder = tmp_path / name
    folder.mkdir()
    product = {"product": "P", "version": more.pop("version", "1"), "capabilities": ["login"]}
    said = {
        "suite": "kazashi 0.1.0",
        "role": "relying-party",
        "catalogue_hash": "aa",
        "target": "reference",
        "seed": 1,
        "verdict": verdict,
        "product": product,
        "cases": [{"id": case, "verdict": each} for case, each in cases.items()],
        **more,
    }
    (folder / "report.json").write_text(json.dumps(said), encoding="utf-8")
    return folder


def shown(before: Path, after: Path) -> tuple[int, str]:
    """The exit code, and what is shown."""
    console = Console(record=True, width=200, file=(before / "shown").open("w", encoding="utf-8"))
    try:
        code = compare(before, after, [REPORTS, LOAD], console)
    finally:
        console.file.close()
    return code, console.export_text()


@pytest.mark.parametrize(
    ("then", "now", "verdicts", "due"),
    [
        ({"a": "PASS"}, {"a": "PASS"}, ("conformant", "conformant"), (0, "not worse")),
        (
            {"a": "PASS"},
            {"a": "FAIL"},
            ("conformant", "not conformant"),
            (1, "newly failing / 新たに不適合: 1\n  a  PASS → FAIL"),
        ),
        ({"a": "NA"}, {"a": "FAIL"}, ("not conformant", "not conformant"), (1, "a  NA → FAIL")),
        ({"a": "PASS"}, {"a": "TIMEOUT"}, ("conformant", "harness error"), (1, "a  PASS → TIMEOUT")),
        ({"a": "FAIL"}, {"a": "PASS"}, ("not conformant", "conformant"), (0, "mended / 改善: 1\n  a  FAIL → PASS")),
        ({"a": "FAIL"}, {"a": "TIMEOUT"}, ("not conformant", "harness error"), (0, "verdict changed / 判定の変化: 1")),
        ({"a": "PASS"}, {"a": "NA"}, ("conformant", "conformant within the statement"), (1, "a  PASS → NA")),
        ({"a": "PASS"}, {"a": "WARN"}, ("conformant", "conformant"), (0, "a  PASS → WARN")),
        ({"a": "PASS"}, {"a": "PASS", "b": "PASS"}, ("conformant", "conformant"), (0, "b  – → PASS")),
        ({"a": "PASS"}, {"a": "PASS", "b": "FAIL"}, ("conformant", "not conformant"), (1, "b  – → FAIL")),
        ({"a": "PASS", "b": "PASS"}, {"a": "PASS"}, ("conformant", "selection passed"), (1, "b  PASS → –")),
        ({"a": "PASS", "b": "NA"}, {"a": "PASS"}, ("conformant", "selection passed"), (0, "b  NA → –")),
        ({"a": "PASS"}, {"a": "PASS"}, ("conformant", "inconclusive"), (1, "verdict: conformant → inconclusive")),
        ({"a": "FAIL"}, {"a": "FAIL"}, ("conformant but for expected failures", "not conformant"), (1, "worse / 悪化")),
        ({"a": "FAIL"}, {"a": "FAIL"}, ("not conformant", "not conformant"), (0, "not worse")),
    ],
)
def test_cases_and_verdicts(
    then: dict[str, str], now: dict[str, str], verdicts: tuple[str, str], due: tuple[int, str], tmp_path: Path
) -> None:
    """Each kind of change stands under its heading; a case that was proved and is not any more is worse."""
    found = shown(report(tmp_path, "a", then, verdicts[0]), report(tmp_path, "b", now, verdicts[1]))
    assert found[0] == due[0]
    assert due[1] in found[1]


def test_circumstances_that_changed_are_told(tmp_path: Path) -> None:
    """Version of the product, hash of the catalogue, seed: what else may explain a difference; none is worse."""
    code, text = shown(
        report(tmp_path, "a", {"a": "PASS"}),
        report(tmp_path, "b", {"a": "PASS"}, version="2", seed=9, catalogue_hash="bb"),
    )
    assert code == 0
    for said in ("seed: 1 → 9", "catalogue_hash: aa → bb", "P 1 (login; ) → P 2 (login; )"):
        assert said in text


def test_case_that_another_catalogue_let_go_is_not_worse(tmp_path: Path) -> None:
    """A newer suite without a case: told, and nothing that the product did."""
    code, text = shown(
        report(tmp_path, "a", {"a": "PASS", "b": "PASS"}), report(tmp_path, "b", {"a": "PASS"}, catalogue_hash="bb")
    )
    assert code == 0
    assert "b  PASS → –" in text


def test_other_roles_are_compared_and_mixed_ones_are_not(tmp_path: Path) -> None:
    """A report of a card against one of a responder is a configuration fault."""
    cards = [report(tmp_path, name, {"a": "PASS"}, role="card", product="reader") for name in ("a", "b")]
    assert shown(*cards)[0] == 0
    with pytest.raises(ConfigurationError, match="expected reports of one role, actual card and responder"):
        shown(cards[0], report(tmp_path, "c", {"a": "PASS"}, role="responder", product="x"))


def test_something_else_is_a_configuration_fault(tmp_path: Path) -> None:
    """A report of no known sort, and one that lacks what a report has."""
    folder = report(tmp_path, "a", {"a": "PASS"})
    (tmp_path / "x.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="expected two reports of one sort"):
        shown(folder, tmp_path / "x.json")
    broken = report(tmp_path, "b", {"a": "FINE"})
    with pytest.raises(ConfigurationError, match=r"report.json: expected the report.json of this version"):
        shown(folder, broken)
