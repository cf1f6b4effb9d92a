"""Whether an OCSP answer is right: who signed it, about what, as of when, and what the register held then. Pure.

RFC 6960 §3.2 lists what a client checks; the numbers in the code are its. A responder speaks as of its thisUpdate: a
certificate that was revoked at or before that instant is revoked, one revoked later is good.
"""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from loadtests.targets.ground import Subject
from loadtests.truth import Ruled, Ruling
from loadtests.vocabulary import Standing

GOOD, UNKNOWN = "good", "unknown"


def expected_of(subject: Subject, this_update: datetime) -> str:
    """Return what is right of a certificate as of an instant."""
    if subject.standing is Standing.UNKNOWN:
        return UNKNOWN
    if subject.revoked is None or subject.revoked > this_update:
        return GOOD
    return f"revoked {subject.reason}"


class OcspJudge:
    """Rules on answers of one authority's responder; delegates whose certificate was checked are remembered."""

    def __init__(self, issuer: bytes, instant: datetime, lasts: float) -> None:
        self._issuer = x509.load_der_x509_certificate(issuer)
        self._begins, self._ends = instant, instant + timedelta(seconds=lasts)
        self._delegates: dict[bytes, RSAPublicKey] = {}

    def rule(self, subject: Subject, der: bytes, nonce: bytes) -> Ruled:
        """Return the ruling on the answer to one question."""
        bad = subject.standing is not Standing.GOOD and subject.standing is not Standing.JUST_LOST
        at_best = expected_of(subject, self._ends)
        try:
            answer = ocsp.load_der_ocsp_response(der)
        except ValueError as fault:
            return Ruled(Ruling.WRONG, at_best, f"no OCSP response: {fault}", bad)
        if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            return Ruled(Ruling.UNDECIDED, at_best, answer.response_status.name, bad)
        expected = expected_of(subject, answer.this_update_utc)
        fault_found = self._fault(subject, answer, nonce)
        if fault_found is not None:
            return Ruled(Ruling.WRONG, expected, fault_found, bad)
        actual = _told(answer)
        return Ruled(Ruling.RIGHT if actual == expected else Ruling.WRONG, expected, actual, bad)

    def _fault(self, subject: Subject, answer: ocsp.OCSPResponse, nonce: bytes) -> str | None:
        """Return which of the client's checks fails first."""
        if answer.serial_number != subject.serial:  # (1) the certificate is the one that was asked about
            return f"about serial {answer.serial_number:x}"
        if not self._is_signed(answer):  # (2), (4) signed by who may
            return "signed by nobody who may"
        try:
            echoed = answer.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
        except x509.ExtensionNotFound:
            echoed = None
        if echoed != nonce:  # RFC 9654 §2.1
            return "another nonce or none"
        if answer.this_update_utc > self._ends:  # (5)
            return f"as of the future, {answer.this_update_utc.isoformat()}"
        if answer.next_update_utc is not None and answer.next_update_utc < self._begins:  # (6)
            return f"stale since {answer.next_update_utc.isoformat()}"
        return None

    def _is_signed(self, answer: ocsp.OCSPResponse) -> bool:
        try:
            key = self._delegate(answer)
            if key is None or answer.signature_hash_algorithm is None:
                return False
            key.verify(answer.signature, answer.tbs_response_bytes, PKCS1v15(), answer.signature_hash_algorithm)
        except (InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
            return False
        return True

    def _delegate(self, answer: ocsp.OCSPResponse) -> RSAPublicKey | None:
        """Return the signer's key: a delegate that the authority issued for this (§4.2.2.2), or the authority's own."""
        if not answer.certificates:
            key = self._issuer.public_key()
            return key if isinstance(key, RSAPublicKey) else None
        certificate = answer.certificates[0]
        der = certificate.tbs_certificate_bytes + certificate.signature
        if der not in self._delegates:
            certificate.verify_directly_issued_by(self._issuer)
            usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
            key = certificate.public_key()
            if ExtendedKeyUsageOID.OCSP_SIGNING not in usage or not isinstance(key, RSAPublicKey):
                return None
            self._delegates[der] = key
        return self._delegates[der]


def _told(answer: ocsp.OCSPResponse) -> str:
    if answer.certificate_status is ocsp.OCSPCertStatus.GOOD:
        return GOOD
    if answer.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
        return UNKNOWN
    reason = answer.revocation_reason
    return f"revoked {reason.value if reason is not None else 'unspecified'}"
