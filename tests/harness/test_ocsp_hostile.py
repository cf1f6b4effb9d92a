"""Hostile OCSP requests: whatever comes, an OCSPResponse goes out, in bounded time (RFC 6960 §2.3)."""

from time import process_time

import pytest
from cryptography.x509 import ocsp
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.contract.vocabulary import Kind
from harness.doors.ocsp import LONGEST_REQUEST
from harness.jlis.ocsp_policy import ResponderKey, ResponderPolicy, SignedRequests
from harness.jlis.ocsp_service import OcspService
from harness.keys import KeyPool
from harness.world import World
from tests.harness.asking import MALFORMED, UNAUTHORIZED, cert_id, handmade, nonce_extension, request, tlv
from tests.harness.instants import jst

NOW = jst("2026-12-02T09:07:00")
SECONDS = 2.0
"""Of the processor, for one request of 64 KiB; the slowest found took a tenth of it."""
Standing = tuple[World, OcspService, int]


@pytest.fixture(scope="module")
def standing(keys: KeyPool) -> Standing:
    """A responder that takes batches and looks at signatures, with a key that signs quickly."""
    world = World.create(keys, seed=7, start=jst("2026-12-01T00:00:00"))
    serial = world.issue_card(world.new_resident().id).auth_serial
    service = world.jlis.responder
    service.switch(Kind.AUTH, ResponderPolicy(most_questions=256, responder_key=ResponderKey.P256))
    return world, service, serial


def check(standing: Standing, octets: bytes) -> None:
    """Ask, and judge what goes out."""
    _, service, _ = standing
    began = process_time()
    said = service.answer(Kind.AUTH, octets, NOW)
    assert process_time() - began < SECONDS
    response = ocsp.load_der_ocsp_response(said.der)
    if response.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL:
        assert list(response.responses)
    else:
        assert len(said.der) == 5
        assert not said.tells


def shapes(world: World, serial: int) -> list[bytes]:
    """Return requests of several shapes, to be changed."""
    asked = cert_id(world, Kind.AUTH, serial)
    unknown = tlv(0x30, bytes.fromhex("06032a0304"), tlv(0x04, b"\x05\x00"))
    name = tlv(0xA1, tlv(0xA4, bytes.fromhex("3000")))
    body = tlv(0x30, name, tlv(0x30, tlv(0x30, asked)))
    signature = tlv(0xA0, tlv(0x30, bytes.fromhex("300d06092a864886f70d01010b0500"), tlv(0x03, bytes(257))))
    return [
        request(world, Kind.AUTH, serial),
        request(world, Kind.AUTH, serial, nonce=bytes(32)),
        handmade([asked] * 3, nonce_extension(tlv(0x04, bytes(16))), unknown),
        handmade([asked], single=tlv(0xA0, tlv(0x30, unknown))),
        tlv(0x30, body, signature),
    ]


mutations = st.lists(
    st.one_of(
        st.tuples(st.just("flip"), st.integers(0, 600), st.integers(1, 255)),
        st.tuples(st.just("cut"), st.integers(0, 600), st.integers(1, 8)),
        st.tuples(st.just("double"), st.integers(0, 600), st.integers(1, 64)),
        st.tuples(st.just("put"), st.integers(0, 600), st.integers(0, 255)),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=3000)
@given(shape=st.integers(0, 4), changes=mutations)
def test_mutated_requests(standing: Standing, shape: int, changes: list[tuple[str, int, int]]) -> None:
    """Octets turned, left out, doubled and put in, in five shapes: an error status alone, or an answer."""
    world, _, serial = standing
    octets = bytearray(shapes(world, serial)[shape])
    for how, place, value in changes:
        at = place % (len(octets) + 1)
        if how == "flip" and at < len(octets):
            octets[at] ^= value
        elif how == "cut":
            del octets[at : at + value]
        elif how == "double":
            octets[at:at] = octets[at : at + value]
        elif how == "put":
            octets.insert(at, value)
    check(standing, bytes(octets))


@settings(max_examples=500)
@given(octets=st.binary(max_size=400))
def test_any_octets(standing: Standing, octets: bytes) -> None:
    """What nobody meant as a request is malformed."""
    check(standing, octets)


def nest(tag: int, size: int) -> bytes:
    """Return objects in one another, about so many octets."""
    made = b""
    while len(made) < size:
        made = tlv(tag, made)
    return made


def test_the_longest_requests(standing: Standing) -> None:
    """64 KiB of questions, of extensions, of certificates, of nests, of one number: each answered in time."""
    world, _, serial = standing
    asked = cert_id(world, Kind.AUTH, serial)
    unknown = tlv(0x30, bytes.fromhex("06032a0304"), tlv(0x04, b"\x05\x00"))
    parts = (tlv(0x04, bytes(20)), tlv(0x04, bytes(20)))
    algorithm = bytes.fromhex("300906052b0e03021a0500")
    name = tlv(0xA1, tlv(0xA4, bytes.fromhex("3000")))
    signed = tlv(0x30, name, tlv(0x30, tlv(0x30, asked)))
    rsa = bytes.fromhex("300d06092a864886f70d01010b0500")
    certificates = tlv(0xA0, tlv(0x30, world.trust().authorities["auth"] * 40))
    longest = {
        "questions": handmade([asked] * 900),
        "extensions": handmade([asked], *[unknown] * 4000),
        "certificates": tlv(0x30, signed, tlv(0xA0, tlv(0x30, rsa, tlv(0x03, bytes(257)), certificates))),
        "a number": handmade([tlv(0x30, algorithm, *parts, tlv(0x02, b"\x01" * 60_000))]),
        "a nest": handmade([tlv(0x30, tlv(0x30, bytes.fromhex("06052b0e03021a"), nest(0x30, 60_000)), *parts)]),
        "another nest": nest(0xA0, 60_000),
        "zeros": bytes(LONGEST_REQUEST),
        "an endless length": b"\x30\x84\xff\xff\xff\xff" + bytes(LONGEST_REQUEST - 6),
    }
    for octets in longest.values():
        assert len(octets) <= LONGEST_REQUEST
        check(standing, octets)
    assert standing[1].answer(Kind.AUTH, longest["questions"], NOW).der == UNAUTHORIZED
    assert standing[1].answer(Kind.AUTH, longest["another nest"], NOW).der == MALFORMED


def test_signatures_of_anybody_are_bounded(standing: Standing) -> None:
    """Forty certificates that came along, none of which signed: eight are looked at, and then it is unauthorized."""
    world, _, serial = standing
    service = world.jlis.responder
    service.switch(Kind.AUTH, ResponderPolicy(signed_requests=SignedRequests.OPTIONAL))
    asked = cert_id(world, Kind.AUTH, serial)
    signed = tlv(0x30, tlv(0xA1, tlv(0xA4, bytes.fromhex("3000"))), tlv(0x30, tlv(0x30, asked)))
    rsa = bytes.fromhex("300d06092a864886f70d01010b0500")
    certificates = tlv(0xA0, tlv(0x30, world.trust().authorities["auth"] * 40))
    octets = tlv(0x30, signed, tlv(0xA0, tlv(0x30, rsa, tlv(0x03, bytes(257)), certificates)))
    assert service.answer(Kind.AUTH, octets, NOW).der == UNAUTHORIZED
