"""Exit codes of `certify` as DESIGN.md §5 has them, for every role: 0, 1, 2, 3, 4 and nothing else."""

import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

import conformance.commands as relying_party_command
from conformance.catalogue_loader import Catalogue, load_catalogue
from conformance.certification import Certification, SuiteVerdict
from conformance.check import Check
from conformance.evidence.role_statements import FUNCTIONS
from conformance.judge import Judgement, Verdict, not_applicable, with_twins
from conformance.roles import role_commands
from conformance.roles.role_catalogue import load_role_catalogue
from conformance.roles.vocabularies import VOCABULARIES
from harness import cli
from harness.contract.binding import Answer
from harness.contract.messages import Introduction, Tolerances
from harness.contract.vocabulary import Capability, Verb
from tests.conformance.evidence.fake_target import FakeBench, catalogue_of

ROLES = ("relying-party", "responder", "card", "tap-client")
CASES = {
    "relying-party": ("login/forged-signature", "login/genuine-signature"),
    "responder": ("nonce/empty", "nonce/one-octet"),
    "card": ("chip/record-refused", "chip/record"),
    "tap-client": ("attributes/wrong", "attributes/right"),
}
"""A refusal and its twin."""
LACKS = {
    "relying-party": "sign",
    "responder": "lightweight",
    "card": "fresh-card",
    "tap-client": "internal_authentication",
}


LOADED, LOADED_OF_ROLE = cache(load_catalogue), cache(load_role_catalogue)


@dataclass(frozen=True)
class Situation:
    """What the target does, and what the command line says besides."""

    code: int
    goes: str = "holds"
    """What the refusal does."""
    lacks: bool = False
    stated: bool = False
    can: bool = True
    case: str | None = None
    words: tuple[str, ...] = ()


SITUATIONS = {
    "everything holds": Situation(0),
    "a part of the catalogue holds": Situation(0, case="chosen"),
    "all that the statement claims holds": Situation(0, lacks=True, stated=True),
    "one case fails": Situation(1, goes="fails"),
    "one case fails in a part": Situation(1, goes="fails", case="chosen"),
    "one case fails beside the statement": Situation(1, goes="fails", lacks=True, stated=True),
    "a case that is not there": Situation(2, case="made-up/case"),
    "a statement that is not there": Situation(2, words=("--ics", "nothing.yaml")),
    "a statement about another": Situation(2, stated=True),
    "a key that is not there": Situation(2, words=("--sign", "nothing.pem")),
    "expected failures that are not there": Situation(2, words=("--expected", "nothing.yaml")),
    "an option that is not there": Situation(2, words=("--nothing",)),
    "a language that is not there": Situation(2, words=("--lang", "fr")),
    "nothing to go on with": Situation(2, words=("--resume",)),
    "the target answers too late": Situation(3, goes="late"),
    "the target breaks": Situation(3, goes="breaks"),
    "not applicable, and nobody said so": Situation(4, lacks=True),
    "nothing is applicable": Situation(4, can=False),
}


class FakeProduct:
    """A product of the role relying-party that says hello and is never asked more."""

    carries_anything = False
    where = "fake"

    def __init__(self, capabilities: list[Capability]) -> None:
        self.introduction = Introduction(
            contract="1.0",
            product="Fake",
            version="1",
            capabilities=capabilities,
            tolerances=Tolerances(clock_seconds=0, status_seconds=0, challenge_seconds=300),
        )

    def exchange(self, verb: Verb, body: bytes) -> Answer:  # noqa: ARG002  (a binding's words)
        """Say hello."""
        return Answer(200, msgspec.json.encode(self.introduction))

    def another(self) -> None:
        """There is no second way."""

    def revive(self) -> bool:
        """It never ended."""
        return False

    def close(self) -> None:
        """Nothing to let go."""


def fake_certify(goes: Mapping[str, str]) -> Callable[..., Certification]:
    """A run in which the cases go as they were told."""
    verdicts = {"fails": Verdict.FAIL, "late": Verdict.TIMEOUT, "breaks": Verdict.HARNESS_ERROR}

    def judged(case: Any, capabilities: list[Capability]) -> Judgement:
        missing = [each for each in case.capabilities if each not in capabilities]
        if missing:
            return not_applicable(case, missing)
        how = goes.get(case.id, "holds")
        return Judgement(case, verdicts.get(how, Verdict.PASS), (Check("reason", "OK", "OK", how == "holds"),), None)

    def certify(catalogue: Catalogue, client: Any, _: Any, **said: Any) -> Certification:
        product, judgements = client.hello(), {}
        for number, case in enumerate(catalogue.cases.values(), 1):
            judgements[case.id] = judged(case, product.capabilities)
            said["progress"](judgements[case.id], number, len(catalogue.cases))
        return Certification(
            catalogue,
            "fake",
            said["seed"],
            product,
            said["statement"],
            with_twins(judgements),
            SuiteVerdict.INCONCLUSIVE,
        )

    return certify


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Situation], Any]:
    """Put a target into the command that does what a situation says; return what its statement would say."""

    def relying_party(situation: Situation, goes: Mapping[str, str]) -> Any:
        capabilities = [each for each in Capability if each is not Capability.COARSE_REASONS] if situation.can else []
        product = FakeProduct([each for each in capabilities if not (situation.lacks and each.value == "sign")])
        monkeypatch.setattr(relying_party_command, "oracle_beside", lambda *_, **__: nullcontext((None, None)))
        monkeypatch.setattr(relying_party_command, "heard_target", lambda *_, **__: nullcontext(product))
        monkeypatch.setattr(relying_party_command, "setting", lambda *_, **__: nullcontext())
        monkeypatch.setattr(relying_party_command, "certify", fake_certify(goes))
        return msgspec.to_builtins(product.introduction)

    def other(role: str, situation: Situation, goes: Mapping[str, str]) -> Any:
        every = {each for case in catalogue_of(role).cases.values() for each in case.capabilities}
        lacks = {LACKS[role]} if situation.lacks else set() if situation.can else every
        bench = FakeBench(role, goes, frozenset(lacks))

        @contextmanager
        def fake_bench(*_: Any) -> Iterator[FakeBench]:
            yield bench

        monkeypatch.setattr(role_commands, "_bench", fake_bench)
        monkeypatch.setattr(role_commands, "_with_own_statement", lambda _, __, asked: asked)
        of_the_desk = VOCABULARIES["tap-client"].capabilities - FUNCTIONS
        said = sorted(str(each) for each in bench.capabilities - of_the_desk)
        extra = {"contract": "1.0"} if role == "tap-client" else {}
        return {"role": role, "product": "Fake target", "version": "1", "capabilities": said, **extra}

    # Exit codes do not depend on the reports, and a page of two hundred cases takes its time.
    monkeypatch.setattr(relying_party_command, "load_catalogue", LOADED)
    monkeypatch.setattr(role_commands, "load_role_catalogue", LOADED_OF_ROLE)
    monkeypatch.setattr(relying_party_command, "write_reports", lambda *_, **__: [])
    monkeypatch.setattr(role_commands, "write_role_reports", lambda *_, **__: [])

    def put(role: str, situation: Situation) -> Any:
        goes = {CASES[role][0]: situation.goes}
        return relying_party(situation, goes) if role == "relying-party" else other(role, situation, goes)

    return put


@pytest.mark.parametrize("name", SITUATIONS)
@pytest.mark.parametrize("role", ROLES)
def test_exit_code(
    role: str, name: str, fake: Callable[[str, Situation], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in the table, through the command line's own door."""
    situation = SITUATIONS[name]
    product = fake(role, situation)
    words = ["kazashi", "certify", "--role", role, "--out", str(tmp_path / "out"), *situation.words]
    if situation.case is not None:
        words += ["--case", CASES[role][0] if situation.case == "chosen" else situation.case]
    if situation.stated:
        stated = product if situation.lacks else {**product, "capabilities": product["capabilities"][1:]}
        (tmp_path / "ics.yaml").write_text(yaml.safe_dump({"vendor": "Aoi", "product": stated}), encoding="utf-8")
        words += ["--ics", str(tmp_path / "ics.yaml")]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", words)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == situation.code
