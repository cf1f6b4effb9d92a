"""The four files of a run of the roles responder, card and tap-client, in the shape of `conformance.report.write`."""

import json
import xml.etree.ElementTree as ET
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from conformance.evidence.report_fields import case_fields, junit_result, run_fields
from conformance.judge import Verdict
from conformance.report.role_view import role_view
from conformance.report.write import ERRORS, NOT_XML, write_files
from conformance.roles.role_case import RoleCase
from conformance.roles.role_run import RoleJudgement, RoleRun
from harness.clock import host_now


def write_role_reports(run: RoleRun[Any], out: Path, *, language: str) -> list[Path]:
    """Return the paths of the four files in `out`; ConfigurationError when not writable."""
    return write_files(role_view(run, host_now()), role_json(run), role_junit(run), out, language=language)


def role_json(run: RoleRun[Any]) -> str:
    """Return report.json (its shape: docs/report.md)."""
    report = {
        "suite": f"kazashi {version('kazashi')}",
        "role": run.catalogue.role,
        "catalogue_hash": run.catalogue.hash,
        "target": run.target,
        "seed": run.seed,
        "seed_drawn": run.seed_drawn,
        "verdict": run.verdict.value,
        "product": run.product,
        "statement": None if run.statement is None else msgspec.to_builtins(run.statement),
        "capabilities": sorted(run.capabilities),
        "counts": {verdict.value: run.count(verdict) for verdict in Verdict},
        "left_out": run.catalogue.left_out,
        **run_fields(run),
        "cases": [{**_case(judgement), **case_fields(run, judgement.case.id)} for judgement in run.judgements.values()],
    }
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def _case(judgement: RoleJudgement) -> dict[str, Any]:
    case: RoleCase = judgement.case
    return {
        "id": case.id,
        "verdict": judgement.verdict.value,
        "expected": {"decision": "reject" if case.is_refusal else "accept", "reason": case.expected},
        "actual": {check.name: check.actual for check in judgement.checks},
        "checks": [
            {"name": check.name, "expected": check.expected, "actual": check.actual, "held": check.held}
            for check in judgement.checks
        ],
        "missing": list(judgement.missing),
        "twin": case.twin,
        "requirement": case.requirement,
        "confidence": case.confidence.value,
        "journal": [],
        "transcript": judgement.transcript,
        "seconds": round(judgement.seconds, 4),
    }


def role_junit(run: RoleRun[Any]) -> str:
    """Return the run as JUnit XML: FAIL is a failure, a missing verdict an error, NA skipped, WARN passes."""
    suite = ET.Element(
        "testsuite",
        name=f"kazashi {run.catalogue.role}",
        tests=str(len(run.judgements)),
    )
    for judgement in run.judgements.values():
        chapter, _, name = judgement.case.id.rpartition("/")
        element = ET.SubElement(suite, "testcase", classname=chapter, name=name, time=f"{judgement.seconds:.3f}")
        message = "; ".join(why(judgement))
        known = junit_result(run, judgement.case.id)
        if known is not None:
            ET.SubElement(element, known[0], message=_xml(known[1]))
        elif judgement.verdict is Verdict.FAIL:
            ET.SubElement(element, "failure", message=_xml(message))
        elif judgement.verdict in ERRORS:
            ET.SubElement(element, "error", message=_xml(f"{judgement.verdict.value}: {message}"))
        elif judgement.verdict is Verdict.NA:
            ET.SubElement(element, "skipped", message=_xml(message))
        elif judgement.verdict is Verdict.WARN:
            ET.SubElement(element, "system-out").text = _xml(f"WARN: {message}")
    for counted, outcome in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(counted, str(len(suite.findall(f"testcase/{outcome}"))))
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def why(judgement: RoleJudgement) -> list[str]:
    """Return what keeps a case from passing, a line each."""
    lines = [
        f"{check.name}: expected {check.expected}, actual {check.actual}"
        for check in judgement.checks
        if not check.held
    ]
    if judgement.missing:
        lines.append(f"not there, or not declared: {', '.join(judgement.missing)}")
    return lines or [judgement.transcript]


def _xml(text: str) -> str:
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
