"""The four files of a run say what happened, hide what is secret, and open offline."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import jsonschema
import pytest

from conformance.catalogue_loader import Catalogue
from conformance.certification import Certification
from conformance.report.schema import report_schema
from conformance.report.words import WORDS
from conformance.report.write import write_reports
from conformance.targets import product_named
from harness.contract.targets import running_target
from harness.errors import ConfigurationError
from tests.conformance.conftest import Certify

ALWAYS = Path(__file__).resolve().parents[2] / "conformance" / "targets" / "always.pl"


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
