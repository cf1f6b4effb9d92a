"""What the services say while a history happens: links, record checks, the four attributes and their consents.

They are asked through the door's own rows, as JSON; only HTTP itself is left out.
"""

import base64
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import strategies as st
from hypothesis.stateful import rule

from harness.chronicle import EventRefused
from harness.doors.jlis_services import SERVICES, Refusal
from tests.harness.histories.lives import PLACES, certificates, events, people
from tests.harness.histories.published import Published, View
from tests.harness.naive_register import SECOND, Certificate, mark_at
from tests.harness.naive_services import FORGED, NOT_NOW

ROWS = {row.path.removeprefix("/services/"): row for row in SERVICES}
BANKS = ("bank-1", "bank-2")
banks = st.sampled_from(BANKS)
backs = st.none() | st.integers(0, 10**3)
HOW = ("as it should", "as it should", "early", "late", "wrong key", "another's", "authentication", "again")


NEWS = (
    *("moved-within", "moved-in", "name-changed", "sex-changed", "birth-date-corrected", "moved-out", "returned"),
    *(
        "signature-issued",
        "renewed",
        "signature-issued",
        "phone-bound",
        "suspended",
        "stopped",
        "emigrated",
        "phone-lost",
    ),
)
"""What changes what there is to tell, or whether it is told."""


@dataclass(frozen=True)
class Asked:
    """A question for attributes: with which certificate, since when, and whether there was a consent then."""

    one: Certificate
    since: datetime | None
    has_consent: bool


class Served(Published):
    """One history, asked of by services."""

    def __init__(self) -> None:
        super().__init__()
        self.documents: list[tuple[Certificate, str, datetime, dict[str, str]]] = []

    def tell(self, path: str, **message: Any) -> Any:
        """Return what a service tells, or the number of its refusal."""
        row = ROWS[path]
        asked = msgspec.json.decode(json.dumps(message), type=row.asks)
        try:
            return json.loads(msgspec.json.encode(row.tell(self.world, asked).answer))
        except Refusal as refusal:
            return refusal.http
        except EventRefused:
            return NOT_NOW

    @rule(which=certificates)
    def link(self, which: int) -> None:
        """Ask what belongs to a certificate."""
        one = self.some_certificate(which)
        self.note("link", one, self.tell("link", kind=one.kind, serial=f"{one.serial:x}"))

    @rule(which=certificates, purpose=st.sampled_from(["signature-verification", "liveness"]))
    def record_check(self, which: int, purpose: str) -> None:
        """Ask what became of a certificate."""
        one = self.some_certificate(which)
        self.note("record", one, self.tell("record-check", kind=one.kind, serial=f"{one.serial:x}", purpose=purpose))

    @rule(which=certificates, service=banks, back=backs)
    def ask_attributes(self, which: int, service: str, back: int | None) -> None:
        """Ask for news of a holder: all of it, or since something happened, or since an instant that is to come."""
        signatures = [one for one in self.naive.certificates if one.kind == "sign"]
        if signatures:
            instants = [*self.instants, self.now, self.now + timedelta(days=1)]
            since = None if back is None else instants[back % len(instants)]
            self.hear_attributes(signatures[which % len(signatures)], service, since)

    def hear_attributes(self, one: Certificate, service: str, since: datetime | None) -> None:
        """Ask for news of a holder, and compare."""
        more = {} if since is None else {"since": since.isoformat()}
        said = self.tell("attributes", service=service, serial=f"{one.serial:x}", **more)
        has_consent = self.services.has_consent(one.holder, service, self.now)
        self.note("attributes", Asked(one, since, has_consent), said)

    @rule(who=people, is_phone=st.booleans(), service=banks, how=st.sampled_from(HOW))
    def give_consent(self, who: int, *, is_phone: bool, service: str, how: str) -> None:
        """A holder signs a consent; or it is forged, or signed long ago or with a clock ahead, or sent again."""
        now, holder_id = self.now, self.somebody(who)
        kind = "auth" if how == "authentication" else "sign"
        one = self.naive.latest(holder_id, f"{kind}/{'phone' if is_phone else 'card'}", now)
        if one is None:
            return
        off = {"early": -timedelta(days=200), "late": timedelta(minutes=5, microseconds=1)}.get(how, timedelta(0))
        sent = one, service, now + off, self.signed(one, service, now + off, how)
        if how == "again":
            if not self.documents:
                return
            sent = self.documents[who % len(self.documents)]
        self.send(*sent, is_forged=how in {"wrong key", "another's"})

    def send(
        self, one: Certificate, service: str, signed_at: datetime, message: dict[str, str], *, is_forged: bool
    ) -> None:
        """Send a consent, and compare; what is refused leaves no trace."""
        events = self.world._history.look()
        answer = self.tell("consents", **message)
        refusal = FORGED if is_forged else self.services.refusal_of_consent(one, service, signed_at, self.now)
        if refusal is not None:
            assert answer == refusal
            assert self.world._history.look() == events
            return
        ends = self.services.give(one.holder, service, signed_at, self.now)
        assert (_instant(answer["given"]), _instant(answer["ends"])) == (self.now, ends)
        self.documents.append((one, service, signed_at, message))
        self.instants.append(self.now)

    def signed(self, one: Certificate, service: str, signed_at: datetime, how: str) -> dict[str, str]:
        """Return the message of a consent."""
        every = [entry for holder in self.naive.holders for entry in self.world.all_certificates(holder)]
        entry = next(each for each in every if (each.kind.value, each.serial) == (one.kind, one.serial))
        text = {"purpose": "latest-four-attributes", "service": service, "signed_at": signed_at.isoformat()}
        document = json.dumps(text).encode()
        key = self.keys.numbered(entry.key + 1 if how == "wrong key" else entry.key)
        if how == "another's":
            entry = next(each for each in every if each.key != entry.key)
        parts = {
            "document": document,
            "signature": key.sign(document, PKCS1v15(), SHA256()),
            "certificate": self.world.certificate(entry),
        }
        return {name: base64.b64encode(part).decode() for name, part in parts.items()}

    @rule(who=people, is_phone=st.booleans(), steps=st.lists(st.tuples(events, backs), min_size=2, max_size=6))
    def tell_news(self, who: int, steps: list[tuple[int, int | None]], *, is_phone: bool) -> None:
        """A holder agrees, and what befalls them then is asked for: at once, and after the next mark.

        Whoever has no signature certificate in force gets one first, if they can. A second document is signed and kept
        back; sent after a withdrawal it is no consent any more.
        """
        holder_id, medium = self.somebody(who), "phone" if is_phone else "card"
        for event in ("returned", "card-reissued", "signature-issued", "phone-bound" if is_phone else "renewed"):
            self.later(self.now + timedelta(minutes=2))
            if not self.naive.current(holder_id, f"sign/{medium}", self.now):
                self.befall(holder_id, event, PLACES[who % 3], None)
        self.later(self.now + timedelta(minutes=15))
        self.give_consent(list(self.naive.holders).index(holder_id), is_phone=is_phone, service=BANKS[0], how=HOW[0])
        signatures = [one for one in self.naive.certificates if (one.holder, one.kind) == (holder_id, "sign")]
        agreed, later = self.naive.current(holder_id, f"sign/{medium}", self.now), self.now + SECOND
        message = {} if agreed is None else self.signed(agreed, BANKS[0], later, HOW[0])
        for number, back in steps if signatures else ():
            possible = [event for event in NEWS if not self.naive.refuses(holder_id, event, self.now)]
            if number % 10 == 0:
                self.withdraw_consent(self.naive.certificates.index(signatures[0]), BANKS[0])
            elif number % 10 == 1 and agreed is not None:
                self.send(agreed, BANKS[0], later, message, is_forged=False)
            elif possible:
                self.befall(holder_id, possible[number // 10 % len(possible)], PLACES[number % 3], None)
            for span in (timedelta(0), timedelta(minutes=15, seconds=1)):
                self.later(self.now + span)
                instants = [*self.instants[-3:], self.now + timedelta(days=1)]
                self.hear_attributes(signatures[0], BANKS[0], None if back is None else instants[back % len(instants)])

    @rule(which=certificates, service=banks)
    def withdraw_consent(self, which: int, service: str) -> None:
        """A holder takes a consent back, with effect at once."""
        one, now = self.some_certificate(which), self.now
        if one.kind != "sign":
            return
        holds = self.services.has_consent(one.holder, service, now) and not self.naive.is_too_late(now)
        answer = self.tell("consents/withdraw", service=service, serial=f"{one.serial:x}")
        assert answer == ({} if holds else NOT_NOW)
        if holds:
            self.services.withdraw(one.holder, service, now)
            self.instants.append(now)

    def note(self, what: str, subject: Any, said: Any) -> None:
        """Compare an answer as of its mark, and keep it."""
        mark = self.naive.publish(mark_at(self.now))
        if not isinstance(said, int):
            assert _instant(said.pop("as_of")) == mark
            said = _read_back(what, said)
        self.views.append((what, subject, mark, said))
        self.compare(self.views[-1])

    def compare(self, view: View) -> None:
        """Compare a view with the naive register as of its own mark."""
        what, subject, mark, content = view
        match what:
            case "link":
                assert content == self.services.link(subject, mark)
            case "record":
                assert content == self.services.record(subject, mark)
            case "attributes":
                asked: Asked = subject
                assert content == self.services.attributes(asked.one, asked.since, mark, has_consent=asked.has_consent)
            case _:
                super().compare(view)

    def look_at_everything(self) -> None:
        """Ask the services of every certificate once more, too, and see each consent run out after ten years."""
        for which in range(len(self.naive.certificates)):
            self.link(which)
            self.record_check(which, "liveness")
        super().look_at_everything()
        ends = [(consent.ends, who, service) for (who, service), consent in self.services.consents.items()]
        for end, who, service in sorted(ends):
            one = next(one for one in self.naive.certificates if (one.holder, one.kind) == (who, "sign"))
            for instant in (end, end + SECOND):
                self.world.clock.set(max(instant, self.now))
                self.hear_attributes(one, service, None)
        for which in range(len(self.naive.certificates)):
            self.link(which)
            self.record_check(which, "liveness")


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _read_back(what: str, said: dict[str, Any]) -> Any:
    """Return an answer with instants and numbers as values."""
    match what:
        case "attributes":
            told = said["attributes"]
            four = told and (told["name"], told["address"], date.fromisoformat(told["birth_date"]), told["sex"])
            abroad = said["moved_abroad"] and date.fromisoformat(said["moved_abroad"])
            return said["news"], four, abroad, said["fee"]
        case "record":
            return {**said, "revoked": said["revoked"] and _instant(said["revoked"])}
    return {
        **said,
        **{name: said[name] and _linked(said[name]) for name in ("asked", "current")},
        **{name: [_linked(each) for each in said[name]] for name in ("previous", "counterparts")},
    }


def _linked(said: dict[str, Any]) -> dict[str, Any]:
    return {
        **said,
        "serial": int(said["serial"], 16),
        "issuer_key_id": base64.b64decode(said["issuer_key_id"]),
        **{name: said[name] and _instant(said[name]) for name in ("issued", "not_after", "revoked")},
    }
