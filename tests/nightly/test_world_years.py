"""Fixture rot: the whole suite with the world's clock a year, five and ten years further on (CONFORMANCE.md).

Another year is another calendar: leap days, eras, lengths of certificates, UTCTime's pivot of 2050. Reference and
checker pass there what they pass today.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from conformance.catalogue_loader import Catalogue, load_catalogue
from conformance.certification import Certification, certify
from conformance.judge import Verdict
from conformance.setting import START, setting
from conformance.targets import product_named
from harness.contract.client import RelyingPartyClient
from harness.contract.targets import bound_target
from harness.home import key_pool

CATALOGUE = load_catalogue("relying-party")
SEED = 7


def certified(target: str, cases: Catalogue, *, years: int = 0, seed: int = SEED) -> Certification:
    """A run that begins so many years later than any other does."""
    with (
        bound_target(product_named(target), timeout=20) as binding,
        RelyingPartyClient(binding) as client,
        setting(
            key_pool(), seed=seed, cases=len(cases.cases), first_day=START.replace(year=START.year + years)
        ) as world,
    ):
        return certify(
            cases,
            client,
            world,
            target=target,
            seed=seed,
            progress=lambda judgement, number, total: None,  # noqa: ARG005
        )


def verdicts(run: Certification) -> dict[str, Verdict]:
    """Each case's."""
    return {case: judged.verdict for case, judged in run.judgements.items()}


@pytest.mark.parametrize("target", ["reference", "checker"])
@pytest.mark.parametrize("years", [1, 5, 10])
def test_nothing_fails_in_a_later_year(years: int, target: str) -> None:
    """What a product cannot be asked is not applicable then as now; all the rest passes."""
    run = certified(target, CATALOGUE, years=years)
    told = {case: judged.checks for case, judged in run.judgements.items() if judged.verdict is not Verdict.PASS}
    equal = {case.id for case in CATALOGUE.cases.values() if case.equality}
    assert {case for case, verdict in verdicts(run).items() if verdict not in (Verdict.PASS, Verdict.NA)} <= equal, told
    assert Verdict.FAIL not in verdicts(run).values()
    assert run.count(Verdict.PASS) > 180


def test_two_runs_with_one_seed_agree_and_one_with_another_seed_too() -> None:
    """The order of all cases, the residents, the serials: none of it plays a part in a verdict."""
    in_process = "python:reference_impl.python_object:make"
    one, again, other = (verdicts(certified(in_process, CATALOGUE, seed=seed)) for seed in (SEED, SEED, 2_000_003))
    assert one == again == other


def test_product_that_lives_in_another_year_is_told_from_one_that_does_not(tmp_path: Path) -> None:
    """The proof that a year is felt: a product that leaves the world's clock alone fails in ten years' time."""
    (tmp_path / "stopped.py").write_text(
        "from reference_impl.python_object import make as made\n"
        "def make():\n"
        "    product = made()\n"
        "    answer = product.answer\n"
        "    class Stopped:\n"
        "        def answer(self, verb, message):\n"
        "            said = message | {'instant': '2026-01-05T00:00:00Z'} if verb == 'set_time' else message\n"
        "            return answer(verb, said)\n"
        "        close = product.close\n"
        "    return Stopped()\n",
        encoding="utf-8",
    )
    some = CATALOGUE.with_twins(["login/wrong-pin"])
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(tmp_path)
        run = certified("python:stopped:make", replace(some, left_out=0), years=10)
    assert Verdict.FAIL in verdicts(run).values()
