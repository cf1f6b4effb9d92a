"""The report, computed once more: whether counts, verdicts and hashes follow from the cases that stand in it.

Nothing of the installed suite's catalogue is used but the rules of verdicts: what a case asks stands in the bundled
catalogue. So a bundle of an earlier suite is judged by what was signed then.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from conformance.certification import suite_verdict
from conformance.check import Check
from conformance.evidence.circumstances import ClockScript, Sitting
from conformance.evidence.expected_failures import (
    Expectation,
    are_out_of_date,
    excused,
    held_against,
    read_expected_failures,
)
from conformance.evidence.manifest import Manifest
from conformance.judge import Verdict
from harness.contract.statement import read_statement
from harness.contract.vocabulary import Capability, Decision
from harness.errors import ConfigurationError
from harness.jlis.validity import JST

Contradiction = tuple[str, str, str]
"""Where, expected, actual."""
REPORT, CATALOGUE, STATEMENT, EXPECTED = "report.json", "catalogue.json", "statement.yaml", "expected-failures.yaml"
RELYING_PARTY = "relying-party"
SHOWN = 200


class _Due(Struct, frozen=True):
    decision: str
    reason: str


class _Case(Struct, frozen=True):
    id: str
    verdict: Verdict
    expected: _Due
    checks: tuple[Check, ...]
    twin: str | None
    requirement: str
    expected_failure: str | None
    missing: tuple[str, ...] = ()

    @property
    def is_refusal(self) -> bool:
        return self.expected.decision != Decision.ACCEPT.value

    @property
    def capabilities(self) -> Sequence[str]:
        return ()

    @property
    def case(self) -> "_Case":
        """A judged case is its own case here."""
        return self


class _Times(Struct, frozen=True):
    begun: str | None
    ended: str | None
    sittings: tuple[Sitting, ...]


class _Report(Struct, frozen=True):
    suite: str
    role: str
    catalogue_hash: str
    target: str
    seed: int
    seed_drawn: bool
    verdict: str
    product: Any
    statement: Any
    counts: dict[str, int]
    left_out: int
    run: _Times
    clock: ClockScript
    expected_failures: tuple[Expectation, ...]
    cases: tuple[_Case, ...]
    capabilities: tuple[str, ...] = ()


class _Asked(Struct, frozen=True):
    """A case of any catalogue, as far as every role writes it alike."""

    id: str
    requirement: str
    twin: str | None = None
    expect: dict[str, Any] = {}


def contradictions(manifest: Manifest, files: Mapping[str, bytes]) -> Iterator[Contradiction]:
    """Yield everything in which the signed files do not agree with the manifest or with themselves."""
    missing = [name for name in (REPORT, CATALOGUE) if name not in files]
    for name in missing:
        yield name, "the file in every bundle", "none"
    if missing:
        return
    try:
        report = msgspec.json.decode(files[REPORT], type=_Report)
        catalogue = {case.id: case for case in msgspec.json.decode(files[CATALOGUE], type=list[_Asked])}
    except (msgspec.MsgspecError, RecursionError) as fault:
        yield f"{REPORT}, {CATALOGUE}", "a report and a catalogue of this suite", " ".join(str(fault).split())
        return
    yield from _manifest_differs(manifest, report, files)
    yield from _catalogue_differs(manifest, report, catalogue, files)
    yield from _statement_differs(report, files)
    by_id, declared = {each.id: each for each in report.cases}, _declared(manifest)
    for case in report.cases:
        yield from _case_differs(case, by_id)
        there = sorted(declared.intersection(case.missing))
        if there:
            yield f"{REPORT} {case.id} missing", "what the product does not declare", ", ".join(there)
    yield from _verdict_differs(manifest, report, files)


def _manifest_differs(manifest: Manifest, report: _Report, files: Mapping[str, bytes]) -> Iterator[Contradiction]:
    for name in ("suite", "role", "catalogue_hash", "target", "seed", "seed_drawn", "verdict", "counts", "left_out"):
        yield from _unequal(f"{REPORT} {name}", getattr(manifest, name), getattr(report, name))
    product = report.product
    if not isinstance(product, dict):  # a target without an adapter has a name and what could be asked of it
        product = {"product": product, "capabilities": list(report.capabilities)}
    yield from _unequal(f"{REPORT} product", manifest.product, product)
    for name in ("begun", "ended", "sittings"):
        yield from _unequal(f"{REPORT} run.{name}", getattr(manifest.run, name), getattr(report.run, name))
    yield from _unequal(f"{REPORT} clock", manifest.run.clock, report.clock)
    for name, signed in ((STATEMENT, manifest.statement_hash), (EXPECTED, manifest.expected_hash)):
        found = hashlib.sha256(files[name]).hexdigest() if name in files else None
        yield from _unequal(f"SHA-256 of {name}", signed, found)


def _catalogue_differs(
    manifest: Manifest, report: _Report, catalogue: Mapping[str, _Asked], files: Mapping[str, bytes]
) -> Iterator[Contradiction]:
    yield from _unequal(
        f"SHA-256 of {CATALOGUE}", manifest.catalogue_hash, hashlib.sha256(files[CATALOGUE]).hexdigest()
    )
    named = [case.id for case in report.cases]
    yield from _unequal(f"{REPORT} cases, each once", len(set(named)), len(named))
    yield from _unequal(f"{REPORT} cases and left_out", len(catalogue), len(named) + report.left_out)
    for case in report.cases:
        asked = catalogue.get(case.id)
        if asked is None:
            yield f"{REPORT} {case.id}", "a case of the bundled catalogue", "none of that id"
            continue
        yield from _unequal(f"{REPORT} {case.id} twin", asked.twin, case.twin)
        yield from _unequal(f"{REPORT} {case.id} requirement", asked.requirement, case.requirement)
        if report.role == RELYING_PARTY:
            due = (asked.expect.get("decision"), asked.expect.get("reason"))
            yield from _unequal(f"{REPORT} {case.id} expected", due, (case.expected.decision, case.expected.reason))


def _statement_differs(report: _Report, files: Mapping[str, bytes]) -> Iterator[Contradiction]:
    if STATEMENT not in files:
        yield from _unequal(f"{REPORT} statement", None, report.statement)
        return
    try:
        handed_in = read_statement(files[STATEMENT], STATEMENT)
    except ConfigurationError as fault:
        yield STATEMENT, "a conformance statement", str(fault)
        return
    yield from _unequal(f"{REPORT} statement", msgspec.to_builtins(handed_in), report.statement)


def _declared(manifest: Manifest) -> frozenset[str]:
    """Return what the product declares; OCSP goes without saying where no lists are said (`applicability`)."""
    said = frozenset(str(each) for each in manifest.product.get("capabilities", ()))
    by_ocsp = manifest.role == RELYING_PARTY and Capability.STATUS_LISTS.value not in said
    return said | {Capability.STATUS_OCSP.value} if by_ocsp else said


def _case_differs(case: _Case, cases: Mapping[str, _Case]) -> Iterator[Contradiction]:
    """A verdict says what its checks say, and a refusal counts beside its twin only."""
    where, broken = f"{REPORT} {case.id} verdict", [check.name for check in case.checks if not check.held]
    if case.verdict is Verdict.PASS and broken:
        yield where, "no PASS, for checks do not hold", f"PASS in spite of {', '.join(broken)}"
    if case.verdict in (Verdict.FAIL, Verdict.WARN) and not broken:
        yield where, "a check that does not hold", f"{case.verdict.value} although all hold"
    if case.verdict is Verdict.PASS and not case.checks:
        yield where, "checks", "PASS without one"
    twin = None if case.twin is None else cases.get(case.twin)
    proved = twin is not None and twin.verdict in (Verdict.PASS, Verdict.WARN)
    if case.verdict is Verdict.PASS and case.is_refusal and not proved:
        told = "not in the report" if twin is None else twin.verdict.value
        yield where, f"its twin {case.twin} accepted", told


def _verdict_differs(manifest: Manifest, report: _Report, files: Mapping[str, bytes]) -> Iterator[Contradiction]:
    counted = Counter(case.verdict.value for case in report.cases)
    counts = {verdict: counted.get(verdict, 0) for verdict in {*report.counts, *counted}}
    yield from _unequal(f"{REPORT} counts", dict(sorted(counts.items())), dict(sorted(report.counts.items())))
    entries: tuple[Any, ...] = ()
    judged = {case.id: case for case in report.cases}
    try:
        if EXPECTED in files:
            entries = read_expected_failures(files[EXPECTED], EXPECTED).expected_failures
        today = datetime.fromisoformat(manifest.run.ended or "").astimezone(JST).date()
    except (ConfigurationError, ValueError) as fault:
        yield "expected failures at the end of the run", "a file and a day that can be read", str(fault)
        return
    expectations = held_against(entries, judged, today)
    yield from _unequal(f"{REPORT} expected_failures", expectations, report.expected_failures)
    states = {each.case: each.state.value for each in expectations}
    for case in report.cases:
        yield from _unequal(f"{REPORT} {case.id} expected_failure", states.get(case.id), case.expected_failure)
    verdict = suite_verdict(
        report.cases,
        stated=STATEMENT in files,
        whole=not report.left_out,
        excused=excused(expectations),
        out_of_date=are_out_of_date(expectations),
    )
    yield from _unequal(f"{REPORT} verdict, from its cases", verdict.value, report.verdict)


def _unequal(where: str, expected: object, actual: object) -> Iterator[Contradiction]:
    if expected != actual:
        yield where, _shown(expected), _shown(actual)


def _shown(value: object) -> str:
    plain = msgspec.to_builtins(value)
    text = plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
