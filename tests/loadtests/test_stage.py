"""What is held true of a holder is what the world's register says, or every ruling is worth nothing."""

from pathlib import Path

import pytest

from harness.contract.client import RelyingPartyClient
from harness.contract.targets import Command, running_target
from harness.contract.vocabulary import Kind, StatusSource
from harness.keys import KeyPool
from loadtests.population import Standing
from loadtests.stage import Settlement, how_many, stage
from loadtests.truth import Deed, permitted, views_at
from tests.loadtests.test_run import ALWAYS
from tests.loadtests.test_truth import EXACT


def test_facts_are_those_of_the_register(installation: Path) -> None:
    """End of validity, instant and kind of revocation, enrolment: for each standing one that is right for it."""
    numbers = how_many(1)
    with (
        stage(KeyPool(installation / "keys"), seed=1, holders=sum(numbers.values())) as made,
        running_target(Command(("perl", str(ALWAYS), "accept"))) as address,
        RelyingPartyClient.at(address) as client,
    ):
        holders = Settlement(made, client).settle(numbers)
        assert [holder.standing for holder in holders] == list(Standing)
        now = made.world.clock.now()
        for holder in holders:
            entry = next(each for each in made.world.certificates(holder.id) if each.kind is Kind.AUTH)
            assert (holder.facts.not_after, holder.facts.revoked) == (entry.not_after, entry.revoked)
            assert holder.facts.on_hold == (entry.reason is not None and entry.reason.value == "certificateHold")
            assert holder.facts.enrolled == (client.account(holder.certificate) is not None)
        rights = {
            holder.standing: {
                reason.value
                for _, reason in permitted(
                    holder.facts, Deed.HONEST, now, EXACT, views_at(StatusSource.OCSP, now, status_seconds=0)
                )
            }
            for holder in holders
        }
    assert rights == {
        Standing.GOOD: {"OK"},
        Standing.JUST_LOST: {"OK"},
        Standing.REVOKED: {"REVOKED"},
        Standing.ON_HOLD: {"ON_HOLD"},
        Standing.EXPIRED: {"EXPIRED"},
        Standing.NOT_ENROLLED: {"NOT_ENROLLED"},
    }


@pytest.mark.parametrize(("users", "good", "others"), [(1, 1, 1), (20, 20, 2), (1000, 40, 4)])
def test_holders_grow_with_the_users_up_to_a_limit(users: int, good: int, others: int) -> None:
    """A key takes 30 ms to make: a thousand users share forty."""
    numbers = how_many(users)
    assert numbers.pop(Standing.GOOD) == good
    assert set(numbers.values()) == {others}
