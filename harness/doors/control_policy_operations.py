"""The operations of the control API on the policies of the fake J-LIS's OCSP responders."""

from dataclasses import replace
from datetime import time
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from msgspec import UNSET, structs

from harness.clock import possible_instant
from harness.contract.vocabulary import Kind
from harness.doors import control_policy_messages as said
from harness.doors.control_messages import Nothing
from harness.doors.control_operation import Asked, Operation, Running
from harness.jlis.ocsp_policy import OPEN, VALIDITIES, Closure, DailyWindow, PolicyRefused, ResponderPolicy

_VALID = dict(zip(said.ValidFor, VALIDITIES, strict=True))


class UnknownResponder(Exception):
    """There is no responder of that kind."""


def get_ocsp_policy(up: Running, asked: Asked) -> said.OcspPolicy:
    """Return how the responder of a kind speaks."""
    kind = _kind(asked)
    return _state(kind, up.world.jlis.responder.policy(kind))


def change_ocsp_policy(up: Running, asked: Asked) -> said.OcspPolicy:
    """Let the responder of a kind speak otherwise from now on, in what is named, and return how."""
    kind, wanted = _kind(asked), asked.message
    return _state(kind, up.world.jlis.responder.change(kind, lambda policy: _changed(policy, wanted)))


def reset_ocsp_policy(up: Running, asked: Asked) -> said.OcspPolicy:
    """Let the responder of a kind speak as it did when the process began, and return how."""
    kind = _kind(asked)
    return _state(kind, up.world.jlis.responder.change(kind, lambda _: OPEN))


_POLICY = "/v1/jlis/ocsp/{kind}/policy"
POLICY_OPERATIONS = (
    Operation("GET", _POLICY, Nothing, said.OcspPolicy, get_ocsp_policy, among=Kind),
    Operation("PATCH", _POLICY, said.OcspPolicyChange, said.OcspPolicy, change_ocsp_policy, among=Kind),
    Operation("DELETE", _POLICY, Nothing, said.OcspPolicy, reset_ocsp_policy, among=Kind),
)


def _kind(asked: Asked) -> Kind:
    try:
        return Kind(asked.name)
    except ValueError as fault:
        raise UnknownResponder(f"kind {asked.name!r}: expected auth or sign") from fault


def _changed(policy: ResponderPolicy, wanted: said.OcspPolicyChange) -> ResponderPolicy:
    """Return the policy with what is wanted otherwise; PolicyRefused when nobody could follow it."""
    given = {name: value for name, value in structs.asdict(wanted).items() if value is not UNSET}
    changes: dict[str, Any] = {name: value for name, value in given.items() if name not in {"once", "daily"}}
    if "valid" in given:
        changes["valid"] = _VALID[given["valid"]]
    if "requestors" in given:
        changes["requestors"] = tuple(_requestor(number, der) for number, der in enumerate(given["requestors"]))
    if given.keys() & {"once", "daily"}:
        once = [_once(each) for each in given["once"]] if "once" in given else _of(Closure, policy)
        daily = [_daily(each) for each in given["daily"]] if "daily" in given else _of(DailyWindow, policy)
        changes["maintenance"] = (*once, *daily)
    return replace(policy, **changes)


def _requestor(number: int, der: bytes) -> bytes:
    """Return a certificate that signatures can be checked with."""
    try:
        key = x509.load_der_x509_certificate(der).public_key()
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion) as fault:
        raise PolicyRefused(
            f"requestors[{number}]: expected a certificate (DER, in base64), actual {fault}; "
            "`openssl x509 -outform DER` makes one of PEM"
        ) from fault
    if not isinstance(key, RSAPublicKey | EllipticCurvePublicKey):
        actual = type(key).__name__
        raise PolicyRefused(f"requestors[{number}]: expected an RSA or ECDSA key, actual {actual}; name another")
    return der


def _once(window: said.ClosedOnce) -> Closure:
    return Closure(possible_instant(window.since), possible_instant(window.until), window.closed)


def _daily(window: said.DailyWindow) -> DailyWindow:
    return DailyWindow(time.fromisoformat(window.since), time.fromisoformat(window.until), window.closed)


def _of(wanted: type[Closure] | type[DailyWindow], policy: ResponderPolicy) -> list[Closure | DailyWindow]:
    return [window for window in policy.maintenance if isinstance(window, wanted)]


def _state(kind: Kind, policy: ResponderPolicy) -> said.OcspPolicy:
    return said.OcspPolicy(
        kind=kind,
        most_questions=policy.most_questions,
        nonces=policy.nonces,
        signed_requests=policy.signed_requests,
        requestors=list(policy.requestors),
        named_by=policy.named_by,
        responder_key=policy.responder_key,
        deterministic=policy.deterministic,
        never_issued=policy.never_issued,
        valid=next(name for name, span in _VALID.items() if span == policy.valid),
        presigned=policy.presigned,
        once=[
            said.ClosedOnce(since=each.since, until=each.until, closed=each.closed)
            for each in policy.maintenance
            if isinstance(each, Closure)
        ],
        daily=[
            said.DailyWindow(since=each.since.isoformat(), until=each.until.isoformat(), closed=each.closed)
            for each in policy.maintenance
            if isinstance(each, DailyWindow)
        ],
    )
