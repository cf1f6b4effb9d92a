"""What can be seen of a certificate and of a card from outside; the register is not asked.

OCSP and the lists are found as the certificate itself leads to them, and read by `cryptography`.
"""

from datetime import datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from cardsim.applications import jpki, visual
from harness.contract.vocabulary import Kind
from harness.jlis.entries import Entry
from harness.jlis.populations import Medium, Population
from harness.municipalities import MUNICIPALITIES
from harness.personalisation import IssuedCard
from harness.world import World

NO_REASON = "no reason"
"""How a list says unspecified: the extension "should be absent" (RFC 5280 §5.3.1)."""
POPULATIONS = {
    "auth card": Population(Kind.AUTH, Medium.CARD),
    "sign card": Population(Kind.SIGN, Medium.CARD),
    "auth phone": Population(Kind.AUTH, Medium.PHONE),
    "sign phone": Population(Kind.SIGN, Medium.PHONE),
}


def leaf_of(world: World, entry: Entry) -> x509.Certificate:
    """Return the certificate of an entry."""
    return x509.load_der_x509_certificate(world.certificate(entry))


def issuer_of(world: World, entry: Entry) -> x509.Certificate:
    """Return the authority that issued a certificate: of those with one name, the one whose key it names."""
    leaf = leaf_of(world, entry)
    named = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    authorities = [x509.load_der_x509_certificate(der) for der in world.trust().generations[entry.kind.value]]
    (issuer,) = [
        found
        for found in authorities
        if found.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.key_identifier == named
    ]
    leaf.verify_directly_issued_by(issuer)
    return issuer


@cache
def _question(leaf: x509.Certificate, issuer: x509.Certificate) -> bytes:
    hashed = SHA1()  # noqa: S303  (the hash of RFC 6960 CertIDs)
    return ocsp.OCSPRequestBuilder().add_certificate(leaf, issuer, hashed).build().public_bytes(Encoding.DER)


def answer(world: World, entry: Entry, instant: datetime) -> ocsp.OCSPResponse:
    """Return the responder's answer about a certificate at an instant."""
    asked = _question(leaf_of(world, entry), issuer_of(world, entry))
    found = ocsp.load_der_ocsp_response(world.jlis.ocsp(entry.kind, asked, instant).der)
    assert found.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL
    return found


def said(world: World, entry: Entry, instant: datetime) -> str:
    """Return what the responder says of a certificate: good, unknown, or revoked and why."""
    found = answer(world, entry, instant)
    status, reason = found.certificate_status.name.lower(), found.revocation_reason
    return f"{status} {reason.value}" if reason is not None else status


def list_of(world: World, entry: Entry, instant: datetime) -> x509.CertificateRevocationList:
    """Return the list current at an instant that the certificate's own distribution point names."""
    der = world.jlis.crl(
        entry.kind,
        MUNICIPALITIES[entry.resident.municipality],
        instant,
        medium=entry.medium,
        generation=entry.generation,
    )
    found = x509.load_der_x509_crl(der)
    (point,) = leaf_of(world, entry).extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    scope = found.extensions.get_extension_for_class(x509.IssuingDistributionPoint).value
    assert scope.full_name == point.full_name, "the list speaks for another distribution point"
    assert found.is_signature_valid(issuer_of(world, entry).public_key())  # type: ignore[arg-type]
    return found


def listed(world: World, entry: Entry, instant: datetime) -> str | None:
    """Return the reason under which that list carries the certificate; None where it does not."""
    found = list_of(world, entry, instant).get_revoked_certificate_by_serial_number(entry.serial)
    return None if found is None else reason_in(found)


def reason_in(line: x509.RevokedCertificate) -> str:
    """Return the reason that a line of a list gives."""
    try:
        return str(line.extensions.get_extension_for_class(x509.CRLReason).value.reason.value)
    except x509.ExtensionNotFound:
        return NO_REASON


_FILES = {
    "chip": ((visual.AID, visual.CHIP_KEY), (jpki.AID, jpki.TOKEN_INFO)),
    "auth": ((jpki.AID, jpki.AUTH_CERTIFICATE), (jpki.AID, jpki.AUTH_KEY)),
    "sign": ((jpki.AID, jpki.SIGN_CERTIFICATE), (jpki.AID, jpki.SIGN_KEY)),
}


def rewritten(before: IssuedCard, after: IssuedCard) -> set[str]:
    """Return what stands otherwise on a card: chip, auth, sign, attributes, expiry."""
    found = set()
    for name, files in _FILES.items():
        differ = {
            before.profile.applications[aid].elements[fid] != after.profile.applications[aid].elements[fid]
            for aid, fid in files
        }
        assert len(differ) == 1, f"{name}: certificate and key, or chip key and token, change together or not at all"
        found |= {name} if differ == {True} else set()
    old, new = before.resident, after.resident
    if [getattr(old, field) for field in _ATTRIBUTES] != [getattr(new, field) for field in _ATTRIBUTES]:
        found.add("attributes")
    if old.card_expiry != new.card_expiry:
        found.add("expiry")
    return found


_ATTRIBUTES = ("name", "address", "birth_date", "sex", "municipality")
