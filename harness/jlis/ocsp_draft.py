"""An OCSP answer before it is signed, and how it is signed: what a fault of its content bends (`ocsp_faults.py`)."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from harness.jlis import ocsp_encoding
from harness.jlis.authority import Authority
from harness.jlis.ocsp_delegates import Delegate
from harness.jlis.ocsp_encoding import BASIC, Algorithm, Envelope, generalized_time


class Single(NamedTuple):
    """What is said of one certificate; the status is DER. None and empty leave a field out."""

    cert_id: bytes
    status: bytes
    this_update: datetime | None
    next_update: datetime | None
    extensions: bytes = b""


class Draft(NamedTuple):
    """All that is said, and by whom."""

    authority: Authority
    delegate: Delegate
    responder_id: bytes
    """DER."""
    produced_at: datetime | None
    singles: tuple[Single, ...]
    nonce: bytes | None = None
    asked_nonce: bytes | None = None
    """The nonce that came, echoed or not."""
    extensions: bytes = b""
    """Further responseExtensions, joined."""
    deterministic: bool = False
    error: int | None = None
    """An OCSPResponseStatus said instead of everything else."""
    status: int = 0
    """An OCSPResponseStatus said beside the bytes, which only a wrong response does."""
    digest: str = "sha256"
    named_algorithm: Algorithm | None = None
    """What the AlgorithmIdentifier says where it is not the signature's."""
    certificates: tuple[bytes, ...] | None = None
    """The certificates that go along where it is not the delegate's alone."""
    response_type: bytes = BASIC
    is_flipped: bool = False
    """Whether one bit of the signature is turned over."""
    is_cut: bool = False
    """Whether only the first half of its octets is given."""
    tail: bytes = b""
    """Octets behind the response."""


Bend = Callable[[Draft], Draft]


def as_it_is(draft: Draft) -> Draft:
    """Return the draft: nothing is wrong with it."""
    return draft


def seal(draft: Draft) -> bytes:
    """Return the response that a draft makes."""
    if draft.error is not None:
        return ocsp_encoding.error_response(draft.error)
    data = to_be_signed(draft)
    delegate = draft.delegate
    signature = delegate.sign(data, draft.digest, deterministic=draft.deterministic)
    if _is_plain(draft):
        return delegate.envelope.seal(data, signature)
    return _bent(draft, data, signature)


def to_be_signed(draft: Draft) -> bytes:
    """Return the ResponseData that a draft makes."""
    return ocsp_encoding.response_data(
        draft.responder_id,
        b"" if draft.produced_at is None else generalized_time(draft.produced_at),
        b"".join([_single(single) for single in draft.singles]),
        (b"" if draft.nonce is None else ocsp_encoding.nonce_extension(draft.nonce)) + draft.extensions,
    )


def _single(single: Single) -> bytes:
    cert_id, status, this_update, next_update, extensions = single
    return ocsp_encoding.single_response(
        cert_id,
        status,
        b"" if this_update is None else generalized_time(this_update),
        b"" if next_update is None else generalized_time(next_update),
        extensions,
    )


def _is_plain(draft: Draft) -> bool:
    """Whether the delegate's own envelope does: nothing around its signature is wrong."""
    return draft[_AROUND:] == _PLAIN


_AROUND = Draft._fields.index("status")
_PLAIN = tuple(Draft._field_defaults[name] for name in Draft._fields[_AROUND:])


def _bent(draft: Draft, data: bytes, signature: bytes) -> bytes:
    algorithm = draft.named_algorithm or draft.delegate.algorithm(draft.digest)
    certificates = (draft.delegate.certificate,) if draft.certificates is None else draft.certificates
    if draft.is_flipped:
        signature = signature[:-1] + bytes((signature[-1] ^ 1,))
    whole = Envelope(algorithm, certificates, draft.response_type).seal(data, signature, draft.status)
    return whole[: len(whole) // 2] if draft.is_cut else whole + draft.tail
