"""Every service of the catalogue that needs no platform is played once: enrolled, used, and one thing refused.

With a certificate the whole way is the relying party's: a session, the card's answer, the status, account and ledger.
A card application is judged by the core and counted by the ledger; texts and faces are read, and staff decide.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime

import pytest

from harness.keys import KeyPool
from harness.world import World
from reference_impl.reader.faults import CounterRefused, PinWrong
from reference_impl.reader.text_records import Attributes
from reference_impl.relying_party import Judged
from reference_impl.services.admission import Proved, admit, environment_of
from reference_impl.services.charges import Use
from reference_impl.services.policy import Policy
from reference_impl.services.request import UseRequest
from reference_impl.services.store.ledger import Ledger
from reference_impl.services.vocabulary import Archetype, EntitlementKind, Place, TextKey, Whose
from reference_impl.verification import CardApplication, CounterRecord, HolderKey, Purpose
from reference_impl.verification.doors import Enrolled
from reference_impl.verification.place import Environment
from reference_impl.verification.verdict import Refusal
from tests.harness.instants import jst
from tests.reference_impl.services.playing import (
    BORN,
    COUNT_CARD_AID,
    OPEN,
    TEXT_CODE_B,
    TEXT_PIN,
    USER_CARD_AID,
    Town,
    open_town,
)

ROWS = 82
"""Of 118: the other 36 run through a platform, and say so."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One town for all services: what one of them is told, no other knows."""
    world = World.create(KeyPool(tmp_path_factory.mktemp("keys")), seed=7, start=jst("2026-11-30T10:00:00"))
    made = open_town(world)
    yield made
    world.close()


def test_all_that_need_no_platform_are_here() -> None:
    """And every archetype among them has its way of being played."""
    assert len(OPEN) == ROWS
    assert {each.archetype for each in OPEN.values()} == set(PLAYS)


@pytest.mark.parametrize("name", OPEN)
def test_service_is_played(town: Town, name: str) -> None:
    """Enrolled, used, one thing refused, by its own policy."""
    policy = OPEN[name]
    PLAYS[policy.archetype](town, policy)
    _refused_elsewhere(policy, town)


def _refused_elsewhere(policy: Policy, town: Town) -> None:
    """A place that the policy does not name is PLACE_NOT_ALLOWED, whatever the archetype."""
    other = next(each for each in (Place.OUTDOOR, Place.ONLINE) if each not in policy.place.where)
    with pytest.raises(Refusal) as refused:
        admit(policy, other, town.now, Proved(BORN, town.municipality), town.municipality)
    assert refused.value.reason == "PLACE_NOT_ALLOWED"


def reason(judged: object) -> str:
    """The reason of an attempt that has ended."""
    assert isinstance(judged, Judged)
    return judged.verdict.reason.value


def enrolled(town: Town, policy: Policy) -> None:
    """Enrolled with the PIN, and with the residence where the service learns it."""
    needs = bool(policy.serves.residence)
    told = UseRequest(municipality=town.municipality) if needs else None
    assert reason(town.play(policy, Purpose.ENROL, told)) == "OK"


def play_recognised(town: Town, policy: Policy, use: Purpose) -> None:
    """A stranger is refused; enrolled, she is served; what is used up, or not there, is refused."""
    request = town.request(policy)
    assert reason(town.play(policy, use, request)) == "NOT_ENROLLED"
    enrolled(town, policy)
    served = town.play(policy, use, request)
    assert reason(served) == "OK"
    is_asked = policy.status.method != "none"
    assert ("status" in served.verdict.steps, served.verdict.status is not None) == (is_asked, is_asked)
    assert bool(served.use and served.use.remaining) == bool(policy.entitlements)
    for each in policy.entitlements:
        if each.kind is EntitlementKind.BALANCE:
            assert reason(town.play(policy, use, UseRequest(amounts={each.id: -2}))) == "ENTITLEMENT"
        elif each.limit == 1:
            assert reason(town.play(policy, use, request)) == "ENTITLEMENT"


def play_tap(town: Town, policy: Policy) -> None:
    """A tap, no PIN; outdoors it does not even begin."""
    play_recognised(town, policy, Purpose.TAP)
    assert reason(town.begin(policy, Purpose.TAP, Environment.OUTDOOR)) == "PLACE_NOT_ALLOWED"


def play_login(town: Town, policy: Policy) -> None:
    """Certificate and PIN at each use; the same service signs nothing."""
    play_recognised(town, policy, Purpose.LOGIN)
    assert reason(town.begin(policy, Purpose.SIGN)) == "POLICY"


def play_once(town: Town, policy: Policy) -> None:
    """Certificate and PIN once; a second time it is known already."""
    enrolled(town, policy)
    assert reason(town.play(policy, Purpose.ENROL)) == "ALREADY_ENROLLED"


def play_signature(town: Town, policy: Policy) -> None:
    """A document signed with the password; the signature of another document is no signature of this one."""
    assert reason(town.play(policy, Purpose.SIGN, document_signature=bytes(256))) == "BAD_SIGNATURE"
    signed = town.play(policy, Purpose.SIGN)
    assert reason(signed) == "OK"
    assert signed.verdict.status is not None


def book(town: Town, policy: Policy, name: str, account: str) -> str:
    """Counts a use of somebody who was recognised without an account of ours; its reason."""
    ledger: Ledger | None = town.party._desk.ledger
    assert ledger is not None
    household = f"of {account}" if any(each.whose is Whose.HOUSEHOLD for each in policy.entitlements) else None
    amounts = town.request(policy).amounts
    booked = ledger.book(policy, Use(policy.id, name, account, town.now, household, amounts))
    return "OK" if booked.refusal is None else booked.refusal.reason.value


def counted(town: Town, policy: Policy, account: str) -> None:
    """Counted to the limit of each count, and once more: refused."""
    limits = [each.limit for each in policy.entitlements if each.limit is not None]
    for number in range(min(limits, default=1)):
        assert book(town, policy, f"use-{number}", account) == "OK"
    if limits:
        assert book(town, policy, "one more", account) == "ENTITLEMENT"


def play_application(town: Town, policy: Policy) -> None:
    """Read in the free area; without an entry at the counter nobody's; another application is not this service's."""
    record = town.client().card_application(USER_CARD_AID).read()
    assert judged(town, policy, USER_CARD_AID, record.user_id) == "NOT_ENROLLED"
    register(town, policy, USER_CARD_AID, record.user_id)
    assert judged(town, policy, USER_CARD_AID, record.user_id) == "OK"
    assert judged(town, policy, b"\xf0OTHER", record.user_id) == "WRONG_PURPOSE"
    admit(policy, policy.place.where[0], town.now, Proved(BORN), town.municipality)
    counted(town, policy, record.user_id.hex())


def play_counter(town: Town, policy: Policy) -> None:
    """A counter on the chip, lowered under our challenge: the record of another ride is refused, and so is too much."""
    application = town.client().card_application(COUNT_CARD_AID)
    user = application.read().user_id
    register(town, policy, COUNT_CARD_AID, user)
    challenge = town.challenges_for(town.now)
    before = application.read_counter()
    after = application.decrease(1, challenge[:16])
    assert (after.value, application.decrease(1, challenge[:16]).value) == (before.value - 1, before.value - 1)
    ride = CounterRecord(after.value, after.changes, after.limit, after.mark)
    assert judged(town, policy, COUNT_CARD_AID, user, challenge, ride) == "OK"
    assert judged(town, policy, COUNT_CARD_AID, user, None, ride) == "CHALLENGE_MISMATCH"
    with pytest.raises(CounterRefused):
        application.decrease(71, bytes([7]) * 16)
    counted(town, policy, user.hex())


def judged(  # noqa: PLR0917  (what an application shows)
    town: Town,
    policy: Policy,
    aid: bytes,
    user: bytes,
    challenge: bytes | None = None,
    ride: CounterRecord | None = None,
) -> str:
    """The core's reason for what was read in the free area."""
    presented = CardApplication(
        application=aid,
        user_id=user,
        expiry=b"20361130",
        service=policy.id,
        challenge=challenge or town.challenges_for(town.now),
        environment=environment_of(policy, policy.place.where[0]),
        counter=ride,
    )
    return town.verifier(policy).verify(presented, town.now).reason.value


def register(town: Town, policy: Policy, aid: bytes, user: bytes) -> None:
    """Staff saw the card, and wrote down whose application it is."""
    holder = HolderKey(f"free-area:{aid.hex()}", user.hex())
    before = town.book.enrolled.get(holder)
    services = frozenset({policy.id}) | (before.services if before is not None else frozenset())
    town.book.enrolled[holder] = Enrolled(services, f"{BORN:%Y%m%d}", b"")


def play_text(town: Town, policy: Policy) -> None:
    """The four attributes off the chip, opened as the policy says; a wrong PIN opens nothing, and costs one try."""
    assert policy.reads is not None
    client = town.client()
    key = TEXT_PIN if TextKey.PIN in policy.reads.opened_by else TEXT_CODE_B
    right = town.attempt(key)
    wrong = "0" * (4 if key is TEXT_PIN else 14)
    with pytest.raises(PinWrong):
        client.text.read_attributes(key, town.attempt(key, wrong))
    attributes: Attributes = client.text.read_attributes(key, right)
    assert attributes.issuer_known
    born = datetime.strptime(attributes.birth_date, "%Y%m%d").date()  # noqa: DTZ007  (a day)
    assert born == BORN
    admit(policy, policy.place.where[0], town.now, Proved(born, town.municipality), town.municipality)
    if policy.reads.number:
        assert client.text.read_personal_number(TEXT_PIN, town.attempt(TEXT_PIN)) is not None
    counted(town, policy, f"{attributes.name} {attributes.birth_date}")


def play_face(town: Town, policy: Policy) -> None:
    """Looked at: nobody is recognised again, and nothing is counted."""
    assert not policy.has_identity
    assert policy.entitlements == ()
    admit(policy, policy.place.where[0], town.now, Proved(date(1950, 4, 1)), town.municipality)


PLAYS: dict[Archetype, Callable[[Town, Policy], None]] = {
    Archetype.SERIAL_TAP: play_tap,
    Archetype.AUTH: play_login,
    Archetype.AUTH_ONCE: play_once,
    Archetype.SIGN: play_signature,
    Archetype.SIGN_ONCE: play_signature,
    Archetype.CARD_APP: play_application,
    Archetype.CARD_APP_COUNT: play_counter,
    Archetype.TEXT: play_text,
    Archetype.FACE: play_face,
}
