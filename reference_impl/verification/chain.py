"""Which pinned generation issued a certificate? All generations of an authority share one name (spec/pki.md §1.1)."""

import msgspec

from reference_impl.verification.certificate import Certificate
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.signatures import is_signed_by
from reference_impl.verification.trust import Authority, Trust
from reference_impl.verification.verdict import Reason


class NoIssuer(msgspec.Struct, frozen=True):
    """No pinned generation issued it: the reason, and why that one."""

    reason: Reason
    why: str


def is_issued_by(certificate: Certificate, authority: Authority) -> bool:
    """Whether the authority's key signed the certificate (RFC 5280 §6.1.3(a)(1))."""
    return is_signed_by(authority.key, certificate.common.algorithm, certificate.tbs, certificate.signature)


class Issuers:
    """The pinned generations of one kind, by name; most certificates write the name as the anchor does."""

    def __init__(self, trust: Trust, kind: CertificateKind) -> None:
        self._generations = trust.generations(kind)
        self._named = {each.certificate.subject.encoded: self._same_named(each) for each in self._generations}

    def _same_named(self, authority: Authority) -> tuple[Authority, ...]:
        name = authority.certificate.subject
        return tuple(each for each in self._generations if each.certificate.subject.same_as(name))

    def named(self, certificate: Certificate) -> tuple[Authority, ...]:
        """The generations of the issuer's name (RFC 5280 §6.1.3(a)(4), compared by §7.1)."""
        same = self._named.get(certificate.issuer.encoded)
        if same is not None:
            return same
        return tuple(each for each in self._generations if each.certificate.subject.same_as(certificate.issuer))

    def find(self, certificate: Certificate) -> Authority | NoIssuer:
        """The pinned generation whose key signed the certificate, or which of two reasons there is none.

        First the key that authorityKeyIdentifier names, then the others: the identifier is a hint for the order and
        never a verdict (§4.2.1.1; spec/rfc.md B2).

        BAD_SIGNATURE: the certificate names a pinned key as its issuer's, and that key did not sign these bytes, so
        they were altered or forged. UNKNOWN_ISSUER: the name is not pinned, or it is but the key named is another one
        (a generation not pinned, or no longer, or somebody who took the name).
        """
        named, identifier = self.named(certificate), certificate.authority_key_identifier
        if not named:
            return NoIssuer(Reason.UNKNOWN_ISSUER, "no pinned authority has the issuer's name")
        is_pointed_at = False
        for authority in named:
            if authority.key_identifier == identifier:
                is_pointed_at = True
                if is_issued_by(certificate, authority):
                    return authority
        for authority in named:
            if authority.key_identifier != identifier and is_issued_by(certificate, authority):
                return authority
        if is_pointed_at:
            return NoIssuer(Reason.BAD_SIGNATURE, "the pinned key that the certificate names did not sign it")
        return NoIssuer(Reason.UNKNOWN_ISSUER, "an authority of that name is pinned, but none of its keys signed this")
