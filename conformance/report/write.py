"""Writes the four files of a run."""

import json
import re
import xml.etree.ElementTree as ET
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from conformance.certification import Certification
from conformance.evidence.report_fields import case_fields, junit_result, run_fields
from conformance.judge import Judgement, Verdict
from conformance.privacy.told import searched_fields
from conformance.report.markdown import summary
from conformance.report.page import page
from conformance.report.party_view import party_view
from conformance.report.view import ReportShown
from harness.clock import host_now
from harness.errors import ConfigurationError

REPORT, JUNIT, PAGE, SUMMARY = "report.json", "junit.xml", "index.html", "summary.md"


def write_reports(run: Certification, out: Path, *, language: str) -> list[Path]:
    """Return the paths of the four files in `out`; ConfigurationError when not writable."""
    return write_files(party_view(run, host_now()), report_json(run), junit_xml(run), out, language=language)


def write_files(shown: ReportShown, report: str, junit: str, out: Path, *, language: str) -> list[Path]:
    """Return the paths of index.html, report.json, junit.xml and summary.md; ConfigurationError when not writable."""
    html, markdown = page(shown, language=language), summary(shown, language=language)
    contents = {PAGE: html, REPORT: report, JUNIT: junit, SUMMARY: markdown}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (out / name).write_text(content, encoding="utf-8", errors="backslashreplace")
    except OSError as fault:
        raise ConfigurationError(
            f"{out}: expected a folder for the reports, actual {fault.strerror}; name another with --out"
        ) from fault
    return [out / name for name in contents]


def report_json(run: Certification) -> str:
    """Return report.json (its shape: docs/report.md)."""
    report = {
        "suite": f"kazashi {version('kazashi')}",
        "role": run.catalogue.role,
        "catalogue_hash": run.catalogue.hash,
        "target": run.target,
        "seed": run.seed,
        "seed_drawn": run.seed_drawn,
        "verdict": run.verdict.value,
        "product": msgspec.to_builtins(run.product),
        "statement": None if run.statement is None else msgspec.to_builtins(run.statement),
        "counts": {verdict.value: run.count(verdict) for verdict in Verdict},
        "left_out": run.catalogue.left_out,
        "searched": searched_fields(run.searched),
        **run_fields(run),
        "cases": [{**_case(judgement), **case_fields(run, judgement.case.id)} for judgement in run.judgements.values()],
    }
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def _case(judgement: Judgement) -> dict[str, Any]:
    case, seen = judgement.case, judgement.observation
    judged = None if seen is None else seen.judged
    outcome = None if judged is None else judged.outcome
    return {
        "id": case.id,
        "verdict": judgement.verdict.value,
        "expected": {"decision": case.expect.decision.value, "reason": case.expect.reason.value},
        "actual": {}
        if outcome is None
        else {
            "decision": outcome.decision.value,
            "reason": outcome.reason.value,
            "steps": [step.value for step in outcome.steps],
        },
        "checks": [
            {"name": check.name, "expected": check.expected, "actual": check.actual, "held": check.held}
            for check in judgement.checks
        ],
        "missing": [capability.value for capability in judgement.missing],
        "twin": case.twin,
        "requirement": case.requirement,
        "confidence": case.confidence.value,
        "journal": []
        if judged is None
        else [{"kind": entry.kind, "serial": entry.serial, "answer": entry.answer} for entry in judged.questions],
        "interruption": None if seen is None else seen.transcript or None,
        "seconds": 0.0 if seen is None else round(seen.seconds, 4),
    }


def junit_xml(run: Certification) -> str:
    """Return the run as JUnit XML: FAIL is a failure, a missing verdict an error, NA skipped."""
    judgements = run.judgements.values()
    suite = ET.Element(
        "testsuite",
        name="kazashi relying-party",
        tests=str(len(judgements)),
    )
    for judgement in judgements:
        seconds = 0.0 if judgement.observation is None else judgement.observation.seconds
        chapter, _, name = judgement.case.id.rpartition("/")
        element = ET.SubElement(suite, "testcase", classname=chapter, name=name, time=f"{seconds:.3f}")
        why = "; ".join(
            f"{check.name}: expected {check.expected}, actual {check.actual}"
            for check in judgement.checks
            if not check.held
        )
        known = junit_result(run, judgement.case.id)
        if known is not None:
            ET.SubElement(element, known[0], message=known[1])
        elif judgement.verdict is Verdict.FAIL:
            ET.SubElement(element, "failure", message=why)
        elif judgement.verdict in ERRORS:
            transcript = "" if judgement.observation is None else judgement.observation.transcript
            ET.SubElement(element, "error", message=f"{judgement.verdict.value}: {transcript or 'cause not proven'}")
        elif judgement.verdict is Verdict.NA:
            undeclared = f"not declared: {', '.join(missing.value for missing in judgement.missing)}"
            blind = "" if judgement.observation is None else judgement.observation.transcript
            ET.SubElement(element, "skipped", message=undeclared if judgement.missing else blind)
    for element in suite.iter():
        if "message" in element.attrib:
            element.set("message", NOT_XML.sub("\N{REPLACEMENT CHARACTER}", element.attrib["message"]))
    for counted, outcome in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(counted, str(len(suite.findall(f"testcase/{outcome}"))))
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 §2.2 does not let into a document."""
ERRORS = (Verdict.TIMEOUT, Verdict.HARNESS_ERROR, Verdict.REVIEW)
