"""Anchors: generations side by side, roll-over and removal at run time, and the real JPKI kept out of tests."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID, ObjectIdentifier

from reference_impl.verification import AnchorRefused, CertificateKind, Policy, Trust, production, read_authority
from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.memory import Remember
from reference_impl.verification.purpose import Carrier
from reference_impl.verification.setting import Setting
from reference_impl.verification.trust import key_hash
from tests.reference_impl import pki
from tests.reference_impl.verifying import EVERYTHING, bench, login, tap, trust


def authority(organisation: str, *more: tuple[x509.ExtensionType, bool]) -> bytes:
    """A self-signed authority of this organisation."""
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "JPKI for user authentication"),
        ]
    )
    begin, end = datetime(2023, 7, 16, tzinfo=UTC), datetime(2033, 7, 15, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, pki.key("auth-ca").public_key(), 1, begin, end)
    builder = builder.add_extension(pki.key_usage("key_cert_sign", "crl_sign"), critical=True)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    for value, critical in more:
        builder = builder.add_extension(value, critical=critical)
    return pki.der(builder.sign(pki.key("auth-ca"), hashes.SHA256()))


def test_roll_over_and_removal_at_run_time() -> None:
    """RP-PATH-007: a generation joins, both serve, the old one leaves: each certificate as its generation is pinned."""
    old, new = pki.leaf(issuer_key="auth-ca"), pki.leaf(issuer_key="auth-ca-2")
    on = bench(trusted=trust("auth-ca", "sign-ca"))
    joining = trust("auth-ca-2").authorities[0]
    before = on.verifier.trust

    def both() -> list[str]:
        return [on.reason(login(on, certificate=each)) for each in (old, new)]

    assert both() == ["OK", "UNKNOWN_ISSUER"]
    on.verifier.swap(before.with_authority(joining))
    assert both() == ["OK", "OK"]
    on.verifier.swap(on.verifier.trust.without_authority(before.authorities[0].issuer_key))
    assert both() == ["UNKNOWN_ISSUER", "OK"]
    on.verifier.swap(Trust())
    assert both() == ["UNKNOWN_ISSUER", "UNKNOWN_ISSUER"]


def test_authority_of_the_other_kind_is_a_stranger() -> None:
    """RP-PATH-006: what the signature authority signed is no authentication certificate, whatever else it says."""
    on = bench()
    named = pki.leaf(issuer_key="sign-ca", issuer_name=pki.ca_name("auth"))
    assert on.reason(login(on, certificate=named)) == "UNKNOWN_ISSUER"
    assert on.reason(login(on, certificate=pki.leaf(issuer_key="sign-ca", issuer_name=pki.ca_name("sign")))) == (
        "UNKNOWN_ISSUER"
    )


def test_card_issuers_are_anchors_of_their_own() -> None:
    """A tap under no pinned card issuer is not genuine, although the certificate's issuer is pinned."""
    on = bench(trusted=Trust(trust().authorities))
    assert [on.reason(login(on)), on.reason(tap(on))] == ["OK", "CARD_NOT_GENUINE"]


def test_authority_that_calls_itself_jpki_is_kept_out() -> None:
    """RP-PATH-011: O=JPKI, in any spelling, is refused as an anchor unless switched on; O=JPKI-TEST is not."""
    for name, refused in (("JPKI", True), ("jpki ", True), ("JPKI-TEST", False), ("P8N-MOCK", False)):
        anchors = Trust((read_authority(CertificateKind.AUTH, authority(name)),))
        if refused:
            with pytest.raises(AnchorRefused, match="real JPKI"):
                bench(trusted=anchors)
            bench(trusted=anchors, policy=Policy({"library": EVERYTHING}, production_anchors=True))
        else:
            bench(trusted=anchors)


def test_marker_of_the_emulation_allows_the_name() -> None:
    """A dummy that bears the name of production and says that it is a dummy may be pinned."""
    marker = (x509.UnrecognizedExtension(ObjectIdentifier("2.25.259267976"), b"\x0c\x07KAZASHI"), False)
    bench(trusted=Trust((read_authority(CertificateKind.AUTH, authority("JPKI", marker)),)))


def test_swap_keeps_production_out_too() -> None:
    """A refused trust leaves the one in use as it was."""
    on = bench()
    with pytest.raises(AnchorRefused):
        on.verifier.swap(Trust((read_authority(CertificateKind.AUTH, authority("JPKI")),)))
    assert on.reason(login(on)) == "OK"


def test_published_facts_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fingerprint or key identifier that begins as a published one is refused under any name and marker."""
    certificate = parse_certificate(authority("P8N-MOCK"))
    assert not production.is_of_production(certificate)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(certificate.encoded)
    monkeypatch.setattr(production, "FINGERPRINTS", (digest.finalize().hex()[:12],))
    assert production.is_of_production(certificate)
    monkeypatch.setattr(production, "FINGERPRINTS", ("000000000000",))
    assert not production.is_of_production(certificate)
    monkeypatch.setattr(production, "KEY_IDENTIFIERS", (key_hash(certificate).hex()[:8],))
    assert production.is_of_production(certificate)


def test_key_identifier_of_an_anchor() -> None:
    """Its subjectKeyIdentifier, whatever stands there; without one the SHA-1 of the key bits (RFC 5280 §4.2.1.2)."""
    own = x509.SubjectKeyIdentifier(b"an identifier of its own")
    named, bare = (
        read_authority(CertificateKind.AUTH, each)
        for each in (authority("P8N-MOCK", (own, False)), authority("P8N-MOCK"))
    )
    assert named.key_identifier == b"an identifier of its own"
    key = pki.key("auth-ca").public_key()
    assert bare.key_identifier == x509.SubjectKeyIdentifier.from_public_key(key).digest


def test_why_nobody_issued_it() -> None:
    """A name that nobody pinned is told apart from a pinned name with a key that is not."""
    on = bench(trusted=trust("auth-ca"))
    stranger = pki.leaf(issuer_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nobody")]))
    forged = pki.leaf(issuer_key="auth-ca-2", aki_key="auth-ca")
    words = {
        stranger: "no pinned authority has the issuer's name",
        pki.leaf(issuer_key="auth-ca-2"): "an authority of that name is pinned, but none of its keys signed this",
        forged: "the pinned key that the certificate names did not sign it",
    }
    for certificate, why in words.items():
        finding = on.verifier.verify(login(on, certificate=certificate), pki.NOW).finding
        assert finding is not None
        assert finding.en == why


def test_identities_are_those_of_kind_and_carrier() -> None:
    """A phone's certificate is judged by the policies of phones, whichever way its identities are found."""
    setting = Setting(trust(), Policy(), Remember())
    for kind in CertificateKind:
        for carrier in Carrier:
            assert setting.of(kind, carrier) is setting.identities[kind, carrier]


def test_certificate_of_nobody_in_particular_is_no_anchor() -> None:
    """Signed by its own key, and neither cA TRUE nor keyCertSign: whoever pins it made a mistake."""
    name, key = pki.ca_name("auth"), pki.key("auth-ca")
    begin, end = datetime(2023, 7, 16, tzinfo=UTC), datetime(2033, 7, 15, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, begin, end)
    with pytest.raises(AnchorRefused, match="found one without cA TRUE or keyCertSign"):
        read_authority(CertificateKind.AUTH, pki.der(builder.sign(key, hashes.SHA256())))
