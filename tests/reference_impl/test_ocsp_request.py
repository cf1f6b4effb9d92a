"""The question: as OpenSSL and asn1crypto read it, by POST and by GET, with a nonce and with a signature."""

import subprocess
from base64 import b64decode
from hashlib import sha1, sha256
from pathlib import Path
from urllib.parse import unquote

import msgspec
import pytest
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from reference_impl.verification import oids
from reference_impl.verification.certificate import Certificate, parse_certificate
from reference_impl.verification.der import parse_der
from reference_impl.verification.ocsp_client import OcspClient, question_of
from reference_impl.verification.ocsp_request import RequestSigner, build_request, get_address
from reference_impl.verification.ocsp_settings import Nonce, Question, Responder, Responders
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.trust import read_authority
from tests.reference_impl import ocsp_answers as a
from tests.reference_impl import pki


def certificate() -> Certificate:
    """The holder's."""
    return parse_certificate(pki.leaf())


def issuer() -> Certificate:
    """The authority's."""
    return parse_certificate(pki.der(pki.authority("auth", "auth-ca")))


@pytest.mark.parametrize("serial", [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0x07123456, 0x7FFFFFFF, 0x80000000, (1 << 159) - 1])
@pytest.mark.parametrize("nonce", [None, bytes(32)])
def test_request_is_what_the_builder_of_another_makes(serial: int, nonce: bytes | None) -> None:
    """Octet for octet cryptography's, for serials at each border of their length."""
    asked = msgspec.structs.replace(certificate(), serial=serial)
    builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        sha256(issuer().subject.encoded).digest(), sha256(issuer().key_bits).digest(), max(serial, 1), hashes.SHA256()
    )
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    theirs = builder.build().public_bytes(Encoding.DER)
    if serial == 0:  # which that builder refuses, and whose encoding is as long as that of 1
        theirs = theirs.replace(bytes.fromhex("020101"), bytes.fromhex("020100"))
    assert build_request(asked, issuer(), nonce) == theirs


def test_request_by_sha_1_is_read_by_openssl(tmp_path: Path) -> None:
    """For a responder that knows no other hash: `openssl ocsp` reads the same serial and hashes."""
    (tmp_path / "request.der").write_bytes(build_request(certificate(), issuer(), a.NONCE, digest=oids.SHA1))
    said = subprocess.run(
        ["openssl", "ocsp", "-reqin", "request.der", "-req_text"], cwd=tmp_path, capture_output=True, check=True
    ).stdout.decode()
    for expected in (
        "Hash Algorithm: sha1",
        f"Issuer Name Hash: {sha1(issuer().subject.encoded, usedforsecurity=False).hexdigest().upper()}",
        f"Issuer Key Hash: {sha1(issuer().key_bits, usedforsecurity=False).hexdigest().upper()}",
        "Serial Number: 07123456",
        "OCSP Nonce:",
        f"0420{a.NONCE.hex().upper()}",
    ):
        assert expected in said


def test_signed_request_says_its_name_and_is_signed(tmp_path: Path) -> None:
    """RFC 6960 §4.1.2: the name is in what is signed, the certificates are enclosed, the signature is right."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "verifier")])
    enclosed = pki.der(pki.authority("sign", "sign-ca"))
    signer = RequestSigner(name.public_bytes(), (enclosed,), lambda body: pki.sign("verifier", body))
    encoded = build_request(certificate(), issuer(), a.NONCE, signer=signer)
    theirs = asn1_ocsp.OCSPRequest.load(encoded, strict=True)
    assert theirs["tbs_request"]["requestor_name"].chosen.untag().dump() == name.public_bytes()
    signature = theirs["optional_signature"]
    assert [each.dump() for each in signature["certs"]] == [enclosed]
    assert signature["signature_algorithm"]["algorithm"].native == "sha256_rsa"
    key = pki.key("verifier").public_key()
    key.verify(signature["signature"].native, theirs["tbs_request"].dump(), padding.PKCS1v15(), hashes.SHA256())
    (tmp_path / "request.der").write_bytes(encoded)
    said = subprocess.run(
        ["openssl", "ocsp", "-reqin", "request.der", "-req_text"], cwd=tmp_path, capture_output=True, check=True
    ).stdout.decode()
    assert "Requestor Name: DirName:CN = verifier" in said
    assert "Signature Algorithm: sha256WithRSAEncryption" in said


@pytest.mark.parametrize(("length", "by_get"), [(254, True), (255, True), (256, False)])
def test_get_up_to_255_octets_of_the_whole_address(length: int, by_get: bool) -> None:  # noqa: FBT001
    """RFC 9919 §6 counts scheme, host and the escaped base64 together; one octet more goes by POST."""
    request = build_request(certificate(), issuer(), None)
    base = "http://ocsp.test/"
    whole = get_address(base, request, 10_000)
    assert whole is not None
    address = f"http://ocsp.test/{'x' * (length - len(whole) - 1)}/"
    question = question_of(request, Responder(address=address, get_up_to=255))
    if by_get:
        assert (len(question.address), question.body) == (length, None)
        assert b64decode(unquote(question.address.rpartition("/")[2]), validate=True) == request
    else:
        assert (question.address, question.body) == (address, request)


def test_what_base64_shares_with_addresses_is_escaped() -> None:
    """`+`, `/` and `=` stand for octets here, and would stand for something else in a path (RFC 6960 A.1)."""
    assert get_address("http://ocsp.test", b"\xfb\xff\xfe\xfb", 255) == "http://ocsp.test/%2B%2F%2F%2B%2Bw%3D%3D"


def questions(responders: Responders, *certificates: tuple[bytes, CertificateKind, str]) -> list[Question]:
    """What is asked about these certificates of these generations."""
    asked: list[Question] = []

    def ask(question: Question) -> bytes:
        asked.append(question)
        return b""

    client = OcspClient(responders, ask, bytes)
    for encoded, kind, key in certificates:
        authority = read_authority(kind, pki.der(pki.authority(str(kind), key)))
        client.status(parse_certificate(encoded), authority, pki.NOW)
    return asked


def test_each_authority_is_asked_in_its_own_way() -> None:
    """A generation's settings go before its kind's: address, time-out, nonce and hash."""
    by_kind = {
        CertificateKind.AUTH: Responder(address="http://auth.test/", timeout=1.5),
        CertificateKind.SIGN: Responder(address="http://sign.test/", nonce=Nonce.NONE, digest=oids.SHA1),
    }
    second = parse_certificate(pki.der(pki.authority("auth", "auth-ca-2"))).public_key
    by_key = {second: Responder(address="http://auth-2.test/", timeout=9, get_up_to=1000)}
    asked = questions(
        Responders(by_kind, by_key),
        (pki.leaf(), CertificateKind.AUTH, "auth-ca"),
        (pki.leaf(issuer_key="auth-ca-2"), CertificateKind.AUTH, "auth-ca-2"),
        (pki.leaf("sign"), CertificateKind.SIGN, "sign-ca"),
    )
    assert [each.address.partition(".test")[0] for each in asked] == ["http://auth", "http://auth-2", "http://sign"]
    assert [each.timeout for each in asked] == [1.5, 9, 3.0]
    assert [each.body is None for each in asked] == [False, True, False]
    assert asked[0].body is not None
    assert asked[2].body is not None
    nonce = ocsp.load_der_ocsp_request(asked[0].body).extensions.get_extension_for_class(x509.OCSPNonce)
    assert len(nonce.value.nonce) == 32
    last = ocsp.load_der_ocsp_request(asked[2].body)
    assert (len(last.extensions), last.hash_algorithm.name) == (0, "sha1")
    assert last.issuer_key_hash == sha1(issuer_bits("sign", "sign-ca"), usedforsecurity=False).digest()


def issuer_bits(kind: str, key: str) -> bytes:
    """The key bits of an authority."""
    return a.key_bits(pki.authority(kind, key))


def test_authority_without_settings_is_not_asked() -> None:
    """Nobody to ask is STATUS_UNAVAILABLE, and no question."""
    assert questions(Responders(), (pki.leaf(), CertificateKind.AUTH, "auth-ca")) == []


@pytest.mark.parametrize("size", [*range(20, 140), 200, 255, 256, 300, 0x8000])
def test_request_is_der_at_every_border_of_a_length(size: int) -> None:
    """A nonce of any size: each header around it is the shortest (X.690 §10.1), and it comes back whole."""
    request = build_request(certificate(), issuer(), bytes(size))
    parse_der(request, 0x30)
    value = asn1_ocsp.OCSPRequest.load(request, strict=True)["tbs_request"]["request_extensions"][0]["extn_value"]
    assert value.parsed.native == bytes(size)


def test_negative_serial_is_asked_with_its_sign() -> None:
    """-1 is the INTEGER `ff` (X.690 §8.3.3); such a certificate is refused before it is asked about."""
    assert bytes.fromhex("0201FF") in build_request(msgspec.structs.replace(certificate(), serial=-1), issuer(), None)


def test_signer_without_certificates_encloses_none() -> None:
    """`certs` is OPTIONAL (RFC 6960 §4.1.1): who is known by the key encloses none, and no empty list either."""
    signer = RequestSigner(pki.ca_name("auth").public_bytes(), (), lambda body: pki.sign("verifier", body))
    encoded = build_request(certificate(), issuer(), a.NONCE, signer=signer)
    signature = asn1_ocsp.OCSPRequest.load(encoded, strict=True)["optional_signature"]
    assert signature["certs"].native is None
    assert len(signature["signature"].native) == 256
