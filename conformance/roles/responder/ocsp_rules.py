"""What holds of an OCSP answer: one small function for each rule, which says what was expected and what was there.

Texts on equality at a boundary disagree (spec/rfc.md B23): instants are compared with a second to spare.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from asn1crypto import core, x509

from conformance.roles.responder.asking import key_bits
from conformance.roles.responder.case import About, Rule
from conformance.roles.responder.facts import REASONS
from conformance.roles.responder.seen import UNREADABLE, SeenAnswer
from conformance.roles.responder.signatures import is_issued_by

SECOND = timedelta(seconds=1)
NONCE, EXTENDED_REVOKE = "1.3.6.1.5.5.7.48.1.2", "1.3.6.1.5.5.7.48.1.9"
OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"
UNDERSTOOD = frozenset((NONCE, EXTENDED_REVOKE, *(f"1.3.6.1.5.5.7.48.1.{number}" for number in (3, 6, 7))))
SOUND = frozenset(("sha256", "sha384", "sha512"))
WORDS = {About.GOOD: "good", About.REVOKED: "revoked", About.HELD: "revoked"}


class PlainExtension(core.Sequence):  # type: ignore[misc]
    """An Extension (RFC 5280 §4.1) whose value stays octets."""

    _fields = [  # noqa: RUF012  (asn1crypto's way)
        ("extn_id", core.ObjectIdentifier),
        ("critical", core.Boolean, {"default": False}),
        ("extn_value", core.OctetString),
    ]


class Found(NamedTuple):
    """What a rule found."""

    expected: str
    actual: str
    held: bool


def signature_holds(seen: SeenAnswer) -> Found:
    """The signature is somebody's whose certificate is at hand (RFC 6960 §3.2 item 2)."""
    signer = seen.signer
    actual = "nobody's at hand" if signer is None else signer.subject.human_friendly
    return Found("a signature that verifies", actual, signer is not None)


def signer_entitled(seen: SeenAnswer) -> Found:
    """The authority, a delegate that its key certified, or one that is trusted here (RFC 6960 §4.2.2.2)."""
    signer = seen.signer
    if signer is None:
        return Found("the authority or its delegate", "nobody: the signature does not verify", held=False)
    is_trusted = signer.dump() in seen.facts.trusted
    held = seen.is_authority or is_trusted or is_issued_by(signer, seen.issuer)
    return Found("the authority, its delegate, or one configured", signer.subject.human_friendly, held)


def signer_purpose(seen: SeenAnswer) -> Found:
    """A delegate has id-kp-OCSPSigning (RFC 6960 §4.2.2.2)."""
    purposes = [] if seen.signer is None else _purposes(seen.signer)
    held = seen.is_authority or "ocsp_signing" in purposes or OCSP_SIGNING in purposes
    return Found("the authority, or OCSPSigning", "the authority" if seen.is_authority else ", ".join(purposes), held)


def signer_in_force(seen: SeenAnswer) -> Found:
    """The certificate of whoever signed is in force now."""
    if seen.signer is None:
        return Found("a signer in force", "no signer", held=False)
    begins, ends = seen.signer.not_valid_before, seen.signer.not_valid_after
    held = begins - SECOND <= seen.carried.after and seen.carried.before <= ends + SECOND
    return Found(f"in force at {seen.carried.after:%Y-%m-%dT%H:%M:%SZ}", f"{begins} to {ends}", held)


def sound_algorithm(seen: SeenAnswer) -> Found:
    """SHA-256 or better: policy (CRYPTREC), no RFC says so."""
    name = seen.basic["signature_algorithm"].hash_algo
    return Found("SHA-256, SHA-384 or SHA-512", name, name in SOUND)


def responder_id_fits(seen: SeenAnswer) -> Found:
    """Name or key hash are those of whoever signed (RFC 6960 §4.2.2.3)."""
    said = seen.data["responder_id"]
    if seen.signer is None:
        return Found("the signer's", "no signer", held=False)
    if said.name == "by_key":
        key_hash = hashlib.sha1(key_bits(seen.signer), usedforsecurity=False).digest()
        return Found(f"by key {key_hash.hex()}", f"by key {said.chosen.native.hex()}", said.chosen.native == key_hash)
    held = bool(said.chosen.hashable == seen.signer.subject.hashable)
    return Found(f"by name {seen.signer.subject.human_friendly}", f"by name {said.chosen.human_friendly}", held)


def responder_by_key(seen: SeenAnswer) -> Found:
    """The lightweight profile names the responder by key (RFC 9919 §3.2.2)."""
    name = seen.data["responder_id"].name
    return Found("by_key", name, name == "by_key")


def serial_asked(seen: SeenAnswer) -> Found:
    """It speaks of the serial number that was asked for (RFC 6960 §3.2 item 1)."""
    serials = [f"{each['cert_id']['serial_number'].native:X}" for each in seen.data["responses"]]
    return Found(f"{seen.request.serials[0]:X}", ", ".join(serials), bool(seen.singles))


def issuer_name_asked(seen: SeenAnswer) -> Found:
    """The hash of the issuer's name is the issuer's, under the hash that the CertID itself names."""
    return _hash_fits(seen, "issuer_name_hash", seen.issuer.subject.dump())


def issuer_key_asked(seen: SeenAnswer) -> Found:
    """So is the hash of its key: generations of one name differ in nothing else."""
    return _hash_fits(seen, "issuer_key_hash", key_bits(seen.issuer))


def hash_asked(seen: SeenAnswer) -> Found:
    """It answers in the hash that was asked; the twin in another is legal (spec/rfc.md B20)."""
    used = [each["cert_id"]["hash_algorithm"]["algorithm"].native for each in seen.singles]
    return Found(seen.ask.hash, ", ".join(used), seen.ask.hash in used)


def this_update_past(seen: SeenAnswer) -> Found:
    """What it tells was known already (RFC 6960 §2.4, §4.2.2.1)."""
    at = seen.single["this_update"].native
    return Found(f"not after {_told(seen.carried.after)}", _told(at), at <= seen.carried.after + SECOND)


def next_update_ahead(seen: SeenAnswer) -> Found:
    """Newer information is not due yet (RFC 6960 §3.2 item 6); without nextUpdate it always is there (§4.2.2.1)."""
    at = seen.single["next_update"].native
    held = at is None or at >= seen.carried.before - SECOND
    return Found(f"absent, or not before {_told(seen.carried.before)}", _told(at), held)


def next_update_later(seen: SeenAnswer) -> Found:
    """nextUpdate is later than thisUpdate."""
    this_update, at = seen.single["this_update"].native, seen.single["next_update"].native
    return Found(f"absent, or after {_told(this_update)}", _told(at), at is None or at > this_update)


def next_update_present(seen: SeenAnswer) -> Found:
    """The lightweight profile has it in every response (RFC 9919 §3.2.4)."""
    at = seen.single["next_update"].native
    return Found("nextUpdate", _told(at), at is not None)


def produced_past(seen: SeenAnswer) -> Found:
    """It was signed already."""
    at = seen.data["produced_at"].native
    return Found(f"not after {_told(seen.carried.after)}", _told(at), at <= seen.carried.after + SECOND)


def produced_later(seen: SeenAnswer) -> Found:
    """It was signed when its status was known (RFC 6960 §2.4)."""
    at, this_update = seen.data["produced_at"].native, seen.single["this_update"].native
    return Found(f"not before {_told(this_update)}", _told(at), at >= this_update)


def status_known(seen: SeenAnswer) -> Found:
    """The status is the one that is known to be true."""
    name = seen.single["cert_status"].name
    return Found(WORDS[seen.about], name, name == WORDS[seen.about])


def reason_known(seen: SeenAnswer) -> Found:
    """A reason that is given is the true one; it may be left out (RFC 6960 §4.2.1)."""
    wanted = seen.facts.known[seen.about].reason
    _, number = _revocation(seen)
    actual = "absent" if number is None else REASONS[number] if number < len(REASONS) else str(number)
    return Found(f"absent, or {wanted}", actual, actual in ("absent", wanted) or wanted is None)


def date_known(seen: SeenAnswer) -> Found:
    """The time of the revocation is the true one, and over."""
    at, _ = _revocation(seen)
    wanted = seen.facts.known[seen.about].at
    past = at is not None and at <= seen.carried.after
    held = past and (wanted is None or at is None or abs(at - wanted) <= SECOND)
    return Found(f"not in the future{'' if wanted is None else f', {_told(wanted)}'}", _told(at), held)


def never_issued(seen: SeenAnswer) -> Found:
    """unknown, good (RFC 6960 §2.2), or revoked with hold, 1970 and extended-revoke (§4.4.8): nothing between."""
    name = seen.single["cert_status"].name
    if name != "revoked":
        return Found("unknown, good, or revoked as §4.4.8 has it", name, held=True)
    at, number = _revocation(seen)
    told = any(each["extn_id"].dotted == EXTENDED_REVOKE for each in _extensions(seen.data["response_extensions"]))
    held = at == datetime(1970, 1, 1, tzinfo=UTC) and number == REASONS.index("certificateHold") and told
    extended = "with" if told else "without"
    return Found(
        "revoked: certificateHold since 1970-01-01, with extended-revoke",
        f"revoked: reason {number} since {_told(at)}, {extended} extended-revoke",
        held,
    )


def nonce_echoed(seen: SeenAnswer) -> Found:
    """The nonce that was sent comes back in responseExtensions (RFC 9654 §2.1)."""
    values = [value[2:] if value[:1] == b"\x04" else value for value in _nonces(seen)]
    wanted = seen.request.nonce or b""
    return Found(wanted.hex(), ", ".join(value.hex() for value in values) or "none", wanted in values)


def nonce_encoded(seen: SeenAnswer) -> Found:
    """Within extnValue it is an OCTET STRING of its own (RFC 9654 §2.1)."""
    wanted, nonces = seen.request.nonce or b"", _nonces(seen)
    encoded = bytes((4, len(wanted))) + wanted
    return Found(encoded.hex(), ", ".join(value.hex() for value in nonces) or "none", encoded in nonces)


def nonce_place(seen: SeenAnswer) -> Found:
    """It is not in singleExtensions (RFC 9654 §2.1)."""
    held = not any(
        each["extn_id"].dotted == NONCE
        for single in seen.data["responses"]
        for each in _extensions(single["single_extensions"])
    )
    return Found("none in singleExtensions", "none" if held else "one", held)


def each_answered(seen: SeenAnswer) -> Found:
    """There is a SingleResponse for every certificate asked for; more are legal (RFC 6960 §4.2.2.3)."""
    spoken = {each["cert_id"]["serial_number"].native for each in seen.data["responses"]}
    wanted = set(seen.request.serials)
    return Found(f"{len(wanted)} of {len(wanted)}", f"{len(wanted & spoken)} of {len(wanted)}", wanted <= spoken)


def no_contradiction(seen: SeenAnswer) -> Found:
    """Of one certificate it says one thing, however often."""
    said = {each["cert_status"].name for each in seen.singles}
    return Found("one status", ", ".join(sorted(said)) or "none", len(said) == 1)


def nothing_critical(seen: SeenAnswer) -> Found:
    """No critical extension but those that a client knows (RFC 5280 §4.2, RFC 6960 §4.4)."""
    found = [*_extensions(seen.data["response_extensions"])]
    for single in seen.data["responses"]:
        found += _extensions(single["single_extensions"])
    unknown = [each["extn_id"].dotted for each in found if each["critical"].native]
    unknown = [each for each in unknown if each not in UNDERSTOOD]
    return Found("none that is unknown", ", ".join(unknown) or "none", not unknown)


def _purposes(certificate: x509.Certificate) -> list[str]:
    value = certificate.extended_key_usage_value
    return [] if value is None else list(value.native)


def _hash_fits(seen: SeenAnswer, name: str, hashed: bytes) -> Found:
    cert_id = seen.single["cert_id"]
    wanted = hashlib.new(cert_id["hash_algorithm"]["algorithm"].native, hashed).digest()
    return Found(wanted.hex(), cert_id[name].native.hex(), cert_id[name].native == wanted)


def _revocation(seen: SeenAnswer) -> tuple[datetime | None, int | None]:
    """Return when and why as the single says it, the reason as the number that stands there."""
    status = seen.single["cert_status"]
    if status.name != "revoked":
        return None, None
    reason = status.chosen["revocation_reason"]
    try:
        at: datetime = status.chosen["revocation_time"].native
    except UNREADABLE:
        return None, None
    return at, int.from_bytes(reason.contents, "big") if reason.contents else None


def _extensions(value: Any) -> list[Any]:
    return [] if type(value).__name__ == "Void" or value.contents is None else list(value)


def _nonces(seen: SeenAnswer) -> list[bytes]:
    extensions = _extensions(seen.data["response_extensions"])
    # Read anew without looking into the value: a nonce may be anything, also what is no OCTET STRING.
    plain = [PlainExtension.load(each.dump()) for each in extensions]
    return [bytes(each["extn_value"].contents) for each in plain if each["extn_id"].dotted == NONCE]


def _told(at: datetime | None) -> str:
    return "absent" if at is None else f"{at:%Y-%m-%dT%H:%M:%SZ}"


def subject_revoked(seen: SeenAnswer) -> Found:
    """What befell a certificate is told at the next renewal (spec/pki.md §3)."""
    actual = seen.single["cert_status"].name
    return Found("revoked", str(actual), actual == "revoked")


OCSP_RULES: dict[Rule, Callable[[SeenAnswer], Found]] = {
    Rule.SUBJECT_REVOKED: subject_revoked,
    Rule.SIGNATURE_HOLDS: signature_holds,
    Rule.SIGNER_ENTITLED: signer_entitled,
    Rule.SIGNER_PURPOSE: signer_purpose,
    Rule.SIGNER_IN_FORCE: signer_in_force,
    Rule.SOUND_ALGORITHM: sound_algorithm,
    Rule.RESPONDER_ID_FITS: responder_id_fits,
    Rule.RESPONDER_BY_KEY: responder_by_key,
    Rule.SERIAL_ASKED: serial_asked,
    Rule.ISSUER_NAME_ASKED: issuer_name_asked,
    Rule.ISSUER_KEY_ASKED: issuer_key_asked,
    Rule.HASH_ASKED: hash_asked,
    Rule.THIS_UPDATE_PAST: this_update_past,
    Rule.NEXT_UPDATE_AHEAD: next_update_ahead,
    Rule.NEXT_UPDATE_LATER: next_update_later,
    Rule.NEXT_UPDATE_PRESENT: next_update_present,
    Rule.PRODUCED_PAST: produced_past,
    Rule.PRODUCED_LATER: produced_later,
    Rule.STATUS_KNOWN: status_known,
    Rule.REASON_KNOWN: reason_known,
    Rule.DATE_KNOWN: date_known,
    Rule.NEVER_ISSUED: never_issued,
    Rule.NONCE_ECHOED: nonce_echoed,
    Rule.NONCE_ENCODED: nonce_encoded,
    Rule.NONCE_PLACE: nonce_place,
    Rule.EACH_ANSWERED: each_answered,
    Rule.NO_CONTRADICTION: no_contradiction,
    Rule.NOTHING_CRITICAL: nothing_critical,
}
"""Rules of an answer that was understood; those of the carrier are in `bench`."""
