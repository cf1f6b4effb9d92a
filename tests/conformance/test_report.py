"""The four files of a run say what happened, hide what is secret, and open offline."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace as replace_dataclass
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
from msgspec.structs import replace

from conformance.catalogue_loader import Catalogue
from conformance.certification import Certification
from conformance.report.advice import advice
from conformance.report.page import page
from conformance.report.party_view import party_view
from conformance.report.schema import report_schema
from conformance.report.view import Cell
from conformance.report.words import WORDS
from conformance.report.write import write_reports
from conformance.targets import product_named
from harness.contract.targets import running_target
from harness.errors import ConfigurationError
from tests.conformance.conftest import Certify

ALWAYS = Path(__file__).resolve().parents[2] / "conformance" / "targets" / "always.pl"


MADE = datetime(2026, 11, 22, tzinfo=UTC)
STYLE = 40_000
"""Octets that every page has: style, summary, cover."""


@pytest.fixture(scope="module")
def some(catalogue: Catalogue) -> Catalogue:
    """Two refusals with their twins: one about the card, one about the status."""
    return catalogue.with_twins(["login/wrong-pin", "status/lost-at-the-mark"])


@pytest.fixture
def honest(some: Catalogue, certify_at: Certify) -> Certification:
    """A run in which everything passes."""
    with running_target(product_named("reference")) as address:
        return certify_at(address, some)


@pytest.fixture
def dishonest(some: Catalogue, certify_at: Certify) -> Certification:
    """A run in which nothing passes."""
    with running_target(product_named(f"command:perl {ALWAYS} accept")) as address:
        return certify_at(address, some)


def test_report_json_has_its_shape_and_the_journal_of_the_refusal(honest: Certification, tmp_path: Path) -> None:
    """Shape as documented; the refusal shows which question was asked and how it was answered."""
    write_reports(honest, tmp_path, language="en")
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    jsonschema.validate(report, report_schema())
    assert report["verdict"] == "selection passed"
    cases = {case["id"]: case for case in report["cases"]}
    lost = cases["status/lost-at-the-mark"]
    assert lost["actual"]["reason"] == lost["expected"]["reason"] == "ON_HOLD"
    assert [entry["answer"] for entry in lost["journal"]] == ["revoked certificateHold"]
    assert cases["login/wrong-pin"]["journal"] == []


def test_failure_names_the_case_and_its_twin(dishonest: Certification, tmp_path: Path) -> None:
    """A target that accepts everything: the page shows expected beside actual, and which twin failed."""
    write_reports(dishonest, tmp_path, language="en")
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "Not conformant" in page
    assert "status/lost-at-the-mark" in page
    assert "status/lost-before-the-mark: FAIL" in page
    suite = ET.parse(tmp_path / "junit.xml").getroot()  # noqa: S314  (our own file)
    assert suite.get("failures") == str(len(dishonest.judgements))
    failure = suite.find("testcase[@name='lost-at-the-mark']/failure")
    assert failure is not None
    assert "decision: expected reject, actual accept" in (failure.get("message") or "")


def test_failure_is_drawn_advised_and_can_be_run_again(dishonest: Certification) -> None:
    """A picture that marks the broken step, each check with its clause, advice in both languages, the command."""
    report = party_view(dishonest, MADE)
    (lost,) = [case for case in report.cases if case.id == "status/lost-at-the-mark"]
    assert lost.picture.count("✗") >= 2
    assert "reject ON_HOLD" in lost.picture
    assert all(check.clauses for check in lost.checks)
    assert lost.advice[0] == advice().missed["ON_HOLD"]
    assert lost.again == (f"./kazashi certify --target {dishonest.target} --seed 7 --case status/lost-at-the-mark")
    assert [place.address for place in lost.clauses if place.address] != []
    assert [column.en for column in report.heat.columns] == ["login"]
    assert {name.en: cells[0] for name, cells in report.heat.rows}["lost: put on hold"] == Cell(failed=2)
    for language in ("ja", "en"):
        text = page(report, language=language)
        assert lost.advice[0].en in text
        assert lost.advice[0].ja in text


def test_page_stays_small(honest: Certification, dishonest: Certification) -> None:
    """Two hundred cases: two megabytes when all pass, eight when all fail."""
    for run, most in ((honest, 10_000), (dishonest, 36_000)):
        assert len(page(party_view(run, MADE), language="ja").encode()) < STYLE + most * len(run.judgements)


def test_summary_says_what_failed_and_what_to_do(dishonest: Certification, tmp_path: Path) -> None:
    """Expected beside actual, the clause's address, advice, the command; what a product is called is no markup."""
    bold = replace(dishonest.product, product="**product** <b>|</b>")
    write_reports(replace_dataclass(dishonest, product=bold), tmp_path, language="en")
    text = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert text.startswith("# Conformance report: \\*\\*product\\*\\* \\<b\\>\\|\\</b\\>")
    assert "FAIL `status/lost-at-the-mark`" in text
    assert "decision: Expected **reject**, Actual **accept**" in text
    assert "https://www.rfc-editor.org/rfc/rfc" in text
    assert "- Advice: revoked with certificateHold" in text
    assert "--case status/lost-at-the-mark" in text


def test_page_opens_offline_and_shows_both_languages(honest: Certification, tmp_path: Path) -> None:
    """No address is fetched, and every case has its title in both languages."""
    write_reports(honest, tmp_path, language="ja")
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    for fetched in ('src="', "url(", "<script", "<link", "@import"):
        assert fetched not in page
    for judgement in honest.judgements.values():
        assert judgement.case.title.ja in page
        assert judgement.case.title.en in page


def test_reports_hold_no_pin_and_no_credential(dishonest: Certification, tmp_path: Path) -> None:
    """PIN, password and terminal credential are masked everywhere, in hexadecimal too."""
    for path in write_reports(dishonest, tmp_path, language="en"):
        text = path.read_text(encoding="utf-8")
        for secret in ("kazashi-terminal-credential", "34 33 32 31", "31 32 33 34", "ABC123", "41 42 43 31 32 33"):
            assert secret not in text, f"{secret} in {path.name}"


def test_words_are_there_in_both_languages() -> None:
    """No word of the report is missing in one language."""
    assert all(set(words) == {"en", "ja"} for words in WORDS.values())


def test_folder_that_cannot_be_written_is_one_line(honest: Certification, tmp_path: Path) -> None:
    """A file where the folder should be: a configuration fault that names it."""
    (tmp_path / "out").write_text("", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="name another with --out"):
        write_reports(honest, tmp_path / "out", language="en")
