"""A world: an append-only history on one clock, and everything else a projection of it.

Each published view equals the register as of its own thisUpdate. So an event at or before an instant that was
already published is refused: the view that went out would turn out false.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cardsim.personalise import Pins
from harness.clock import ClockMode, ClockRow, WorldClock, host_now, possible_instant
from harness.contract.vocabulary import Kind
from harness.events import CardIssued, Event, Lost, Moved, Registered, Revoked
from harness.history import History, StoreUnusable
from harness.jlis import card_issuer, crl, crl_faults, ocsp, ocsp_faults
from harness.jlis.authority import FIRST_SERIAL, Authority
from harness.jlis.faults import Order
from harness.jlis.journal import Journal
from harness.jlis.marks import QUARTER_HOURS, Marks
from harness.jlis.reasons import RevocationReason
from harness.jlis.register import Entry, IllegalEvent, NoSuchResident, Register
from harness.jlis.signers import Signers
from harness.keys import KeyPool
from harness.municipalities import MUNICIPALITIES, Municipality
from harness.personalisation import IssuedCard, Personalisation
from harness.population import address_in, make_resident
from harness.residents import Resident

KEYS_PER_CARD = 3


class EventRefused(Exception):
    """An event that may not happen now; `str()` says why and what would do, and nothing changed."""


class UnknownResident(EventRefused):
    """The event names somebody whom the world does not have."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What a relying party has to trust: authority certificates (DER) by kind, card-issuer keys (id, DER SPKI)."""

    authorities: dict[str, bytes]
    card_issuers: list[tuple[bytes, bytes]]


class World:
    """Residents, cards and the fake J-LIS, for one writer; reading it from several threads is safe."""

    def __init__(self, history: History, keys: KeyPool, marks: Marks = QUARTER_HOURS) -> None:
        self.clock = WorldClock(history)
        self._marks = marks
        self.journal = Journal()
        self._history = history
        self._keys = keys
        self._lock = threading.RLock()
        self.seed = int(history.known_fact("seed"))
        self._origin = datetime.fromisoformat(history.known_fact("origin"))
        self._authorities = {
            kind: Authority.found(
                kind, keys.named(f"authority-{kind.value}"), keys.named(f"responder-{kind.value}"), self._origin
            )
            for kind in Kind
        }
        self._strangers: dict[Kind, Authority] = {}
        self._card_issuer = card_issuer.CardIssuer(keys.named("card-issuer"))
        if history.known_fact("keys") != _fingerprint(keys):
            raise StoreUnusable(
                "the world's store: expected the authority keys that it was made with, actual others; "
                "set KAZASHI_HOME to the installation that made it"
            )
        self._register = Register()
        self._lists: dict[tuple[Kind, str], tuple[int, bytes]] = {}
        """The last list of each partition with its number: what was published never changes."""
        self._published = history.load_published()
        for event in history.events():
            self._register.fold(event)

    @classmethod
    def create(
        cls, keys: KeyPool, *, seed: int, start: datetime, store: Path | None = None, marks: Marks = QUARTER_HOURS
    ) -> "World":
        """Return a new world whose clock stands at `start`, or the one that `store` already holds.

        OCSP speaks anew at each of `marks`.
        """
        origin = possible_instant(start)
        with ExitStack() as undo:
            history = History(store)
            undo.callback(history.close)
            if history.fact("seed") is None:
                clock = ClockRow(ClockMode.FROZEN, origin, host_now(), 0)
                history.set_facts(
                    {
                        "seed": str(seed),
                        "origin": origin.isoformat(),
                        "keys": _fingerprint(keys),
                        "clock": msgspec.json.encode(clock).decode(),
                    }
                )
            world = cls(history, keys, marks)
            undo.pop_all()
        return world

    def close(self) -> None:
        """Give the store up."""
        self._history.close()

    def new_resident(self, *, with_card: bool = False, **special: Any) -> Resident:
        """Return a new resident as the seed makes them, but for the fields given; with a card, or not at all."""
        with self._lock, _refusals():
            made = make_resident(self.seed, len(self._register.residents()))
            resident = msgspec.structs.replace(made, **special)
            registered = Registered(self.clock.now(), resident)
            self._check(registered)
            if not with_card:
                self._record(registered)
                return resident
            issued = self._next_card(resident.id, registered.at)
            self._register.check_card(resident, issued)
            self._ready_keys(issued)
            self._record(registered, issued)
            return resident

    def resident(self, resident_id: str) -> Resident:
        """Return a resident as they are now; UnknownResident when there is none of that id."""
        with self._lock, _refusals():
            return self._register.resident(resident_id)

    def residents(self) -> list[Resident]:
        """Return everybody as they are now."""
        with self._lock:
            return self._register.residents()

    def certificates(self, resident_id: str) -> list[Entry]:
        """Return the certificates of a resident's present card, as the register has them now."""
        with self._lock:
            issued = self._register.card(self.resident(resident_id).id)
            if issued is None:
                return []
            serials = {Kind.AUTH: issued.auth_serial, Kind.SIGN: issued.sign_serial}
            found = [self._register.entry_at(kind, serial, issued.at) for kind, serial in serials.items()]
            return [entry for entry in found if entry is not None]

    def issue_card(
        self,
        resident_id: str,
        pins: Pins = Pins(),  # noqa: B008  (a frozen value)
        *,
        not_after: datetime | None = None,
    ) -> IssuedCard:
        """Hand a card with both certificates to a resident who has none, and return it.

        `not_after` (a whole second) ends the certificates before their rule of validity does: no real one ends so.
        """
        with self._lock, _refusals():
            issued = msgspec.structs.replace(self._next_card(resident_id, self.clock.now()), not_after=not_after)
            self._check(issued)
            self._ready_keys(issued)
            self._record(issued)
            return self.card_of(resident_id, pins)

    def card_of(self, resident_id: str, pins: Pins = Pins()) -> IssuedCard:  # noqa: B008  (a frozen value)
        """Return the card that a resident holds, as it was personalised; EventRefused when there is none."""
        with self._lock:
            issued = self._register.card(self.resident(resident_id).id)
            if issued is None:
                raise EventRefused(f"resident {resident_id}: expected a card, actual none; issue one first")
            entries = {}
            for kind, serial in ((Kind.AUTH, issued.auth_serial), (Kind.SIGN, issued.sign_serial)):
                entry = self._register.entry_at(kind, serial, issued.at)
                if entry is None:
                    raise EventRefused(f"serial {serial:X}: expected a {kind.value} certificate in the register")
                entries[kind] = entry
            return Personalisation(self._authorities, self._card_issuer, self._keys).card(issued, entries, pins)

    def lose(self, resident_id: str) -> None:
        """Report the card lost: both certificates are put on hold."""
        self._happen(lambda now: Lost(now, resident_id))

    def move(self, resident_id: str, municipality: str | None = None) -> None:
        """Move a resident (default: to the other municipality): the signature certificate is revoked."""
        with self._lock:
            resident = self.resident(resident_id)
            code = municipality or next(code for code in MUNICIPALITIES if code != resident.municipality)
            if code not in MUNICIPALITIES:
                raise EventRefused(f"municipality {code!r}: expected one of {', '.join(MUNICIPALITIES)}")
            lot = len(self._register.residents())
            self._happen(lambda now: Moved(now, resident_id, code, address_in(code, lot)))

    def revoke(self, resident_id: str, kind: str, reason: str) -> None:
        """Revoke one certificate of a resident, `kind` auth or sign, for a reason such as keyCompromise."""
        try:
            event_kind, event_reason = Kind(kind), RevocationReason(reason)
        except ValueError as fault:
            known = ", ".join(reason.value for reason in RevocationReason)
            raise EventRefused(f"revoke: {fault}; kinds: auth, sign; reasons: {known}") from fault
        self._happen(lambda now: Revoked(now, resident_id, event_kind, event_reason))

    def trust(self) -> Trust:
        """Return the anchors of this world."""
        authorities = {kind.value: authority.der for kind, authority in self._authorities.items()}
        return Trust(authorities, [(self._card_issuer.id, self._card_issuer.public_key)])

    def ocsp(self, kind: Kind, request: bytes, now: datetime, order: Order | None = None) -> ocsp.OcspAnswer:
        """Return the OCSP answer of the responder of `kind` at `now`; what it says is published from then on.

        Under an order its content is wrong in that one way.
        """
        with self._lock:
            bend = ocsp.as_it_is if order is None else ocsp_faults.bend_of(order.fault, self._setting(kind, order, now))
            answer = ocsp.answer(request, self._authorities[kind], self._register, now, bend, marks=self._marks)
            if answer.tells:
                self._publish(self._marks.at(now))
            return answer

    def crl(self, kind: Kind, municipality: Municipality, now: datetime, order: Order | None = None) -> bytes:
        """Return the municipality's revocation list (DER) that is current at `now`; under an order, a wrong one."""
        with self._lock:
            window = crl.window_at(now)
            self._publish(window.this_update)
            if order is not None:
                bend = crl_faults.bend_of(order.fault, self._setting(kind, order, now))
                return crl.crl_at(self._authorities[kind], municipality, self._register, now, bend)
            number, der = self._lists.get((kind, municipality.code), (None, b""))
            if number != window.number:
                der = crl.crl_at(self._authorities[kind], municipality, self._register, now)
                self._lists[kind, municipality.code] = window.number, der
            return der

    def _setting(self, kind: Kind, order: Order, now: datetime) -> ocsp_faults.Setting:
        (other,) = (authority for of, authority in self._authorities.items() if of is not kind)
        signers = Signers(lambda: self._stranger(kind), other)
        return ocsp_faults.Setting(now, timedelta(seconds=order.shift), signers)

    def _stranger(self, kind: Kind) -> Authority:
        """Return somebody with the authority's name and another key, founded when first needed."""
        if kind not in self._strangers:
            key = self._keys.named("stranger")
            self._strangers[kind] = Authority.found(kind, key, key, self._origin)
        return self._strangers[kind]

    def _happen(self, make: Callable[[datetime], Event]) -> None:
        with self._lock, _refusals():
            event = make(self.clock.now())
            self._check(event)
            self._record(event)

    def _record(self, *events: Event) -> None:
        """Store, then fold: what cannot be stored has not happened, and nothing checked can fail to fold."""
        self._history.append(*events)
        for event in events:
            self._register.fold(event)

    def _check(self, event: Event) -> None:
        if self._published is not None and event.at <= self._published:
            raise EventRefused(
                f"event at {event.at.isoformat()}: a status as of {self._published.isoformat()} was already published "
                "and would turn out false; set the clock to a later instant"
            )
        self._register.check(event)

    def _next_card(self, resident_id: str, at: datetime) -> CardIssued:
        """Return the event that hands over the next card: next serial number, next three keys of the pool."""
        number = self._register.certificates()
        serial = FIRST_SERIAL + number
        auth_key, sign_key, chip_key = range(KEYS_PER_CARD * number, KEYS_PER_CARD * (number + 1))
        return CardIssued(at, resident_id, serial, serial, auth_key, sign_key, chip_key)

    def _ready_keys(self, issued: CardIssued) -> None:
        """Make the card's keys, so that a full disk is met before the card is in the register."""
        for number in (issued.auth_key, issued.sign_key, issued.chip_key):
            self._keys.numbered(number)

    def _publish(self, instant: datetime) -> None:
        if self._published is None or instant > self._published:
            self._history.save_published(instant)
            self._published = instant


@contextmanager
def _refusals() -> Iterator[None]:
    """Tell a caller of the world what the register refused."""
    try:
        yield
    except NoSuchResident as fault:
        raise UnknownResident(str(fault)) from fault
    except IllegalEvent as fault:
        raise EventRefused(str(fault)) from fault


def _fingerprint(keys: KeyPool) -> str:
    """Return what names the keys that every certificate of a world rests on."""
    digest = hashlib.sha256()
    for name in ("authority-auth", "authority-sign", "card-issuer"):
        public = keys.named(name).public_key()
        digest.update(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return digest.hexdigest()
