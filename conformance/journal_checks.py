"""What the journal of the fake J-LIS has to show beside an outcome: questions, lists, nonces, spent challenges."""

from collections import Counter
from collections.abc import Collection

from conformance.case import Case
from conformance.check import Check
from conformance.nonces import nonce_fault, nonces_sent
from conformance.observation import Observation, ObservedStep
from harness.contract.vocabulary import Capability, Decision, Kind, Reason
from harness.jlis.journal import Entry

OK = 200


def questions_check(
    case: Case, observation: Observation, judged: ObservedStep, sources: Collection[Capability]
) -> Check:
    """Return whether the journal shows what the case expects, by the sources that the product learns statuses from.

    Who asks lists alone asks nobody about a certificate: there the lists that were fetched show it.
    """
    questions = case.expect.questions
    if Capability.STATUS_OCSP not in sources and not (questions.none or questions.open or questions.lists):
        return _lists_in_case(case, observation)
    return _asked(case, observation, judged)


def nonce_checks(case: Case, observation: Observation) -> list[Check]:
    """Return what there is to say of the nonces that were sent, where the case is about them."""
    if case.nonce is None:
        return []
    fault = nonce_fault(case.nonce, nonces_sent(all_questions(observation), case.expect.questions.kind))
    return [Check("nonce", case.nonce.value, fault or case.nonce.value, fault is None)]


def rivals_checks(case: Case, judged: ObservedStep, *, coarse: bool) -> list[Check]:
    """Of completions that are under way together one is accepted, and every other finds the challenge spent."""
    count = getattr(case.steps[-1], "rivals", None)
    if count is None:
        return []
    said = Counter(f"{each.decision.value} {each.reason.value}" for each in judged.rivals)
    right = [
        each.decision is Decision.REJECT and (coarse or each.reason is Reason.CHALLENGE_REPLAYED)
        for each in judged.rivals
    ]
    actual = ", ".join(f"{number} {words}" for words, number in sorted(said.items())) or "none"
    held = len(right) == count and all(right)
    return [Check("rivals", f"{count} {Decision.REJECT.value} {Reason.CHALLENGE_REPLAYED.value}", actual, held)]


def all_questions(observation: Observation) -> list[Entry]:
    """Return what the journal shows since the case began, up to the judged step."""
    return [entry for step in observation.steps for entry in step.questions]


def _asked(case: Case, observation: Observation, judged: ObservedStep) -> Check:
    """Count the journal's entries during the judged step that ask for a certificate of this resident."""
    expect = case.expect.questions
    if expect.open:
        return Check("status questions", "any number", str(len(judged.questions)), held=True)
    if expect.none:
        asked = [entry for entry in judged.questions if entry.serial in observation.serials.values()]
        return Check("status questions", "none", str(len(asked)), not asked)
    if expect.lists:
        return _lists_check(expect.kind, expect.at_least or 1, judged)
    serial = observation.serials.get(expect.kind.value)
    during = [judged] if expect.in_case is None else observation.steps
    asked = [
        entry
        for step in during
        for entry in step.questions
        if entry.serial == serial and entry.kind == expect.kind.value
    ]
    least = expect.at_least or expect.in_case or 0
    when = "" if expect.in_case is None else " since the case began"
    return Check(
        "status questions",
        f"at least {least} for the {expect.kind.value} certificate{when}",
        str(len(asked)),
        len(asked) >= least,
    )


def _lists_check(kind: Kind, least: int, judged: ObservedStep) -> Check:
    """Count the revocation lists of a kind that were asked for during the judged step, or an index that was not had."""
    asked = [
        entry
        for entry in judged.questions
        if entry.door == "crl" and (entry.kind == kind.value or (entry.kind is None and entry.http != OK))
    ]
    return Check("lists fetched", f"at least {least} of {kind.value}", str(len(asked)), len(asked) >= least)


def _lists_in_case(case: Case, observation: Observation) -> Check:
    """Count the lists fetched since the case began: `reset` forgot those of the case before.

    At the host's time lists come once a day, and a product has them or not whatever the case does.
    """
    kind = case.expect.questions.kind
    asked = [entry for entry in all_questions(observation) if entry.door == "crl" and entry.kind == kind.value]
    if observation.epoch is None:
        return Check("lists fetched", "any number", str(len(asked)), held=True)
    return Check("lists fetched", f"at least 1 of {kind.value} since the case began", str(len(asked)), bool(asked))
