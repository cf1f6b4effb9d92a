"""Which pinned generation issued a certificate? All generations of an authority share one name (spec/pki.md §1.1)."""

import msgspec

from reference_impl.verification.certificate import Certificate
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.signatures import is_signed_by, load_key
from reference_impl.verification.trust import Authority, Trust
from reference_impl.verification.verdict import Reason


class NoIssuer(msgspec.Struct, frozen=True):
    """No pinned generation issued it: the reason, and why that one."""

    reason: Reason
    why: str


def is_issued_by(certificate: Certificate, authority: Authority) -> bool:
    """Whether the authority's key signed the certificate (RFC 5280 §6.1.3(a)(1))."""
    key = load_key(authority.certificate.public_key)
    return is_signed_by(key, certificate.algorithm, certificate.tbs, certificate.signature)


def same_named_generations(certificate: Certificate, trust: Trust, kind: CertificateKind) -> list[Authority]:
    """The pinned generations of the issuer's name (§6.1.3(a)(4), §7.1), first the one authorityKeyIdentifier names.

    The identifier is a hint for the order and never a verdict (§4.2.1.1; spec/rfc.md B2).
    """
    named = [each for each in trust.generations(kind) if each.certificate.subject.same_as(certificate.issuer)]
    return sorted(named, key=lambda each: each.key_identifier != certificate.authority_key_identifier)


def find_issuer(certificate: Certificate, trust: Trust, kind: CertificateKind) -> Authority | NoIssuer:
    """The pinned generation whose key signed the certificate, or which of two reasons there is none.

    BAD_SIGNATURE: the certificate names a pinned key as its issuer's, and that key did not sign these bytes, so they
    were altered or forged. UNKNOWN_ISSUER: the name is not pinned, or it is but the key named is another one (a
    generation not pinned, or no longer, or somebody who took the name).
    """
    candidates = same_named_generations(certificate, trust, kind)
    if not candidates:
        return NoIssuer(Reason.UNKNOWN_ISSUER, "no pinned authority has the issuer's name")
    for authority in candidates:
        if is_issued_by(certificate, authority):
            return authority
    if candidates[0].key_identifier == certificate.authority_key_identifier:
        return NoIssuer(Reason.BAD_SIGNATURE, "the pinned key that the certificate names did not sign it")
    return NoIssuer(Reason.UNKNOWN_ISSUER, "an authority of that name is pinned, but none of its keys signed this")
