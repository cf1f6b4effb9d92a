"""Two things happen to one account at once: one transaction decides, and the other finds what it left.

The same tests run over PostgreSQL (tests/postgresql/test_accounts.py), where they wait at rows instead of the file.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import URL, select

from reference_impl.accounts.account import Accounts
from reference_impl.accounts.attempt import Attempt
from reference_impl.accounts.leaving import Merged
from reference_impl.store.database import Database
from reference_impl.store.tables import accounts as accounts_table
from reference_impl.store.tables import chips, credentials, memberships, pairs
from reference_impl.verification.verdict import Reason
from tests.reference_impl.accounts.folk import chip, enrol, holder, renewal
from tests.reference_impl.accounts.told import NOW

ROUNDS = 8
Result = Reason | Merged | None


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Where the accounts are kept."""
    return tmp_path / "store.sqlite"


@pytest.fixture
def both(store: Path | URL) -> Iterator[tuple[Accounts, Accounts]]:
    """Two relying parties over one store."""
    with ExitStack() as stack:
        first, second = (stack.enter_context(closing(Database(store))) for _ in range(2))
        yield Accounts(first), Accounts(second)


def at_once(*does: Callable[[], Result]) -> list[Result]:
    """What each comes to when they begin together."""
    barrier = threading.Barrier(len(does), timeout=20)

    def begin(what: Callable[[], Result]) -> Result:
        barrier.wait()
        return what()

    with ThreadPoolExecutor(len(does)) as pool:
        return list(pool.map(begin, does))


def numbers(each: int) -> tuple[int, int, int]:
    """Three certificates of their own for each round."""
    return 16 * each + 1, 16 * each + 2, 16 * each + 3


def test_of_two_renewals_one_is_taken(both: tuple[Accounts, Accounts]) -> None:
    """Two certificates that both claim to follow: one does, the other is not enrolled, and the line is one line."""
    for each in range(ROUNDS):
        old, one, other = numbers(each)
        account = enrol(both[0], old)
        found = at_once(
            partial(both[0].relink, renewal(account, old, one)), partial(both[1].relink, renewal(account, old, other))
        )
        assert sorted(map(str, found)) == ["NOT_ENROLLED", "None"]
        line = both[0].line(account)
        winner = holder(one if found[0] is None else other)
        assert [(credential.holder, credential.superseded_by) for credential in line] == [
            (holder(old), winner),
            (winner, None),
        ]


def test_one_renewal_twice_is_one_renewal(both: tuple[Accounts, Accounts]) -> None:
    """Two logins with the new certificate, both past the link service: both are accepted and counted."""
    for each in range(ROUNDS):
        old, new, _ = numbers(each)
        account = enrol(both[0], old)
        attempt = renewal(account, old, new)
        assert at_once(partial(both[0].count_accepted, attempt), partial(both[1].count_accepted, attempt)) == [
            None,
            None,
        ]
        assert len(both[0].line(account)) == 2
        view = both[0].view(holder(new))
        assert view is not None
        assert view.accepted == 3


def test_renewal_and_leaving_take_turns(both: tuple[Accounts, Accounts]) -> None:
    """Whichever comes second finds what the first left: nobody is half gone."""
    for each in range(ROUNDS):
        old, new, _ = numbers(each)
        account = enrol(both[0], old)
        renewed, left = at_once(
            partial(both[0].relink, renewal(account, old, new)), partial(both[1].leave, holder(old), "library")
        )
        if renewed is None:
            assert left is Reason.REVOKED
            assert both[0].id_of(holder(new)) == account
        else:
            assert (renewed, left) == (Reason.NOT_ENROLLED, None)
            assert both[0].known([holder(old), holder(new)]) == []


def test_one_chip_is_never_two_persons(both: tuple[Accounts, Accounts]) -> None:
    """Two certificates enrol with one chip: one account, and nothing of the other."""
    for each in range(ROUNDS):
        one, other, _ = numbers(each)
        record = chip(one)
        found = at_once(
            partial(both[0].enrol, Attempt(holder(one), "library", NOW, record)),
            partial(both[1].enrol, Attempt(holder(other), "archive", NOW, record)),
        )
        assert sorted(map(str, found)) == ["None", "RENEWAL_PENDING"]
        assert len(both[0].known([holder(one), holder(other)])) == 1


def test_merging_both_ways_at_once_leaves_one_account(both: tuple[Accounts, Accounts]) -> None:
    """A into B and B into A: one of them happens, and the other finds them one already."""
    for each in range(ROUNDS):
        one, other, _ = numbers(each)
        enrol(both[0], one)
        enrol(both[0], other, "archive")
        found = at_once(
            partial(both[0].merge, holder(one), holder(other), NOW),
            partial(both[1].merge, holder(other), holder(one), NOW),
        )
        assert sorted(type(result).__name__ for result in found) == ["Merged", "Reason"]
        assert Reason.ALREADY_ENROLLED in found
        assert both[0].id_of(holder(one)) == both[0].id_of(holder(other))


def test_renewal_and_merging_take_turns(both: tuple[Accounts, Accounts]) -> None:
    """The renewal goes where the account went, or is told that it is not there any more."""
    for each in range(ROUNDS):
        old, new, kept = numbers(each)
        account, into = enrol(both[0], old), enrol(both[0], kept, "archive")
        renewed, merged = at_once(
            partial(both[0].relink, renewal(account, old, new)),
            partial(both[1].merge, holder(kept), holder(old), NOW),
        )
        assert isinstance(merged, Merged)
        assert both[0].id_of(holder(new)) == (into if renewed is None else None)
        assert renewed in {None, Reason.NOT_ENROLLED}


def test_leaving_twice_at_once_is_leaving_once(both: tuple[Accounts, Accounts], store: Path | URL) -> None:
    """The second finds nothing; no table keeps a row of the account."""
    for each in range(ROUNDS):
        one, _, _ = numbers(each)
        enrol(both[0], one)
        found = at_once(partial(both[0].leave, holder(one)), partial(both[1].leave, holder(one)))
        assert sorted(map(str, found)) == ["NOT_ENROLLED", "None"]
    with closing(Database(store)) as database, database.transaction() as connection:
        for table in (accounts_table, credentials, chips, memberships, pairs):
            assert connection.execute(select(table)).all() == []
