"""Counting goes by persons: a renewed card goes on counting, two accounts of one person are one sum."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from harness.jlis.life_events import LifeEvent
from harness.keys import KeyPool
from reference_impl.accounts.account import Accounts
from reference_impl.messages import Unlink
from reference_impl.services.charges import Use
from reference_impl.services.loading import load_policies
from reference_impl.services.offline.standing import Standing
from reference_impl.services.request import UseRequest
from reference_impl.services.store.ledger import Ledger
from reference_impl.services.store.persons import CountsByService
from reference_impl.services.store.reconciliation import Reconciliation
from reference_impl.services.store.residences import Residences
from reference_impl.services.store.tables import records, residences, sums
from reference_impl.store.database import Database
from reference_impl.verification.purpose import Purpose
from tests.harness.conftest import keys
from tests.reference_impl.accounts.folk import enrol, holder
from tests.reference_impl.accounts.town import Town, town_over
from tests.reference_impl.services.offline import POLICIES, chain, judge, rewritten, upload

__all__ = ["keys"]
SERVICES = """services:
  - id: library
    name: {ja: 図書館, en: Library}
    archetype: serial-tap
    place: {where: [attended]}
    net: online
    status: {method: ocsp, source: jlis}
    entitlements:
      - {id: visits, kind: count, limit: 3, per: fiscal-year, unit: {ja: 回, en: visits}}
      - {id: yen, kind: balance, opening: 100, unit: {ja: 円, en: yen}}
"""
LIBRARY = {each.id: each for each in load_policies(SERVICES, "services.yaml")}
NOON = datetime(2026, 11, 21, 3, tzinfo=UTC)


@pytest.fixture
def linked(keys: KeyPool) -> Iterator[Town]:
    """A counter that asks the link service, whose library counts."""
    with town_over(keys, with_links=True, services=tuple(LIBRARY.values())) as town:
        yield town


def pay(town: Town, resident: str, yen: int) -> str:
    """The reason of a tap that pays out so much."""
    request = UseRequest(amounts={"yen": -yen})
    return str(town.attempt(Purpose.TAP, town.card(resident), request=request).reason)


def test_renewed_card_goes_on_with_count_and_balance(linked: Town) -> None:
    """Two visits and sixty yen with the old certificate: with the new one a third visit, forty yen, and no more."""
    resident = linked.resident()
    assert linked.reason(Purpose.ENROL, linked.card(resident)) == "OK"
    assert [pay(linked, resident, yen) for yen in (50, 10)] == ["OK", "OK"]
    linked.happen(resident, LifeEvent.RENEWED)
    assert pay(linked, resident, 41) == "ENTITLEMENT"  # forty are left
    assert pay(linked, resident, 40) == "OK"
    assert pay(linked, resident, 0) == "MALFORMED"
    assert pay(linked, resident, 1) == "ENTITLEMENT"  # nothing is left, and it would be the fourth visit
    with linked.database.transaction() as connection:
        amounts = {row.entitlement: row.amount for row in connection.execute(select(sums))}
    assert amounts == {"visits": 3, "yen": 0}


def test_another_resident_has_a_count_of_her_own(linked: Town) -> None:
    """Not by service, not by card issuer: by person."""
    for _ in range(2):
        resident = linked.resident()
        assert linked.reason(Purpose.ENROL, linked.card(resident)) == "OK"
        assert [pay(linked, resident, 1) for _ in range(4)] == ["OK", "OK", "OK", "ENTITLEMENT"]


def test_who_leaves_everything_is_forgotten_by_the_ledger_too(linked: Town) -> None:
    """The account goes with its last service, and its sums with it: nothing names who has left."""
    resident = linked.resident()
    card = linked.card(resident)
    assert [linked.reason(Purpose.ENROL, card), pay(linked, resident, 1)] == ["OK", "OK"]
    assert linked.party.unlink(Unlink(card.auth_certificate, "library")).verdict.reason == "OK"
    with linked.database.transaction() as connection:
        assert connection.execute(select(sums)).all() == []


def use(key: str, account: str, yen: int) -> Use:
    """A visit that pays."""
    return Use("library", key, account, NOON, amounts={"yen": yen})


def test_merged_accounts_have_used_what_both_used() -> None:
    """Two visits and one are three; a hundred yen were given to one person, of which sixty and fifty are spent."""
    with closing(Database()) as database:
        ledger, places = Ledger(database), Residences(database)
        accounts = Accounts(database, counts=CountsByService(LIBRARY.values()))
        kept, gone = enrol(accounts, 1), enrol(accounts, 2)
        for key, account, yen in (("1", kept, -30), ("2", kept, -30), ("3", gone, -50)):
            assert ledger.book(LIBRARY["library"], use(key, account, yen)).refusal is None
        places.tell("library", kept, "28201", NOON)
        places.tell("library", gone, "28215", NOON)
        places.tell("pool", gone, "28215", NOON)
        accounts.merge(holder(1), holder(2), NOON)
        assert ledger.amount(LIBRARY["library"], "visits", use("-", kept, -1)) == 3
        assert ledger.amount(LIBRARY["library"], "yen", use("-", kept, -1)) == -10
        assert ledger.book(LIBRARY["library"], use("4", kept, 5)).refusal is not None
        assert (places.find("library", kept), places.find("pool", kept)) == ("28201", "28215")
        with database.transaction() as connection:
            assert {row.subject for row in connection.execute(select(sums))} == {f"account:{kept}"}
            assert {row.account for row in connection.execute(select(residences))} == {kept}


def test_merged_account_that_had_used_nothing_changes_nothing() -> None:
    """A balance that only one of two ever touched is what it was."""
    with closing(Database()) as database:
        ledger = Ledger(database)
        accounts = Accounts(database, counts=CountsByService(LIBRARY.values()))
        kept, gone = enrol(accounts, 1), enrol(accounts, 2)
        assert ledger.book(LIBRARY["library"], use("1", gone, -30)).refusal is None
        accounts.merge(holder(1), holder(2), NOON)
        assert ledger.amount(LIBRARY["library"], "yen", use("-", kept, -1)) == 70
        assert ledger.amount(LIBRARY["library"], "visits", use("-", kept, -1)) == 1


def test_record_that_turns_out_equivocal_after_a_merge_gives_back_where_it_counts() -> None:
    """The ride was the gone account's; what it took is taken off the account that has it now."""
    with closing(Database()) as database:
        ledger, office = Ledger(database), Reconciliation(database)
        (ride,) = chain("cab-1", [(1, 0)])
        office.take_in(POLICIES, upload([ride]), judge)
        counts = CountsByService(POLICIES.values())
        with database.transaction() as connection:
            counts.merge(connection, "card-9", "card-1")
        ridden = Use("taxi", "-", "card-9", ride.taken)
        assert ledger.amount(POLICIES["taxi"], "rides-a-day", ridden) == 1
        (again,) = office.take_in(POLICIES, upload([rewritten(ride, 4)]), judge)
        assert again.standing is Standing.EQUIVOCAL
        assert ledger.amount(POLICIES["taxi"], "rides-a-day", ridden) == 0
        with database.transaction() as connection:
            assert {row.account for row in connection.execute(select(records))} == {"card-9", "card-4"}
