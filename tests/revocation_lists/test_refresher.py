"""Lists fetched before they are wanted: in time, once for all who ask, again after faults, and to an end."""

import re
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from reference_impl.configuration import Configuration
from reference_impl.fresh_lists import Lists
from reference_impl.refresher import Refresher
from reference_impl.verification.trust import Trust
from tests.reference_impl import pki
from tests.reference_impl.conftest import b64, configuration
from tests.revocation_lists import making as m
from tests.revocation_lists.keeping import AUTH, HOUR, MINUTE, TOWN, Keeper
from tests.revocation_lists.shop import INDEX, Shop, a_list_of, path_of
from tests.revocation_lists.test_statuses import SERIAL


def test_fetched_before_it_is_wanted_and_then_when_it_is_due(shop: Shop, keeper: Keeper) -> None:
    """At once; not again before the next publication and the spread after it; and the newer list is used then."""
    assert keeper.look() == 18 * 60 + 20
    assert shop.count(path_of(TOWN)) == 1
    keeper.now += 18 * HOUR + 19 * MINUTE
    assert keeper.look() == 1
    assert len(shop.asked) == 2, "index and list, once"
    shop.lists[TOWN] = a_list_of(TOWN, SERIAL, number=4062, hours=24)
    keeper.now += MINUTE
    assert keeper.look() == 24 * 60
    assert len(shop.asked) == 4
    assert keeper.said() == "REVOKED"
    assert len(shop.asked) == 4, "an attempt finds all there"


def test_nothing_comes_of_it_and_the_pauses_grow(shop: Shop, keeper: Keeper) -> None:
    """The server is away, then late with its list (304), then there: asked after pauses, and the old list serves on."""
    keeper.look()
    shop.is_open = False
    keeper.now += 19 * HOUR
    pauses = []
    for _ in range(6):
        pauses.append(keeper.look())
        keeper.now += timedelta(minutes=pauses[-1] / 2)
        asked = len(shop.asked)
        assert keeper.look() == pauses[-1] / 2
        assert len(shop.asked) == asked
        keeper.now += timedelta(minutes=pauses[-1] / 2)
    assert pauses == [1, 2, 4, 8, 15, 15]
    shop.is_open = True
    assert keeper.look() == 15
    assert shop.count(path_of(TOWN), 304) == 1
    shop.lists[TOWN] = a_list_of(TOWN, number=4062, hours=24)
    keeper.now += 15 * MINUTE
    assert keeper.look() > 20 * 60
    assert keeper.said() == "OK"


def test_torn_list_replaces_no_good_one(shop: Shop, keeper: Keeper) -> None:
    """Half a list, then the whole one: the old answers stand until the whole one is there."""
    keeper.look()
    newer = a_list_of(TOWN, SERIAL, number=4062, hours=24)
    shop.lists[TOWN] = newer[: len(newer) // 2]
    keeper.now += 19 * HOUR
    assert keeper.look() == 1
    assert keeper.lists.windows(keeper.lists.configuration, AUTH)[0].this_update == m.THIS_UPDATE
    shop.lists[TOWN] = newer
    keeper.now += MINUTE
    assert keeper.look() > 20 * 60
    assert keeper.said() == "REVOKED"


def test_carrier_makes_ask_again_sooner(shop: Shop, keeper: Keeper) -> None:
    """An hour by max-age, by the tag then; a day by max-age is no reason to ask later than the next publication."""
    shop.headers = {"Cache-Control": "max-age=3600"}
    assert keeper.look() == 60
    keeper.now += HOUR
    assert keeper.said() == "OK"
    assert shop.count(path_of(TOWN), 304) == 1, "an attempt asks, too, where the carrier calls it old"
    shop.headers = {"Cache-Control": "max-age=864000"}
    keeper.now += HOUR
    assert keeper.look() == 16 * 60 + 20


def test_attempts_and_refresher_share_one_fetch(shop: Shop, keeper: Keeper) -> None:
    """The refresher asks, an attempt comes meanwhile: one index and one list are asked for."""
    shop.gate.clear()
    keeper.refresher.start()
    try:
        assert shop.arrived.wait(10)
        flight = keeper.lists.begin(keeper.lists.configuration, AUTH, keeper.now)
        shop.gate.set()
        assert keeper.said() == "OK"
        assert flight.done.wait(10)
    finally:
        keeper.refresher.close()
    assert shop.asked == [(INDEX, 200), (path_of(TOWN), 200)]


def test_ends_while_the_server_keeps_silent(shop: Shop, keeper: Keeper) -> None:
    """Told to end, it ends, though a fetch is under way; and one that was never started ends, too."""
    shop.gate.clear()
    keeper.refresher.start()
    assert shop.arrived.wait(10)
    flight = keeper.lists.begin(keeper.lists.configuration, AUTH, keeper.now)
    keeper.refresher.close()
    assert not keeper.refresher._thread.is_alive()
    assert not flight.done.is_set(), "it did not wait for the server"
    Refresher(keeper.lists, lambda: keeper.now, lambda: 0.0).close()


def test_new_decisions_are_looked_at_at_once(shop: Shop, tmp_path: Path) -> None:
    """Started before anything was configured, it fetches as soon as an index is; and of no index it asks nobody."""
    lists = Lists(tmp_path)
    refresher = Refresher(lists, lambda: m.NOW, lambda: 0.0)
    assert refresher.look() == datetime.max.replace(tzinfo=UTC)
    shop.gate.clear()
    refresher.start()
    try:
        lists.method(Configuration(Trust((m.authority(),)), lists={AUTH: f"{shop.url}{INDEX}"}), None, is_offline=False)
        assert shop.arrived.wait(10)
    finally:
        shop.gate.set()
        refresher.close()


def test_clock_set_back(shop: Shop, keeper: Keeper) -> None:
    """A pause of a later instant holds nobody up when the clock went back to before it."""
    keeper.look()
    keeper.now += 19 * HOUR
    shop.is_open = False
    keeper.look()
    keeper.now -= 9 * HOUR
    assert keeper.look() == 8 * 60 + 20


def test_process_with_the_option(shop: Shop, tmp_path: Path) -> None:
    """`--refresh-lists`: where lists are a method, the process fetches though nobody logs in, and ends on SIGTERM."""
    shop.gate.clear()
    command = [
        sys.executable,
        "-m",
        "reference_impl.app",
        "--test-surface",
        "--refresh-lists",
        "--status-method",
        "ocsp-then-crl",
        "--lists",
        str(tmp_path),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split()[1]
            said = configuration()
            said["status"] = [
                {**each, "crl": f"{shop.url}{INDEX}"} for each in said["status"] if each["kind"] == "auth"
            ]
            said["authorities"] = [{"kind": "auth", "certificate": b64(pki.der(pki.authority("auth", "auth-ca")))}]
            answer = httpx.post(f"{address}/kazashi/v1/configure", json=said, trust_env=False)
            assert answer.status_code < 300, answer.text
            assert shop.arrived.wait(20)
            shop.gate.set()
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
            assert process.stderr is not None
            assert not re.search("Traceback", process.stderr.read())
        finally:
            process.kill()
