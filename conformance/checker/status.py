"""Asking the responder about one certificate, and believing its answer only when all of RFC 6960 §3.2 holds.

OpenSSL writes the CertIDs, carries the request and judges the answer's signature and signer; nonce, CertID and times
are compared here on the bytes of the answer.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import core, ocsp

from conformance.checker.openssl import OpenSsl, Reading

GREATEST_AGE = timedelta(hours=24)
"""Whatever nextUpdate says, an older answer is no status."""
TOLERANCE = timedelta(0)
"""Declared as `status_seconds`: an answer is refused from the first second after nextUpdate."""


@dataclass(frozen=True, slots=True)
class Status:
    """A reason of the contract, OK for good; with the answer's own time when the answer was believed."""

    reason: str
    why: str
    this_update: datetime | None = None


def ask(openssl: OpenSsl, url: str | None, serial: int, issuer: bytes, now: datetime) -> Status:
    """The status of the certificate of this number at `now`, from the responder at `url`.

    (1) the question, (2) the answer, (3) its signer, (4) its CertID, (5) its nonce, (6) its times, (7) the status.
    """
    if url is None:
        return Status("STATUS_UNAVAILABLE", "no responder is configured for this kind of certificate")
    # (1) The nonce has 32 octets (RFC 9654 §2.1); OpenSSL 3.0 would send 16.
    nonce = secrets.token_bytes(32)
    question = ocsp.OCSPRequest.load(openssl.status_request(serial, issuer))
    asked = [single["req_cert"] for single in question["tbs_request"]["request_list"]]
    request = ocsp.OCSPRequest(
        {
            "tbs_request": {
                "request_list": [{"req_cert": asked[0]}],
                "request_extensions": [{"extn_id": "nonce", "extn_value": core.OctetString(nonce)}],
            }
        }
    ).dump()
    # (2) Error statuses carry no answer (RFC 6960 §4.2.1): there is nothing to believe or disbelieve.
    raw = openssl.fetch_status(url, request)
    if raw is None:
        return Status("STATUS_UNAVAILABLE", f"no OCSP answer from {url}")
    try:
        answer = ocsp.OCSPResponse.load(raw, strict=True)
        said = answer["response_status"].native
        if said != "successful":
            return Status("STATUS_UNAVAILABLE", f"the responder answers {said}")
        data = answer.response_data
        nonces = [
            bytes(extension["extn_value"].parsed.native)
            for extension in data["response_extensions"]
            if extension["extn_id"].native == "nonce"
        ]
        singles = [
            single
            for single in data["responses"]
            if single["cert_id"].native in [identifier.native for identifier in asked]
        ]
        times = [(single["this_update"].native, single["next_update"].native) for single in singles]
        said_of_it = {single["cert_status"].name for single in singles}
        complaint = _complaint(answer.basic_ocsp_response, singles, issuer)
    except (ValueError, TypeError, AttributeError) as fault:  # asn1crypto's three ways to refuse a structure
        return Status("STATUS_UNTRUSTED", f"the answer does not parse: {fault}"[:200])
    if said_of_it == {"good", "revoked"}:
        complaint = "the answer calls the certificate good and revoked"
    if complaint is not None:
        return Status("STATUS_UNTRUSTED", complaint)
    return _believe(openssl.read_status(raw, serial, issuer, now), nonces, nonce, times, now)


def _complaint(basic: Any, singles: list[Any], issuer: bytes) -> str | None:
    """What speaks against an answer and OpenSSL does not look at: all of it is this relying party's policy.

    Critical extensions (RFC 5280 §4.2 for certificates), SHA-1, and a delegate whose own status would have to be asked
    for (RFC 6960 §4.2.2.2.1: without nocheck).
    """
    data = basic["tbs_response_data"]
    extensions = [*data["response_extensions"]]
    for single in singles:
        extensions += [*single["single_extensions"]]
    for extension in extensions:
        if extension["critical"].native and extension["extn_id"].native != "nonce":
            return f"a critical extension {extension['extn_id'].native} that is not known"
    if basic["signature_algorithm"].hash_algo not in {"sha256", "sha384", "sha512"}:
        return f"signed with {basic['signature_algorithm'].hash_algo}"
    for delegate in basic["certs"]:
        known = {extension["extn_id"].native for extension in delegate["tbs_certificate"]["extensions"]}
        if delegate.dump() != issuer and "ocsp_no_check" not in known:
            return "the delegate does not say that it need not be asked about (nocheck)"
    return None


def _believe(reading: Reading, nonces: list[bytes], sent: bytes, times: list[Any], now: datetime) -> Status:
    """The status, when steps (3) to (6) find nothing against the answer."""
    if not reading.trusted:  # (3)
        return Status("STATUS_UNTRUSTED", f"signature or signer: {reading.complaint}")
    if not times or not reading.statuses:  # (4) a twin under the other hash is the same certificate (RFC 6960 §3.2 (1))
        return Status("STATUS_UNTRUSTED", "the answer is about other certificates")
    if any(nonce != sent for nonce in nonces):  # (5) absence alone is no ground (RFC 9919 §5)
        return Status("STATUS_UNTRUSTED", "the nonce is not the one sent")
    this_update = min(this for this, _ in times)
    if any(this > now + TOLERANCE for this, _ in times):  # (6) RFC 6960 §4.2.2.1
        return Status("STATUS_UNTRUSTED", f"thisUpdate {this_update:%FT%TZ} is later than {now:%FT%TZ}")
    too_old = this_update + GREATEST_AGE < now  # RFC 6960 §3.2 (5): recent is what we call so
    if too_old or any(until is None or until + TOLERANCE < now for _, until in times):  # §3.2 (6), RFC 9919 §5
        return Status("STATUS_STALE", f"nextUpdate {[str(until) for _, until in times]}, now {now:%FT%TZ}", this_update)
    return _meaning(reading, this_update)


def _meaning(reading: Reading, this_update: datetime) -> Status:
    """(7) The status as a reason: the worst that is said counts, and only good is good (RFC 6960 §2.2)."""
    if "revoked" in reading.statuses:
        held = reading.reasons == {"certificateHold"}
        return Status("ON_HOLD" if held else "REVOKED", f"revoked, {sorted(reading.reasons)}", this_update)
    if reading.statuses != {"good"}:
        return Status("STATUS_UNKNOWN", "the responder does not know the certificate", this_update)
    return Status("OK", "good", this_update)
