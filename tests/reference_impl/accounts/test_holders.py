"""How holders stand, by what is kept of their certificates and what the statuses of these numbers are."""

from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from reference_impl.accounts.account import Accounts
from reference_impl.accounts.attempt import Attempt, Paired, Unfamiliar
from reference_impl.accounts.holders import Holders
from reference_impl.accounts.serial_status import SerialStatus
from reference_impl.accounts.standing import Attributes, State
from reference_impl.store.database import Database
from reference_impl.verification.verdict import HolderKey, Reason
from tests.reference_impl.accounts.folk import chip, holder
from tests.reference_impl.accounts.told import AS_OF, NOW

DAY = timedelta(days=1)
CHANGED = SerialStatus(Reason.REVOKED, "affiliationChanged", NOW)


@dataclass
class Numbers:
    """Statuses as told, and what was asked."""

    told: dict[HolderKey, SerialStatus] = field(default_factory=dict)
    asked: list[HolderKey] = field(default_factory=list)

    def of(self, number: HolderKey, now: datetime) -> SerialStatus:
        """What was told of this number, or good."""
        assert now.tzinfo is not None
        self.asked.append(number)
        return self.told.get(number, SerialStatus(Reason.OK))


def enrolled(accounts: Accounts, ends: datetime | None) -> str:
    """Somebody whose signature certificate is number 9."""
    pair = Unfamiliar(AS_OF, Paired(holder(9), ends))
    assert accounts.enrol(Attempt(holder(1), "library", NOW, chip(1), NOW + DAY, recognised=pair)) is None
    account = accounts.id_of(holder(1))
    assert account is not None
    return account


@pytest.mark.parametrize(
    ("ends", "now", "expected"),
    [
        (NOW, NOW, Attributes.UNCHANGED),
        (NOW, NOW + timedelta(seconds=1), Attributes.UNKNOWN),
        (None, NOW + DAY, Attributes.UNCHANGED),
    ],
)
def test_a_pair_that_has_run_out_says_nothing(ends: datetime | None, now: datetime, expected: Attributes) -> None:
    """OCSP goes on calling it good, whatever the holder did since: it is not asked."""
    numbers = Numbers()
    with closing(Database()) as database:
        accounts = Accounts(database)
        account = enrolled(accounts, ends)
        assert Holders(accounts, numbers).attributes(account, now) is expected
    assert numbers.asked == ([] if expected is Attributes.UNKNOWN else [holder(9)])


def test_a_change_is_remembered_and_not_asked_again() -> None:
    """Until the service has seen what holds now."""
    numbers = Numbers({holder(9): CHANGED})
    with closing(Database()) as database:
        accounts = Accounts(database)
        holders, account = Holders(accounts, numbers), enrolled(accounts, NOW + DAY)
        assert holders.attributes(account, NOW) is Attributes.CHANGED
        numbers.told.clear()
        assert holders.attributes(account, NOW + DAY) is Attributes.CHANGED
        assert numbers.asked == [holder(9)]
        accounts.renew_attributes(account, Paired(holder(10), None), NOW)
        assert holders.attributes(account, NOW) is Attributes.UNCHANGED
        accounts.renew_attributes(account, None, NOW)
        assert holders.attributes(account, NOW) is Attributes.UNKNOWN


def test_standing_is_of_the_present_certificate() -> None:
    """Its status, its date, the pair and the age; nobody's account has none."""
    numbers = Numbers({holder(9): CHANGED})
    with closing(Database()) as database:
        accounts = Accounts(database)
        holders, account = Holders(accounts, numbers), enrolled(accounts, NOW + DAY)
        found = holders.standing(account, NOW)
        assert found is not None
        assert (found.state, found.attributes, found.age) == (State.OPEN, Attributes.CHANGED, 36)
        later = holders.standing(account, NOW + 2 * DAY)
        assert later is not None
        assert later.state is State.WAITING
        assert holders.standing("nobody", NOW) is None
