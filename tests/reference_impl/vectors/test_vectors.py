"""The frozen vectors: what the standard demands, judged by the core, by the checker and by OpenSSL."""

import hashlib
import shutil
from pathlib import Path

import pytest
from asn1crypto import x509

from conformance.checker.examination import Examination
from conformance.checker.openssl import OpenSsl
from conformance.checker.parties import Configuration, Refused, Session
from reference_impl.verification import (
    Authentication,
    Doors,
    IssuedChallenges,
    Policy,
    Presentation,
    Purpose,
    Service,
    Signing,
    Trust,
    Verifier,
)
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.trust import read_authority
from tests.reference_impl.always_good import AlwaysGood
from tests.reference_impl.cross_check.openssl_verify import verify_certificates
from tests.reference_impl.vectors.vector import Vector, load

FROZEN = load()
VECTORS = {each.name: each for each in FROZEN.vectors}

_BER, _ONE_REASON = (
    "asn1crypto and OpenSSL read this, which RFC 5280 lays on the authority (spec/rfc.md B4)",
    "a path that does not hold is an unknown issuer",
)
CHECKER_DIFFERS = {
    "generation-1-expired": (
        "OK",
        "the anchor stands outside the path (RFC 5280 §6.1); to look at its end is our policy",
    ),
    "critical-policy-with-user-notice": ("OK", "OpenSSL processes a notice by not showing it"),
    "rogue-that-names-our-key": ("UNKNOWN_ISSUER", _ONE_REASON),
    "one-bit-of-the-signature": ("UNKNOWN_ISSUER", _ONE_REASON),
    "one-digit-of-the-name": ("UNKNOWN_ISSUER", _ONE_REASON),
    "algorithms-differ": ("UNKNOWN_ISSUER", _ONE_REASON),
    "holder-claims-to-be-an-authority": ("WRONG_PURPOSE", "an authority's certificate is nobody's to log in with"),
    "key-on-a-curve": ("BAD_SIGNATURE", "the checker meets the key when it verifies with it"),
    "negative-serial": ("OK", "users cope with negative serials (RFC 5280 §4.1.2.2; spec/rfc.md B3)"),
    "serial-of-21-octets": ("OK", "users cope with long serials (RFC 5280 §4.1.2.2)"),
    "version-1-with-extensions": ("OK", _BER),
    "version-4": ("OK", _BER),
    "extension-twice": ("OK", _BER),
    "time-with-offset": ("OK", _BER),
}
"""Where the checker's answer is another one, and why it may."""


def core() -> Verifier:
    """A verifier that trusts the frozen authorities."""
    anchors = (read_authority(CertificateKind(name.split("-")[0]), each) for name, each in FROZEN.authorities.items())
    services = {"library": Service(frozenset({Purpose.LOGIN, Purpose.SIGN}))}
    return Verifier(Trust(tuple(anchors)), AlwaysGood(), Policy(services))


def our_reason(vector: Vector, verifier: Verifier) -> str:
    """What the core says of certificate and proof."""
    presented: Presentation
    challenges = IssuedChallenges()
    if vector.purpose == "sign":
        digest = hashlib.sha256(FROZEN.challenge).digest()
        presented = Signing(
            certificate=vector.certificate, service="library", digest=digest, signature=vector.signature
        )
    else:
        challenges.issue(FROZEN.challenge, vector.now)
        presented = Authentication(
            certificate=vector.certificate, service="library", challenge=FROZEN.challenge, signature=vector.signature
        )
    return str(verifier.verify(presented, vector.now, Doors(challenges)).reason)


@pytest.mark.parametrize("name", VECTORS)
def test_the_core_gives_the_demanded_reason(name: str) -> None:
    """Each of the vectors, by the reason that stands beside it in the file."""
    vector = VECTORS[name]
    assert our_reason(vector, core()) == vector.expect.reason, vector.expect.clause


def test_what_was_seen_before_changes_no_reason() -> None:
    """All of them three times by one verifier, which remembers shapes, issuers and holders."""
    verifier = core()
    for _ in range(3):
        for vector in FROZEN.vectors:
            assert our_reason(vector, verifier) == vector.expect.reason, vector.name


@pytest.mark.parametrize("name", VECTORS)
def test_the_checker_agrees_or_its_difference_is_explained(name: str) -> None:
    """The second relying party, which shares no code with the core, on the same bytes."""
    vector = VECTORS[name]
    authorities = tuple((key.split("-")[0], each) for key, each in FROZEN.authorities.items())
    program = shutil.which("openssl")
    assert program is not None
    session = Session(vector.purpose, "library", "attended", FROZEN.challenge, FROZEN.challenge, vector.now)
    part = "document_signature" if vector.purpose == "sign" else "signature"
    presentation = {"certificate": vector.certificate, "challenge": FROZEN.challenge, part: vector.signature}
    examination = Examination(OpenSsl(program), Configuration(authorities), vector.now, session, presentation)
    with pytest.raises(Refused) as refused:
        examination.run(lambda _: None)
    said = "OK" if refused.value.reason == "STATUS_UNAVAILABLE" else refused.value.reason
    expected, why = CHECKER_DIFFERS.get(name, (vector.expect.reason, ""))
    assert said == expected, why
    assert expected != vector.expect.reason or not why


def test_openssl_accepts_those_whose_path_and_purpose_hold(tmp_path: Path) -> None:
    """`openssl verify` at the instant of each vector: what the standard accepts passes, but for two readings of it."""
    accepted = [each for each in FROZEN.vectors if each.expect.reason == "OK" and each.purpose == "login"]
    anchors = [each for name, each in FROZEN.authorities.items() if name.startswith("auth")]
    options = ("-x509_strict", "-purpose", "sslclient")
    said = {}
    for number, vector in enumerate(accepted):
        folder = tmp_path / str(number)
        folder.mkdir()
        (said[vector.name],) = verify_certificates(folder, anchors, [vector.certificate], vector.now, *options)
    assert said.pop("authority-key-identifier-absent") == "Missing Authority Key Identifier"
    assert said.pop("authority-key-identifier-of-other-generation") == "certificate signature failure"
    assert set(said.values()) == {"ok"}


@pytest.mark.parametrize("kind", ["auth", "sign"])
@pytest.mark.parametrize("generation", [1, 2, 3])
def test_authorities_have_the_published_layout(kind: str, generation: int) -> None:
    """The order of extensions, the serials, the periods and the string types of spec/pki.md §1.1 and §1.2."""
    read = x509.Certificate.load(FROZEN.authorities[f"{kind}-{generation}"], strict=True)
    body = read["tbs_certificate"]
    assert [(each["extn_id"].native, each["critical"].native) for each in body["extensions"]] == [
        ("key_usage", True),
        ("subject_alt_name", False),
        ("basic_constraints", True),
        ("crl_distribution_points", False),
        ("key_identifier", False),
    ]
    serial = {1: 0x01, 2: 0x0133C349, 3: 0x06D18006}[generation]
    assert (read.serial_number, str(read.not_valid_after)[:10]) == (
        serial,
        {1: "2025-10-19", 2: "2029-09-14", 3: "2033-07-15"}[generation],
    )
    country, *rest = (attribute["value"] for rdn in body["subject"].chosen for attribute in rdn)
    assert country.name == "printable_string"
    assert {each.name for each in rest} == {"utf8_string"}


def test_holders_have_the_observed_order_of_extensions() -> None:
    """spec/pki.md §1.3 and §1.4, and the marker of the fake at the end (§1.5)."""
    order = {
        "generation-3": "key_usage extended_key_usage certificate_policies issuer_alt_name crl_distribution_points "
        "authority_information_access authority_key_identifier key_identifier 2.25.259267976",
        "signature-certificate": "key_usage subject_alt_name certificate_policies issuer_alt_name "
        "crl_distribution_points authority_key_identifier key_identifier 2.25.259267976",
    }
    for name, expected in order.items():
        read = x509.Certificate.load(VECTORS[name].certificate, strict=True)
        assert [each["extn_id"].native for each in read["tbs_certificate"]["extensions"]] == expected.split()
