"""Expected failures: what a file must say, what a run makes of an entry, and that none makes a run conformant."""

import json
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from conformance.certification import EXIT_CODES, SuiteVerdict
from conformance.evidence.expected_failures import State, read_expected_failures, require_known
from conformance.evidence.run_options import ExpectedFile
from conformance.evidence.schema_files import FOLDER, TYPES, schema_text
from conformance.judge import Verdict
from conformance.register import Level, level_of
from conformance.report.role_write import role_json, role_junit
from harness.errors import ConfigurationError
from harness.jlis.validity import JST
from tests.conformance.evidence.fake_target import REFUSAL, TWIN, FakeBench, catalogue_of, options, run_of

ENTRY = {
    "case": REFUSAL,
    "reason": "the reader of site A tries a wrong PIN again",
    "owner": "login team",
    "link": "https://tracker.example/KZ-12",
    "until": "2026-12-31",
}


def text_of(*entries: dict[str, Any]) -> bytes:
    """The file of these entries."""
    return yaml.safe_dump({"expected_failures": list(entries)}).encode()


def run_with(tmp_path: Path, entry: dict[str, Any], goes: dict[str, str], *, whole: bool = True, **more: Any) -> Any:
    """A run of the role tap-client that expects one failure."""
    octets = text_of(entry)
    expected = ExpectedFile(read_expected_failures(octets, "expected.yaml"), octets, Path("expected.yaml"))
    catalogue = catalogue_of("tap-client")
    asked = options(tmp_path, expected=expected, **more)
    return run_of(FakeBench("tap-client", goes), asked, catalogue if whole else catalogue.with_twins([TWIN]))


@pytest.mark.parametrize("missing", sorted(ENTRY))
def test_entry_without_a_field_names_it(missing: str) -> None:
    """Reason, owner, link, end date and case are all wanted."""
    with pytest.raises(ConfigurationError, match=rf"expected.yaml: .*`{missing}`"):
        read_expected_failures(
            text_of({name: value for name, value in ENTRY.items() if name != missing}), "expected.yaml"
        )


@pytest.mark.parametrize(
    ("octets", "says"),
    [
        (b"expected_failures: [", "not YAML"),
        (b"\xff", "not YAML"),
        (b"[]", "Expected `object`"),
        (b"expected_failures: []", "length >= 1"),
        (text_of({**ENTRY, "until": "next year"}), "until"),
        (text_of({**ENTRY, "reason": "why"}), "reason"),
        (text_of({**ENTRY, "link": "KZ-12"}), "link"),
        (text_of({**ENTRY, "link": "javascript:alert(1)"}), "link"),
        (text_of({**ENTRY, "severity": "low"}), "severity"),
        (text_of(ENTRY, ENTRY), "expected each once, actual twice"),
        (b" " * (1 << 20) + b" ", "octets"),
    ],
)
def test_broken_file_is_a_configuration_fault(octets: bytes, says: str) -> None:
    """File, field and rule are named."""
    with pytest.raises(ConfigurationError, match=says):
        read_expected_failures(octets, "expected.yaml")


def test_case_of_no_catalogue_is_a_configuration_fault() -> None:
    """A case that was misspelled would never be noticed otherwise; the one that was meant is near."""
    read = read_expected_failures(text_of({**ENTRY, "case": "attributes/wrongg"}), "e.yaml")
    with pytest.raises(ConfigurationError, match=r"expected_failures\[0\].case.*near: attributes/wrong"):
        require_known(read, catalogue_of("tap-client").cases, "e.yaml")


OTHER_REFUSAL = next(
    case
    for case, each in catalogue_of("tap-client").cases.items()
    if each.is_refusal and case != REFUSAL and level_of(each.requirement) is Level.MUST
)
STATES = [
    ({REFUSAL: "fails"}, "2026-12-31", State.HOLDS, SuiteVerdict.CONFORMANT_BUT),
    ({REFUSAL: "fails"}, "2026-11-22", State.HOLDS, SuiteVerdict.CONFORMANT_BUT),
    ({REFUSAL: "fails"}, "2026-11-21", State.EXPIRED, SuiteVerdict.NOT_CONFORMANT),
    ({}, "2026-12-31", State.MENDED, SuiteVerdict.OUT_OF_DATE),
    ({}, "2026-11-21", State.EXPIRED, SuiteVerdict.OUT_OF_DATE),
    ({REFUSAL: "late"}, "2026-12-31", State.UNJUDGED, SuiteVerdict.HARNESS_ERROR),
    ({REFUSAL: "fails", OTHER_REFUSAL: "fails"}, "2026-12-31", State.HOLDS, SuiteVerdict.NOT_CONFORMANT),
]


@pytest.mark.parametrize(("goes", "until", "state", "verdict"), STATES)
def test_state_of_an_entry_and_verdict_on_the_run(
    goes: dict[str, str], until: str, state: State, verdict: SuiteVerdict, tmp_path: Path
) -> None:
    """In its time a failure is excused; expired it counts, mended it is to be taken out; nothing else is excused."""
    run = run_with(tmp_path, {**ENTRY, "until": until}, goes)
    assert (run.expectations[0].state, run.verdict) == (state, verdict)
    assert run.verdict.value != "conformant"


def test_last_day_is_japan_s(tmp_path: Path) -> None:
    """One second before midnight in Tokyo the entry holds, at midnight it has expired."""
    midnight = datetime(2027, 1, 1, tzinfo=JST).astimezone(UTC)  # still December there
    before = run_with(tmp_path, ENTRY, {REFUSAL: "fails"}, now=lambda: midnight - timedelta(seconds=1))
    after = run_with(tmp_path, ENTRY, {REFUSAL: "fails"}, now=lambda: midnight)
    assert before.expectations[0].until == date(2026, 12, 31)
    assert (before.expectations[0].state, after.expectations[0].state) == (State.HOLDS, State.EXPIRED)


def test_exit_codes_of_the_verdicts_with_expectations() -> None:
    """A pipeline goes on with what is expected, and stops for what is out of date."""
    codes = {verdict.value: EXIT_CODES[verdict] for verdict in SuiteVerdict if "expected" in verdict.value}
    assert codes == {
        "conformant but for expected failures": 0,
        "selection passed but for expected failures": 0,
        "expected failures out of date": 1,
    }


def test_failure_stays_a_failure_in_every_report(tmp_path: Path) -> None:
    """The case is FAIL and counted; JSON has the entry, JUnit skips the case with the reason, link and owner."""
    run = run_with(tmp_path, ENTRY, {REFUSAL: "fails"})
    report = json.loads(role_json(run))
    (entry,) = report["expected_failures"]
    assert entry == {**ENTRY, "state": "fails as expected"}
    case = next(each for each in report["cases"] if each["id"] == REFUSAL)
    assert (case["verdict"], case["expected_failure"], report["counts"]["FAIL"]) == ("FAIL", "fails as expected", 1)
    assert run.judgements[REFUSAL].verdict is Verdict.FAIL
    suite = ET.fromstring(role_junit(run))  # noqa: S314  (our own)
    assert (suite.get("failures"), suite.get("skipped")) == ("0", "1")
    (skipped,) = suite.findall("testcase/skipped")
    for said in (ENTRY["reason"], ENTRY["owner"], ENTRY["link"], "2026-12-31"):
        assert said in (skipped.get("message") or "")


def test_entry_that_is_out_of_date_fails_its_case_in_junit(tmp_path: Path) -> None:
    """A case that passes again is red there, so that somebody takes the entry out."""
    suite = ET.fromstring(role_junit(run_with(tmp_path, ENTRY, {})))  # noqa: S314  (our own)
    assert suite.get("failures") == "1"
    (failure,) = suite.findall("testcase/failure")
    assert "does not fail any more" in (failure.get("message") or "")


def test_entry_of_a_case_that_was_left_out_says_so(tmp_path: Path) -> None:
    """A selection without the case neither excuses nor accuses."""
    run = run_with(tmp_path, ENTRY, {}, whole=False)
    assert (run.expectations[0].state, run.verdict) == (State.NOT_RUN, SuiteVerdict.SELECTION_PASSED)


@pytest.mark.parametrize("name", sorted(TYPES))
def test_published_schemas_are_what_the_types_say(name: str) -> None:
    """`python -m conformance.evidence.schema_files` writes them anew."""
    assert (FOLDER / name).read_text(encoding="utf-8") == schema_text(name)


def test_published_schema_takes_the_example(signed: tuple[dict[str, bytes], Any]) -> None:
    """A schema that refused an honest file, or took one without an end, would be of no use."""
    schema = json.loads((FOLDER / "expected-failures.json").read_text(encoding="utf-8"))
    jsonschema.validate({"expected_failures": [ENTRY]}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"expected_failures": [{**ENTRY, "until": None}]}, schema)
    assert signed
