"""Findings become checks: of the case that is about the place, of the resident's own where no such case was run.

Each case with `searched` gets a check for each of its places that was searched, and is NA where none was: nothing
watched is nothing proved.
"""

from collections.abc import Mapping
from dataclasses import replace

from conformance.case import Case
from conformance.check import Check
from conformance.judge import Judgement, Verdict
from conformance.observation import Observation
from conformance.privacy.oracle import Finding, Oracle, Searched
from conformance.privacy.place import NAMED
from conformance.register import Level, level_of

SHOWN = 5
"""Findings that one check names; how many there are it says of all."""
JUDGED = (Verdict.PASS, Verdict.WARN, Verdict.REVIEW)


def unwatched(case: Case, oracle: Oracle | None) -> Judgement | None:
    """Return NA, with the reason, for a case whose places nobody named; None where it can be judged."""
    if not case.searched or (oracle is not None and oracle.hears(case.searched)):
        return None
    named = " or ".join(f"--watch {place.value}=PATH" for place in case.searched if place in NAMED)
    why = f"nothing was watched: expected {named or 'a run with the privacy oracle'}, actual none of it"
    return Judgement(case, Verdict.NA, (), Observation(case, transcript=why))


def with_findings(judgements: Mapping[str, Judgement], searched: Searched) -> dict[str, Judgement]:
    """Return the judgements after what was found, and what was searched in vain, has been added to them."""
    cases = {case_id: judgement.case for case_id, judgement in judgements.items()}
    told: dict[str, list[Finding]] = {}
    for finding in searched.findings:
        told.setdefault(_case_of(finding, cases), []).append(finding)
    return {case_id: _told(judgement, told.get(case_id, []), searched) for case_id, judgement in judgements.items()}


def _case_of(finding: Finding, cases: Mapping[str, Case]) -> str:
    """Return whose finding it is: the resident's own case if it is about this place, else the one that is.

    Of two the one that is a refusal as the resident's own case is, or is accepted as that is.
    """
    about = [
        case_id
        for case_id, case in cases.items()
        if finding.place in case.searched and case.requirement == finding.requirement
    ]
    if finding.owner in about or (finding.owner in cases and not about):
        return finding.owner
    refused = finding.owner in cases and cases[finding.owner].is_refusal
    return min(about or cases, key=lambda case_id: (cases[case_id].is_refusal is not refused, case_id))


def _told(judgement: Judgement, findings: list[Finding], searched: Searched) -> Judgement:
    if judgement.verdict is Verdict.NA and not findings:
        return judgement
    broken = [_broken(place, [each for each in findings if each.place is place])
              for place in dict.fromkeys(each.place for each in findings)]  # fmt: skip
    clean = [
        Check(
            f"privacy {place.value}",
            "none of the planted values",
            f"none in {searched.octets[place]:,} octets",
            held=True,
        )
        for place in judgement.case.searched
        if place in searched.octets and place not in {each.place for each in findings}
    ]
    hard = any(level_of(each.requirement) is Level.MUST for each in findings)
    verdict = judgement.verdict
    if findings and verdict in (*JUDGED, Verdict.NA):
        verdict = Verdict.FAIL if hard else Verdict.WARN
    return replace(judgement, verdict=verdict, checks=(*judgement.checks, *clean, *broken))


def _broken(place: str, findings: list[Finding]) -> Check:
    shown = "; ".join(f"{each.requirement}: {each.described}" for each in findings[:SHOWN])
    more = f"; and {len(findings) - SHOWN} more" if len(findings) > SHOWN else ""
    return Check(f"privacy {place}", "none of the planted values", f"{len(findings)} found: {shown}{more}", held=False)
