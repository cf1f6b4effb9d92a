"""Conformance statements of the roles responder, card and tap-client: what a target claims, and nothing beside it."""

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.certification import SuiteVerdict
from conformance.evidence.role_statements import require_fitting
from conformance.evidence.run_options import StatementFile
from conformance.judge import Verdict
from conformance.report.role_write import role_json
from conformance.roles.responder.bench import ResponderBench
from conformance.roles.responder.case import About
from conformance.roles.responder.stand import stand
from conformance.roles.role_commands import OWN_STATEMENT
from conformance.roles.vocabularies import VOCABULARIES
from harness.contract.bare_introductions import CardCapability, ResponderCapability
from harness.contract.statement import Statement, load_statement, read_statement
from harness.contract.tap_messages import TapFunction
from harness.errors import ConfigurationError
from harness.keys import KeyPool
from tests.conformance.evidence.fake_target import FakeBench, catalogue_of, options, run_of


def statement(role: str, capabilities: list[str], **more: Any) -> Statement:
    """A statement about the fake target."""
    product = {"role": role, "product": "Fake target", "version": "1", "capabilities": capabilities, **more}
    return read_statement(json.dumps({"vendor": "Aoi", "product": product}).encode(), "ics.json")


def test_words_of_the_statement_are_those_of_the_roles() -> None:
    """A capability that comes to a role later comes to its statement, too."""
    asked_for = VOCABULARIES["responder"].capabilities - {About.SUBJECT}  # each story brings its own
    assert {each.value for each in ResponderCapability} == asked_for
    assert {each.value for each in CardCapability} == VOCABULARIES["card"].capabilities


def test_what_the_statement_leaves_out_is_not_applicable(tmp_path: Path) -> None:
    """Conformant within the statement, which stands in the report; without one the same run is inconclusive."""
    bench, catalogue = FakeBench("card", lacks=frozenset({"fresh-card"})), catalogue_of("card")
    said = statement("card", sorted(bench.capabilities))
    require_fitting(said, "card", bench)
    run = run_of(bench, options(tmp_path / "without"), catalogue)
    assert run.count(Verdict.NA) > 0
    assert run.verdict is SuiteVerdict.INCONCLUSIVE
    handed_in = options(tmp_path / "with", statement=StatementFile(said, b"{}"))
    within = run_of(bench, handed_in, catalogue)
    assert within.verdict is SuiteVerdict.CONFORMANT_WITHIN
    assert json.loads(role_json(within))["statement"]["vendor"] == "Aoi"


@pytest.mark.parametrize(
    ("role", "said", "says"),
    [
        ("card", statement("responder", ["ocsp"]), "expected card, actual responder"),
        ("card", statement("card", ["card"]), "leaves out: auth-pin"),
        ("responder", statement("responder", [*ResponderCapability][1:]), "leaves out: .*ocsp"),
        ("tap-client", statement("tap-client", ["read_certificate"], contract="1.0"), "leaves out: attributes"),
        ("tap-client", statement("tap-client", list(TapFunction), contract="1.0", version="2"), "Fake target 2"),
    ],
)
def test_statement_about_another_target_is_a_configuration_fault(role: str, said: Statement, says: str) -> None:
    """Role, name and capabilities: each difference is named."""
    with pytest.raises(ConfigurationError, match=says):
        require_fitting(said, role, FakeBench(role))


def test_claim_that_cannot_be_asked_is_a_configuration_fault() -> None:
    """A statement that claims what this run cannot ask for would be believed untested."""
    bench = FakeBench("card", lacks=frozenset({"fresh-card"}))
    with pytest.raises(ConfigurationError, match="cannot be asked in this run: fresh-card"):
        require_fitting(statement("card", [each.value for each in CardCapability]), "card", bench)


def test_own_statement_is_about_the_fake_jlis(key_folder: Path) -> None:
    """It names what can be asked of the fake J-LIS as it is started: all but the other profile."""
    said = load_statement(OWN_STATEMENT)
    with stand(KeyPool(key_folder), seed=1) as made:
        responder = ResponderBench(made.facts)
        try:
            require_fitting(said, "responder", responder)
        finally:
            responder.close()
    every = VOCABULARIES["responder"].capabilities - {"lightweight", About.SUBJECT}
    assert {each.value for each in said.product.capabilities} == every
