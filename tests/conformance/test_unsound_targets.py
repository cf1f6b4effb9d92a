"""Cheating and broken adapters, each ending as it must: refused, or without a verdict and with its transcript."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from conformance.catalogue_loader import Catalogue
from conformance.certification import Certification, SuiteVerdict, certify
from conformance.judge import Verdict
from conformance.setting import Setting
from harness.contract.binding import Answer, Binding
from harness.contract.client import RelyingPartyClient
from harness.contract.faults import Broken
from harness.contract.program_binding import ProgramBinding
from harness.contract.targets import Command, Program, bound_target
from harness.contract.vocabulary import Verb

TARGETS = Path(__file__).resolve().parents[2] / "conformance" / "targets"
SOME = ["login/forged-signature", "tap/self-made-chip"]
PATIENCE = 30.0
HANGING = 0.7
"""Waited out again and again by who asks a product that hangs."""


class HastyBinding(ProgramBinding):
    """Gives a program all the time that it needs to start and to answer, and little for a decision that never comes."""

    def exchange(self, verb: Verb, body: bytes) -> Answer:
        """Carry it."""
        self._timeout = HANGING if verb is Verb.COMPLETE else PATIENCE
        return super().exchange(verb, body)


@contextmanager
def bound(target: Program | Command) -> Iterator[Binding]:
    """Yield the way to a product, which may hang when it should decide."""
    if isinstance(target, Program) and "hang" in target.words:
        with closing(HastyBinding(target.words, timeout=PATIENCE)) as binding:
            yield binding
    else:
        with bound_target(target, timeout=PATIENCE) as binding:
            yield binding


def run(world: Setting, cases: Catalogue, target: Program | Command, *, seed: int = 5) -> Certification:
    """Certify a product that may hang."""
    with bound(target) as binding, RelyingPartyClient(binding) as client:
        return certify(
            cases,
            client,
            world,
            target="unsound",
            seed=seed,
            progress=lambda judgement, number, total: None,  # noqa: ARG005  (nobody watches)
        )


def unsound(mode: str, *cases: str) -> Program:
    """The program in one of its modes; the key knows the answers of these cases."""
    return Program((sys.executable, str(TARGETS / "unsound.py"), mode, *cases))


def transcripts(run: Certification) -> str:
    """What the interrupted cases say."""
    return "\n".join(judged.observation.transcript for judged in run.judgements.values() if judged.observation)


@pytest.mark.parametrize(
    "target",
    [
        Command(("perl", str(TARGETS / "always.pl"), "accept")),
        Command(("perl", str(TARGETS / "always.pl"), "reject")),
        unsound("random"),
    ],
    ids=["always-accept", "always-reject", "random"],
)
def test_product_that_does_not_look_is_refused(world: Setting, sample: Catalogue, target: Program | Command) -> None:
    """Decisions without reasons: not conformant."""
    assert run(world, sample, target).verdict is SuiteVerdict.NOT_CONFORMANT


def test_answer_key_opens_only_the_order_it_was_made_for(world: Setting, sample: Catalogue) -> None:
    """In the order it knows the key gets through everything, so it is a real one; in a drawn order it does not."""
    known = run(world, sample, unsound("answer-key", *sample.cases), seed=1)
    assert {judged.case.id for judged in known.judgements.values() if judged.verdict is not Verdict.PASS} == set()
    assert run(world, sample, unsound("answer-key", *sample.cases), seed=2).verdict is SuiteVerdict.NOT_CONFORMANT


@pytest.mark.parametrize(
    ("mode", "verdict", "says"),
    [
        ("lie-in-hello", Verdict.HARNESS_ERROR, "no such purpose: tap"),
        ("hang", Verdict.TIMEOUT, f"no whole answer within {HANGING} s"),
        ("crash", Verdict.HARNESS_ERROR, "cannot decide"),
        ("flood", Verdict.HARNESS_ERROR, "expected at most 1048576 bytes a line, actual more"),
        ("out-of-order", Verdict.HARNESS_ERROR, "expected the answer to"),
        ("not-json", Verdict.HARNESS_ERROR, "INFO deciding"),
    ],
)
def test_broken_adapter_gets_no_verdict_and_the_run_goes_on(
    world: Setting, catalogue: Catalogue, mode: str, verdict: Verdict, says: str
) -> None:
    """Every case is tried, within the time-out, and the transcript tells what the adapter did."""
    done = run(world, catalogue.with_twins(SOME), unsound(mode))
    assert len(done.judgements) == 4
    assert verdict in {judged.verdict for judged in done.judgements.values()}
    assert done.verdict is (SuiteVerdict.NOT_CONFORMANT if mode == "lie-in-hello" else SuiteVerdict.HARNESS_ERROR)
    assert says in transcripts(done)


def test_another_version_is_no_run_at_all(world: Setting, catalogue: Catalogue) -> None:
    """Who speaks another contract cannot be judged: the caller makes a configuration fault of it (exit 2)."""
    with pytest.raises(Broken, match=r"expected contract 1\.0, actual 7\.0"):
        run(world, catalogue.with_twins(SOME), unsound("other-version"))
