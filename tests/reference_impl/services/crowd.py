"""A crowd: many processes tap at once, on one store; then the sums are compared with what arithmetic says.

What may be in the store follows from the taps alone: an account with n rides on a day has min(2, n) of them, with a
year's sum of min(30, …); a purse that pays one yen n times ends at max(0, opening - n); a household checks in once.
"""

import multiprocessing
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from typing import Any

from sqlalchemy import select

from reference_impl.services.charges import Use
from reference_impl.services.loading import load_policies
from reference_impl.services.store.ledger import Ledger
from reference_impl.services.store.tables import sums
from reference_impl.store.database import Database
from reference_impl.store.transactions import Transactions

POLICIES = """services:
  - id: taxi
    name: {ja: タクシー, en: Taxi}
    archetype: card-app
    place: {where: [vehicle]}
    net: online
    entitlements:
      - {id: day, kind: count, limit: 2, per: day, unit: {ja: 乗車, en: rides}}
      - {id: year, kind: count, limit: 30, per: fiscal-year, unit: {ja: 乗車, en: rides}}
  - id: purse
    name: {ja: 地域通貨, en: Purse}
    archetype: card-app
    place: {where: [attended]}
    net: online
    entitlements:
      - {id: yen, kind: balance, opening: 20, unit: {ja: 円, en: yen}}
  - id: shelter
    name: {ja: 避難所, en: Shelter}
    archetype: card-app
    place: {where: [attended]}
    net: online
    register: {name: {ja: 名簿, en: Register}, tells_household: true}
    entitlements:
      - {id: household, kind: count, limit: 1, per: lifetime, whose: household, unit: {ja: 世帯, en: households}}
"""
FIRST_DAY = datetime(2026, 4, 1, 3, tzinfo=UTC)
RIDERS, DAYS, PURSES, HOUSEHOLDS = 101, 23, 41, 1009
BATCH = 250
Place = Path | Any
Told = tuple[int, int, int]


def policies() -> dict[str, Any]:
    """The three services of the crowd."""
    return {each.id: each for each in load_policies(POLICIES, "crowd.yaml")}


def tap(number: int) -> Use:
    """The tap of this number; every tenth is one that was sent before."""
    number = number - 7 if number % 10 == 9 else number
    kind, rest = number % 4, number // 4
    if kind < 2:
        at = FIRST_DAY + timedelta(days=rest * 7 % DAYS)
        return Use("taxi", f"t{number}", f"rider-{rest * 13 % RIDERS}", at)
    if kind == 2:
        return Use("purse", f"t{number}", f"purse-{rest % PURSES}", FIRST_DAY, amounts={"yen": -1})
    household = rest % HOUSEHOLDS
    return Use("shelter", f"t{number}", f"evacuee-{rest}", FIRST_DAY, household=f"house-{household}")


@contextmanager
def opened(place: Place) -> Iterator[Transactions]:
    """The store at this place: a file, or a server's database."""
    database = Database(place)
    try:
        yield database
    finally:
        database.close()


def work(place: Place, numbers: range, results: "SimpleQueue[Told]") -> None:
    """One process: books its taps in batches and tells how many counted, came again, were refused."""
    with opened(place) as database:
        results.put(book(Ledger(database), numbers))


def book(ledger: Ledger, numbers: range) -> Told:
    """Books taps in batches; how many counted, came again, were refused."""
    known = policies()
    counted = repeated = refused = 0
    for start in range(0, len(numbers), BATCH):
        for booked in ledger.book_all(known, [tap(number) for number in numbers[start : start + BATCH]]):
            repeated += booked.is_repeated
            refused += booked.refusal is not None
            counted += not booked.is_repeated and booked.refusal is None
    return counted, repeated, refused


def run_crowd(place: Place, taps: int, processes: int) -> Told:
    """All taps, dealt out to processes that run at once; how many counted, came again, were refused."""
    context = multiprocessing.get_context("spawn")
    with opened(place) as database:
        Ledger(database)
    results: SimpleQueue[Told] = context.SimpleQueue()
    started = [
        context.Process(target=work, args=(place, range(first, taps, processes), results)) for first in range(processes)
    ]
    for process in started:
        process.start()
    for process in started:
        process.join()
    assert [process.exitcode for process in started] == [0] * processes
    told = [results.get() for _ in started]
    return (sum(each[0] for each in told), sum(each[1] for each in told), sum(each[2] for each in told))


def expected(taps: int) -> tuple[dict[tuple[str, str], int], int]:
    """By arithmetic: the sums that do not depend on the order, and how many uses count."""
    distinct = {tap(number).key: tap(number) for number in range(taps)}.values()
    by_day = Counter((use.account, use.at) for use in distinct if use.service == "taxi")
    years: Counter[str] = Counter()
    for (account, _), rides in by_day.items():
        years[account] += min(2, rides)
    found = {("year", f"account:{account}"): min(30, rides) for account, rides in years.items()}
    payments = Counter(use.account for use in distinct if use.service == "purse")
    found |= {("yen", f"account:{account}"): max(0, 20 - paid) for account, paid in payments.items()}
    households = {use.household for use in distinct if use.household is not None}
    found |= {("household", f"household:{household}"): 1 for household in households}
    counting = sum(min(30, rides) for rides in years.values()) + sum(min(20, paid) for paid in payments.values())
    return found, counting + len(households)


def compare(place: Place, taps: int, told: Told) -> None:
    """The store holds exactly what arithmetic says, and the processes were told the same."""
    found, days = _stored(place)
    sums_expected, counting = expected(taps)
    assert found == sums_expected
    assert max(days.values()) == 2
    for account, year in ((subject, amount) for (kind, subject), amount in found.items() if kind == "year"):
        assert sum(amount for (subject, _), amount in days.items() if subject == account) == year
    assert told[0] == counting
    assert sum(told) == taps


def _stored(place: Place) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    found: dict[tuple[str, str], int] = {}
    days: dict[tuple[str, str], int] = {}
    with opened(place) as database, database.transaction() as connection:
        for row in connection.execute(select(sums)):
            if row.entitlement == "day":
                days[row.subject, row.period] = row.amount
            else:
                found[row.entitlement, row.subject] = row.amount
    return found, days
