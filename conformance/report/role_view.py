"""What the report of a responder, a card or reader software shows, made of its run."""

from datetime import datetime
from typing import Any

from conformance.judge import Verdict
from conformance.report.advice import advice_on
from conformance.report.again import command_again
from conformance.report.apdus import apdus_of
from conformance.report.both_roles import excuse_of, facts_of, grounds_of, shown_checks, titles_of
from conformance.report.heat import heat_map
from conformance.report.role_story import role_picture
from conformance.report.view import Both, CaseShown, HeatMap, ReportShown
from conformance.roles.responder.case import Ask, ResponderCase
from conformance.roles.role_case import RoleCase
from conformance.roles.role_run import RoleJudgement, RoleRun
from conformance.roles.tap_client.case import TapCase

QUIET = frozenset({Verdict.PASS, Verdict.NA})
SERVED, REFUSED = Both("to be served", "応じるべき要求"), Both("to be refused", "拒むべき要求")
FUNCTIONS = {
    "read_certificate": Both("read certificate", "証明書の読取り"),
    "sign_challenge": Both("sign", "署名"),
    "attributes": Both("four attributes", "四情報"),
    "internal_authentication": Both("chip's proof", "チップの証明"),
    "login_flow": Both("login", "ログイン"),
}


def role_view(run: RoleRun[Any], made: datetime) -> ReportShown:
    """Return the report; `made` is when it is written."""
    statement = run.statement
    return ReportShown(
        role=run.catalogue.role,
        product=run.product,
        version="",
        vendor="" if statement is None else statement.vendor,
        verdict=run.verdict.value,
        counts={verdict.value: count for verdict in Verdict if (count := run.count(verdict))},
        facts=(("capabilities", ", ".join(sorted(run.capabilities))), *facts_of(run)),
        cases=tuple(_case(run, judgement, number) for number, judgement in enumerate(run.judgements.values(), 1)),
        heat=_heat(run),
        expectations=run.expectations,
        unstated=False,
        left_out=run.catalogue.left_out,
        made=made,
    )


def _case(run: RoleRun[Any], judgement: RoleJudgement, number: int) -> CaseShown:
    case: RoleCase = judgement.case
    role, loud = run.catalogue.role, judgement.verdict not in QUIET
    target = run.said_of_target or (("--target", run.target) if run.target else ())
    apdus = apdus_of(judgement.trace)
    return CaseShown(
        number=number,
        id=case.id,
        verdict=judgement.verdict.value,
        **titles_of(case),
        **grounds_of(case),
        expectation=case.expected,
        twin=case.twin,
        again=command_again(role, target, run.seed, case.id),
        checks=shown_checks(judgement.checks, case.requirement),
        advice=()
        if judgement.verdict is Verdict.NA
        else advice_on(judgement.verdict, judgement.checks, tap=isinstance(case, TapCase)),
        picture=role_picture(role, judgement, apdus) if loud else "",
        apdus=apdus,
        messages="" if apdus else judgement.transcript,
        missing=judgement.missing,
        interruption=judgement.transcript if not judgement.checks and loud else "",
        excused=excuse_of(run, case.id),
    )


def _heat(run: RoleRun[Any]) -> HeatMap:
    return heat_map(
        Both("What was asked, by what the case is about: cases passed of cases run", "要求と対象別：合格数／実行数"),
        run.judgements.values(),
        row=lambda each: _row(each.case),
        column=lambda each: _column(each.case),
        verdict=lambda each: each.verdict,
    )


def _row(case: RoleCase) -> Both:
    """Return the card that lies there, the state of the certificate asked about, or the chapter."""
    if isinstance(case, TapCase):
        card = case.runs[-1].card.value
        return Both(f"card: {card}", f"カード: {card}")
    if isinstance(case, ResponderCase) and isinstance(case.question, Ask):
        about = " + ".join(each.value for each in case.question.about)
        return Both(f"certificate: {about}", f"証明書: {about}")
    chapter = case.id.partition("/")[0]
    return Both(chapter, chapter)


def _column(case: RoleCase) -> Both:
    """Return the function of reader software, or whether the request is one to serve."""
    if isinstance(case, TapCase):
        function = case.runs[-1].function.value
        return FUNCTIONS.get(function, Both(function, function))
    return REFUSED if case.is_refusal else SERVED
