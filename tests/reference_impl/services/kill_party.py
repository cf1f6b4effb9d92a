"""A relying party to be killed: `python -m tests.reference_impl.services.kill_party FOLDER PORTION`, a line per answer.

It takes in what lies in the folder (`lay`) by the verb `reconcile`, so many records at a time, and tells how many have
been answered. However late it is killed, that is before the last of them. The keys of these tests are drawn anew by
each process: so configuration and records come from files.
"""

import sys
import threading
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from reference_impl.clock import Clock
from reference_impl.messages import Configure, Reconcile, read_message
from reference_impl.relying_party import RelyingParty
from reference_impl.services.loading import load_policies
from reference_impl.status_methods import StatusSources
from reference_impl.store.database import Database
from tests.reference_impl import pki
from tests.reference_impl.conftest import configuration
from tests.reference_impl.responder import Responder

SERVICES = """services:
  - id: library
    name: {ja: 移動図書館, en: Mobile library}
    archetype: serial-tap
    place: {where: [attended]}
    net: offline
    status: {method: offline-crl, source: jlis, maximum_age: 2d}
    offline: {upload_within: 7d}
    entitlements:
      - {id: visits, kind: count, limit: 2, per: day, unit: {ja: 回, en: visits}}
"""
NOON = datetime(2026, 11, 21, 3, tzinfo=UTC)
TAPS = 60
Told = dict[str, Any]


@cache
def cvc() -> str:
    """The town's certificate, which all records have in common."""
    return b64encode(pki.cvc()).decode()


@cache
def birth_record() -> str:
    """The holder's birth record."""
    return b64encode(pki.birth_record()).decode()


@cache
def certificate() -> str:
    """The holder's certificate."""
    return b64encode(pki.leaf()).decode()


def tap(name: str, taken: datetime = NOON, challenge: bytes | None = None, **changes: Any) -> Told:
    """A record of the contract: a right tap, or what it is with some of it changed."""
    challenge = challenge or sha256(name.encode()).digest()
    chip = {"birth_record": birth_record(), "cvc": cvc(), "signature": b64encode(pki.sign("chip", challenge)).decode()}
    shown = {"challenge": b64encode(challenge).decode(), "certificate": certificate(), "chip": chip}
    at = taken.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"id": name, "service": "library", "environment": "attended", "taken": at, "presentation": shown, **changes}


def taps() -> list[Told]:
    """Taps of one holder, three a day."""
    return [tap(f"tap-{number}", NOON + timedelta(minutes=number, days=-(number // 12))) for number in range(TAPS)]


def message(records: list[Told]) -> Told:
    """The upload of the terminal at the counter."""
    return {"terminal": {"id": "counter-1", "credential": "secret-1"}, "records": records}


def lay(folder: Path) -> None:
    """Writes down the configuration and the records."""
    (folder / "configuration.json").write_bytes(msgspec.json.encode(configuration()))
    (folder / "taps.json").write_bytes(msgspec.json.encode(taps()))


def party(database: Database, folder: Path) -> RelyingParty:
    """The relying party over a store, on the evening of that day."""
    lists = _GoodLists()
    made = RelyingParty(
        database, Clock(), StatusSources(Responder(), lists), services=load_policies(SERVICES, "services.yaml")
    )
    made.configure(made.read_configuration(read_message(Configure, (folder / "configuration.json").read_bytes())))
    made.clock.set_time(NOON + timedelta(hours=9), 1)
    return made


class _GoodLists:
    """Lists on which nobody is."""

    def method(self, *_: object, **__: object) -> Any:
        """Good, as of noon."""
        from tests.reference_impl.always_good import AlwaysGood  # noqa: PLC0415

        return AlwaysGood()

    def forget(self) -> None:
        """Nothing is kept."""


def main(folder: Path, portion: int) -> None:
    """Everything but the last portion, portion by portion; then it waits to be killed."""
    office = party(Database(folder / "party.db"), folder)
    made = msgspec.json.decode((folder / "taps.json").read_bytes())
    for start in range(0, len(made) - portion, portion):
        told = read_message(Reconcile, msgspec.json.encode(message(made[start : start + portion])))
        answered = office.reconcile(told)
        print(start + len(answered), flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
