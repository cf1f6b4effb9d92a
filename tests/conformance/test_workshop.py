"""Mutants in forked processes: the product that an edited copy would be, and a clean answer to what fails."""

from pathlib import Path

import pytest

from conformance.catalogue_loader import load_catalogue
from conformance.certification import certify
from conformance.mutants.mutant import load_mutants, running_mutant
from conformance.mutants.played import seen_in
from conformance.mutants.workshop import Workshop
from conformance.setting import Setting
from harness.contract.client import RelyingPartyClient
from harness.errors import HarnessFault

MUTANTS = {mutant.id: mutant for mutant in load_mutants()}
SOME = ["challenge/too-late", "challenge/just-in-time", "certificate/ca-true", "ocsp/unavailable", "login/wrong-pin"]


@pytest.mark.parametrize("mutant", ["challenge-for-ever", "authority-flag-ignored", "fail-open", "replay-challenge"])
def test_forked_mutant_is_the_one_started_from_a_copy(mutant: str, world: Setting, key_folder: Path) -> None:
    """Over HTTP, from an edited copy of the source, each case ends as it does in process."""
    cases = load_catalogue("relying-party").with_twins(SOME)
    with running_mutant(MUTANTS[mutant]) as address, RelyingPartyClient.at(address) as client:
        run = certify(cases, client, world, target=mutant, seed=7, progress=lambda *_: None)
    with Workshop(key_folder) as workshop:
        forked = workshop.play(mutant, SOME)
    copied = seen_in(run)
    assert {case: (each.verdict, each.killed) for case, each in forked.items()} == {
        case: (each.verdict, each.killed) for case, each in copied.items()
    }


def test_job_that_cannot_be_done_says_why_and_the_next_one_is(key_folder: Path) -> None:
    """An unknown mutant is the caller's fault; whoever comes next is served."""
    with Workshop(key_folder) as workshop:
        with pytest.raises(HarnessFault, match="no-such-mutant"):
            workshop.play("no-such-mutant", ["login/wrong-pin"])
        assert len(workshop.play(None, ["login/wrong-pin"])) == 2
