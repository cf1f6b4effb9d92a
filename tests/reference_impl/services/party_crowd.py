"""A crowd at the relying party's own door: sessions begun and completed by several processes on one store.

    python -m tests.reference_impl.services.party_crowd --taps 100000 --processes 4 [--store postgresql://…]

Each tap is a whole attempt: begun, signed by an emulated chip's key, verified by the core, written into the ledger, the
account and the audit; every tenth presentation is sent twice. Then what is in the store is compared with arithmetic: an
account that tapped n times has min(n, rides, yen) of them accepted, and not one more or less.
"""

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from multiprocessing.queues import SimpleQueue
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key
from sqlalchemy import select

from reference_impl.accounts.account import Accounts
from reference_impl.accounts.attempt import Attempt
from reference_impl.audit.checks import open_audit
from reference_impl.audit.rows import decode_row
from reference_impl.audit.walk import stored_rows
from reference_impl.clock import Clock
from reference_impl.configuration import Configuration
from reference_impl.messages import Begin, BeginAnswer, Chip, Complete, Configure, Presentation, Terminal, read_message
from reference_impl.relying_party import RelyingParty
from reference_impl.services.loading import load_policies
from reference_impl.services.policy import Policy
from reference_impl.services.request import UseRequest
from reference_impl.services.store.tables import sums
from reference_impl.status_methods import StatusSources
from reference_impl.store.database import Database
from reference_impl.store.engine import Place, read_place
from reference_impl.store.tables import accounts as accounts_table
from reference_impl.verification.genuineness import parse_birth_record
from reference_impl.verification.place import Environment
from reference_impl.verification.purpose import Purpose
from reference_impl.verification.verdict import HolderKey
from tests.reference_impl import pki
from tests.reference_impl.always_good import AlwaysGood
from tests.reference_impl.conftest import configuration

NOW = datetime(2026, 11, 21, 0, 20, tzinfo=UTC)
THREADS = 4
"""Of each process: as many attempts are under way at once."""
TERMINAL = Terminal("counter-1", "secret-1")
Told = Counter[str]


class Rider(msgspec.Struct, frozen=True):
    """What a card gives, and the key of its chip."""

    serial: int
    certificate: bytes
    birth_record: bytes
    chip_key: bytes


class Crowd(msgspec.Struct, frozen=True):
    """Everything that the processes have in common: keys of these tests are drawn anew by each."""

    configure: bytes
    riders: tuple[Rider, ...]
    cvc: bytes
    taps: int
    rides: int
    yen: int

    def policy(self) -> Policy:
        """The bus: so many rides a year, and a purse to pay them from."""
        (bus,) = load_policies(
            f"""services:
  - id: library
    name: {{ja: 町営バス, en: Town bus}}
    archetype: serial-tap
    place: {{where: [attended]}}
    net: online
    status: {{method: crl, source: jlis, maximum_age: 2d}}
    entitlements:
      - {{id: rides, kind: count, limit: {self.rides}, per: fiscal-year, unit: {{ja: 乗車, en: rides}}}}
      - {{id: yen, kind: balance, opening: {self.yen}, unit: {{ja: 円, en: yen}}}}
""",
            "crowd.yaml",
        )
        return bus

    def accepted(self, rider: int) -> int:
        """By arithmetic, how many taps of this rider count."""
        taps = len(range(rider, self.taps, len(self.riders)))
        return min(taps, self.rides, self.yen)


class _GoodLists:
    def forget(self) -> None:
        """There is nothing to forget."""

    def method(self, configuration: Configuration, *_: object, **__: object) -> AlwaysGood:
        """Nobody is on these lists."""
        del configuration
        return AlwaysGood()


def crowd(taps: int, riders: int) -> Crowd:
    """So many riders, who tap so often in all that the purses of most run out."""
    each = taps // riders
    made = tuple(_rider(number) for number in range(riders))
    decided = msgspec.json.encode(configuration())
    return Crowd(decided, made, pki.cvc(), taps, rides=max(1, each * 3 // 4), yen=max(1, each * 2 // 3))


def _rider(number: int) -> Rider:
    chip = pki.key(f"chip of rider {number}")
    key = chip.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    record = pki.birth_record(f"chip of rider {number}")
    return Rider(1000 + number, pki.leaf(serial=1000 + number), record, key)


class Party:
    """A relying party of one process, with its audit."""

    def __init__(self, store: Place, folder: Path, of: Crowd) -> None:
        place = store if store is not None and not isinstance(store, Path) else folder / "audit.sqlite"
        self.database = Database(store)
        self.audit = open_audit(place, folder / "audit-key")
        sources = StatusSources(_no_way, _GoodLists())
        self.party = RelyingParty(self.database, Clock(), sources, services=(of.policy(),), audit=self.audit)
        self.party.configure(self.party.read_configuration(read_message(Configure, of.configure)))
        self.party.clock.set_time(NOW, 1)

    def close(self) -> None:
        """Gives the stores back."""
        self.audit.close()
        self.database.close()


def _no_way(_: object) -> bytes:
    raise AssertionError("no responder is asked by lists")


class Tapper:
    """Taps by number, with the keys of all chips at hand."""

    def __init__(self, party: RelyingParty, of: Crowd) -> None:
        self._party = party
        self._crowd = of
        self._keys = [_private(rider.chip_key) for rider in of.riders]

    def tap(self, number: int) -> Told:
        """How one tap ended, and its repetition where it has one."""
        which = number % len(self._crowd.riders)
        rider = self._crowd.riders[which]
        begun = self._party.begin(Begin(Purpose.TAP, "library", Environment.ATTENDED, TERMINAL))
        assert isinstance(begun, BeginAnswer)
        signature = self._keys[which].sign(begun.challenge, padding.PKCS1v15(), hashes.SHA256())
        chip = Chip(rider.birth_record, self._crowd.cvc, signature)
        message = Complete(begun.session, Presentation(begun.challenge, rider.certificate, chip=chip))
        pays = UseRequest(amounts={"yen": -1})
        times = 2 if number % 10 == 9 else 1
        return Counter(self._party.complete(message, pays).verdict.reason.value for _ in range(times))


def _private(der: bytes) -> rsa.RSAPrivateKey:
    key = load_der_private_key(der, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def enrol(store: Place, folder: Path, of: Crowd) -> None:
    """Everybody is enrolled, as the counter would have done it."""
    with closing(Party(store, folder, of)) as opened:
        issuer_key = opened.party.configuration.trust.authorities[0].issuer_key
        enrolled = Accounts(opened.database)
        for rider in of.riders:
            holder = HolderKey(issuer_key, f"{rider.serial:x}")
            attempt = Attempt(holder, "library", NOW, parse_birth_record(rider.birth_record))
            assert enrolled.enrol(attempt) is None


def work(store: Place, folder: Path, numbers: range, results: "SimpleQueue[Told]") -> None:
    """One process: its taps, some at a time."""
    of = msgspec.msgpack.decode((folder / "crowd").read_bytes(), type=Crowd)
    told: Told = Counter()
    with closing(Party(store, folder, of)) as opened, ThreadPoolExecutor(THREADS) as pool:
        for each in pool.map(Tapper(opened.party, of).tap, numbers):
            told.update(each)
    results.put(told)


def run(store: Place, folder: Path, of: Crowd, processes: int) -> Told:
    """All taps, dealt out to processes that run at once; how they ended."""
    (folder / "crowd").write_bytes(msgspec.msgpack.encode(of))
    enrol(store, folder, of)
    context = multiprocessing.get_context("spawn")
    results: SimpleQueue[Told] = context.SimpleQueue()
    started = [
        context.Process(target=work, args=(store, folder, range(first, of.taps, processes), results))
        for first in range(processes)
    ]
    for process in started:
        process.start()
    told = sum((results.get() for _ in started), Counter[str]())
    for process in started:
        process.join()
    assert [process.exitcode for process in started] == [0] * processes
    return told


def compare(store: Place, folder: Path, of: Crowd, told: Told) -> None:
    """What was told, what the ledger and the accounts hold, and what the audit shows: all by arithmetic."""
    accepted = [of.accepted(rider) for rider in range(len(of.riders))]
    replayed = len(range(9, of.taps, 10))
    refused = of.taps - sum(accepted)
    assert told == Counter(OK=sum(accepted), ENTITLEMENT=refused, CHALLENGE_REPLAYED=replayed), told
    with closing(Party(store, folder, of)) as opened, opened.database.transaction() as connection:
        held: dict[str, list[int]] = {"rides": [], "yen": []}
        for row in connection.execute(select(sums)):
            held[row.entitlement].append(row.amount)
        counts = sorted(connection.execute(select(accounts_table.c.accepted)).scalars())
    assert sorted(held["rides"]) == sorted(accepted)
    assert sorted(held["yen"]) == sorted(of.yen - each for each in accepted)
    assert counts == sorted(1 + each for each in accepted)
    assert _audited(store, folder, of) == told


def _audited(store: Place, folder: Path, of: Crowd) -> Told:
    with closing(Party(store, folder, of)) as opened:
        storage = opened.audit.writer.storage
        with storage.reading() as connection:
            lines = (each.text.partition(" ")[2] for group in stored_rows(connection) for each in group)
            return Counter(decode_row(line).reason for line in lines)


def main(arguments: list[str] | None = None) -> int:
    """The proof by hand: 0 when everything is exact."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--taps", type=int, default=100_000)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--riders", type=int, default=24)
    parser.add_argument("--store", type=read_place, help="postgresql://…, an empty database; SQLite without it")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="kazashi-crowd-") as name:
        folder = Path(name)
        store: Place = options.store or folder / "party.sqlite"
        of = crowd(options.taps, options.riders)
        began = time.perf_counter()
        told = run(store, folder, of, options.processes)
        seconds = time.perf_counter() - began
        compare(store, folder, of, told)
    rate = options.taps / seconds
    print(
        f"{options.taps} taps, {options.processes} processes: exact; {seconds:.0f} s, {rate:.0f} a second; {dict(told)}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
