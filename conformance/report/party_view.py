"""What the report of a relying party shows, made of its certification."""

from datetime import datetime

from conformance.case import Case
from conformance.certification import Certification
from conformance.judge import Judgement, Verdict
from conformance.observation import ObservedStep
from conformance.privacy.told import searched_fields
from conformance.report.advice import advice_on
from conformance.report.again import command_again
from conformance.report.apdus import apdus_of
from conformance.report.both_roles import excuse_of, facts_of, grounds_of, shown_checks, titles_of
from conformance.report.exchanges import exchange_text
from conformance.report.party_heat import party_heat
from conformance.report.party_story import picture_of, steps_of
from conformance.report.view import CaseShown, ReportShown
from harness.contract.vocabulary import Decision

QUIET = frozenset({Verdict.PASS, Verdict.NA})
"""Cases nobody has to look into: without picture and messages."""


def party_view(run: Certification, made: datetime) -> ReportShown:
    """Return the report; `made` is when it is written."""
    product = run.product
    tolerances = product.tolerances
    declared = (
        ("capabilities", ", ".join(capability.value for capability in product.capabilities)),
        (
            "tolerances",
            f"clock {tolerances.clock_seconds} · status {tolerances.status_seconds} · challenge "
            + str(tolerances.challenge_seconds),
        ),
    )
    return ReportShown(
        role=run.catalogue.role,
        product=product.product,
        version=product.version,
        vendor="" if run.statement is None else run.statement.vendor,
        verdict=run.verdict.value,
        counts={verdict.value: count for verdict in Verdict if (count := run.count(verdict))},
        facts=(*declared, *facts_of(run)),
        cases=tuple(_case(run, judgement, number) for number, judgement in enumerate(run.judgements.values(), 1)),
        heat=party_heat(list(run.judgements.values())),
        expectations=run.expectations,
        unstated=run.statement is None and run.count(Verdict.NA) > 0,
        left_out=run.catalogue.left_out,
        made=made,
        searched=searched_fields(run.searched),
    )


def _case(run: Certification, judgement: Judgement, number: int) -> CaseShown:
    case, seen = judgement.case, judgement.observation
    loud = judgement.verdict not in QUIET
    every: tuple[ObservedStep, ...] = () if seen is None else (*seen.steps, *seen.afterwards)
    told = tuple(step for step in every if seen is None or step is seen.judged or (loud and not _accepted(step)))
    return CaseShown(
        number=number,
        id=case.id,
        verdict=judgement.verdict.value,
        **titles_of(case),
        **grounds_of(case),
        expectation=_expectation(case),
        twin=case.twin,
        again=command_again(run.catalogue.role, ("--target", run.target), run.seed, case.id),
        checks=shown_checks(judgement.checks, case.requirement),
        advice=() if judgement.verdict is Verdict.NA else advice_on(judgement.verdict, judgement.checks),
        picture=picture_of(seen, judgement.checks) if loud and seen is not None else "",
        steps=() if seen is None else steps_of(seen),
        journal=tuple(entry for step in every for entry in _journal(step)),
        apdus=apdus_of(line for step in told for line in step.trace),
        messages="\n".join(filter(None, (exchange_text(step) for step in every))) if loud else "",
        missing=tuple(capability.value for capability in judgement.missing),
        interruption="" if seen is None else seen.transcript,
        unproved=judgement.twin_failed,
        excused=excuse_of(run, case.id),
    )


def _expectation(case: Case) -> str:
    reasons = " or ".join(reason.value for reason in (case.expect.reason, *case.expect.also))
    return f"{case.expect.decision.value} {reasons}"


def _accepted(step: ObservedStep) -> bool:
    return step.card_refusal is None and (step.outcome is None or step.outcome.decision is Decision.ACCEPT)


def _journal(step: ObservedStep) -> list[str]:
    return [
        f"{entry.at:%Y-%m-%dT%H:%M:%SZ}  {entry.door} {entry.kind or '-'} "
        f"serial {'-' if entry.serial is None else format(entry.serial, 'X')}: {entry.answer}"
        for entry in step.questions
    ]
