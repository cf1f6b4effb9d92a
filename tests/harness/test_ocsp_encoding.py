"""Templates against general encoders: the octets of a response are those that cryptography's builder writes."""

import hashlib
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from asn1crypto import algos, parser
from asn1crypto import ocsp as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.contract.vocabulary import Kind
from harness.jlis import ocsp_encoding, profiles
from harness.jlis.ocsp_encoding import Algorithm, Envelope
from harness.keys import KeyPool
from tests.harness.instants import jst
from tests.harness.reason_flags import REASON_FLAGS

START = jst("2026-12-01T00:00:00")
LIFE = (START - timedelta(days=30), START + timedelta(days=3000))
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Signer = tuple[Key, x509.Certificate]


@pytest.fixture(scope="module")
def authority(keys: KeyPool) -> Signer:
    """An authority."""
    key = keys.named("authority-auth")
    return key, profiles.authority_certificate(Kind.AUTH, key, 7, *LIFE)


@pytest.fixture(scope="module")
def delegates(keys: KeyPool, authority: Signer) -> dict[str, Signer]:
    """A delegate with each kind of key."""
    made: dict[str, Key] = {"rsa": keys.named("responder-auth"), "p256": ec.derive_private_key(99, ec.SECP256R1())}
    key, certificate = authority
    assert isinstance(key, rsa.RSAPrivateKey)
    return {
        name: (own, profiles.responder_certificate(Kind.AUTH, own.public_key(), certificate, key, 8, LIFE))
        for name, own in made.items()
    }


seconds = st.integers(0, 2 * 10**9).map(lambda number: datetime(1990, 1, 1, tzinfo=UTC) + timedelta(seconds=number))
statuses = st.one_of(
    st.just("good"), st.just("unknown"), st.tuples(seconds, st.one_of(st.none(), st.sampled_from(sorted(REASON_FLAGS))))
)
said = st.fixed_dictionaries(
    {
        "serial": st.one_of(st.integers(1, 2**31), st.integers(1, 2**159 - 1)),
        "status": statuses,
        "this": seconds,
        "next": st.one_of(st.none(), st.integers(1, 10**8)),
        "hash": st.sampled_from([SHA1(), SHA256()]),  # noqa: S303  (the hash of RFC 6960 CertIDs)
        "nonce": st.one_of(st.none(), st.binary(min_size=1, max_size=128)),
        "named": st.sampled_from(list(ocsp.OCSPResponderEncoding)),
        "chain": st.booleans(),
    }
)


def built(said: dict[str, object], authority: x509.Certificate, delegate: Signer) -> bytes:
    """Return the response as cryptography's builder writes it."""
    key, certificate = delegate
    status, reason, at = ocsp.OCSPCertStatus.GOOD, None, None
    if said["status"] == "unknown":
        status = ocsp.OCSPCertStatus.UNKNOWN
    elif isinstance(said["status"], tuple):
        status, at, number = ocsp.OCSPCertStatus.REVOKED, said["status"][0], said["status"][1]
        reason = None if number is None else REASON_FLAGS[number]
    this, later, algorithm, nonce = said["this"], said["next"], said["hash"], said["nonce"]
    assert isinstance(this, datetime)
    assert isinstance(algorithm, HashAlgorithm)
    assert isinstance(said["serial"], int)
    builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
        *hashes(authority, algorithm),
        said["serial"],
        algorithm,
        status,
        this,
        this + timedelta(seconds=later) if isinstance(later, int) else None,
        at,
        reason,
    )
    assert isinstance(said["named"], ocsp.OCSPResponderEncoding)
    builder = builder.responder_id(said["named"], certificate)
    if said["chain"]:
        builder = builder.certificates([certificate])
    if isinstance(nonce, bytes):
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


def hashes(issuer: x509.Certificate, algorithm: HashAlgorithm) -> tuple[bytes, bytes]:
    """Return the two hashes of a CertID (RFC 6960 §4.1.1)."""
    bits = x509.SubjectKeyIdentifier.from_public_key(issuer.public_key())
    key = issuer.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
    assert hashlib.sha1(key, usedforsecurity=False).digest() == bits.digest
    return tuple(hashlib.new(algorithm.name, part).digest() for part in (issuer.subject.public_bytes(), key))  # type: ignore[return-value]


def joined(said: dict[str, object], delegate: Signer, like: bytes) -> tuple[bytes, bytes]:
    """Return the ResponseData and the response as the templates write them; CertID and producedAt are those of `like`.

    The builder takes producedAt from the host's clock: the time that it took is read from what it wrote.
    """
    _, certificate = delegate
    theirs = asn1.OCSPResponse.load(like, strict=True)["response_bytes"]["response"].parsed
    produced = ocsp_encoding.generalized_time(theirs["tbs_response_data"]["produced_at"].native)
    status = said["status"]
    this, later, nonce = said["this"], said["next"], said["nonce"]
    assert isinstance(this, datetime)
    single = ocsp_encoding.single_response(
        theirs["tbs_response_data"]["responses"][0]["cert_id"].dump(),
        ocsp_encoding.GOOD
        if status == "good"
        else ocsp_encoding.revoked(*status)
        if isinstance(status, tuple)
        else ocsp_encoding.UNKNOWN,
        ocsp_encoding.generalized_time(this),
        ocsp_encoding.generalized_time(this + timedelta(seconds=later)) if isinstance(later, int) else b"",
    )
    named = (
        ocsp_encoding.by_key(x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest)
        if said["named"] is ocsp.OCSPResponderEncoding.HASH
        else ocsp_encoding.by_name(certificate.subject.public_bytes())
    )
    extensions = ocsp_encoding.nonce_extension(nonce) if isinstance(nonce, bytes) else b""
    data = ocsp_encoding.response_data(named, produced, single, extensions)
    is_rsa = isinstance(delegate[0], rsa.RSAPrivateKey)
    envelope = Envelope(
        Algorithm.RSA_SHA256 if is_rsa else Algorithm.ECDSA_SHA256,
        [certificate.public_bytes(Encoding.DER)] if said["chain"] else [],
    )
    signature = (
        delegate[0].sign(data, PKCS1v15(), SHA256())
        if isinstance(delegate[0], rsa.RSAPrivateKey)
        else theirs["signature"].native  # ECDSA is not repeated: around the signature that came, all is alike
    )
    return data, envelope.seal(data, signature)


@settings(max_examples=1500)
@given(said=said)
def test_rsa_is_the_builders_octet_for_octet(
    authority: Signer, delegates: dict[str, Signer], said: dict[str, object]
) -> None:
    """Whole responses, signature included: PKCS #1 v1.5 signs the same octets to the same octets."""
    theirs = built(said, authority[1], delegates["rsa"])
    assert joined(said, delegates["rsa"], theirs)[1] == theirs


@settings(max_examples=1500)
@given(said=said)
def test_p256_signs_the_builders_octets(
    authority: Signer, delegates: dict[str, Signer], said: dict[str, object]
) -> None:
    """ResponseData is alike, and so is all that stands around the signature."""
    theirs = built(said, authority[1], delegates["p256"])
    data, whole = joined(said, delegates["p256"], theirs)
    assert data == ocsp.load_der_ocsp_response(theirs).tbs_response_bytes
    assert whole == theirs


@pytest.mark.parametrize(
    ("length", "octets"), [(0, "3000"), (127, "307f"), (128, "308180"), (255, "3081ff"), (256, "30820100")]
)
def test_lengths_are_the_shortest(length: int, octets: str) -> None:
    """X.690 §8.1.3 and §10.1 at the lengths where the form changes."""
    assert ocsp_encoding.header(0x30, length).hex() == octets


def test_every_length_around_a_change_of_form() -> None:
    """ResponseData of 0 to 300 octets, then some around 65536: each object ends where it should."""
    envelope = Envelope(Algorithm.RSA_SHA256, [])
    for length, signature in product([*range(300), *range(65_100, 65_540, 7)], (64, 128, 256)):
        data = ocsp_encoding.tlv(0x04, bytes(length))
        whole = envelope.seal(data, bytes(signature))
        outer = parser.parse(whole, strict=True)[4]
        assert outer[:3] == bytes.fromhex("0a0100")
        in_bytes = parser.parse(parser.parse(outer[3:], strict=True)[4], strict=True)[4]
        octets = parser.parse(in_bytes.removeprefix(ocsp_encoding.BASIC), strict=True)[4]
        basic = parser.parse(octets, strict=True)[4]
        bits = parser.parse(basic.removeprefix(data + Algorithm.RSA_SHA256.value), strict=True)
        assert bits[2:] == (3, bits[3], bytes(1 + signature), b"")


@pytest.mark.parametrize("status", [1, 2, 3, 5, 6])
def test_an_error_has_its_status_alone(status: int) -> None:
    """RFC 6960 §4.2.1: an error carries no responseBytes, as cryptography's own builder writes it."""
    theirs = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus(status))
    assert ocsp_encoding.error_response(status) == theirs.public_bytes(Encoding.DER)


def test_names_and_keys_of_algorithms() -> None:
    """Each identifier is the one that asn1crypto writes under the standard's name for it."""
    wanted = {
        Algorithm.RSA_SHA256: "sha256_rsa",
        Algorithm.RSA_SHA384: "sha384_rsa",
        Algorithm.RSA_SHA1: "sha1_rsa",
        Algorithm.ECDSA_SHA256: "sha256_ecdsa",
        Algorithm.ECDSA_SHA384: "sha384_ecdsa",
        Algorithm.ECDSA_SHA1: "sha1_ecdsa",
    }
    assert set(wanted) == set(Algorithm)
    for algorithm, name in wanted.items():
        assert algos.SignedDigestAlgorithm.load(algorithm.value, strict=True)["algorithm"].native == name
