"""Every check, reason and verdict has its words and its advice in both languages, and every clause its address."""

import ast
from pathlib import Path

import pytest

import conformance
from conformance.case import AccountAfter
from conformance.certification import SuiteVerdict
from conformance.check import Check
from conformance.evidence.expected_failures import State
from conformance.judge import Verdict
from conformance.register import Requirement, load_register
from conformance.report.advice import BY_REASON, advice, advice_on, check_words, label_of, words_of
from conformance.report.clause_links import clauses_of
from conformance.report.view import Both
from conformance.report.words import WORDS
from conformance.roles.platform_client.case import PlatformRule
from conformance.roles.responder.case import Rule
from conformance.roles.tap_client.case import TapRule
from harness.confidence import Confidence
from harness.contract.tap_messages import TapReason
from harness.contract.vocabulary import Reason

SOURCE = Path(conformance.__file__).parent


def names_in_source() -> set[str]:
    """The names of checks that stand in the judges' source: literals, and the first word of those with a place."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Check", "_accepted") and node.args:
                name = node.args[0]
                if isinstance(name, ast.Constant):
                    found.add(str(name.value))
                elif isinstance(name, ast.JoinedStr) and isinstance(name.values[0], ast.Constant):
                    found.add(str(name.values[0].value).strip())
    return found


def known_names() -> list[str]:
    """Every name that a check can have."""
    rules = [rule.value for rules in (Rule, TapRule, PlatformRule) for rule in rules]
    accounts = [f"account {after.value}" for after in AccountAfter]
    return sorted((names_in_source() - {"account"}) | {*rules, *accounts, "setup 1", "answer"})


def test_source_names_its_checks() -> None:
    """The walk over the source finds what the judge is known to look at."""
    assert {
        "decision",
        "reason",
        "status questions",
        "twin",
        "recovery",
        "atr",
        "tries left",
        "privacy",
    } <= names_in_source()


@pytest.mark.parametrize("name", known_names())
def test_every_check_has_a_label_and_advice(name: str) -> None:
    """A name in both languages, and what to do where it does not hold."""
    words = words_of(name)
    assert words is not None, f"{name}: expected words in conformance/report/checks.yaml, actual none"
    assert_told(words.label)
    if name not in BY_REASON:
        assert words.advice is not None, f"{name}: expected advice in conformance/report/checks.yaml, actual none"
        assert_told(words.advice)


def assert_told(text: Both) -> None:
    """Both languages are there, and the Japanese is Japanese."""
    assert text.en.strip()
    assert any("\u3040" <= letter <= "\u30ff" or "\u4e00" <= letter <= "\u9fff" for letter in text.ja), text.ja


def test_no_words_of_checks_that_are_no_more() -> None:
    """What nobody looks at any more has no words."""
    known = set(known_names())
    families = {name.partition(" ")[0] for name in known}
    assert {name for name in check_words() if name.partition(" ")[0] not in known} <= known | families


def test_every_reason_and_verdict_has_advice() -> None:
    """A reason that was due, one that came, one of reader software, and the verdicts of a case."""
    known = advice()
    assert set(known.missed) == {reason.value for reason in Reason}
    assert set(known.wrongly) == {reason.value for reason in Reason} - {"OK"}
    assert set(known.tap) == {reason.value for reason in TapReason}
    assert set(known.verdicts) == {verdict.value for verdict in Verdict}
    for text in (*known.missed.values(), *known.wrongly.values(), *known.tap.values(), *known.verdicts.values()):
        assert_told(text)


def test_every_verdict_and_state_has_words() -> None:
    """What a run, a case and an expectation can end with, and how well a case is founded."""
    keys = {verdict.value for verdict in SuiteVerdict} | {f"about {verdict.value}" for verdict in SuiteVerdict}
    keys |= {f"means {verdict.value}" for verdict in Verdict} | {f"state {state.value}" for state in State}
    keys |= {f"confidence {each.value}" for each in Confidence}
    assert keys <= set(WORDS)


def checked(reason: tuple[str, str], decision: tuple[str, str]) -> list[Check]:
    """What the judge says of an outcome: expected, actual."""
    return [Check("decision", *decision, decision[0] == decision[1]), Check("reason", *reason, reason[0] == reason[1])]


def test_advice_follows_what_was_due_and_what_came() -> None:
    """Accepted instead of refused, refused for another reason, refused instead of accepted: three things to do."""
    known = advice()
    accepted = advice_on(Verdict.FAIL, checked(("ON_HOLD", "OK"), ("reject", "accept")))
    assert accepted == (known.missed["ON_HOLD"],)
    other = advice_on(Verdict.FAIL, checked(("ON_HOLD", "MALFORMED"), ("reject", "reject")))
    assert other == (known.other_reason, known.missed["ON_HOLD"])
    refused = advice_on(Verdict.FAIL, checked(("OK", "EXPIRED"), ("accept", "reject")))
    assert refused == (known.wrongly["EXPIRED"],)
    assert advice_on(Verdict.PASS, ()) == ()
    assert advice_on(Verdict.TIMEOUT, ()) == (known.verdicts["TIMEOUT"],)


def test_check_of_tomorrow_is_shown_as_it_is() -> None:
    """No report fails for a name that has no words yet."""
    assert label_of("brand new") == Both("brand new", "brand new")
    assert advice_on(Verdict.FAIL, [Check("brand new", "1", "2", held=False)]) == (advice().verdicts["FAIL"],)


@pytest.mark.parametrize(
    ("requirement", "text", "address"),
    [
        ("RP-PATH-001", "RFC 5280 §6.1.2(h)", "https://www.rfc-editor.org/rfc/rfc5280#section-6.1.2"),
        ("RP-PATH-004", "RFC 5280 §4.1.2.5.2", "https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5.2"),
    ],
)
def test_clause_has_the_address_of_its_section(requirement: str, text: str, address: str) -> None:
    """Each clause by itself, with the anchor of its section."""
    assert (text, address) in [(clause.text, clause.address) for clause in clauses_of(load_register()[requirement])]


@pytest.mark.parametrize("requirement", load_register().values(), ids=lambda each: each.id)
def test_every_clause_of_an_rfc_has_an_address(requirement: Requirement) -> None:
    """Whatever is written of an RFC leads to that RFC; nothing else has an address that was made up."""
    for clause in clauses_of(requirement):
        document = clause.text.partition(" §")[0]
        if document.startswith("RFC") and "§" in clause.text:
            assert clause.address is not None
            assert f"rfc{document.removeprefix('RFC ')}#section-" in clause.address
        elif not document.startswith("OIDC"):
            assert clause.address is None
