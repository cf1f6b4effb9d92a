"""Who may answer: the issuing key, its delegate for OCSP, or a responder that was pinned (RFC 6960 §2.2, §4.2.2.2)."""

from functools import lru_cache
from typing import Final

from reference_impl.verification import oids
from reference_impl.verification.certificate import Certificate, parse_certificate
from reference_impl.verification.der import DerError
from reference_impl.verification.extensions import PROCESSED, KeyUsage
from reference_impl.verification.ocsp import Answer
from reference_impl.verification.signatures import KeyRefused, is_signed_by, load_key
from reference_impl.verification.trust import Authority, key_hash

MOST_CERTIFICATES: Final = 8
"""Of an answer's certificates so many are looked at: a responder needs one, and each may cost two signatures."""

_NULL: Final = b"\x05\x00"


def signers_of(answer: Answer, issuer: Authority, pinned: tuple[Certificate, ...]) -> tuple[Certificate, ...]:
    """The certificates whose key signed the answer and was entitled to; more than one if a key has been certified anew.

    Whether they are entitled at an instant is asked of each again, by `is_valid_at`.
    """
    if _has_signed(issuer.certificate, answer):
        return (issuer.certificate,)
    delegates = (read_delegate(each, issuer.certificate.encoded) for each in answer.certificates[:MOST_CERTIFICATES])
    candidates = (*pinned, *(each for each in delegates if each is not None))
    return tuple(each for each in candidates if _has_signed(each, answer))


@lru_cache(maxsize=256)
def read_delegate(encoded: bytes, issuer_encoded: bytes) -> Certificate | None:
    """The certificate in `encoded`, if the issuing key itself certified it for OCSP signing (§4.2.2.2).

    By the same key as the certificate in question: a delegate of another generation of the same name is none. Its own
    status cannot be asked, so it must say id-pkix-ocsp-nocheck, and say it as NULL (§4.2.2.2.1). The answer is a
    function of these bytes, so it is remembered by them.
    """
    try:
        certificate, issuer = parse_certificate(encoded), parse_certificate(issuer_encoded)
    except DerError:
        return None
    if not certificate.issuer.same_as(issuer.subject) or not _may_sign_answers(certificate):
        return None
    signed = is_signed_by(load_key(issuer.public_key), certificate.algorithm, certificate.tbs, certificate.signature)
    return certificate if signed else None


def _may_sign_answers(certificate: Certificate) -> bool:
    """What the certificate must say of itself; anyExtendedKeyUsage is not enough, §4.2.2.2 wants the purpose by name.

    RFC 5280 §4.2.1.12 names digitalSignature and nonRepudiation as the key usages that go with OCSPSigning.
    """
    usage, purposes = certificate.key_usage, certificate.extended_key_usage
    no_check = certificate.extensions.get(oids.OCSP_NO_CHECK)
    return (
        purposes is not None
        and oids.OCSP_SIGNING in purposes
        and (usage is None or bool(usage & (KeyUsage.DIGITAL_SIGNATURE | KeyUsage.NON_REPUDIATION)))
        and no_check is not None
        and no_check.value == _NULL
        and all(
            each.oid in PROCESSED or each.oid == oids.OCSP_NO_CHECK
            for each in certificate.extensions.values()
            if each.critical
        )
    )


def _has_signed(certificate: Certificate, answer: Answer) -> bool:
    """Whether responderID names this certificate (§4.2.2.3), by key or by name, and its key signed the answer."""
    if answer.responder_name is not None:
        named = answer.responder_name.same_as(certificate.subject)
    else:
        named = answer.responder_key_hash == key_hash(certificate)
    if not named:
        return False
    try:
        key = load_key(certificate.public_key)
    except KeyRefused:
        return False
    return is_signed_by(key, answer.algorithm, answer.signed, answer.signature)
