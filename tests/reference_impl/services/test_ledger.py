"""Sums on SQLite: bounds, periods, households, repetition; and exact under a crowd of processes."""

import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from reference_impl.services.charges import Use
from reference_impl.services.hours import JST
from reference_impl.services.periods import period_at
from reference_impl.services.policy import Policy
from reference_impl.services.store import ledger as ledger_module
from reference_impl.services.store.ledger import Ledger
from reference_impl.services.vocabulary import Per
from reference_impl.store.database import Database
from reference_impl.verification.verdict import Reason
from tests.reference_impl.services import crowd

TAPS = int(os.environ.get("KAZASHI_CROWD", "10000"))
"""The whole proof is 100,000 (`KAZASHI_CROWD=100000`); a run of everything takes a tenth of it."""
NOON = datetime(2026, 11, 21, 12, tzinfo=JST)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """A ledger in memory."""
    database = Database()
    yield Ledger(database)
    database.close()


def service(name: str) -> Policy:
    """One of the crowd's services."""
    found: Policy = crowd.policies()[name]
    return found


def ride(key: str, at: datetime = NOON) -> Use:
    """A taxi ride of one account."""
    return Use("taxi", key, "a", at)


def test_count_ends_at_its_limit_and_begins_anew(ledger: Ledger) -> None:
    """Two a day: the third is refused with both languages; the next second, which is tomorrow, is allowed."""
    taxi = service("taxi")
    last_second = datetime(2026, 11, 21, 23, 59, 59, tzinfo=JST)
    assert [ledger.book(taxi, ride(key, last_second)).refusal for key in "12"] == [None, None]
    refusal = ledger.book(taxi, ride("3", last_second)).refusal
    assert refusal is not None
    assert refusal.reason is Reason.ENTITLEMENT
    assert refusal.finding.ja == "本日の利用は上限（2乗車）に達しています"
    assert refusal.finding.en == "no more rides today: the limit is 2"
    assert ledger.book(taxi, ride("4", last_second + timedelta(seconds=1))).refusal is None
    assert ledger.amount(taxi, "year", ride("-")) == 3


def test_refused_use_takes_nothing_and_leaves_its_name_free(ledger: Ledger) -> None:
    """What the first entitlement took before the second refused is given back."""
    taxi = service("taxi")
    for number in range(30):
        assert ledger.book(taxi, ride(str(number), NOON + timedelta(days=number // 2))).refusal is None
    late = NOON + timedelta(days=100)
    refusal = ledger.book(taxi, ride("31", late)).refusal
    assert refusal is not None
    assert "今年度" in refusal.finding.ja
    assert ledger.amount(taxi, "day", ride("-", late)) == 0
    again = ledger.book(taxi, ride("31", late + timedelta(days=60)))  # 30 April: another fiscal year
    assert (again.refusal, again.is_repeated) == (None, False)


def test_use_that_comes_again_counts_once(ledger: Ledger) -> None:
    """The same key is told to have counted, and moves nothing."""
    taxi = service("taxi")
    assert not ledger.book(taxi, ride("1")).is_repeated
    assert ledger.book(taxi, ride("1")).is_repeated
    assert ledger.amount(taxi, "day", ride("-")) == 1


def test_batch_is_decided_use_by_use(ledger: Ledger) -> None:
    """In one batch: a key that comes twice counts once; one that was refused may count when it asks for less."""
    purse = {"purse": service("purse")}
    batch = [
        Use("purse", key, "a", NOON, amounts={"yen": yen}) for key, yen in [("1", -3), ("1", -3), ("2", -25), ("2", -5)]
    ]
    booked = ledger.book_all(purse, batch)
    assert [each.refusal is None for each in booked] == [True, True, False, True]
    assert [each.is_repeated for each in booked] == [False, True, False, False]
    assert ledger.book(purse["purse"], batch[3]).is_repeated
    assert ledger.amount(purse["purse"], "yen", batch[0]) == 12
    assert ledger.book_all(purse, []) == []


def test_balance_never_goes_below_zero(ledger: Ledger) -> None:
    """Paid out to the last yen, refused beyond, and paid in again."""
    purse = service("purse")

    def pay(key: str, amount: int) -> Reason | None:
        refusal = ledger.book(purse, Use("purse", key, "a", NOON, amounts={"yen": amount})).refusal
        return None if refusal is None else refusal.reason

    assert pay("1", -21) is Reason.ENTITLEMENT  # before there is a row
    assert pay("2", -20) is None
    assert pay("3", -1) is Reason.ENTITLEMENT
    assert pay("4", 5) is None
    assert pay("5", -5) is None
    assert pay("6", 0) is Reason.MALFORMED
    assert pay("7", 10**15 + 1) is Reason.MALFORMED
    assert pay("8", 10**15) is None
    assert pay("9", 1) is Reason.ENTITLEMENT
    assert pay("10", -(10**15)) is None
    assert ledger.amount(purse, "yen", Use("purse", "-", "a", NOON, amounts={"yen": 1})) == 0


def test_household_checks_in_once(ledger: Ledger) -> None:
    """Another member of the household is refused; somebody whose household is unknown is for the staff."""
    shelter = service("shelter")
    assert ledger.book(shelter, Use("shelter", "1", "mother", NOON, "h")).refusal is None
    refusal = ledger.book(shelter, Use("shelter", "2", "father", NOON + timedelta(days=900), "h")).refusal
    assert refusal is not None
    assert (refusal.reason, "世帯は受付済み" in refusal.finding.ja) == (Reason.ENTITLEMENT, True)
    unknown = ledger.book(shelter, Use("shelter", "3", "guest", NOON)).refusal
    assert unknown is not None
    assert "staff decide" in unknown.finding.en


@pytest.mark.parametrize(
    ("per", "before", "after"),
    [
        (Per.DAY, "2026-12-31 23:59:59", "2027-01-01 00:00:00"),
        (Per.DAY, "2028-02-28 23:59:59", "2028-02-29 00:00:00"),
        (Per.MONTH, "2028-02-29 23:59:59", "2028-03-01 00:00:00"),
        (Per.YEAR, "2026-12-31 23:59:59", "2027-01-01 00:00:00"),
        (Per.FISCAL_YEAR, "2027-03-31 23:59:59", "2027-04-01 00:00:00"),
    ],
)
def test_period_ends_with_the_second_in_japan(per: Per, before: str, after: str) -> None:
    """One second apart, two periods; the first second is like the rest, and UTC's midnight is no boundary."""
    first, second = (datetime.fromisoformat(text).replace(tzinfo=JST) for text in (before, after))
    assert period_at(per, first) != period_at(per, second)
    assert period_at(per, second) == period_at(per, (second + timedelta(hours=9)).astimezone(UTC))
    assert period_at(Per.LIFETIME, first) == period_at(Per.LIFETIME, second)


def test_old_uses_are_forgotten_and_balances_are_not(ledger: Ledger) -> None:
    """Retention: after two years a ride and its day are gone, the purse is not."""
    taxi, purse = service("taxi"), service("purse")
    ledger.book(taxi, ride("1"))
    ledger.book(purse, Use("purse", "1", "a", NOON, amounts={"yen": 7}))
    ledger.forget_old(taxi, NOON + timedelta(days=731))
    ledger.forget_old(purse, NOON + timedelta(days=7310))
    assert ledger.amount(taxi, "day", ride("-")) == 1
    ledger.forget_old(taxi, NOON + timedelta(days=733))
    assert ledger.amount(taxi, "day", ride("-")) == 0
    assert ledger.amount(purse, "yen", Use("purse", "-", "a", NOON, amounts={"yen": 1})) == 27


def test_threads_of_one_process_are_exact(ledger: Ledger) -> None:
    """Sixteen threads at one purse of twenty yen: twenty payments of two hundred and forty count."""
    purse = service("purse")
    refused: list[Reason] = []

    def pay(name: int) -> None:
        for number in range(15):
            booked = ledger.book(purse, Use("purse", f"{name}.{number}", "a", NOON, amounts={"yen": -1}))
            if booked.refusal is not None:
                refused.append(booked.refusal.reason)

    threads = [threading.Thread(target=pay, args=(name,)) for name in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == [Reason.ENTITLEMENT] * 220
    assert ledger.amount(purse, "yen", Use("purse", "-", "a", NOON, amounts={"yen": 1})) == 0


def test_crowd_of_processes_is_exact(tmp_path: Path) -> None:
    """Four processes, one file: every sum is what arithmetic says, and so is every answer."""
    place = tmp_path / "crowd.db"
    crowd.compare(place, TAPS, crowd.run_crowd(place, TAPS, 4))


def test_crowd_would_notice_a_lost_condition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the bound in the statement that decides, the comparison fails: it can fail."""
    unbounded = ledger_module._MOVE.text.replace("BETWEEN :lowest AND :highest", "> :lowest - :highest")
    monkeypatch.setattr(ledger_module, "_MOVE", text(unbounded))
    place = tmp_path / "crowd.db"
    with crowd.opened(place) as database:
        told = crowd.book(Ledger(database), range(4000))
    with pytest.raises(AssertionError):
        crowd.compare(place, 4000, told)
