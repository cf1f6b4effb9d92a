"""Accounts when attempts overlap: what is stored decides, in the transaction that writes, not what was found earlier.

Interleaved, the faster attempt runs from begin to end while the slower one waits for the responder. In parallel, two
threads or two processes write to one SQLite file, each with a connection of its own.
"""

import sqlite3
import threading
from base64 import b64decode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from hashlib import sha256
from pathlib import Path

import httpx
import msgspec
import pytest

from reference_impl.accounts.account import Accounts
from reference_impl.accounts.attempt import Attempt
from reference_impl.store.database import Database
from reference_impl.verification import HolderKey
from reference_impl.verification.genuineness import BirthRecord, parse_birth_record
from reference_impl.verification.verdict import Reason
from tests.reference_impl import pki
from tests.reference_impl.conftest import Message, World, b64, configuration
from tests.reference_impl.test_outcomes import refused
from tests.reference_impl.test_process import responder, started

ANOTHER_DAY = b"19900402"
HOLDER = HolderKey("issuer", "7123456")
ROUNDS = 20


def presented(world: World, begun: Message, purpose: str, chip: str, date: bytes = b"19900401") -> Message:
    """A right presentation of the holder's certificate with this genuine chip."""
    signature = pki.sign(chip, b64decode(begun["challenge"]))
    return world.present(begun, purpose, chip_birth_record=pki.birth_record(chip, date=date), chip_signature=signature)


def enrol(world: World, service: str, chip: str, date: bytes = b"19900401") -> Message:
    """The outcome of a whole enrolment of the holder at a service, with this genuine chip."""
    begun = world.begin("enrol", service=service)
    outcome: Message = world.post("complete", presented(world, begun, "enrol", chip, date))["outcome"]
    return outcome


def while_it_waits(world: World, happens: Callable[[], Message]) -> list[Message]:
    """Lets that happen while the next attempt's status question is under way; its outcome is in the list after."""
    outcomes: list[Message] = []
    world.responder.meanwhile = lambda: outcomes.append(happens())
    return outcomes


def record(chip: str = "chip", date: bytes = b"19900401", number: int | None = None) -> BirthRecord:
    """A birth record, read; of another chip for each number."""
    read = parse_birth_record(pki.birth_record(chip, date=date))
    return read if number is None else msgspec.structs.replace(read, chip_key=read.chip_key + number.to_bytes())


OVERTAKEN = [
    ("library", "chip", b"19900401", "ALREADY_ENROLLED"),
    ("library", "chip-2", b"19900401", "CARD_CHANGED"),
    ("library", "chip", ANOTHER_DAY, "HOLDER_MISMATCH"),
    ("library", "chip-2", ANOTHER_DAY, "HOLDER_MISMATCH"),
    ("archive", "chip-2", b"19900401", "CARD_CHANGED"),
    ("archive", "chip", ANOTHER_DAY, "HOLDER_MISMATCH"),
]
"""Service, chip and birth date of the faster enrolment; the slower one is of `chip`, 1990-04-01, at the library."""


@pytest.mark.parametrize(("service", "chip", "date", "reason"), OVERTAKEN)
def test_overtaken_enrolment_gets_the_reason_it_would_get_afterwards(
    world: World, service: str, chip: str, date: bytes, reason: str
) -> None:
    """The slower of two enrolments is compared with what the faster one stored, which alone stays."""
    faster = while_it_waits(world, lambda: enrol(world, service, chip, date))
    slower = enrol(world, "library", "chip")
    assert [each["reason"] for each in faster] == ["OK"]
    refused(slower, reason, "policy")
    account = world.post("account", {"certificate": b64(pki.leaf())})["account"]
    assert (account["services"], account["accepted"]) == ([service], 1)
    assert account["chip_key"] == sha256(record(chip).chip_key).hexdigest()
    assert enrol(world, "library", "chip")["reason"] == reason


def test_overtaken_enrolment_of_the_same_card_joins_the_account(world: World) -> None:
    """Two services, one card: both enrolments hold."""
    faster = while_it_waits(world, lambda: enrol(world, "archive", "chip"))
    assert enrol(world, "library", "chip")["reason"] == "OK"
    assert [each["reason"] for each in faster] == ["OK"]
    account = world.post("account", {"certificate": b64(pki.leaf())})["account"]
    assert (account["services"], account["accepted"]) == (["archive", "library"], 2)


@pytest.mark.parametrize("chip", ["chip", "chip-2"])
def test_tap_overtaken_by_an_enrolment_is_not_enrolled(world: World, chip: str) -> None:
    """A tap whose chip was compared with no account is not accepted by an account that came later."""
    faster = while_it_waits(world, lambda: enrol(world, "library", chip))
    begun = world.begin("tap")
    refused(world.post("complete", presented(world, begun, "tap", "chip"))["outcome"], "NOT_ENROLLED", "status")
    assert [each["reason"] for each in faster] == ["OK"]


def test_tap_overtaken_by_a_reset_and_another_card_is_refused(world: World) -> None:
    """The account compared at the chip is not the one counted at the end."""

    def replace() -> Message:
        world.post("reset", {})
        return enrol(world, "library", "chip-2")

    assert enrol(world, "library", "chip")["reason"] == "OK"
    begun = world.begin("tap")
    while_it_waits(world, replace)
    refused(world.post("complete", presented(world, begun, "tap", "chip"))["outcome"], "CARD_CHANGED", "policy")


def test_login_overtaken_by_a_reset_is_not_enrolled_where_the_account_is_gone(world: World) -> None:
    """An account that came back at another service does not carry the login."""

    def replace() -> Message:
        world.post("reset", {})
        return enrol(world, "archive", "chip")

    assert enrol(world, "library", "chip")["reason"] == "OK"
    begun = world.begin("login")
    while_it_waits(world, replace)
    refused(world.post("complete", world.present(begun, "login"))["outcome"], "NOT_ENROLLED", "policy")


def test_transaction_holds_the_write_lock_from_its_first_line(tmp_path: Path) -> None:
    """Another connection cannot write between what a transaction reads and what it writes; afterwards it can."""
    path = tmp_path / "store.sqlite"
    database = Database(path)
    with closing(database), closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
        with database.transaction(), pytest.raises(sqlite3.OperationalError, match="database is locked"):
            other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")


@pytest.mark.parametrize("services", [("library", "library"), ("library", "archive")], ids=["one", "two"])
@pytest.mark.parametrize("connections", [1, 2])
def test_two_threads_enrol_two_chips_and_one_stays(tmp_path: Path, services: tuple[str, str], connections: int) -> None:
    """In each round one thread stores its chip and the other is told that the card is another one."""
    chips = ("chip", "chip-2")
    both = threading.Barrier(2, timeout=20)
    with ExitStack() as stack:
        databases = [stack.enter_context(closing(Database(tmp_path / "store.sqlite"))) for _ in range(connections)]
        accounts = [Accounts(databases[turn % connections]) for turn in range(2)]
        threads = stack.enter_context(ThreadPoolExecutor(2))

        def attempt(turn: int, holder: HolderKey) -> Reason | None:
            both.wait()
            shown = record(chips[turn], number=int(holder.serial, 16))
            return accounts[turn].enrol(Attempt(holder, services[turn], pki.NOW, shown))

        for number in range(ROUNDS):
            holder = HolderKey("issuer", f"{number:x}")
            reasons = list(threads.map(attempt, range(2), [holder] * 2))
            assert sorted(str(each) for each in reasons) == ["CARD_CHANGED", "None"]
            winner = reasons.index(None)
            stored = accounts[1 - winner].find(holder)
            assert stored is not None
            assert stored.services == {services[winner]}
            assert stored.chip_key == record(chips[winner], number=number).chip_key


def test_two_threads_enrol_one_card_at_two_services_and_both_stay(tmp_path: Path) -> None:
    """Nothing is refused that could have come one after the other."""
    both = threading.Barrier(2, timeout=20)
    with ExitStack() as stack:
        databases = [stack.enter_context(closing(Database(tmp_path / "store.sqlite"))) for _ in range(2)]
        threads = stack.enter_context(ThreadPoolExecutor(2))

        def attempt(database: Database, service: str, holder: HolderKey) -> Reason | None:
            both.wait()
            shown = record(number=int(holder.serial, 16))
            return Accounts(database).enrol(Attempt(holder, service, pki.NOW, shown))

        for number in range(ROUNDS):
            holder = HolderKey("issuer", f"{number:x}")
            reasons = list(threads.map(attempt, databases, ("library", "archive"), [holder] * 2))
            assert reasons == [None, None]


@pytest.mark.parametrize("services", [("library", "library"), ("library", "archive")], ids=["one", "two"])
def test_two_processes_enrol_two_chips_and_one_stays(tmp_path: Path, world: World, services: tuple[str, str]) -> None:
    """Two relying parties over one file, both past every look at the account before either writes."""
    both = threading.Barrier(2, timeout=20)
    store = ("--test-surface", "--store", str(tmp_path / "store.sqlite"))
    with ExitStack() as stack:
        ocsp = stack.enter_context(responder(both.wait))
        status = [{"kind": "auth", "ocsp": ocsp, "crl": ""}]
        clients = []
        for _ in range(2):
            _, url = stack.enter_context(started(*store))
            client = stack.enter_context(httpx.Client(base_url=f"{url}/kazashi/v1/", trust_env=False))
            client.post("configure", json={**configuration(), "status": status}).raise_for_status()
            client.post("set_time", json={"instant": "2026-11-21T00:20:00Z", "epoch": 1}).raise_for_status()
            clients.append(client)

        def attempt(client: httpx.Client, service: str, chip: str) -> str:
            begin = {"purpose": "enrol", "service": service, "environment": "attended"}
            begun = client.post("begin", json=begin).raise_for_status().json()
            answer = client.post("complete", json=presented(world, begun, "enrol", chip), timeout=30)
            return str(answer.raise_for_status().json()["outcome"]["reason"])

        threads = stack.enter_context(ThreadPoolExecutor(2))
        reasons = list(threads.map(attempt, clients, services, ("chip", "chip-2")))
    assert sorted(reasons) == ["CARD_CHANGED", "OK"]
