"""What a whole run says: what it takes to be called conformant, and what a product cannot get by with."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import typer
import yaml

from conformance.catalogue_loader import Catalogue
from conformance.certification import Certification, SuiteVerdict, certify
from conformance.commands import certify_command
from conformance.judge import Verdict
from conformance.report.write import report_json
from conformance.setting import Setting
from conformance.targets import product_named
from harness.contract.binding import Answer
from harness.contract.client import RelyingPartyClient
from harness.contract.http_binding import HttpBinding
from harness.contract.statement import Statement, load_statement
from harness.contract.targets import running_target
from harness.contract.vocabulary import Verb
from harness.errors import ConfigurationError
from tests.conformance.bent import Bend, Bent, Message, having

CertifyBent = Callable[..., Certification]


@pytest.fixture
def certify_bent(world: Setting, catalogue: Catalogue, sample: Catalogue) -> CertifyBent:
    """Certify the reference with its answers bent, as the statement in a file says."""

    def run(
        bend: Bend, *, statement: Statement | None = None, only: list[str] | None = None, whole: bool = False
    ) -> Certification:
        cases = catalogue.with_twins(only) if only else sample
        with (
            running_target(product_named("reference")) as address,
            RelyingPartyClient(Bent(address, bend)) as client,
        ):
            return certify(
                replace(cases, left_out=0) if whole else cases,
                client,
                world,
                target=address,
                seed=3,
                progress=lambda judgement, number, total: None,  # noqa: ARG005  (nobody watches)
                statement=statement,
            )

    return run


def written(folder: Path, *capabilities: str) -> Statement:
    """The statement of a vendor whose product is the reference with these capabilities."""
    product = {
        "contract": "1.0",
        "role": "relying-party",
        "product": "Kazashi reference relying party",
        "version": "0.1.0",
        "capabilities": list(capabilities),
        "tolerances": {"clock_seconds": 0, "status_seconds": 0, "challenge_seconds": 300},
    }
    path = folder / "ics.yaml"
    path.write_text(yaml.safe_dump({"vendor": "Aoi Systems", "product": product}), encoding="utf-8")
    return load_statement(path)


LOGIN_ONLY = ("set_time", "enrol", "login")


def test_few_capabilities_are_no_conformance_without_a_statement(certify_bent: CertifyBent) -> None:
    """Leaving capabilities out does not make a product conformant: nobody said that it need not have them."""
    run = certify_bent(having(*LOGIN_ONLY))
    assert run.count(Verdict.NA) > 0
    assert run.count(Verdict.FAIL) == 0
    assert run.verdict is SuiteVerdict.INCONCLUSIVE
    report = json.loads(report_json(run))
    assert report["product"]["capabilities"] == list(LOGIN_ONLY)
    assert report["counts"]["NA"] == run.count(Verdict.NA)


def test_statement_says_what_need_not_be_there(certify_bent: CertifyBent, tmp_path: Path) -> None:
    """A vendor's signed statement covers what is not applicable; the refusals that are have passed."""
    run = certify_bent(having(*LOGIN_ONLY), statement=written(tmp_path, *LOGIN_ONLY))
    assert run.count(Verdict.NA) > 0
    assert run.verdict is SuiteVerdict.CONFORMANT_WITHIN
    assert json.loads(report_json(run))["statement"]["vendor"] == "Aoi Systems"


def test_statement_does_not_cover_a_product_without_one_refusal(certify_bent: CertifyBent, tmp_path: Path) -> None:
    """A product that can be asked for accepted cases only has shown nothing."""
    few = ("set_time", "enrol")
    only = ["enrol/genuine-chip", "tap/genuine-chip"]
    run = certify_bent(having(*few), statement=written(tmp_path, *few), only=only, whole=True)
    assert (run.count(Verdict.PASS), run.count(Verdict.NA)) == (1, 1)
    assert run.verdict is SuiteVerdict.INCONCLUSIVE


def test_statement_about_another_product_is_a_configuration_fault(certify_bent: CertifyBent, tmp_path: Path) -> None:
    """Statement and hello have to agree word for word."""
    with pytest.raises(ConfigurationError, match=r"capabilities: statement .* product"):
        certify_bent(having(*LOGIN_ONLY), statement=written(tmp_path, "set_time", "enrol"))


def test_part_of_the_catalogue_certifies_nothing(certify_bent: CertifyBent) -> None:
    """Cases chosen by hand may pass; the verdict says that it is a part."""
    run = certify_bent(lambda _, message: message, only=["login/forged-signature"])
    assert (run.count(Verdict.PASS), run.verdict) == (2, SuiteVerdict.SELECTION_PASSED)
    assert json.loads(report_json(run))["left_out"] > 0


def test_refusals_said_as_http_500_are_refused(certify_bent: CertifyBent) -> None:
    """A product that cannot say no by the contract is not conformant, and its adapter is not blamed."""

    def crash(verb: Verb, message: Message) -> Message | None:
        refused = message.get("outcome", {}).get("decision") == "reject"
        return None if verb is Verb.COMPLETE and refused else message

    run = certify_bent(crash, only=["login/forged-signature", "login/replayed-challenge"])
    assert run.verdict is SuiteVerdict.NOT_CONFORMANT
    judged = run.judgements["login/forged-signature"]
    assert [check.name for check in judged.checks if not check.held] == ["contract"]


def test_constant_challenge_is_refused(certify_bent: CertifyBent) -> None:
    """A product that draws the same challenge again fails the cases in which it does."""
    sessions: list[str] = []

    def constant(verb: Verb, message: Message) -> Message:
        if verb is Verb.BEGIN and "challenge" in message:
            sessions.append(message["challenge"])
            return {**message, "challenge": sessions[0]}
        return message

    run = certify_bent(constant, only=["login/genuine-signature"])
    assert run.verdict is SuiteVerdict.NOT_CONFORMANT
    broken = {check.name for check in run.judgements["login/genuine-signature"].checks if not check.held}
    assert "fresh login" in broken


def test_order_of_the_cases_is_drawn(tmp_path: Path) -> None:
    """Without --seed nobody knows the order beforehand, and the report says which seed gives it again."""
    seeds = set()
    for number in range(2):
        out = tmp_path / str(number)
        with pytest.raises(typer.Exit):
            certify_command(case=["enrol/genuine-chip"], out=out)
        seeds.add(json.loads((out / "report.json").read_text(encoding="utf-8"))["seed"])
    assert len(seeds) == 2


@pytest.mark.parametrize("product", ["P [/nothing] x", "P [bold red on white]", "<script>alert(1)</script>"])
def test_name_of_the_product_is_text_everywhere(
    product: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Markup of the terminal or of the page in a name is shown, never obeyed, and never stops the reports."""
    ask = HttpBinding.exchange

    def renamed(self: HttpBinding, verb: Verb, body: bytes) -> Answer:
        answer = ask(self, verb, body)
        if verb is not Verb.HELLO:
            return answer
        return Answer(200, json.dumps({**json.loads(answer.body), "product": product}).encode())

    monkeypatch.setattr(HttpBinding, "exchange", renamed)
    with pytest.raises(typer.Exit) as end:
        certify_command(case=["enrol/genuine-chip"], out=tmp_path)
    assert end.value.exit_code == 0
    assert product in capsys.readouterr().err
    assert "<script" not in (tmp_path / "index.html").read_text(encoding="utf-8")
