"""Whose certificate is it? Steps (1) to (3) for the certificate alone: the same octets give the same answer.

So the answer is remembered by these octets, under the trust and the policy that it was found with, and no longer.
What depends on the instant (validity, status) is never remembered here.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from reference_impl.verification import purpose as purposes
from reference_impl.verification.certificate import Certificate, parse_certificate
from reference_impl.verification.chain import Issuers, NoIssuer
from reference_impl.verification.der import DerError
from reference_impl.verification.findings import against_policy, issuer_refused, not_readable, wrong_purpose
from reference_impl.verification.memory import Memory, Remember
from reference_impl.verification.policy import Policy
from reference_impl.verification.purpose import Carrier, CertificateKind
from reference_impl.verification.shape import Shapes
from reference_impl.verification.signatures import KeyRefused, read_key
from reference_impl.verification.trust import Authority, Trust
from reference_impl.verification.verdict import HolderKey

T = TypeVar("T")


class Identity(msgspec.Struct, gc=False):
    """A certificate that a pinned generation issued for this use, and from when until when both are valid."""

    certificate: Certificate
    issuer: Authority
    holder: HolderKey
    begins: datetime
    ends: datetime
    _key: RSAPublicKey | None = None

    @property
    def key(self) -> RSAPublicKey:
        """The holder's key, loaded when it is first needed: a status needs none."""
        key = self._key
        if key is None:
            key = self._key = _require_key(self.certificate)
        return key


class Identities:
    """The certificates of one kind and carrier, under one trust and one policy."""

    def __init__(self, trust: Trust, policy: Policy, use: tuple[CertificateKind, Carrier], remember: Remember) -> None:
        self._kind, self._carrier = use
        self._accepted = policy.policies
        self._issuers = Issuers(trust, self._kind)
        self._shapes = Shapes()
        self._holders: Memory[Identity] = Memory(remember.holders)
        self.known = self._holders.find
        """The identity that is remembered for these octets, if one is."""
        self._issued: Memory[Authority] = Memory(remember.issuers)

    def identify(self, encoded: bytes) -> Identity:
        """Whose certificate these octets are; a `Refusal` of step (1), (2) or (3) where they are nobody's."""
        return self.known(encoded) or self.work_out(encoded)

    def work_out(self, encoded: bytes) -> Identity:
        """The same, whatever is remembered of identities."""
        certificate, key = self._shapes.read(encoded), None  # of a known shape: read, and its purpose fits
        is_new = certificate is None
        if certificate is None:
            certificate = read_part(parse_certificate, encoded, "certificate")  # (1)
            require_purpose(certificate, self._kind, self._carrier, self._accepted)  # (2)
            key = _require_key(certificate)
        issuer = self._require_issuer(certificate)  # (3)
        if is_new:
            self._shapes.learn(certificate)
        anchor, begins, ends = issuer.certificate, certificate.not_before, certificate.not_after
        identity = Identity(
            certificate,
            issuer,
            HolderKey(issuer.issuer_key, "%x" % certificate.serial),  # noqa: UP031  (a third of f"{…:x}")
            begins if begins > anchor.not_before else anchor.not_before,  # noqa: FURB136  (max takes six times as long)
            ends if ends < anchor.not_after else anchor.not_after,  # noqa: FURB136
            key,
        )
        self._holders.keep(encoded, identity)
        return identity

    def _require_issuer(self, certificate: Certificate) -> Authority:
        """(3) The generation that signed it: remembered for these octets, or found out."""
        known = self._issued.find(certificate.encoded)
        if known is not None:
            return known
        issuer = self._issuers.find(certificate)
        if isinstance(issuer, NoIssuer):
            raise issuer_refused(issuer.reason, issuer.why)
        self._issued.keep(certificate.encoded, issuer)
        return issuer


def read_part(parse: Callable[[bytes], T], data: bytes, where: str) -> T:
    """(1) What `parse` makes of a part; MALFORMED with offset and rule where it is not what it should be."""
    try:
        return parse(data)
    except DerError as error:
        raise not_readable(where, error) from error


def require_purpose(
    certificate: Certificate, kind: CertificateKind, carrier: Carrier, accepted: purposes.AcceptedPolicies
) -> None:
    """(2) The right kind of certificate, which this relying party is able to process."""
    if not purposes.has_accepted_policy(certificate, kind, accepted, carrier):
        raise wrong_purpose("RFC 5280 §6.1.5(g)", f"certificatePolicies holds no accepted policy for {kind}, {carrier}")
    if not purposes.has_key_usage(certificate, kind):
        raise wrong_purpose("RFC 5280 §4.2.1.3", f"keyUsage does not allow {kind}")
    if not purposes.has_extended_key_usage(certificate, kind):
        raise wrong_purpose("RFC 5280 §4.2.1.12", f"extKeyUsage does not fit {kind}")
    unprocessable = purposes.unprocessable_extension(certificate)
    if unprocessable is not None:
        raise against_policy("RFC 5280 §4.2", f"critical extension with {unprocessable} cannot be processed")
    if purposes.is_authority(certificate):
        raise against_policy("spec/pki.md §1.3", "a holder's certificate claims to be an authority's")
    defect = purposes.profile_defect(certificate)
    if defect is not None:
        raise against_policy("CRYPTREC", f"not accepted by local policy: {defect}")


def _require_key(certificate: Certificate) -> RSAPublicKey:
    """(2) Its key, of a kind and size that is used here."""
    try:
        return read_key(certificate.public_key)
    except KeyRefused as error:
        raise against_policy("CRYPTREC", f"not accepted by local policy: {error}") from error
