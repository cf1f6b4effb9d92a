"""How long an attempt waits for lists: for one that is wanting, for a newer one, and for one that was refused."""

import threading
from pathlib import Path

import pytest

from reference_impl.configuration import Configuration
from reference_impl.fresh_lists import Flight, Lists
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.trust import Trust
from tests.revocation_lists import making as m
from tests.revocation_lists.keeping import AUTH, HOUR, TOWN, Keeper
from tests.revocation_lists.shop import INDEX, Shop, a_list_of, path_of
from tests.revocation_lists.test_statuses import SERIAL, holder

PATIENCE = 10


def under_way(keeper: Keeper) -> Flight:
    """The fetch that is under way, as it is when an attempt's whole patience has passed since it began."""
    flight = keeper.lists.begin(keeper.lists.configuration, AUTH, keeper.now)
    flight.began -= PATIENCE
    return flight


def publish_another(shop: Shop, keeper: Keeper) -> None:
    """A day later: the holder is on the new list."""
    keeper.now += 19 * HOUR
    shop.lists[TOWN] = a_list_of(TOWN, SERIAL, number=4062, hours=24)


def test_newer_list_that_comes_in_time_is_used(shop: Shop, keeper: Keeper) -> None:
    """The attempt that finds the list a day old waits for the other, and is decided by it."""
    assert keeper.said() == "OK"
    publish_another(shop, keeper)
    assert keeper.said() == "REVOKED"


def test_nobody_waits_anew_for_a_slow_fetch_who_has_a_list_that_will_do(
    shop: Shop, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Yesterday's list decides while the fetch goes on, and the new one from its end on."""
    assert keeper.said() == "OK"
    publish_another(shop, keeper)
    shop.gate.clear()
    flight = under_way(keeper)
    waits: list[float] = []
    with monkeypatch.context() as patched:
        patched.setattr(flight.done, "wait", waits.append)
        assert keeper.said() == "OK"
    assert waits == [0.0]
    shop.gate.set()
    assert flight.done.wait(PATIENCE)
    assert keeper.said() == "REVOKED"


def test_wanting_list_is_waited_for_by_everybody(shop: Shop, keeper: Keeper) -> None:
    """Without a list nothing can be said: whoever comes late to a fetch has their whole patience for it."""
    shop.gate.clear()
    under_way(keeper)
    opening = threading.Timer(0.2, shop.gate.set)
    opening.start()
    assert keeper.said() == "OK"
    opening.join()


def test_refused_list_is_asked_for_again(shop: Shop, keeper: Keeper) -> None:
    """A torn list is not trusted; an hour later its place was taken by the right one, and an attempt finds it."""
    right = shop.lists[TOWN]
    shop.lists[TOWN] = right[: len(right) // 2]
    assert keeper.said() == "STATUS_UNTRUSTED"
    shop.lists[TOWN] = right
    keeper.now += HOUR
    assert keeper.said() == "OK"
    assert shop.count(path_of(TOWN)) == 2


def test_forgotten_lists_are_fetched_anew_and_those_of_a_folder_stay(shop: Shop, tmp_path: Path) -> None:
    """Without a folder lists live as long as the object, or until they are forgotten; a folder is the operator's."""
    configuration = Configuration(Trust((m.authority(),)), lists={CertificateKind.AUTH: f"{shop.url}{INDEX}"})
    asked = []
    for folder in (None, tmp_path):
        lists = Lists(folder, patience=PATIENCE)
        method = lists.method(configuration, None, is_offline=False)
        before = shop.count(path_of(TOWN))
        for _ in range(2):
            assert method.status(holder(SERIAL, m.point(TOWN)), m.authority(), m.NOW).reason == "OK"
            lists.forget()
        lists.close()
        asked.append(shop.count(path_of(TOWN)) - before)
    assert asked == [2, 1]
