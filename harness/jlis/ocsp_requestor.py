"""Who asks: signatures over OCSP requests, judged by an access list (RFC 6960 §4.1.2, spec/pki.md §3)."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA384, SHA512, HashAlgorithm

from harness.confidence import Confidence
from harness.jlis.behaviour import Behaviour, Behaviours
from harness.jlis.ocsp_policy import ResponderPolicy, SignedRequests
from harness.jlis.ocsp_question import OcspRequest, RequestSignature
from harness.jlis.ocsp_request import RefusedRequest, ResponseStatus

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.NORMATIVE,
        "RFC 6960 §4.1.2",
        "署名付き要求の署名とアクセスリストを確かめる",
        "a signed request is verified and its signer looked up in the access list",
        "policy `requestors`",
    ),
)

HASHES: dict[str, HashAlgorithm] = {
    "sha1": SHA1(),  # noqa: S303  (what a requestor signs with is theirs; older clients default to it)
    "sha256": SHA256(),
    "sha384": SHA384(),
    "sha512": SHA512(),
}
MOST_CERTIFICATES = 8
"""So many of those that came with a request are looked at."""


def check_requestor(request: OcspRequest, policy: ResponderPolicy, now: datetime) -> None:
    """Return when whoever asks may ask at `now`; RefusedRequest otherwise."""
    signature = request.signature
    if signature is None:
        if policy.signed_requests is SignedRequests.REQUIRED:
            raise RefusedRequest(ResponseStatus.SIG_REQUIRED, "expected a signed request, actual none")
        return
    if policy.signed_requests is SignedRequests.REFUSED:
        raise _unauthorized("expected an unsigned request, actual a signed one")
    if request.requestor_name is None:  # "the requestor SHALL specify its name", RFC 6960 §4.1.2
        raise _unauthorized("requestorName: expected the name of who signed, actual none")
    if not any(_has_signed(der, signature, now) for der in _candidates(signature, policy)):
        raise _unauthorized("signature: expected one by a requestor of the access list, actual none that verifies")


def _candidates(signature: RequestSignature, policy: ResponderPolicy) -> Sequence[bytes]:
    """Return whose signature it may be: of those who are listed, or where nobody is, of those who sent certificates."""
    if policy.requestors or policy.signed_requests is SignedRequests.REQUIRED:
        return policy.requestors
    return signature.certificates[:MOST_CERTIFICATES]


def _has_signed(der: bytes, signature: RequestSignature, now: datetime) -> bool:
    """Whether the holder of a certificate that is valid at `now` signed the request."""
    digest, _, scheme = signature.algorithm.partition("_")
    algorithm = HASHES.get(digest)
    if algorithm is None:
        return False
    try:
        certificate = _certificate(der)
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            return False
        key = certificate.public_key()
        if isinstance(key, RSAPublicKey) and scheme == "rsa":
            key.verify(signature.signature, signature.signed, PKCS1v15(), algorithm)
        elif isinstance(key, EllipticCurvePublicKey) and scheme == "ecdsa":
            key.verify(signature.signature, signature.signed, ECDSA(algorithm))
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, x509.InvalidVersion, ValueError):  # the last: it is none
        return False
    return True


@lru_cache(maxsize=64)
def _certificate(der: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(der)


def _unauthorized(why: str) -> RefusedRequest:
    return RefusedRequest(ResponseStatus.UNAUTHORIZED, why)
