"""Leaving a service or everything, and merging two accounts of one person: what goes, what stays, under which name."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import Connection, select

from reference_impl.accounts.account import Accounts
from reference_impl.accounts.attempt import Attempt, Paired, Unfamiliar
from reference_impl.accounts.leaving import Merged
from reference_impl.store.database import Database
from reference_impl.store.tables import metadata, sessions
from reference_impl.verification.purpose import Carrier
from reference_impl.verification.verdict import Reason
from tests.reference_impl.accounts.folk import chip, enrol, holder, renewal
from tests.reference_impl.accounts.told import AS_OF, NOW

LATER = NOW + timedelta(days=1)


@dataclass
class Told:
    """Counts that note what they are told."""

    merged: list[tuple[str, str]] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)

    def merge(self, connection: Connection, kept: str, gone: str) -> None:
        """Two accounts became one."""
        assert connection.in_transaction()
        self.merged.append((kept, gone))

    def erase(self, connection: Connection, account: str) -> None:
        """An account is gone."""
        assert connection.in_transaction()
        self.erased.append(account)


@dataclass
class Bench:
    """Accounts and their counts in one store."""

    database: Database
    counts: Told
    accounts: Accounts


@pytest.fixture
def bench() -> Iterator[Bench]:
    """An empty store."""
    with closing(Database()) as database:
        counts = Told()
        yield Bench(database, counts, Accounts(database, counts=counts))


def rows_left(bench: Bench) -> list[object]:
    """Every row of every table but the sessions."""
    with bench.database.transaction() as connection:
        tables = [each for each in metadata.sorted_tables if each is not sessions]
        return [row for table in tables for row in connection.execute(select(table))]


def test_leaving_one_service_keeps_the_others(bench: Bench) -> None:
    """The name there goes, the other service's stays, and so does the account with all it counts."""
    account = enrol(bench.accounts, 1)
    assert enrol(bench.accounts, 1, "archive", record=chip(1)) == account
    name = bench.accounts.ppid(account, "archive")
    assert bench.accounts.leave(holder(1), "library") is None
    assert (bench.accounts.ppid(account, "library"), bench.accounts.ppid(account, "archive")) == (None, name)
    assert bench.accounts.leave(holder(1), "library") is Reason.NOT_ENROLLED
    assert bench.counts.erased == []


def test_leaving_the_last_service_erases_the_account(bench: Bench) -> None:
    """Nothing of it is in any table; whoever counts is told in the same transaction."""
    attempt = Attempt(holder(1), "library", NOW, chip(1), recognised=Unfamiliar(AS_OF, Paired(holder(9), LATER)))
    assert bench.accounts.enrol(attempt) is None
    account = bench.accounts.id_of(holder(1))
    assert len(rows_left(bench)) == 5
    assert bench.accounts.leave(holder(1), "library") is None
    assert rows_left(bench) == []
    assert bench.counts.erased == [account]


def test_leaving_everything_is_one_step(bench: Bench) -> None:
    """All services at once, the line of superseded certificates with them."""
    account = enrol(bench.accounts, 1)
    assert enrol(bench.accounts, 1, "archive", record=chip(1)) == account
    assert bench.accounts.relink(renewal(account, 1, 2)) is None
    assert bench.accounts.leave(holder(1)) is Reason.REVOKED
    assert bench.accounts.leave(holder(2)) is None
    assert rows_left(bench) == []


def test_names_differ_between_services_and_stay(bench: Bench) -> None:
    """A PPID is one service's, the same before and after a renewal, and another one after leaving."""
    account = enrol(bench.accounts, 1)
    enrol(bench.accounts, 1, "archive", record=chip(1))
    library, archive = (bench.accounts.ppid(account, each) for each in ("library", "archive"))
    assert None not in {library, archive}
    assert len({account, library, archive}) == 3
    assert bench.accounts.relink(renewal(account, 1, 2)) is None
    assert bench.accounts.ppid(account, "library") == library
    assert bench.accounts.leave(holder(2), "library") is None
    assert bench.accounts.enrol(Attempt(holder(2), "library", NOW, chip(1))) is None
    assert bench.accounts.ppid(account, "library") not in {None, library}


def test_names_are_drawn() -> None:
    """Id and PPID are what `draw` gives, so that nothing in them follows from anything else."""
    drawn: list[bytes] = []

    def draw(length: int) -> bytes:
        drawn.append(bytes([len(drawn) + 1]) * length)
        return drawn[-1]

    with closing(Database()) as database:
        accounts = Accounts(database, draw)
        account = enrol(accounts, 1)
        assert [account, accounts.ppid(account, "library")] == [each.hex() for each in drawn]
        assert {len(each) for each in drawn} == {16}


def test_card_and_phone_become_one(bench: Bench) -> None:
    """Counts add up, services come together, both certificates lead to the account that is kept."""
    card, phone = enrol(bench.accounts, 1), enrol(bench.accounts, 8, "archive", carrier=Carrier.PHONE)
    name = bench.accounts.ppid(phone, "archive")
    assert bench.accounts.merge(holder(1), holder(8), NOW) == Merged(card, phone, {})
    assert [bench.accounts.id_of(holder(each)) for each in (1, 8)] == [card, card]
    assert bench.accounts.ppid(card, "archive") == name
    for each in (1, 8):
        view = bench.accounts.view(holder(each))
        assert view is not None
        assert (view.accepted, view.services) == (2, ["archive", "library"])
    assert bench.counts.merged == [(card, phone)]


def test_a_service_that_knew_both_is_told_which_name_goes(bench: Bench) -> None:
    """The name of the account that is kept stays."""
    card, phone = enrol(bench.accounts, 1), enrol(bench.accounts, 8, carrier=Carrier.PHONE)
    names = bench.accounts.ppid(phone, "library"), bench.accounts.ppid(card, "library")
    merged = bench.accounts.merge(holder(1), holder(8), NOW)
    assert isinstance(merged, Merged)
    assert merged.renamed == {"library": names}
    assert bench.accounts.ppid(card, "library") == names[1]


def test_the_card_enrolled_later_goes_on(bench: Bench) -> None:
    """Old and new card that nothing tied, merged by the staff: the old one leads nowhere any more."""
    kept = enrol(bench.accounts, 1)
    enrol(bench.accounts, 2, at=LATER)
    assert isinstance(bench.accounts.merge(holder(1), holder(2), LATER), Merged)
    assert [each.superseded_by for each in bench.accounts.line(kept)] == [holder(2), None]
    assert {bench.accounts.of_chip(chip(each).chip_key) for each in (1, 2)} == {kept}
    assert bench.accounts.count_accepted(Attempt(holder(2), "library", LATER, chip(2))) is None
    assert bench.accounts.count_accepted(Attempt(holder(1), "library", LATER, chip(1))) is Reason.REVOKED


def test_two_birth_dates_are_two_persons(bench: Bench) -> None:
    """Nothing is merged, and nothing changed."""
    enrol(bench.accounts, 1)
    enrol(bench.accounts, 2, record=chip(2, "19900402"))
    before = rows_left(bench)
    assert bench.accounts.merge(holder(1), holder(2), NOW) is Reason.HOLDER_MISMATCH
    assert rows_left(bench) == before


def test_who_is_nobody_or_the_same_is_not_merged(bench: Bench) -> None:
    """A certificate that leads nowhere, and one account with itself."""
    enrol(bench.accounts, 1)
    assert bench.accounts.merge(holder(1), holder(2), NOW) is Reason.NOT_ENROLLED
    assert bench.accounts.merge(holder(1), holder(1), NOW) is Reason.ALREADY_ENROLLED


def test_attributes_seen_again_are_a_new_pair(bench: Bench) -> None:
    """A change is remembered, at its first sight, until the service has seen what holds now."""
    pair = Paired(holder(9), LATER)
    assert bench.accounts.enrol(Attempt(holder(1), "library", NOW, chip(1), recognised=Unfamiliar(AS_OF, pair))) is None
    account = bench.accounts.id_of(holder(1))
    assert account is not None
    bench.accounts.note_changed(account, holder(10), NOW)
    assert bench.accounts.pair(account) == (pair, None)
    bench.accounts.note_changed(account, holder(9), NOW)
    bench.accounts.note_changed(account, holder(9), LATER)
    assert bench.accounts.pair(account) == (pair, NOW)
    newer = msgspec.structs.replace(pair, number=holder(10))
    bench.accounts.renew_attributes(account, newer, LATER)
    assert bench.accounts.pair(account) == (newer, None)
    bench.accounts.renew_attributes("nobody", newer, LATER)
    assert bench.accounts.pair("nobody") is None


def test_a_certificate_that_was_followed_is_barred(bench: Bench) -> None:
    """Found with what was learnt, and with why it cannot be used; the one that followed it is not."""
    account = enrol(bench.accounts, 1)
    assert bench.accounts.relink(renewal(account, 1, 2)) is None
    old, new = bench.accounts.find(holder(1)), bench.accounts.find(holder(2))
    assert old is not None
    assert new is not None
    assert old.barred is not None
    assert old.barred.reason is Reason.REVOKED
    assert (new.barred, new.renewed, new.account) == (None, True, account)


def test_a_use_is_of_the_account_it_was_counted_for(bench: Bench) -> None:
    """Another account in its place, since it was looked up, is another one's: neither accepted nor counted."""
    account = enrol(bench.accounts, 1)
    use = Attempt(holder(1), "library", NOW, chip(1), account=account)
    assert bench.accounts.count_accepted(use) is None
    gone = msgspec.structs.replace(use, account="another")
    assert bench.accounts.count_accepted(gone) is Reason.NOT_ENROLLED
    view = bench.accounts.view(holder(1))
    assert view is not None
    assert view.accepted == 2
