"""Amounts, households, ages and residence, as a caller reaches them; and what may be shown instead of the card."""

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from reference_impl.audit.rows import Row, decode_row
from reference_impl.audit.walk import stored_rows
from reference_impl.clock import Clock
from reference_impl.messages import Complete, Unlink, read_message
from reference_impl.relying_party import Judged, RelyingParty
from reference_impl.services.loading import load_policies
from reference_impl.services.request import ShowInstead, UseRequest
from reference_impl.services.starting import Opened, Options, open_services
from reference_impl.services.store.ledger import Here
from reference_impl.services.store.tables import check_ins, residences, sums, uses
from reference_impl.services.vocabulary import Document
from reference_impl.status_methods import StatusSources
from reference_impl.store.database import Database
from reference_impl.store.tables import credentials
from reference_impl.surface import Surface
from reference_impl.verification.verdict import HolderKey
from tests.reference_impl import pki
from tests.reference_impl.conftest import Message, World, b64, configuration
from tests.reference_impl.responder import Responder

TOWN = """services:
  - id: library
    name: {ja: 地域通貨と避難所, en: Purse and shelter}
    archetype: serial-tap
    place: {where: [attended]}
    net: online
    status: {method: ocsp, source: jlis}
    enrolment: {by: [pin, text]}
    register: {name: {ja: 世帯名簿, en: households}, tells_household: true, file: households.csv}
    entitlements: ENTITLEMENTS
    fallback:
      - {document: user-card, after: [NOT_ENROLLED, ENTITLEMENT]}
      - {document: barcode, after: [NOT_ENROLLED]}
"""
PURSE = "[{id: yen, kind: balance, opening: 20, limit: 1000, unit: {ja: 円, en: yen}}]"
POINTS = "[{id: points, kind: allowance, limit: 30, per: day, unit: {ja: 点, en: points}}]"
SHELTER = "[{id: households, kind: count, limit: 1, per: lifetime, whose: household, unit: {ja: 世帯, en: households}}]"
PEOPLE = {
    "mother": {"holder": "holder", "serial": 0x07123456, "chip": "chip"},
    "father": {"holder": "holder-2", "serial": 5, "chip": "chip-2"},
    "guest": {"holder": "holder-3", "serial": 6, "chip": "chip-3"},
}


class Town:
    """A relying party of one service, its people, and a register that is written once they are enrolled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database, self.responder = Database(), Responder()
        self.world: World | None = None

    def open(self, text: str, register: str | None = None, municipality: str = "28215") -> World:
        """The party over the same store, with these policies and this register."""
        (self.folder / "town.yaml").write_text(text, encoding="utf-8")
        opened = Opened(load_policies(text, "town.yaml"))
        if register is not None:
            (self.folder / "households.csv").write_text(register, encoding="utf-8")
            opened = open_services([self.folder / "town.yaml"], Options(municipality=municipality))
        if self.world is not None:
            self.world.surface.close()
        party = RelyingParty(self.database, Clock(), StatusSources(self.responder), services=opened)
        self.world = World(Surface(party, test_surface=True), party, self.responder, self.database)
        self.world.post("configure", configuration())
        self.world.set_time("2026-11-21T00:20:00Z")
        return self.world

    def present(self, begun: Message, purpose: str, who: str) -> Complete:
        """What a person presents in a session that was begun."""
        assert self.world is not None
        person, challenge = PEOPLE[who], b64decode(begun["challenge"])
        parts: dict[str, bytes | None] = {
            "certificate": pki.leaf(holder=str(person["holder"]), serial=int(str(person["serial"]))),
        }
        if purpose != "login":
            parts["chip_birth_record"] = pki.birth_record(str(person["chip"]))
            parts["chip_signature"] = pki.sign(str(person["chip"]), challenge)
        if purpose in {"enrol", "login"}:
            parts["signature"] = pki.sign(str(person["holder"]), challenge)
        message = self.world.present(begun, purpose, **parts)
        return read_message(Complete, msgspec.json.encode(message))

    def play(self, purpose: str, who: str = "mother", request: UseRequest | None = None) -> Judged:
        """A whole attempt of a person."""
        assert self.world is not None
        return self.world.party.complete(self.present(self.world.begin(purpose), purpose, who), request)

    def ppid(self, who: str) -> str:
        """The name by which the service knows a person."""
        assert self.world is not None
        accounts = self.world.party._accounts
        issuer_key = self.world.party.account(pki.leaf()).issuer_key  # type: ignore[union-attr]
        found = accounts.find(HolderKey(issuer_key, f"{PEOPLE[who]['serial']:x}"))
        assert found is not None
        name = accounts.ppid(found.account, "library")
        assert name is not None
        return name

    def register(self, **rows: str) -> str:
        """A register of these people: household, birth date, municipality."""
        lines = [f"{self.ppid(who)},{row}" for who, row in rows.items()]
        return "\n".join(["account,household,birth_date,municipality", *lines, "0000,h-1,,28215", ""])

    def audit(self) -> list[Row]:
        """The rows of the audit."""
        assert self.world is not None
        storage = self.world.party._audit.writer.storage
        with storage.reading() as connection:
            return [decode_row(each.text.partition(" ")[2]) for group in stored_rows(connection) for each in group]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Nothing is open yet."""
    made = Town(tmp_path)
    yield made
    if made.world is not None:
        made.world.close()


def purse(town: Town, entitlements: str = PURSE) -> Town:
    """A purse, whose holder is enrolled."""
    town.open(TOWN.replace("ENTITLEMENTS", entitlements))
    assert town.play("enrol").verdict.reason == "OK"
    return town


def test_balance_is_charged_and_paid_in(town: Town) -> None:
    """Twenty yen to begin with: seven paid, fifty paid in, and no more taken than there is; each answer says what is
    held."""
    purse(town)
    held = []
    for yen, expected in ((-7, "OK"), (50, "OK"), (-64, "ENTITLEMENT"), (-63, "OK"), (1001, "ENTITLEMENT")):
        judged = town.play("tap", request=UseRequest(amounts={"yen": yen}))
        assert judged.verdict.reason == expected
        held.append(judged.use.remaining[0].amount if judged.use else None)
    assert held == [13, 63, None, 0, None]


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (UseRequest(amounts={"dollars": -1}), "MALFORMED"),
        (UseRequest(persons=2), "MALFORMED"),
    ],
)
def test_request_that_the_service_cannot_serve_spends_nothing(town: Town, request_: UseRequest, reason: str) -> None:
    """It is refused before the challenge is looked at: the same presentation is good for a request that makes sense."""
    purse(town)
    assert town.world is not None
    presented = town.present(town.world.begin("tap"), "tap", "mother")
    assert town.world.party.complete(presented, request_).verdict.reason == reason
    right = UseRequest(amounts={"yen": -1})
    assert town.world.party.complete(presented, right).verdict.reason == "OK"


def test_holder_does_not_pay_in_without_a_terminal(town: Town) -> None:
    """Online, from her own device, she may pay out; credit comes from a terminal that we know."""
    online = (
        TOWN.replace("serial-tap", "auth").replace("[attended]", "[online, attended]").replace("user-card", "qr-in-app")
    )
    online = online.replace("ENTITLEMENTS", PURSE)
    town.open(online)
    assert town.world is not None
    assert town.play("enrol").verdict.reason == "OK"

    def login(yen: int, **changes: object) -> str:
        assert town.world is not None
        message = {"purpose": "login", "service": "library", "environment": "online", **changes}
        begun = town.world.post("begin", message)
        request = UseRequest(amounts={"yen": yen})
        return str(town.world.party.complete(town.present(begun, "login", "mother"), request).verdict.reason)

    assert [login(5), login(-5)] == ["POLICY", "OK"]
    assert login(5, terminal={"id": "counter-1", "credential": "secret-1"}) == "OK"


def test_allowance_says_what_is_used(town: Town) -> None:
    """Points of a day: twelve and eighteen are thirty, one more is refused; without an amount nothing is taken."""
    purse(town, POINTS)
    said = [town.play("tap", request=UseRequest(amounts={"points": each})) for each in (12, 18, 1)]
    assert [each.verdict.reason for each in said] == ["OK", "OK", "ENTITLEMENT"]
    assert [each.use.remaining[0].amount for each in said if each.use] == [12, 30]
    assert town.play("tap").verdict.reason == "MALFORMED"


def test_household_is_checked_in_by_one_member(town: Town) -> None:
    """The mother's tap brings three of four; the father's is refused; the guest, whom no register knows, is for the
    staff; and staff see who is there."""
    town.open(TOWN.replace("ENTITLEMENTS", SHELTER))
    assert [str(town.play("enrol", who).verdict.reason) for who in PEOPLE] == ["OK"] * 3
    households = town.register(mother="h-1,,28215", father="h-1,,28215") + "0001,h-1,,28215\n"
    world = town.open(TOWN.replace("ENTITLEMENTS", SHELTER), households)
    assert town.play("tap", "mother", UseRequest(persons=5)).verdict.reason == "MALFORMED"
    judged = town.play("tap", "mother", UseRequest(persons=3))
    assert judged.use is not None
    assert judged.use.check_in is not None
    assert (judged.use.check_in.household, judged.use.check_in.persons, judged.use.check_in.registered) == ("h-1", 3, 4)
    refused = town.play("tap", "father")
    assert (refused.verdict.reason, "世帯は受付済み" in refused.verdict.finding.ja) == ("ENTITLEMENT", True)  # type: ignore[union-attr]
    assert "staff decide" in town.play("tap", "guest").verdict.finding.en  # type: ignore[union-attr]
    assert world.party.households("library") == [Here("h-1", 1, 3)]


def test_check_in_that_could_not_be_written_down_is_taken_back(town: Town) -> None:
    """The account is gone by then: nobody is there, and the household may check in again."""
    town.open(TOWN.replace("ENTITLEMENTS", SHELTER))
    town.play("enrol")
    world = town.open(TOWN.replace("ENTITLEMENTS", SHELTER), town.register(mother="h-1,,"))
    presented = town.present(world.begin("tap"), "tap", "mother")
    town.responder.meanwhile = lambda: _forget_accounts(town.database)
    assert world.party.complete(presented).verdict.reason == "NOT_ENROLLED"
    assert world.party.households("library") == []
    with town.database.transaction() as connection:
        assert [connection.execute(select(each)).all() for each in (uses, check_ins, sums)] == [[], [], []]


def _forget_accounts(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(credentials.delete())


@pytest.mark.parametrize(
    ("serves", "row", "expected"),
    [
        ("{age: {from: 36}}", "h-1,,", "OK"),
        ("{age: {from: 37}}", "h-1,,", "POLICY"),
        ("{age: {to: 35}}", "h-1,,", "POLICY"),
        ("{residence: [own]}", "h-1,,28215", "OK"),
        ("{residence: [own]}", "h-1,,28201", "POLICY"),
        ('{residence: ["28201"]}', "h-1,,28201", "OK"),
        ("{residence: [own]}", "h-1,,", "ASSURANCE_TOO_LOW"),
    ],
)
def test_who_is_served_follows_chip_and_register(town: Town, serves: str, row: str, expected: str) -> None:
    """Born on 1 April 1990, as the chip proves; where she lives, as the register says; nothing is taken for granted."""
    text = TOWN.replace("ENTITLEMENTS", SHELTER)
    town.open(text)
    town.play("enrol")
    town.open(f"{text}    serves: {serves}\n", town.register(mother=row))
    assert town.play("tap").verdict.reason == expected


def test_residence_is_told_at_a_terminal_and_kept(town: Town) -> None:
    """By the counter that read it off the card; a holder tells none of herself; a move is told anew."""
    serves = f"{TOWN.replace('ENTITLEMENTS', PURSE)}    serves: {{residence: [own]}}\n"
    town.open(serves.replace(", file: households.csv", ""), municipality="28215")
    assert town.world is not None
    town.world.party._desk.opened = Opened(town.world.party._desk.opened.policies, municipality="28215")
    one = {"yen": -1}
    assert town.play("enrol", request=UseRequest(municipality="28201")).verdict.reason == "POLICY"
    assert town.play("enrol", request=UseRequest(municipality="28215")).verdict.reason == "OK"
    assert town.play("tap", request=UseRequest(one)).verdict.reason == "OK"
    assert town.play("tap", request=UseRequest(one, municipality="28201")).verdict.reason == "POLICY"
    assert town.play("tap", request=UseRequest(one)).verdict.reason == "OK"
    begun = town.world.post("begin", {"purpose": "enrol", "service": "library", "environment": "attended"})
    told = UseRequest(municipality="28215")
    refused = town.world.party.complete(town.present(begun, "enrol", "father"), told)
    assert (refused.verdict.reason, refused.verdict.steps) == ("POLICY", ())
    elsewhere = town.present(town.world.begin("enrol", service="archive"), "enrol", "mother")
    assert town.world.party.complete(elsewhere).verdict.reason == "OK"  # so that the account stays
    leaving = Unlink(pki.leaf(), "library")
    assert town.world.party.unlink(leaving).verdict.reason == "OK"
    with town.database.transaction() as connection:
        assert connection.execute(select(residences)).all() == []


def test_enrolment_of_somebody_too_young_is_refused(town: Town) -> None:
    """The chip proves the age at once; the residence, which no register knows yet, is asked at the first use."""
    text = TOWN.replace("ENTITLEMENTS", SHELTER)
    town.open(f"{text}    serves: {{age: {{from: 37}}, residence: [own]}}\n")
    assert town.play("enrol").verdict.reason == "POLICY"
    town.open(f"{text}    serves: {{age: {{from: 36}}, residence: [own]}}\n")
    assert town.play("enrol").verdict.reason == "OK"
    assert town.play("tap").verdict.reason == "ASSURANCE_TOO_LOW"


def test_refusal_says_what_may_be_shown_and_the_audit_that_it_was(town: Town) -> None:
    """A stranger is told to bring card or barcode; staff take the card once, and no other document after it."""
    world = town.open(TOWN.replace("ENTITLEMENTS", PURSE))
    refused = town.play("tap")
    assert refused.verdict.reason == "NOT_ENROLLED"
    assert refused.offer is not None
    assert [each.document for each in refused.offer.documents] == [Document.USER_CARD, Document.BARCODE]
    assert refused.offer.documents[0].ja == "利用者カード"

    def show(document: Document, offer: str = refused.offer.id, credential: str = "secret-1") -> str:
        message = ShowInstead(offer, document, "counter-1", credential)
        return str(world.party.show_instead(message).verdict.reason)

    tries = [
        (Document.USER_CARD, refused.offer.id, "guess"),
        (Document.DRIVING_LICENCE, refused.offer.id, "secret-1"),
        (Document.USER_CARD, "0" * 48, "secret-1"),
    ]
    assert [show(*each) for each in tries] == ["POLICY"] * 3
    assert [show(Document.USER_CARD), show(Document.USER_CARD), show(Document.BARCODE)] == ["OK", "POLICY", "POLICY"]
    rows = [(row.who, row.purpose, row.decision, row.reason, row.holder) for row in town.audit()]
    assert rows[1] == ("counter-1", "tap instead: user-card barcode", "offered", "NOT_ENROLLED", "")
    assert rows[-1] == ("counter-1", "tap instead: user-card", "accept", "NOT_ENROLLED", "")
    assert len(rows) == 4


def test_offer_ends_with_the_day_and_forgery_gets_none(town: Town) -> None:
    """A day to the second; a card that is not genuine is no case for another document."""
    world = town.open(TOWN.replace("ENTITLEMENTS", PURSE))
    first, second = town.play("tap").offer, town.play("tap").offer
    assert first is not None
    assert second is not None
    begun = world.begin("tap")
    presented = world.present(begun, "tap", chip_signature=pki.sign("own-chip", b64decode(begun["challenge"])))
    judged = world.party.complete(read_message(Complete, msgspec.json.encode(presented)))
    assert (judged.verdict.reason, judged.offer) == ("CARD_NOT_GENUINE", None)
    world.set_time("2026-11-22T00:20:00Z")
    assert _show(world, first.id) == "OK"
    world.set_time("2026-11-22T00:20:01Z")
    assert _show(world, second.id) == "POLICY"


def _show(world: World, offer: str) -> str:
    message = ShowInstead(offer, Document.BARCODE, "counter-1", "secret-1")
    return str(world.party.show_instead(message).verdict.reason)


def test_refusal_at_the_beginning_offers_too(town: Town) -> None:
    """A hinted holder without an account is refused at once, with the same way out."""
    world = town.open(TOWN.replace("ENTITLEMENTS", PURSE))
    begun = world.begin("tap", holder={"certificate": b64(pki.leaf())})
    assert begun["outcome"]["reason"] == "NOT_ENROLLED"
    assert [row.decision for row in town.audit()] == ["reject", "offered"]
