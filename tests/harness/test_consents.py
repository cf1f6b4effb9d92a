"""Consents at the door: what is refused, with which reason, and that it leaves no trace.

The holder's signature certificate must be in force, the signature its key's, and the document a new word of the holder.
"""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from harness.contract.vocabulary import Kind
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.events import Changes
from harness.jlis.consent import consent_ends
from harness.jlis.entries import Entry
from harness.jlis.life_events import LifeEvent
from harness.keys import KeyPool
from harness.municipalities import AOI
from harness.world import World
from tests.harness.asking import strange_certificates
from tests.harness.conftest import MakeWorld
from tests.harness.instants import jst

SERVICE = "bank-1"
NOW = jst("2026-12-02T09:07:00")
SECOND = timedelta(seconds=1)


@dataclass
class Counter:
    """A world with its door and two holders; what it signs and sends."""

    world: World
    keys: KeyPool
    client: httpx.Client
    holder: str
    other: str

    def entry(self, holder: str, kind: Kind = Kind.SIGN) -> Entry:
        """Return the last certificate of somebody's card."""
        return [entry for entry in self.world.certificates(holder) if entry.kind is kind][-1]

    def sign(self, entry: Entry, document: bytes) -> bytes:
        """Return a signature with a certificate's key."""
        return self.keys.numbered(entry.key).sign(document, PKCS1v15(), SHA256())

    def message(
        self, entry: Entry | None = None, signed_at: datetime | None = None, **changed: bytes
    ) -> dict[str, str]:
        """Return a sound consent of the holder, but for the parts given."""
        signer = entry or self.entry(self.holder)
        at = (signed_at or self.world.clock.now()).isoformat()
        document = json.dumps({"purpose": "latest-four-attributes", "service": SERVICE, "signed_at": at}).encode()
        parts = {
            "document": document,
            "signature": self.sign(signer, document),
            "certificate": self.world.certificate(signer),
            **changed,
        }
        return {name: base64.b64encode(part).decode() for name, part in parts.items()}

    def send(self, message: dict[str, str]) -> httpx.Response:
        """Give a consent."""
        return self.client.post("/services/consents", json=message)

    def withdraw(self) -> httpx.Response:
        """Take the holder's consent back."""
        serial = f"{self.entry(self.holder).serial:x}"
        return self.client.post("/services/consents/withdraw", json={"service": SERVICE, "serial": serial})

    def news(self, holder: str) -> str:
        """Return what is told of somebody."""
        asked = {"service": SERVICE, "serial": f"{self.entry(holder).serial:x}"}
        return str(self.client.post("/services/attributes", json=asked).json()["news"])


@pytest.fixture
def counter(world: World, keys: KeyPool) -> Iterator[Counter]:
    """A world in which both have had their cards for a day."""
    holder, other = (world.new_resident(with_card=True, municipality=AOI.code).id for _ in range(2))
    world.clock.set(NOW)
    with Served(JlisDoor(world).app) as served, httpx.Client(base_url=served.url, trust_env=False) as client:
        yield Counter(world, keys, client, holder, other)


def wrong_signature(counter: Counter) -> dict[str, str]:
    """One bit of the signature is another."""
    sound = base64.b64decode(counter.message()["signature"])
    return counter.message(signature=sound[:-1] + bytes([sound[-1] ^ 1]))


def over_another_document(counter: Counter) -> dict[str, str]:
    """A sound signature, over the consent to another service."""
    sound = base64.b64decode(counter.message()["document"])
    return counter.message(document=sound.replace(b"bank-1", b"bank-2"))


def of_another_holder(counter: Counter) -> dict[str, str]:
    """Signed with the holder's key, sent with the other's certificate."""
    return counter.message(certificate=counter.world.certificate(counter.entry(counter.other)))


def of_an_unknown_version(counter: Counter) -> dict[str, str]:
    """A certificate of a version that nobody knows."""
    return counter.message(certificate=strange(counter)["version"])


def with_a_key_of_no_kind(counter: Counter) -> dict[str, str]:
    """A certificate with a key that nobody can use."""
    return counter.message(certificate=strange(counter)["key"])


def strange(counter: Counter) -> dict[str, bytes]:
    """Return the holder's certificate, made strange."""
    return strange_certificates(counter.world.certificate(counter.entry(counter.holder)))


def by_the_authentication_key(counter: Counter) -> dict[str, str]:
    """Sound in itself: but that key signs no documents."""
    return counter.message(counter.entry(counter.holder, Kind.AUTH))


def by_a_superseded_certificate(counter: Counter) -> dict[str, str]:
    """Signed before the renewal, sent after it."""
    message = counter.message()
    counter.world.happen(counter.holder, LifeEvent.RENEWED)
    return message


def by_a_revoked_certificate(counter: Counter) -> dict[str, str]:
    """The holder has moved."""
    counter.world.move(counter.holder)
    return counter.message()


def by_an_expired_certificate(counter: Counter) -> dict[str, str]:
    """A second after its last one."""
    counter.world.clock.set(counter.entry(counter.holder).not_after + SECOND)
    return counter.message()


def signed_ahead(counter: Counter) -> dict[str, str]:
    """By a clock that is more than five minutes ahead."""
    return counter.message(signed_at=NOW + timedelta(minutes=5, seconds=1))


def signed_before_there_was_a_certificate(counter: Counter) -> dict[str, str]:
    """More than five minutes before it was issued."""
    return counter.message(signed_at=counter.entry(counter.holder).issued - timedelta(minutes=5, seconds=1))


def for_another_purpose(counter: Counter) -> dict[str, str]:
    """A text that the holder signed for something else."""
    document = base64.b64decode(counter.message()["document"]).replace(b"latest-four-attributes", b"anything-at-all")
    return counter.message(document=document, signature=counter.sign(counter.entry(counter.holder), document))


def without_a_time_zone(counter: Counter) -> dict[str, str]:
    """An instant that could be any of twenty-four."""
    return counter.message(signed_at=NOW.replace(tzinfo=None))


REFUSED: dict[str, tuple[Callable[[Counter], dict[str, str]], int, str]] = {
    "wrong-signature": (wrong_signature, 400, "expected a signature over the document by the certificate's key"),
    "over-another-document": (over_another_document, 400, "expected a signature over the document"),
    "of-another-holder": (of_another_holder, 400, "expected a signature over the document by the certificate's key"),
    "unknown-version": (of_an_unknown_version, 400, "is not a valid X509 version"),
    "key-of-no-kind": (with_a_key_of_no_kind, 400, "expected the document and the signature certificate"),
    "authentication-key": (by_the_authentication_key, 409, "expected a signature certificate of this world"),
    "superseded": (by_a_superseded_certificate, 409, "expected a certificate in force"),
    "revoked": (by_a_revoked_certificate, 409, "expected a certificate in force"),
    "expired": (by_an_expired_certificate, 409, "revoked or expired"),
    "signed-ahead": (signed_ahead, 409, "expected signed_at from"),
    "signed-before-issuance": (signed_before_there_was_a_certificate, 409, "expected signed_at from"),
    "another-purpose": (for_another_purpose, 400, "latest-four-attributes"),
    "no-time-zone": (without_a_time_zone, 400, "with a time zone"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_its_reason_and_without_a_trace(counter: Counter, name: str) -> None:
    """The number and the reason; no event in the store, nothing told of anybody; the journal has the refusal."""
    make, http, reason = REFUSED[name]
    message = make(counter)
    events = counter.world._history.look().last
    answer = counter.send(message)
    assert (answer.status_code, reason in answer.json()["error"]["actual"]) == (http, True), answer.text
    assert counter.world._history.look().last == events
    (line,) = [line for line in counter.world.journal.since(0) if line.http == http]
    assert line.answer.startswith("refused: ")
    counter.world.clock.advance(timedelta(minutes=15))
    assert {counter.news(holder) for holder in (counter.holder, counter.other)} == {"no-consent"}


@pytest.mark.parametrize(
    "off", [timedelta(0), timedelta(minutes=5), -timedelta(hours=9)], ids=["now", "ahead", "before"]
)
def test_the_accepted_twin(counter: Counter, off: timedelta) -> None:
    """Sound, and signed within what clocks may differ: one event, and the holder's news are told, nobody else's."""
    events = counter.world._history.look().last
    counter.send(counter.message(signed_at=NOW + off)).raise_for_status()
    assert counter.world._history.look().last == events + 1
    assert (counter.news(counter.holder), counter.news(counter.other)) == ("changed", "no-consent")


def test_a_document_is_taken_in_once(counter: Counter) -> None:
    """Sent again it is refused: at once, a year later, and after it was taken back; a new one is taken in."""
    first = counter.message()
    counter.send(first).raise_for_status()
    for later in (timedelta(0), timedelta(days=365)):
        counter.world.clock.set(NOW + later)
        assert_replayed(counter.send(first))
    earlier = counter.message()
    counter.world.clock.advance(timedelta(minutes=1))
    assert counter.withdraw().status_code == 200
    for known in (first, earlier):
        assert_replayed(counter.send(known))
        assert counter.news(counter.holder) == "no-consent"
    counter.world.clock.advance(SECOND)
    counter.send(counter.message()).raise_for_status()
    assert counter.news(counter.holder) == "changed"


def assert_replayed(answer: httpx.Response) -> None:
    """See that it was refused for being no new word of the holder."""
    assert answer.status_code == 409
    assert "the holder's last word" in answer.json()["error"]["actual"]


def test_a_certificate_of_another_world_is_nobodys(counter: Counter, make_world: MakeWorld) -> None:
    """The same serial number, the same key, another person: refused, for the register has another certificate."""
    other = make_world(seed=8)
    holder = other.new_resident(with_card=True, municipality=AOI.code).id
    (entry,) = [entry for entry in other.certificates(holder) if entry.kind is Kind.SIGN]
    assert (entry.serial, entry.key) == (counter.entry(counter.holder).serial, counter.entry(counter.holder).key)
    answer = counter.send(counter.message(certificate=other.certificate(entry)))
    assert answer.status_code == 409
    assert "expected a signature certificate of this world" in answer.json()["error"]["actual"]


def test_a_withdrawal_at_a_mark(counter: Counter) -> None:
    """On the second of a mark a withdrawal is taken in: asking whose it is publishes nothing."""
    counter.send(counter.message()).raise_for_status()
    counter.world.clock.set(jst("2026-12-02T09:15:00"))
    assert counter.withdraw().status_code == 200
    assert counter.news(counter.holder) == "no-consent"
    again = counter.withdraw()
    assert (again.status_code, counter.world.clock.now()) == (409, jst("2026-12-02T09:15:00"))


def test_a_consent_as_of_an_instant_gone_by(counter: Counter) -> None:
    """Given on the second day, given anew on the third, withdrawn on the fourth: so it is told with the clock set back.

    Nothing before the first, for nobody had agreed to it then.
    """
    for days in (1, 2):
        counter.world.clock.set(NOW + timedelta(days=days))
        counter.send(counter.message()).raise_for_status()
    counter.world.clock.set(NOW + timedelta(days=3))
    assert counter.withdraw().status_code == 200
    told = []
    for hours in (0, 23, 24, 47, 48, 71, 72, 96):
        counter.world.clock.set(NOW + timedelta(hours=hours))
        told.append(counter.news(counter.holder))
    assert told == ["no-consent"] * 2 + ["changed"] * 4 + ["no-consent"] * 2


def test_midnight_after_it_was_taken_in(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said of a consent is what was taken in, though another day begins before it is said."""
    last = jst("2026-12-02T23:59:59")
    counter.world.clock.set(last)
    take_in = World.give_consent

    def slowly(world: World, *consent: Any) -> Any:
        taken = take_in(world, *consent)
        world.clock.advance(SECOND)
        return taken

    monkeypatch.setattr(World, "give_consent", slowly)
    told = counter.send(counter.message()).json()
    assert datetime.fromisoformat(told["given"]) == last
    assert datetime.fromisoformat(told["ends"]) == consent_ends(last)


def test_what_ran_out_cannot_be_taken_back(counter: Counter) -> None:
    """After ten years there is nothing to withdraw."""
    ends = datetime.fromisoformat(counter.send(counter.message()).json()["ends"])
    counter.world.clock.set(ends + SECOND)
    assert counter.withdraw().status_code == 409


def test_an_instant_to_come_knows_no_more(counter: Counter) -> None:
    """Asked since tomorrow, what happened after the mark is neither told nor taken for known."""
    counter.send(counter.message()).raise_for_status()

    def ask() -> Any:
        asked = {
            "service": SERVICE,
            "serial": f"{counter.entry(counter.holder).serial:x}",
            "since": "2026-12-03T00:00:00Z",
        }
        return counter.client.post("/services/attributes", json=asked).json()

    before = ask()
    counter.world.happen(counter.holder, LifeEvent.NAME_CHANGED, Changes(name="試験　改名"))
    assert ask() == before
    assert before["news"] == "unchanged"


@pytest.mark.parametrize(
    ("given", "ends"),
    [
        ("2026-12-02T09:07:00", "2036-12-02T23:59:59"),
        ("2026-12-31T23:59:59", "2036-12-31T23:59:59"),
        ("2026-02-28T12:00:00", "2036-02-29T23:59:59"),  # from 1 March: to the day before it
        ("2028-02-29T12:00:00", "2038-02-28T23:59:59"),
        ("2028-02-28T12:00:00", "2038-02-28T23:59:59"),  # from 29 February, which 2038 lacks (民法 143条2項)
    ],
)
def test_ten_years_from_the_next_day(given: str, ends: str) -> None:
    """spec/pki.md §4; in days of Japan."""
    assert consent_ends(jst(given)) == jst(ends)
