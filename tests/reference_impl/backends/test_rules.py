"""The rules, one row each: what breaks it, and the twin that does not."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from reference_impl.audit.checks import Check
from reference_impl.backends.__main__ import main
from reference_impl.backends.backend import Ability, Errand
from reference_impl.backends.opening import DirectBackEnds, open_backend
from reference_impl.backends.options import Options, read_options
from reference_impl.backends.roles import ROLES, RoleName
from reference_impl.backends.rules import (
    ASKED_FOR,
    QUESTION_RULES,
    START_RULES,
    Asked,
    Plan,
    Rules,
    RulesBroken,
    examine,
)
from reference_impl.services.loading import load_policies
from reference_impl.services.policy import Policy, Text
from reference_impl.status_methods import StatusSources
from reference_impl.verification import CertificateKind, Purpose
from tests.reference_impl import pki
from tests.reference_impl.responder import Responder

DOCS = Path(__file__).resolve().parents[3] / "docs" / "backends.md"
PLATFORM = "platform: {id: pf-1, address: 'https://pf.test/', client: sp-1, key: a.pem, answers: b.pem}"
SP = f"role: service-provider\nback_end: platform\n{PLATFORM}\n"
LOGIN = """services:
  - id: bank
    name: {ja: 銀行, en: Bank}
    archetype: auth
    place: {where: [online]}
    net: online
    status: {method: ocsp, source: jlis}
"""
SIGN = LOGIN.replace("archetype: auth", "archetype: sign")
KEPT = "    retention: {uses: 7y, certificate: 7y, law: {ja: 犯罪収益移転防止法, en: AML record keeping}}\n"


def policies(text: str) -> tuple[Policy, ...]:
    """Policies of services."""
    return load_policies(text, "services.yaml")


def unlawful() -> tuple[Policy, ...]:
    """A policy that keeps certificates without a law, which `services` itself would not have loaded."""
    (policy,) = policies(LOGIN + KEPT)
    return (msgspec.structs.replace(policy, retention=msgspec.structs.replace(policy.retention, law=None)),)


START: list[tuple[str, str, tuple[Policy, ...], str, tuple[Policy, ...]]] = [
    ("ask-jlis", "role: service-provider\nholders: ppid", (), SP, ()),
    ("ask-jlis", f"{SP}jlis: {{auth: 'http://ocsp.test/'}}", (), SP, ()),
    ("keep-serial", f"{SP}holders: serial", (), f"{SP}holders: ppid", ()),
    ("keep-certificate", "{}", unlawful(), "{}", policies(LOGIN + KEPT)),
    (
        "keep-certificate",
        f"{SP.replace('service-provider', 'signature-confirmer')}documents: {{bank: {{ja: 契約書, en: contract}}}}",
        policies(SIGN + KEPT),
        f"{SP}documents: {{bank: {{ja: 契約書, en: contract}}}}",
        policies(SIGN + KEPT),
    ),
    ("kind-of-verifier", "role: group-verifier", policies(LOGIN), "role: municipality", policies(LOGIN)),
    ("audit-outlives", "keep: {audit: 5y}", policies(LOGIN + KEPT), "keep: {audit: 7y}", policies(LOGIN + KEPT)),
    (
        "document-named",
        "{}",
        policies(SIGN),
        "documents: {bank: {ja: 契約書, en: contract}}",
        policies(SIGN),
    ),
]
"""Rule, options and services that break it, and a twin that breaks none."""


@pytest.mark.parametrize(("rule", "text", "services", "twin", "twins"), START, ids=[each[0] for each in START])
def test_set_up_is_refused_by_its_rule(
    rule: str, text: str, services: tuple[Policy, ...], twin: str, twins: tuple[Policy, ...]
) -> None:
    """Exactly this rule, with its clause and both languages, and nothing is opened; the twin breaks none."""
    (found,) = examine(Plan(read_options(text), services))
    assert found.rule == rule
    assert found.clause
    assert any("\u3040" <= letter <= "\u9fff" for letter in found.ja)
    assert found.en.isascii()
    with pytest.raises(RulesBroken) as refused:
        open_backend(read_options(text), StatusSources(Responder()), services)
    assert str(refused.value) == str(found)
    assert examine(Plan(read_options(twin), twins)) == ()


NAMED = {"bank": Text("契約書", "contract")}
AUTH, SIGNS = CertificateKind.AUTH, CertificateKind.SIGN
TOWN, GROUP, CONFIRMER = RoleName.MUNICIPALITY, RoleName.GROUP_VERIFIER, RoleName.SIGNATURE_CONFIRMER
Row = tuple[RoleName, Ability, Any, CertificateKind | None, Purpose | None]
QUESTIONS: list[tuple[str, Row, Row]] = [
    (
        "purpose-recorded",
        (TOWN, Ability.VERIFY, None, AUTH, Purpose.LOGIN),
        (TOWN, Ability.VERIFY, Purpose.LOGIN, AUTH, Purpose.LOGIN),
    ),
    (
        "purpose-recorded",
        (TOWN, Ability.VERIFY, Purpose.LOGIN, SIGNS, Purpose.SIGN),
        (TOWN, Ability.VERIFY, Purpose.SIGN, SIGNS, Purpose.SIGN),
    ),
    (
        "revocation-purpose",
        (TOWN, Ability.CHECK, Purpose.LOGIN, AUTH, None),
        (TOWN, Ability.CHECK, Errand.CURRENT_STATUS, AUTH, None),
    ),
    (
        "revocation-purpose",
        (TOWN, Ability.STATUS, Errand.RENEWAL, AUTH, None),
        (TOWN, Ability.STATUS, Errand.CURRENT_STATUS, AUTH, None),
    ),
    (
        "revocation-purpose",
        (TOWN, Ability.FORMER, Errand.CURRENT_STATUS, None, None),
        (TOWN, Ability.FORMER, Errand.RENEWAL, None, None),
    ),
    (
        "revocation-purpose",
        (TOWN, Ability.STATUS, Errand.ACCOUNT, AUTH, None),
        (TOWN, Ability.NAME, Errand.ACCOUNT, None, None),
    ),
    (
        "revocation-purpose",
        (TOWN, Ability.VERIFY, Errand.CURRENT_STATUS, AUTH, None),
        (TOWN, Ability.VERIFY, Purpose.LOGIN, AUTH, None),
    ),
    (
        "kind-of-verifier",
        (GROUP, Ability.VERIFY, Purpose.LOGIN, AUTH, Purpose.LOGIN),
        (GROUP, Ability.VERIFY, Purpose.SIGN, SIGNS, Purpose.SIGN),
    ),
    (
        "kind-of-verifier",
        (GROUP, Ability.CHECK, Errand.CURRENT_STATUS, AUTH, None),
        (GROUP, Ability.CHECK, Errand.CURRENT_STATUS, SIGNS, None),
    ),
    (
        "only-the-document",
        (CONFIRMER, Ability.CHECK, Errand.CURRENT_STATUS, SIGNS, None),
        (CONFIRMER, Ability.VERIFY, Purpose.SIGN, SIGNS, Purpose.SIGN),
    ),
]


@pytest.mark.parametrize(("rule", "wrong", "right"), QUESTIONS, ids=[each[0] for each in QUESTIONS])
def test_question_is_refused_by_its_rule(rule: str, wrong: Row, right: Row) -> None:
    """POLICY, with the rule in its clause and both languages; the twin may be asked."""
    assert verdict_on(wrong) == rule
    assert verdict_on(right) is None


def verdict_on(row: Row, service: str = "bank") -> str | None:
    """The rule that refuses a question, or None."""
    role, ability, purpose, kind, does = row
    refusal = Rules(role, NAMED).refusal(Asked(ability, Check(pki.NOW, "-", service, purpose), kind, does))
    if refusal is None:
        return None
    assert (refusal.reason, refusal.steps) == ("POLICY", ())
    assert refusal.finding is not None
    assert refusal.finding.ja
    assert refusal.finding.en.isascii()
    return refusal.finding.clause.rpartition("[")[2].rstrip("]")


def test_signature_needs_a_document_that_is_named() -> None:
    """A service that named none is refused when it asks; contract 1.0, whose services have none, composes one."""
    sign: Row = (TOWN, Ability.VERIFY, Purpose.SIGN, SIGNS, Purpose.SIGN)
    assert verdict_on(sign, "shop") == "document-named"
    assert verdict_on(sign) is None
    assert verdict_on((TOWN, Ability.VERIFY, Purpose.LOGIN, AUTH, Purpose.LOGIN), "shop") is None
    assert Rules(TOWN).document("anything") is not None


def test_who_may_ask_jlis() -> None:
    """The whole table; who may not gets no direct back end, whatever way it is made."""
    asks = {"municipality", "certified-platform", "group-verifier"}
    for role in RoleName:
        assert ROLES[role].asks_jlis == (role in asks)
        if role in asks:
            DirectBackEnds(StatusSources(Responder()), bytes, Rules(role))
            continue
        with pytest.raises(RulesBroken, match=r"art\. 17"):
            DirectBackEnds(StatusSources(Responder()), bytes, Rules(role))
        with pytest.raises(RulesBroken, match="機構に直接照会できません"):
            open_backend(Options(role), StatusSources(Responder()))


def test_what_each_role_may_keep() -> None:
    """Serial numbers: verifiers alone. Certificates: never a signature confirmer; the others where a law is named."""
    assert {role for role in RoleName if ROLES[role].keeps_serials} == {
        "municipality",
        "certified-platform",
        "group-verifier",
    }
    assert {role for role in RoleName if not ROLES[role].keeps_certificates} == {"signature-confirmer"}
    assert {role for role in RoleName if ROLES[role].kinds == {SIGNS}} == {"group-verifier", "signature-confirmer"}
    for role in RoleName:
        kept = Rules(role, NAMED, policies(SIGN + KEPT)).keeps_certificate("bank")
        assert (kept is None) == (role == "signature-confirmer")
        assert Rules(role, NAMED, policies(SIGN)).keeps_certificate("bank") is None
        assert Rules(role, NAMED, unlawful()).keeps_certificate("bank") is None


def test_every_rule_has_its_row_and_stands_in_the_documentation(capsys: pytest.CaptureFixture[str]) -> None:
    """In these tests, in docs/backends.md, and in what `rules` prints."""
    assert {each[0] for each in START} == {each.id for each in START_RULES}
    assert {each[0] for each in QUESTIONS} | {"document-named"} == {each.id for each in QUESTION_RULES}
    assert set(ASKED_FOR) == set(Ability)
    page = DOCS.read_text(encoding="utf-8")
    assert main(["rules"]) == 0
    printed = capsys.readouterr().out
    for name in [*(each.id for each in START_RULES), *(each.id for each in QUESTION_RULES), *RoleName]:
        assert f"`{name}`" in page
        assert name in printed
