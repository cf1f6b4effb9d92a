"""OCSP answers: status as of the mark, hashes, nonces, and what a request that is none gets. RFC 6960, RFC 9654."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import ocsp as asn1
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA384, HashAlgorithm
from cryptography.x509 import ocsp
from hypothesis import given
from hypothesis import strategies as st

from harness.contract.vocabulary import Kind
from harness.keys import KeyPool
from harness.personalisation import IssuedCard
from harness.world import World
from tests.harness.asking import (
    MALFORMED,
    SHA1_ID,
    UNAUTHORIZED,
    ask,
    cert_id,
    handmade,
    nonce_extension,
    request,
    tlv,
)
from tests.harness.instants import jst

NOW = jst("2026-12-02T09:07:30")
Settled = tuple[World, IssuedCard]


@pytest.fixture
def settled(world: World) -> Settled:
    """A card of yesterday, and the clock at 09:07:30."""
    card = world.issue_card(world.new_resident().id)
    world.clock.set(NOW)
    return world, card


def parsed(der: bytes) -> asn1.ResponseData:
    """Return what a successful response says, read by asn1crypto."""
    response = asn1.OCSPResponse.load(der, strict=True)
    assert response["response_status"].native == "successful"
    return response["response_bytes"]["response"].parsed["tbs_response_data"]


def test_times_of_an_answer(settled: Settled) -> None:
    """thisUpdate on the 15-minute mark, nextUpdate 30 minutes later, producedAt the instant, in whole seconds."""
    world, card = settled
    answered = ask(world, Kind.AUTH, card.auth_serial, NOW + timedelta(microseconds=7))
    assert answered.certificate_status is ocsp.OCSPCertStatus.GOOD
    (single,) = answered.responses
    assert single.this_update_utc == jst("2026-12-02T09:00:00")
    assert single.next_update_utc == jst("2026-12-02T09:30:00")
    assert answered.produced_at_utc == NOW


@pytest.mark.parametrize("kind", list(Kind))
def test_lost_at_0907_is_good_until_the_mark(settled: Settled, kind: Kind) -> None:
    """The issue's own sentence: good at 09:14:59, revoked (certificateHold) at 09:15:00."""
    world, card = settled
    world.clock.set(jst("2026-12-02T09:07:00"))
    world.lose(card.resident.id)
    before = ask(world, kind, card.auth_serial, jst("2026-12-02T09:14:59"))
    assert before.certificate_status is ocsp.OCSPCertStatus.GOOD
    after = ask(world, kind, card.auth_serial, jst("2026-12-02T09:15:00"))
    assert after.certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert after.revocation_reason is x509.ReasonFlags.certificate_hold
    assert after.revocation_time_utc == jst("2026-12-02T09:07:00")


def test_an_event_exactly_on_a_mark_counts_as_in(settled: Settled) -> None:
    """Lost at 09:15:00: the answer of 09:15:00 says so."""
    world, card = settled
    world.clock.set(jst("2026-12-02T09:15:00"))
    world.lose(card.resident.id)
    answered = ask(world, Kind.AUTH, card.auth_serial, world.clock.now())
    assert answered.certificate_status is ocsp.OCSPCertStatus.REVOKED


def test_a_certificate_is_unknown_until_the_mark_after_its_issuance(world: World) -> None:
    """Issued at 10:01: unknown at 10:14:59, good at 10:15:00; so is a serial number never given."""
    world.clock.set(jst("2026-12-02T10:01:00"))
    card = world.issue_card(world.new_resident().id)
    early = ask(world, Kind.AUTH, card.auth_serial, jst("2026-12-02T10:14:59"))
    assert early.certificate_status is ocsp.OCSPCertStatus.UNKNOWN
    later = ask(world, Kind.AUTH, card.auth_serial, jst("2026-12-02T10:15:00"))
    assert later.certificate_status is ocsp.OCSPCertStatus.GOOD
    never = ask(world, Kind.AUTH, 0x0666, jst("2026-12-02T10:15:00"))
    assert never.certificate_status is ocsp.OCSPCertStatus.UNKNOWN


@pytest.mark.parametrize("algorithm", [SHA1(), SHA256()])  # noqa: S303  (the hash of RFC 6960 CertIDs)
def test_both_hashes_of_a_certid(settled: Settled, algorithm: HashAlgorithm) -> None:
    """A CertID by SHA-1 or SHA-256 finds the certificate and comes back octet for octet, NULL parameters included."""
    world, card = settled
    asked = request(world, Kind.AUTH, card.auth_serial, algorithm=algorithm)
    answered = world.jlis.ocsp(Kind.AUTH, asked, NOW).der
    assert ocsp.load_der_ocsp_response(answered).certificate_status is ocsp.OCSPCertStatus.GOOD
    sent = asn1.OCSPRequest.load(asked)["tbs_request"]["request_list"][0]["req_cert"].dump()
    assert parsed(answered)["responses"][0]["cert_id"].dump() == sent


def test_absent_parameters_come_back_absent(settled: Settled) -> None:
    """RFC 5754 §2: the parameters of a hash may be absent; a client that compares CertIDs finds its own octets."""
    world, card = settled
    whole = cert_id(world, Kind.AUTH, card.auth_serial)
    bare = tlv(0x30, whole[2:].replace(SHA1_ID, bytes.fromhex("300706052b0e03021a")))
    answered = world.jlis.ocsp(Kind.AUTH, handmade([bare]), NOW)
    assert answered.said == "good"
    assert parsed(answered.der)["responses"][0]["cert_id"].dump() == bare


@pytest.mark.parametrize("kind", list(Kind))
def test_a_certid_of_another_authority_is_unknown(settled: Settled, kind: Kind) -> None:
    """The responder of one kind says nothing of the other's certificates, though serial numbers are alike."""
    world, card = settled
    other = Kind.SIGN if kind is Kind.AUTH else Kind.AUTH
    asked = request(world, other, card.auth_serial)
    assert (
        ocsp.load_der_ocsp_response(world.jlis.ocsp(kind, asked, NOW).der).certificate_status
        is ocsp.OCSPCertStatus.UNKNOWN
    )


@pytest.mark.parametrize("part", [slice(15, 35), slice(37, 57)], ids=["another name", "another key"])
def test_half_an_authority_is_none(settled: Settled, part: slice) -> None:
    """RFC 6960 §4.1.1: name and key both; generations of one authority share the name (spec/pki.md §1.1)."""
    world, card = settled
    asked = bytearray(cert_id(world, Kind.AUTH, card.auth_serial))
    assert asked[13:15] == asked[35:37] == b"\x04\x14"
    assert world.jlis.ocsp(Kind.AUTH, handmade([bytes(asked)]), NOW).said == "good"
    asked[part] = bytes(20)
    assert world.jlis.ocsp(Kind.AUTH, handmade([bytes(asked)]), NOW).said == "unknown"


def test_a_hash_that_is_not_supported_is_unknown(settled: Settled) -> None:
    """A CertID by SHA-384 is a legal question about an authority that nobody can recognise."""
    world, card = settled
    asked = request(world, Kind.AUTH, card.auth_serial, algorithm=SHA384())
    answered = ocsp.load_der_ocsp_response(world.jlis.ocsp(Kind.AUTH, asked, NOW).der)
    assert answered.certificate_status is ocsp.OCSPCertStatus.UNKNOWN


def test_the_signer_is_a_delegate(settled: Settled) -> None:
    """RFC 6960 §4.2.2.2: EKU OCSPSigning, nocheck, directly under the authority; responderID by key."""
    world, card = settled
    der = world.jlis.ocsp(Kind.AUTH, request(world, Kind.AUTH, card.auth_serial), NOW).der
    basic = asn1.OCSPResponse.load(der)["response_bytes"]["response"].parsed
    (delegate,) = basic["certs"]
    assert [(e["extn_id"].dotted, e["critical"].native) for e in delegate["tbs_certificate"]["extensions"]] == [
        ("2.5.29.15", True),
        ("2.5.29.37", False),
        ("1.3.6.1.5.5.7.48.1.5", False),
        ("2.5.29.35", False),
        ("2.5.29.14", False),
        ("2.25.259267976", False),
    ]
    assert delegate.extended_key_usage_value.native == ["ocsp_signing"]
    assert delegate.key_usage_value.native == {"digital_signature"}
    life = delegate["tbs_certificate"]["validity"].native
    assert life["not_before"] <= NOW <= life["not_after"]
    assert life["not_after"] - life["not_before"] < timedelta(days=366)
    assert basic["tbs_response_data"]["responder_id"].name == "by_key"
    key_bits = bytes(delegate.public_key["public_key"])
    assert basic["tbs_response_data"]["responder_id"].native == hashlib.sha1(key_bits, usedforsecurity=False).digest()


def test_the_delegate_is_in_office_all_year(settled: Settled) -> None:
    """First and last second of each month in two years: valid then, for a year at most, and renewed under new serials.

    nocheck means that nobody asks for its revocation, so RFC 6960 §4.2.2.2.1 wants it short-lived.
    """
    world, card = settled
    asked = request(world, Kind.AUTH, card.auth_serial)
    months = [datetime(2026 + n // 12, n % 12 + 1, 1, tzinfo=UTC) for n in range(11, 36)]
    serials = set()
    for first in months:
        for instant in (first, first - timedelta(seconds=1)):
            basic = asn1.OCSPResponse.load(world.jlis.ocsp(Kind.AUTH, asked, instant).der)["response_bytes"][
                "response"
            ].parsed
            (delegate,) = basic["certs"]
            life = delegate["tbs_certificate"]["validity"].native
            assert life["not_before"] <= instant <= instant + timedelta(minutes=30) <= life["not_after"], instant
            assert life["not_after"] - life["not_before"] <= timedelta(days=366)
            serials.add(delegate.serial_number)
    assert len(serials) == len(months) + 1


@pytest.mark.parametrize(
    ("length", "echoed"), [(1, False), (15, False), (16, True), (31, True), (32, True), (33, False), (128, False)]
)
def test_nonces_of_every_length(settled: Settled, length: int, echoed: bool) -> None:  # noqa: FBT001  (a table)
    """RFC 9654 §2.1: 16 to 32 octets come back, other legal lengths may be left out and are."""
    world, card = settled
    nonce = bytes(range(length))
    asked = handmade([cert_id(world, Kind.AUTH, card.auth_serial)], nonce_extension(tlv(0x04, nonce)))
    found = parsed(world.jlis.ocsp(Kind.AUTH, asked, NOW).der)["response_extensions"]
    values = [(e["extn_id"].dotted, e["extn_value"].contents) for e in found]
    assert values == ([("1.3.6.1.5.5.7.48.1.2", tlv(0x04, nonce))] if echoed else [])


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(tlv(0x04), id="0 octets"),
        pytest.param(tlv(0x04, bytes(129)), id="129 octets"),
        pytest.param(bytes(range(32)), id="wrapped once"),
        pytest.param(b"", id="nothing"),
        pytest.param(tlv(0x04, bytes(16)) + b"\x00", id="with a tail"),
        pytest.param(tlv(0x0C, b"0123456789abcdef"), id="another type"),
    ],
)
def test_nonces_that_are_none(settled: Settled, value: bytes) -> None:
    """RFC 9654 §2.1: OCTET STRING (SIZE(1..128)) inside the extension's own OCTET STRING, or malformedRequest."""
    world, card = settled
    asked = handmade([cert_id(world, Kind.AUTH, card.auth_serial)], nonce_extension(value))
    assert world.jlis.ocsp(Kind.AUTH, asked, NOW).der == MALFORMED


def test_two_nonces_are_malformed(settled: Settled) -> None:
    """RFC 5280 §4.2: an extension stands once."""
    world, card = settled
    extension = nonce_extension(tlv(0x04, bytes(16)))
    assert (
        world.jlis.ocsp(
            Kind.AUTH, handmade([cert_id(world, Kind.AUTH, card.auth_serial)], extension, extension), NOW
        ).der
        == MALFORMED
    )


def test_extensions_that_nobody_knows(settled: Settled) -> None:
    """RFC 6960 §4.4: ignored when uncritical; a critical one is not answered as if it had not been there."""
    world, card = settled
    asked = cert_id(world, Kind.AUTH, card.auth_serial)
    oid, value = bytes.fromhex("06032a0304"), tlv(0x04, bytes.fromhex("0500"))
    uncritical, critical = tlv(0x30, oid, value), tlv(0x30, oid, bytes.fromhex("0101ff"), value)
    assert parsed(world.jlis.ocsp(Kind.AUTH, handmade([asked], uncritical), NOW).der)
    assert world.jlis.ocsp(Kind.AUTH, handmade([asked], critical), NOW).der == UNAUTHORIZED
    single = tlv(0xA0, tlv(0x30, critical))
    assert world.jlis.ocsp(Kind.AUTH, handmade([asked], single=single), NOW).der == UNAUTHORIZED


def test_a_batch_is_not_answered(settled: Settled) -> None:
    """spec/rfc.md A8: several questions are legal syntax, so policy says unauthorized; none is no request."""
    world, card = settled
    asked = cert_id(world, Kind.AUTH, card.auth_serial)
    assert world.jlis.ocsp(Kind.AUTH, handmade([asked]), NOW).said == "good"
    assert world.jlis.ocsp(Kind.AUTH, handmade([asked, asked]), NOW).der == UNAUTHORIZED
    assert world.jlis.ocsp(Kind.AUTH, handmade([]), NOW).der == MALFORMED


@pytest.mark.parametrize(("version", "answer"), [(0, "good"), (1, "malformed_request"), (5, "malformed_request")])
def test_a_version_that_nobody_knows_is_malformed(settled: Settled, version: int, answer: str) -> None:
    """RFC 6960 §4.1.1 has v1(0) alone; a later one may mean something else by the same octets."""
    world, card = settled
    single = tlv(0x30, tlv(0x30, cert_id(world, Kind.AUTH, card.auth_serial)))
    asked = tlv(0x30, tlv(0x30, tlv(0xA0, tlv(0x02, bytes([version]))), single))
    assert world.jlis.ocsp(Kind.AUTH, asked, NOW).said == answer


def test_every_truncation_and_a_tail_is_malformed(settled: Settled) -> None:
    """Cut at each octet, or followed by one more: malformedRequest, and nothing is published by it."""
    world, card = settled
    whole = request(world, Kind.AUTH, card.auth_serial, nonce=bytes(16))
    for length in range(len(whole)):
        assert world.jlis.ocsp(Kind.AUTH, whole[:length], NOW).der == MALFORMED, length
    assert world.jlis.ocsp(Kind.AUTH, whole + b"\x00", NOW).der == MALFORMED
    world.clock.set(jst("2026-12-02T09:00:00"))
    world.lose(card.resident.id)  # 09:00 would be refused had any of them published the mark of 09:00


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(
            "308030683041303f303d300906052b0e03021a050004140fd76706c26ce66d8d6aabb9ac8162028a8f58d4041430afda69ff639cf2cf38"
            "eb4a3312ce9c241df030020407000000c9233021301f06092b060105050730010204120410000000000000000000000000000000000000",
            id="a REAL, which the parser has no code for",
        ),
        pytest.param(
            "308030623051304f303d300906052b0e03051ac30004140fd76706c230e66d8d6aabb9ac9862028a8f58d404146dafda69ff639cf2cf38"
            "eb4a3312ce9ccc1df030020400000001a00e300c300a06032a03040101ff0400a20d300b300906032a0304040205000000",
            id="a BIT STRING without its first octet",
        ),
        pytest.param(
            "306430623051304f303d300906052b0e030200060004140fd76706c26ce6248d6aabb9ac9862028a8f58d4041424afda69ff639cf2cf38"
            "eb4a3312ce9ccc1df030020400000001a00e300c300a06032a03040101ff0400a20d300b300906032a030404020500",
            id="an OBJECT IDENTIFIER without octets",
        ),
    ],
)
def test_requests_that_broke_the_parser_once(world: World, found: str) -> None:
    """Found by changing octets of requests for a minute: each is malformed, none a fault."""
    assert world.jlis.ocsp(Kind.AUTH, bytes.fromhex(found), NOW).der == MALFORMED


def test_a_deep_nest_is_malformed(settled: Settled) -> None:
    """Twelve thousand objects in one another are no parameters of any hash, known or not."""
    world, _ = settled
    nest = b""
    for _ in range(12_000):
        nest = tlv(0x30, nest)
    parts = (tlv(0x04, bytes(20)), tlv(0x04, bytes(20)), tlv(0x02, b"\x01"))
    for algorithm in ("06052b0e03021a", "06032a0304"):
        asked = tlv(0x30, tlv(0x30, bytes.fromhex(algorithm), nest), *parts)
        assert world.jlis.ocsp(Kind.AUTH, handmade([asked]), NOW).der == MALFORMED


@pytest.fixture(scope="module")
def lasting(keys: KeyPool) -> Settled:
    """One world for many examples."""
    world = World.create(keys, seed=7, start=jst("2026-12-01T00:00:00"))
    return world, world.issue_card(world.new_resident().id)


@given(flips=st.lists(st.tuples(st.integers(0, 200), st.integers(1, 255)), min_size=1, max_size=4))
def test_flipped_octets_get_a_defined_answer(lasting: Settled, flips: list[tuple[int, int]]) -> None:
    """Whatever is flipped in a request, the answer is a response that `cryptography` reads: success, 1 or 6."""
    world, card = lasting
    octets = bytearray(request(world, Kind.AUTH, card.auth_serial, nonce=bytes(16)))
    for place, mask in flips:
        octets[place % len(octets)] ^= mask
    answered = world.jlis.ocsp(Kind.AUTH, bytes(octets), NOW)
    status = ocsp.load_der_ocsp_response(answered.der).response_status
    assert status in {
        ocsp.OCSPResponseStatus.SUCCESSFUL,
        ocsp.OCSPResponseStatus.MALFORMED_REQUEST,
        ocsp.OCSPResponseStatus.UNAUTHORIZED,
    }
    assert (answered.serial is None) == (status is not ocsp.OCSPResponseStatus.SUCCESSFUL)


@given(octets=st.binary(max_size=200))
def test_any_octets_get_a_defined_answer(lasting: Settled, octets: bytes) -> None:
    """What is no request at all is malformed, never a fault."""
    world, _ = lasting
    assert world.jlis.ocsp(Kind.AUTH, octets, NOW).der in {MALFORMED, UNAUTHORIZED}
