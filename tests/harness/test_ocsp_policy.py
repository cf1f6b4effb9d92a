"""The responder's policy: each switch seen from outside, by cryptography and by `openssl ocsp`."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ocsp

from harness.contract.vocabulary import Kind
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.jlis import ocsp as our_ocsp
from harness.jlis import ocsp_plain, ocsp_service
from harness.jlis.entries import Entry
from harness.jlis.ocsp import OcspAnswer, answer
from harness.jlis.ocsp_policy import (
    Closed,
    Closure,
    DailyWindow,
    NamedBy,
    NeverIssued,
    NonceRule,
    ResponderKey,
    ResponderPolicy,
    SignedRequests,
)
from harness.jlis.ocsp_presigned import PresignedAnswers
from harness.jlis.ocsp_service import OcspService
from harness.jlis.populations import Medium
from harness.keys import KeyPool
from harness.personalisation import IssuedCard
from harness.world import World
from tests.harness.asking import MALFORMED, UNAUTHORIZED, cert_id, handmade, request, strange_certificates, tlv
from tests.harness.conftest import MakeWorld
from tests.harness.instants import jst
from tests.harness.openssl import at, openssl, status_of, write_authorities, write_card

NOW = jst("2026-12-02T09:07:00")
SIG_REQUIRED = bytes.fromhex("30030a0105")
TRY_LATER = bytes.fromhex("30030a0103")
NEVER = 0x0666


@pytest.fixture
def card(world: World) -> IssuedCard:
    """A card of yesterday; it is 09:07."""
    card = world.issue_card(world.new_resident().id)
    world.clock.set(NOW)
    return card


@pytest.fixture
def service(world: World, card: IssuedCard) -> OcspService:
    """The world's responder, once there is a card."""
    assert card.auth_serial
    return world.jlis.responder


@pytest.fixture
def say(service: OcspService) -> Callable[[bytes, ResponderPolicy], bytes]:
    """Ask the responder of authentication certificates under a policy."""

    def say(asked: bytes, policy: ResponderPolicy) -> bytes:
        service.switch(Kind.AUTH, policy)
        return service.answer(Kind.AUTH, asked, NOW).der

    return say


Say = Callable[[bytes, ResponderPolicy], bytes]


def test_a_batch_up_to_the_cap(world: World, card: IssuedCard, say: Say) -> None:
    """Each question has its SingleResponse, in order; one more than the cap is unauthorized."""
    asked = [cert_id(world, Kind.AUTH, serial) for serial in (card.auth_serial, NEVER, card.auth_serial)]
    found = list(ocsp.load_der_ocsp_response(say(handmade(asked), ResponderPolicy(most_questions=3))).responses)
    assert [each.serial_number for each in found] == [card.auth_serial, NEVER, card.auth_serial]
    assert [each.certificate_status.name for each in found] == ["GOOD", "UNKNOWN", "GOOD"]
    assert say(handmade(asked), ResponderPolicy(most_questions=2)) == UNAUTHORIZED


class Entries:
    """A register of the entries given."""

    def __init__(self, *entries: Entry) -> None:
        self._entries = entries

    def issued_at(self, kind: Kind, serial: int, instant: datetime) -> Entry | None:
        """Return the entry of a serial number."""
        del instant
        return next((one for one in self._entries if (one.kind, one.serial) == (kind, serial)), None)


def named(issuer: x509.Certificate, serial: int) -> bytes:
    """Return a request about a serial number of an issuer."""
    builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        digest(issuer.subject.public_bytes()), key_digest(issuer), serial, SHA256()
    )
    return builder.build().public_bytes(Encoding.DER)


def digest(octets: bytes) -> bytes:
    """Return the SHA-256."""
    return hashlib.sha256(octets).digest()


def key_digest(issuer: x509.Certificate) -> bytes:
    """Return the SHA-256 of the key's bits."""
    return digest(bytes(asn1_x509.Certificate.load(issuer.public_bytes(Encoding.DER)).public_key["public_key"]))


def one_entry(world: World, **changed: Any) -> Entry:
    """Return an entry of the authentication certificates."""
    (entry,) = [
        one for one in world.certificates(world.residents()[0].id) if (one.kind, one.medium) == (Kind.AUTH, Medium.CARD)
    ]
    return replace(entry, **changed)


def test_each_generation_speaks_for_itself(world: World, card: IssuedCard) -> None:
    """One address, three generations of one name: the one named answers, by a delegate under its own key."""
    assert card.auth_serial
    known = world._hierarchy.known(Kind.AUTH, NOW)
    assert [one.generation for one in known] == [1, 2, 3]
    for authority in known:
        register = Entries(one_entry(world, generation=authority.generation))
        asked = named(authority.certificate, card.auth_serial)
        said = ocsp.load_der_ocsp_response(answer(asked, known, register, NOW).der)
        assert said.certificate_status is ocsp.OCSPCertStatus.GOOD
        said.certificates[0].verify_directly_issued_by(authority.certificate)
        for other in known:
            if other is not authority:
                foreign = ocsp.load_der_ocsp_response(
                    answer(named(other.certificate, card.auth_serial), known, register, NOW).der
                )
                assert foreign.certificate_status is ocsp.OCSPCertStatus.UNKNOWN
                with pytest.raises(InvalidSignature):
                    foreign.certificates[0].verify_directly_issued_by(authority.certificate)


def test_one_delegate_cannot_speak_for_two_generations(world: World, card: IssuedCard) -> None:
    """A batch about two generations is unauthorized; about one and somebody unknown it is answered."""
    known = world._hierarchy.known(Kind.AUTH, NOW)
    policy = ResponderPolicy(most_questions=2)
    ids = [named(one.certificate, card.auth_serial)[8:] for one in known[1:]]
    register = Entries(one_entry(world))
    assert answer(handmade(ids), known, register, NOW, policy=policy).der == UNAUTHORIZED
    stranger = bytearray(ids[1])
    stranger[40] ^= 1
    said = answer(handmade([bytes(stranger), ids[1]]), known, register, NOW, policy=policy)
    assert said.said == "unknown; good"


@pytest.mark.parametrize(
    ("asked", "expected"), [(Medium.CARD, "unknown"), (Medium.PHONE, "good"), (None, "good")], ids=str
)
def test_a_responder_knows_its_own_medium(world: World, card: IssuedCard, asked: Medium | None, expected: str) -> None:
    """The serial of a phone's certificate is unknown at the card's address, and the other way round not."""
    known = world._hierarchy.known(Kind.AUTH, NOW)
    register = Entries(one_entry(world, medium=Medium.PHONE))
    said = answer(named(known[-1].certificate, card.auth_serial), known, register, NOW, medium=asked)
    assert said.said == expected


@pytest.mark.parametrize(
    ("rule", "echoed"), [(NonceRule.ECHO, True), (NonceRule.NEVER, False), (NonceRule.REFUSE, None)]
)
def test_nonces(
    world: World,
    card: IssuedCard,
    say: Say,
    rule: NonceRule,
    echoed: bool | None,  # noqa: FBT001  (a table)
) -> None:
    """Echoed, passed over, or unauthorized; without one every rule answers."""
    policy = ResponderPolicy(nonces=rule)
    said = say(request(world, Kind.AUTH, card.auth_serial, nonce=bytes(16)), policy)
    if echoed is None:
        assert said == UNAUTHORIZED
    else:
        assert bool(list(ocsp.load_der_ocsp_response(said).extensions)) is echoed
    assert ocsp.load_der_ocsp_response(say(request(world, Kind.AUTH, card.auth_serial), policy)).serial_number


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (NeverIssued.UNKNOWN, "UNKNOWN"),
        (NeverIssued.GOOD, "GOOD"),
        (NeverIssued.REVOKED, "REVOKED"),
        (NeverIssued.UNAUTHORIZED, None),
    ],
)
def test_never_issued(world: World, card: IssuedCard, say: Say, rule: NeverIssued, expected: str | None) -> None:
    """The four ways of spec/rfc.md §D4; a serial that was given is good under each."""
    policy = ResponderPolicy(never_issued=rule)
    said = say(request(world, Kind.AUTH, NEVER), policy)
    if expected is None:
        assert said == UNAUTHORIZED
    else:
        found = ocsp.load_der_ocsp_response(said)
        assert found.certificate_status.name == expected
        if rule is NeverIssued.REVOKED:
            assert found.revocation_reason is x509.ReasonFlags.certificate_hold
            assert found.revocation_time_utc is not None
            assert found.revocation_time_utc.isoformat() == "1970-01-01T00:00:00+00:00"
            assert [one.oid.dotted_string for one in found.extensions] == ["1.3.6.1.5.5.7.48.1.9"]
    known = ocsp.load_der_ocsp_response(say(request(world, Kind.AUTH, card.auth_serial), policy))
    assert known.certificate_status is ocsp.OCSPCertStatus.GOOD


@pytest.mark.parametrize("minutes", [15, 30])
def test_validity(world: World, card: IssuedCard, say: Say, minutes: int) -> None:
    """From the mark to nextUpdate: 15 or 30 minutes."""
    policy = ResponderPolicy(valid=timedelta(minutes=minutes))
    found = ocsp.load_der_ocsp_response(say(request(world, Kind.AUTH, card.auth_serial), policy))
    (single,) = found.responses
    assert single.next_update_utc == single.this_update_utc + timedelta(minutes=minutes)


@pytest.mark.parametrize("named_by", list(NamedBy))
@pytest.mark.parametrize("key", list(ResponderKey))
def test_openssl_believes_each_key_and_name(  # noqa: PLR0917  (fixtures)
    world: World, card: IssuedCard, say: Say, tmp_path: Path, key: ResponderKey, named_by: NamedBy
) -> None:
    """RSA or P-256, named by key or by name: Response verify OK, good."""
    leaves, authorities = write_card(tmp_path, card), write_authorities(tmp_path, world)
    said = say(request(world, Kind.AUTH, card.auth_serial), ResponderPolicy(responder_key=key, named_by=named_by))
    (tmp_path / "response.der").write_bytes(said)
    options: list[str | Path] = ["-respin", tmp_path / "response.der", "-issuer", authorities["auth"]]
    options += ["-cert", leaves["auth"], "-CAfile", authorities["auth"], "-no_nonce", *at(NOW)]
    assert status_of(openssl("ocsp", *options)[1]) == "good"
    found = ocsp.load_der_ocsp_response(said)
    assert (found.responder_name is None) is (named_by is NamedBy.KEY)
    delegate = found.certificates[0].public_key()
    assert isinstance(delegate, EllipticCurvePublicKey) is (key is ResponderKey.P256)


def test_p256_can_be_deterministic(world: World, card: IssuedCard, say: Say) -> None:
    """RFC 6979 on: the same octets twice; off: other octets, each a signature that verifies."""
    asked = request(world, Kind.AUTH, card.auth_serial)
    fixed = ResponderPolicy(responder_key=ResponderKey.P256, deterministic=True)
    assert say(asked, fixed) == say(asked, fixed)
    free = replace(fixed, deterministic=False)
    answers = {say(asked, free) for _ in range(2)}
    assert len(answers) == 2
    for each in answers:
        found = ocsp.load_der_ocsp_response(each)
        key = found.certificates[0].public_key()
        assert isinstance(key, EllipticCurvePublicKey)
        key.verify(found.signature, found.tbs_response_bytes, ECDSA(SHA256()))


@pytest.fixture
def requestor(tmp_path: Path, keys: KeyPool) -> Callable[..., Path]:
    """Make somebody who signs requests: NAME.pem and NAME.key, valid now or not; return the certificate's path."""

    def make(name: str, number: int, *, expired: bool = False) -> Path:
        key = keys.numbered(number)
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        ends = NOW - timedelta(days=1) if expired else NOW + timedelta(days=1)
        certificate = (
            x509.CertificateBuilder(subject, subject, key.public_key(), number + 1, NOW - timedelta(days=9), ends)
        ).sign(key, SHA256())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (tmp_path / f"{name}.key").write_bytes(pem)
        path = tmp_path / f"{name}.pem"
        path.write_bytes(certificate.public_bytes(Encoding.PEM))
        return path

    return make


@pytest.fixture
def signed(world: World, card: IssuedCard, tmp_path: Path) -> Callable[..., bytes]:
    """Return a request as `openssl ocsp` signs it."""
    leaves, authorities = write_card(tmp_path, card), write_authorities(tmp_path, world)

    def sign(signer: Path, *more: str) -> bytes:
        out = tmp_path / "request.der"
        options: list[str | Path] = ["-issuer", authorities["auth"], "-cert", leaves["auth"], "-reqout", out]
        code, said = openssl("ocsp", *options, "-signer", signer, "-signkey", signer.with_suffix(".key"), *more)
        assert code == 0, said
        return out.read_bytes()

    return sign


def der_of(path: Path) -> bytes:
    """Return a PEM certificate as DER."""
    return x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(Encoding.DER)


def test_signed_requests(
    world: World, card: IssuedCard, say: Say, requestor: Callable[..., Path], signed: Callable[..., bytes]
) -> None:
    """Unsigned sigRequired(5); unknown signer, wrong signature, expired: unauthorized(6); listed: good."""
    bank, shop, old = requestor("bank", 0), requestor("shop", 1), requestor("old", 2, expired=True)
    listed = ResponderPolicy(signed_requests=SignedRequests.REQUIRED, requestors=(der_of(bank), der_of(old)))
    unsigned = request(world, Kind.AUTH, card.auth_serial)
    assert say(unsigned, listed) == SIG_REQUIRED
    good = signed(bank)
    for asked in (good, signed(bank, "-sign_other", str(bank)), signed(bank, "-no_certs")):
        found = ocsp.load_der_ocsp_response(say(asked, listed))
        assert found.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert say(signed(shop), listed) == UNAUTHORIZED
    assert say(signed(shop, "-no_certs"), listed) == UNAUTHORIZED
    assert say(signed(old), listed) == UNAUTHORIZED
    bent = good.replace(card.auth_serial.to_bytes(4, "big"), (card.auth_serial + 1).to_bytes(4, "big"), 1)
    assert bent != good
    assert say(bent, listed) == UNAUTHORIZED
    nobody = ResponderPolicy(signed_requests=SignedRequests.REQUIRED)
    assert say(good, nobody) == UNAUTHORIZED


@pytest.mark.parametrize(("what", "expected"), [("version", UNAUTHORIZED), ("key", MALFORMED)])
def test_a_signer_whose_certificate_nobody_can_read(
    what: str, expected: bytes, say: Say, requestor: Callable[..., Path], signed: Callable[..., bytes]
) -> None:
    """Of a version nobody knows, or with a key of no kind: an error status, for the signature cannot be verified."""
    bank = requestor("bank", 0)
    der = der_of(bank)
    asked = signed(bank)
    assert asked.count(der) == 1
    assert say(asked.replace(der, strange_certificates(der)[what]), ResponderPolicy()) == expected


def test_signed_requests_that_need_not_be(
    world: World, card: IssuedCard, say: Say, requestor: Callable[..., Path], signed: Callable[..., bytes]
) -> None:
    """Optional: unsigned is fine, what is signed has to be right; refused: signed is unauthorized."""
    bank, shop = requestor("bank", 0), requestor("shop", 1)
    unsigned, good = request(world, Kind.AUTH, card.auth_serial), signed(bank)
    bent = good.replace(card.auth_serial.to_bytes(4, "big"), (card.auth_serial + 1).to_bytes(4, "big"), 1)
    anybody, refused = ResponderPolicy(), ResponderPolicy(signed_requests=SignedRequests.REFUSED)
    listed = ResponderPolicy(requestors=(der_of(bank),))
    for policy in (anybody, refused, listed):
        assert len(say(unsigned, policy)) > 5
    assert len(say(good, anybody)) > 5
    assert len(say(good, listed)) > 5
    assert say(signed(shop), listed) == UNAUTHORIZED
    assert say(bent, anybody) == UNAUTHORIZED
    assert say(good, refused) == UNAUTHORIZED


def test_a_signed_request_names_the_requestor(
    world: World, card: IssuedCard, say: Say, requestor: Callable[..., Path], keys: KeyPool
) -> None:
    """RFC 6960 §4.1.2: who signs says its name; the same request, signed as rightly without it, is unauthorized."""
    listed = ResponderPolicy(signed_requests=SignedRequests.REQUIRED, requestors=(der_of(requestor("bank", 0)),))
    questions = tlv(0x30, tlv(0x30, cert_id(world, Kind.AUTH, card.auth_serial)))
    name = tlv(0xA1, tlv(0xA4, tlv(0x30)))
    algorithm = bytes.fromhex("300d06092a864886f70d01010b0500")

    def signed_request(*parts: bytes) -> bytes:
        signed = tlv(0x30, *parts)
        bits = tlv(0x03, b"\x00", keys.numbered(0).sign(signed, PKCS1v15(), SHA256()))
        return tlv(0x30, signed, tlv(0xA0, tlv(0x30, algorithm, bits)))

    assert len(say(signed_request(name, questions), listed)) > 5
    assert say(signed_request(questions), listed) == UNAUTHORIZED
    assert say(signed_request(questions)[:-1], listed) == MALFORMED


def test_presigned_answers(world: World, card: IssuedCard, service: OcspService) -> None:
    """The same octets until the next mark, producedAt the mark; a nonce is answered anew, and the mark changes all."""
    service.switch(Kind.AUTH, ResponderPolicy(presigned=True, responder_key=ResponderKey.P256))
    asked = request(world, Kind.AUTH, card.auth_serial)

    def say(clock: str, octets: bytes = asked) -> bytes:
        return service.answer(Kind.AUTH, octets, jst(f"2026-12-02T{clock}")).der

    first = say("09:07:00")
    assert say("09:14:59") == first
    assert ocsp.load_der_ocsp_response(first).produced_at_utc == jst("2026-12-02T09:00:00")
    fresh = request(world, Kind.AUTH, card.auth_serial, nonce=bytes(16))
    assert say("09:07:00", fresh) != say("09:07:00", fresh), "P-256 signatures differ: each was signed"
    world.lose(card.resident.id)
    assert say("09:14:59") == first
    later = ocsp.load_der_ocsp_response(say("09:15:00"))
    assert later.certificate_status is ocsp.OCSPCertStatus.REVOKED
    other = ocsp.load_der_ocsp_response(say("09:15:00", request(world, Kind.AUTH, NEVER)))
    assert other.certificate_status is ocsp.OCSPCertStatus.UNKNOWN


def test_a_presigned_answer_was_published(world: World, card: IssuedCard, service: OcspService) -> None:
    """Nothing may happen before the mark once it left: the clock set back, the loss is refused."""
    service.switch(Kind.AUTH, ResponderPolicy(presigned=True))
    service.answer(Kind.AUTH, request(world, Kind.AUTH, card.auth_serial), NOW)
    world.clock.set(jst("2026-12-02T08:59:00"))
    with pytest.raises(Exception, match="already published"):
        world.lose(card.resident.id)


def test_presigned_answers_are_bounded(world: World, service: OcspService) -> None:
    """Whoever asks for serial numbers without end makes the oldest go."""
    kept = PresignedAnswers(ResponderPolicy(presigned=True), 5)
    said = service.answer(Kind.AUTH, request(world, Kind.AUTH, NEVER), NOW)
    for number in range(20):
        kept.keep(bytes([number]), NOW, said)
    assert len(kept) == 5
    assert kept.find(b"\x13", NOW) is said
    assert kept.find(b"\x00", NOW) is None
    assert kept.find(b"\x13", NOW + timedelta(minutes=15)) is None


NIGHT = DailyWindow(time(23, 0), time(6, 30))


@pytest.mark.parametrize(
    ("window", "clock", "closed"),
    [
        (NIGHT, "2026-12-02T22:59:59", False),
        (NIGHT, "2026-12-02T23:00:00", True),
        (NIGHT, "2026-12-03T06:29:59", True),
        (NIGHT, "2026-12-03T06:30:00", False),
        (DailyWindow(time(12, 0), time(13, 0)), "2026-12-02T12:00:00", True),
        (DailyWindow(time(12, 0), time(13, 0)), "2026-12-02T13:00:00", False),
        (Closure(jst("2026-12-29T00:00:00"), jst("2027-01-04T00:00:00")), "2026-12-28T23:59:59", False),
        (Closure(jst("2026-12-29T00:00:00"), jst("2027-01-04T00:00:00")), "2027-01-03T23:59:59", True),
        (Closure(jst("2026-12-29T00:00:00"), jst("2027-01-04T00:00:00")), "2027-01-04T00:00:00", False),
    ],
)
def test_maintenance(
    world: World,
    service: OcspService,
    window: DailyWindow | Closure,
    clock: str,
    closed: bool,  # noqa: FBT001  (a table)
) -> None:
    """Daily in Japan's time, over midnight too, and dated: the first instant is in, the last is not."""
    service.switch(Kind.AUTH, ResponderPolicy(maintenance=(window,)))
    said = service.answer(Kind.AUTH, request(world, Kind.AUTH, NEVER), jst(clock)).der
    assert (said == TRY_LATER) is closed


@pytest.fixture
def jlis(world: World, card: IssuedCard) -> Iterator[tuple[JlisDoor, httpx.Client]]:
    """The fake J-LIS behind its door."""
    assert card.auth_serial
    jlis = JlisDoor(world)
    with Served(jlis.app) as served, httpx.Client(base_url=served.url, trust_env=False) as client:
        yield jlis, client


def test_closed_at_the_door(world: World, card: IssuedCard, jlis: tuple[JlisDoor, httpx.Client]) -> None:
    """503, or no answer at all, or tryLater; the other kind is open, each has its line in the journal."""
    door, client = jlis
    body = request(world, Kind.AUTH, card.auth_serial)

    def close(how: Closed) -> None:
        span = Closure(NOW, NOW + timedelta(hours=1), how)
        door.ocsp.responder.switch(Kind.AUTH, ResponderPolicy(maintenance=(span,)))

    mark = world.journal.mark()
    close(Closed.UNAVAILABLE)
    assert client.post("/ocsp/auth", content=body).status_code == 503
    close(Closed.REFUSED)
    with pytest.raises(httpx.ReadError):
        client.post("/ocsp/auth", content=body)
    close(Closed.TRY_LATER)
    assert client.post("/ocsp/auth", content=body).content == TRY_LATER
    sign = request(world, Kind.SIGN, card.sign_serial)
    assert len(client.post("/ocsp/sign", content=sign).content) > 5
    said = [(entry.kind, entry.answer, entry.http) for entry in world.journal.since(mark)]
    assert said == [("auth", "closed", 503), ("auth", "closed", 0), ("auth", "try_later", 200), ("sign", "good", 200)]


def test_four_addresses(world: World, card: IssuedCard, jlis: tuple[JlisDoor, httpx.Client]) -> None:
    """A card's certificate is good at the card's address and unknown at the phone's (spec/pki.md §3)."""
    door, client = jlis
    ocsp_addresses = ["ocsp-auth", "ocsp-auth-mobile", "ocsp-sign", "ocsp-sign-mobile"]
    assert sorted(door.addresses("")) == ["crl", *ocsp_addresses, "services"]
    body = request(world, Kind.AUTH, card.auth_serial)
    said = {}
    for place in ("auth", "auth-mobile"):
        response = client.post(door.addresses("")[f"ocsp-{place}"], content=body)
        said[place] = ocsp.load_der_ocsp_response(response.content).certificate_status.name
    assert said == {"auth": "GOOD", "auth-mobile": "UNKNOWN"}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"most_questions": 0}, "expected 1 to 256, actual 0"),
        ({"most_questions": 257}, "actual 257"),
        ({"valid": timedelta(minutes=20)}, "valid: expected"),
        ({"maintenance": (Closure(NOW, NOW),)}, "an instant after since"),
        ({"maintenance": (DailyWindow(time(1), time(1)),)}, "another time than since"),
    ],
)
def test_policies_that_cannot_be(wrong: dict[str, Any], says: str) -> None:
    """Each is refused when it is made, with what was expected."""
    with pytest.raises(ValueError, match=says):
        ResponderPolicy(**wrong)


def test_the_lock_is_not_held_while_signing(
    world: World, card: IssuedCard, service: OcspService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken once, for the look-up and the publication; whoever signs holds it no more."""
    told: list[str] = []

    def in_step(act: Callable[[], Any]) -> Any:
        """Do it as the world's lock would, and say what becomes of the lock."""
        told.append("taken")
        done = act()
        told.append("given back")
        return done

    def publish(mark: datetime) -> None:
        told.append(f"published {mark:%H:%M}")

    def signs(by_itself: Callable[[Any], OcspAnswer]) -> Callable[[Any], OcspAnswer]:
        def signed(found: Any) -> OcspAnswer:
            told.append("signed")
            return by_itself(found)

        return signed

    monkeypatch.setattr(ocsp_service, "signed", signs(our_ocsp.signed))
    monkeypatch.setattr(ocsp_plain, "signed", signs(ocsp_plain.signed))
    watched = replace(service, in_step=in_step, publish=publish)
    service.switch(Kind.AUTH, ResponderPolicy(most_questions=2))
    one = cert_id(world, Kind.AUTH, card.auth_serial)
    for asked in (request(world, Kind.AUTH, card.auth_serial), handmade([one, one])):
        watched.answer(Kind.AUTH, asked, NOW)
        assert told == ["taken", "published 00:00", "given back", "signed"]
        told.clear()


def test_worlds_of_one_installation_say_the_same(make_world: MakeWorld) -> None:
    """RSA, and P-256 under RFC 6979: replayed on the same keys, a world gives the same octets."""
    answers = []
    for _ in range(2):
        world = make_world()
        card = world.issue_card(world.new_resident().id)
        service = world.jlis.responder
        for key in ResponderKey:
            service.switch(Kind.AUTH, ResponderPolicy(responder_key=key, deterministic=True))
            answers.append(service.answer(Kind.AUTH, request(world, Kind.AUTH, card.auth_serial), NOW).der)
    assert answers[:2] == answers[2:]
