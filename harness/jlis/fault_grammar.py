"""What can be wrong with an answer of the fake J-LIS on purpose: the names of the faults, and what each permits.

A fault is of the carrier (no answer, a late one, half of one: `harness/doors/carrier.py` does it) or of the content (a
properly signed lie: `ocsp_faults.py` and `crl_faults.py` make it, before it is signed). A new one is a member, a row
of GRAMMAR, and one small function in the table of the place that does it.
"""

from dataclasses import dataclass
from enum import StrEnum

from harness.contract.vocabulary import Kind
from harness.jlis.populations import Medium

LONGEST_DELAY = 600.0
LONGEST_SHIFT = 366 * 86_400.0
MOST_ENTRIES = 10_000_000


class Fault(StrEnum):
    """What is wrong."""

    UNAVAILABLE = "unavailable"
    """HTTP 503."""
    INTERNAL_ERROR = "internal_error"
    """HTTP 500."""
    DELAY = "delay"
    """The true answer, `seconds` late by the host's clock; it is made when it is sent."""
    CUT = "cut"
    """The first half of the true answer, then the connection is closed."""
    SILENT = "silent"
    """No octet until the fault is removed; then the true answer."""
    REDIRECT = "redirect"
    """HTTP 307 to the same address: with a count, whoever follows gets the answer in the end."""
    # Revocation lists: what `crl_faults.py` does beside wrong signers, bad signatures, stale, future and truncated.
    LIST_WRONG_PARTITION = "list_wrong_partition"
    """The list of another municipality, as it should be: nothing of these certificates (RFC 5280 §6.3.3 (b))."""
    LIST_IDP_MISMATCH = "list_idp_mismatch"
    """The right entries under an IDP that names another municipality's point."""
    LIST_OTHER_ISSUER = "list_other_issuer"
    """Bears the name of the other kind's authority, all else as it should be (RFC 5280 §6.3.3 (b)(1))."""
    LIST_IDP_ABSENT = "list_idp_absent"
    """Without IDP, as if it were of everything (RFC 5280 §5.2.5)."""
    LIST_IDP_NOT_CRITICAL = "list_idp_not_critical"
    """The IDP is not critical (RFC 5280 §5.2.5: it is)."""
    LIST_ONLY_AUTHORITIES = "list_only_authorities"
    """The IDP says onlyContainsCACerts: nothing of residents."""
    LIST_NO_NEXT_UPDATE = "list_no_next_update"
    """Without nextUpdate (RFC 5280 §5.1.2.5: required)."""
    LIST_NUMBER_BACK = "list_number_back"
    """CRLNumber is ten lower than it was (RFC 5280 §5.2.3: it grows); all else is of today."""
    LIST_UNKNOWN_CRITICAL = "list_unknown_critical"
    """A critical extension that nobody knows: not to be used (RFC 5280 §5.2)."""
    LIST_ENTRY_UNKNOWN_CRITICAL = "list_entry_unknown_critical"
    """A critical entry extension that nobody knows: not to be used (RFC 5280 §5.3)."""
    LIST_INDIRECT = "list_indirect"
    """indirectCRL, and each entry is of the other kind's authority by certificateIssuer (RFC 5280 §5.3.3)."""
    LIST_DELTA = "list_delta"
    """A delta of yesterday's list, with what came since; it does not stand alone (RFC 5280 §5.2.4)."""
    LIST_REMOVE_FROM_CRL = "list_remove_from_crl"
    """Every entry is removeFromCRL, in a complete list (RFC 5280 §5.3.1: in deltas only)."""
    LIST_REASON_7 = "list_reason_7"
    """Every entry has the reason 7, which nobody uses (RFC 5280 §5.3.1)."""
    LIST_EMPTY = "list_empty"
    """Without its entries, and signed so."""
    LIST_EMPTY_SEQUENCE = "list_empty_sequence"
    """Without its entries, and revokedCertificates is an empty SEQUENCE (RFC 5280 §5.1.2.6: absent)."""
    LIST_HUGE = "list_huge"
    """The true entries and `entries` more, of certificates that nobody has; five million by default."""
    LIST_YESTERDAY = "list_yesterday"
    """The list before this one, as it was: what answers during the swap."""
    # End of the revocation lists.
    TRY_LATER = "try_later"
    """OCSPResponseStatus 3, without a signature (RFC 6960 §2.3)."""
    WRONG_SIGNER = "wrong_signer"
    """Signed by a stranger whose authority bears the same name and has another key."""
    OTHER_AUTHORITY = "other_authority"
    """Signed by the delegate of the other kind's authority: genuine, and not entitled here."""
    STALE = "stale"
    """nextUpdate lies `seconds` in the past; status and signature are as they should be."""
    FUTURE = "future"
    """thisUpdate lies `seconds` in the future."""
    WRONG_SERIAL = "wrong_serial"
    """Speaks of the next serial number instead of the one asked for."""
    WRONG_NONCE = "wrong_nonce"
    """Carries a nonce, and not the one that was sent."""
    NO_NONCE = "no_nonce"
    """Leaves the nonce out."""
    TRUNCATED = "truncated"
    """The first half of the octets, as if they were all."""

    # OCSP and HTTP: what `ocsp_faults.py` and `harness/doors/carrier.py` do beside the above.
    SIGNED_BY_AUTHORITY = "signed_by_authority"
    """Signed by the authority itself: odd, and legal (RFC 6960 §2.2)."""
    SIGNER_WITHOUT_PURPOSE = "signer_without_purpose"
    """Signed by a delegate without an extended key usage (RFC 6960 §4.2.2.2 wants OCSPSigning)."""
    SIGNER_OTHER_PURPOSE = "signer_other_purpose"
    """Signed by somebody of the same authority whose certificate is for clientAuth."""
    SIGNER_EXPIRED = "signer_expired"
    """Signed by a delegate whose certificate is over."""
    SIGNER_NOT_YET = "signer_not_yet"
    """Signed by a delegate whose certificate is still to begin."""
    SIGNER_REVOKED = "signer_revoked"
    """Signed by a delegate without nocheck whom the responder calls revoked when it is asked about them."""
    SIGNER_OMITTED = "signer_omitted"
    """Carries no certificate: legal, and of no use to whoever does not have it (RFC 6960 §4.2.2.3)."""
    OTHER_GENERATION = "other_generation"
    """Signed by the delegate of another generation: same name, genuine, and not entitled here."""
    WRONG_NAME_HASH = "wrong_name_hash"
    """CertID with another issuerNameHash."""
    WRONG_KEY_HASH = "wrong_key_hash"
    """CertID with another issuerKeyHash."""
    WRONG_ISSUER = "wrong_issuer"
    """CertID of the other kind's authority, with the same serial number."""
    TWIN_HASH = "twin_hash"
    """CertID of the same certificate by the other hash: odd, and legal (RFC 6960 §3.2 item 1)."""
    RESPONDER_BY_NAME = "responder_by_name"
    """responderID by name: legal."""
    RESPONDER_BY_KEY = "responder_by_key"
    """responderID by key: legal."""
    WRONG_RESPONDER_NAME = "wrong_responder_name"
    """responderID by the name of the authority, which did not sign."""
    WRONG_RESPONDER_KEY = "wrong_responder_key"
    """responderID by the hash of another key."""
    NO_THIS_UPDATE = "no_this_update"
    """Without thisUpdate: no SingleResponse at all (RFC 6960 §4.2.1)."""
    NO_NEXT_UPDATE = "no_next_update"
    """Without nextUpdate: newer information is always available (RFC 6960 §4.2.2.1)."""
    NO_PRODUCED_AT = "no_produced_at"
    """Without producedAt: no ResponseData at all (RFC 6960 §4.2.1)."""
    OLD_THIS_UPDATE = "old_this_update"
    """thisUpdate lies `seconds` in the past, nextUpdate where it should: whether that is recent is the product's."""
    FAR_NEXT_UPDATE = "far_next_update"
    """nextUpdate lies `seconds` in the future, thisUpdate where it should."""
    UPDATES_SWAPPED = "updates_swapped"
    """nextUpdate before thisUpdate."""
    PRODUCED_PAST = "produced_past"
    """producedAt lies `seconds` in the past."""
    PRODUCED_FUTURE = "produced_future"
    """producedAt lies `seconds` in the future."""
    SAYS_GOOD = "says_good"
    """Status good, whatever the register says."""
    SAYS_UNKNOWN = "says_unknown"
    """Status unknown."""
    SAYS_REVOKED = "says_revoked"
    """Status revoked since a minute ago, without a reason."""
    REVOKED_UNSPECIFIED = "revoked_unspecified"
    REVOKED_KEY_COMPROMISE = "revoked_key_compromise"
    REVOKED_CA_COMPROMISE = "revoked_ca_compromise"
    REVOKED_AFFILIATION_CHANGED = "revoked_affiliation_changed"
    REVOKED_SUPERSEDED = "revoked_superseded"
    REVOKED_CESSATION = "revoked_cessation"
    REVOKED_HOLD = "revoked_hold"
    REVOKED_REMOVE_FROM_CRL = "revoked_remove_from_crl"
    REVOKED_PRIVILEGE_WITHDRAWN = "revoked_privilege_withdrawn"
    REVOKED_AA_COMPROMISE = "revoked_aa_compromise"
    REVOKED_UNKNOWN_REASON = "revoked_unknown_reason"
    """Revoked with the reason 7, which nobody uses (RFC 5280 §5.3.1)."""
    REVOKED_LATER = "revoked_later"
    """Revoked, `seconds` from now on."""
    NEVER_ISSUED_GOOD = "never_issued_good"
    """good where the status is unknown: legal (RFC 6960 §2.2)."""
    NEVER_ISSUED_REVOKED = "never_issued_revoked"
    """certificateHold since 1970 and extended-revoke where the status is unknown: legal (RFC 6960 §4.4.8)."""
    OCSP_MALFORMED_REQUEST = "ocsp_malformed_request"
    """OCSPResponseStatus 1."""
    OCSP_INTERNAL_ERROR = "ocsp_internal_error"
    """OCSPResponseStatus 2."""
    OCSP_STATUS_4 = "ocsp_status_4"
    """OCSPResponseStatus 4, which is not used."""
    OCSP_SIG_REQUIRED = "ocsp_sig_required"
    """OCSPResponseStatus 5."""
    OCSP_UNAUTHORIZED = "ocsp_unauthorized"
    """OCSPResponseStatus 6."""
    OCSP_STATUS_7 = "ocsp_status_7"
    """OCSPResponseStatus 7, which does not exist."""
    MALFORMED_REQUEST_WITH_BYTES = "malformed_request_with_bytes"
    """OCSPResponseStatus 1 around the true answer, which no error carries (RFC 6960 §4.2.1)."""
    INTERNAL_ERROR_WITH_BYTES = "internal_error_with_bytes"
    TRY_LATER_WITH_BYTES = "try_later_with_bytes"
    SIG_REQUIRED_WITH_BYTES = "sig_required_with_bytes"
    UNAUTHORIZED_WITH_BYTES = "unauthorized_with_bytes"
    SUCCESSFUL_WITHOUT_BYTES = "successful_without_bytes"
    """OCSPResponseStatus 0 and nothing else."""
    WRONG_TYPE = "wrong_type"
    """responseType is none that is known."""
    SHORT_NONCE = "short_nonce"
    """Carries the first half of the nonce."""
    LONG_NONCE = "long_nonce"
    """Carries the nonce with one octet more."""
    OVERLONG_NONCE = "overlong_nonce"
    """Carries the nonce and zeros, 129 octets (RFC 9654 §2.1: at most 128)."""
    EMPTY_NONCE = "empty_nonce"
    """Carries a nonce of no octets."""
    RAW_NONCE = "raw_nonce"
    """Carries the nonce without its own OCTET STRING, as before RFC 6960 was clear."""
    NONCE_IN_SINGLE = "nonce_in_single"
    """Carries the nonce in singleExtensions, not in responseExtensions."""
    UNSOLICITED_NONCE = "unsolicited_nonce"
    """Carries a nonce though none was sent: to be ignored (RFC 9919 §5)."""
    EXTRA_SINGLE = "extra_single"
    """Speaks of the next serial number too, behind the one asked for: legal (RFC 6960 §4.2.2.3)."""
    EXTRA_SINGLE_FIRST = "extra_single_first"
    """Speaks of the next serial number too, before the one asked for; of that it says the contrary."""
    TWIN_SINGLES = "twin_singles"
    """Speaks of the certificate by both hashes: legal."""
    MISSING_SINGLE = "missing_single"
    """Says nothing of the last certificate asked for."""
    CONTRADICTION = "contradiction"
    """Calls the same certificate what it is, then the contrary."""
    SHA1_SIGNATURE = "sha1_signature"
    """Signed with SHA-1."""
    WRONG_ALGORITHM = "wrong_algorithm"
    """Says that it was signed with SHA-384, and was with SHA-256."""
    BAD_SIGNATURE = "bad_signature"
    """One bit of the signature is turned over."""
    CRITICAL_EXTENSION = "critical_extension"
    """A critical response extension that nobody knows (RFC 5280 §4.2: not to be used)."""
    CRITICAL_SINGLE_EXTENSION = "critical_single_extension"
    """A critical single extension that nobody knows."""
    UNCRITICAL_EXTENSION = "uncritical_extension"
    """An extension that nobody knows and nobody need: legal."""
    TRAILING_OCTETS = "trailing_octets"
    """Two octets behind the response."""
    NOT_FOUND = "not_found"
    """HTTP 404."""
    FORBIDDEN = "forbidden"
    """HTTP 403."""
    NOT_MODIFIED = "not_modified"
    """HTTP 304, to whoever asked without a condition."""
    WRONG_CONTENT_TYPE = "wrong_content_type"
    """The true answer as text/html."""
    NO_CONTENT_TYPE = "no_content_type"
    """The true answer without a Content-Type."""
    EMPTY_BODY = "empty_body"
    """HTTP 200 and no octet."""
    OVERSIZED = "oversized"
    """The true answer and 16 MiB of zeros behind it."""
    SLOW_HEADERS = "slow_headers"
    """Status line and headers octet by octet, over `seconds` of the host's clock."""
    SLOW_BODY = "slow_body"
    """The body in 16 pieces, over `seconds` of the host's clock."""
    RESET = "reset"
    """The connection is reset (TCP RST) instead of an answer."""
    REFUSED = "refused"
    """The connection is closed without an octet of an answer."""
    # End of the OCSP and HTTP block.


class FaultDoor(StrEnum):
    """Whose answers are meant."""

    OCSP_AUTH = "ocsp-auth"
    OCSP_SIGN = "ocsp-sign"
    OCSP_AUTH_MOBILE = "ocsp-auth-mobile"
    OCSP_SIGN_MOBILE = "ocsp-sign-mobile"
    CRL = "crl"
    """The revocation lists of both kinds; carrier faults meet their index too."""

    @classmethod
    def ocsp(cls, kind: Kind, medium: Medium = Medium.CARD) -> "FaultDoor":
        """Return the OCSP door of a population."""
        return cls(f"ocsp-{kind.value}{'' if medium is Medium.CARD else '-mobile'}")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a fault permits: at which doors, and how long it lasts or shifts when nothing is said."""

    content: bool
    """Whether it needs an answer that says something; otherwise it is the carrier's and meets every request."""
    ocsp_only: bool = False
    crl_only: bool = False
    needs_nonce: bool = False
    seconds: float | None = None
    """What `seconds` is when it is left out; None where the fault has no use for it."""
    longest: float = 0.0
    entries: int | None = None
    """What `entries` is when it is left out; None where the fault adds none."""


_CRL = Rule(content=True, crl_only=True)
_CARRIER, _CONTENT, _OCSP = Rule(content=False), Rule(content=True), Rule(content=True, ocsp_only=True)
_SHIFT = Rule(content=True, seconds=3600.0, longest=LONGEST_SHIFT)
_NONCE = Rule(content=True, ocsp_only=True, needs_nonce=True)
_OCSP_SHIFT = Rule(content=True, ocsp_only=True, seconds=3600.0, longest=LONGEST_SHIFT)
_SLOW = Rule(content=False, seconds=10.0, longest=LONGEST_DELAY)
GRAMMAR = {
    Fault.UNAVAILABLE: _CARRIER,
    Fault.INTERNAL_ERROR: _CARRIER,
    Fault.DELAY: Rule(content=False, seconds=10.0, longest=LONGEST_DELAY),
    Fault.CUT: _CARRIER,
    Fault.SILENT: _CARRIER,
    Fault.REDIRECT: _CARRIER,
    # Revocation lists.
    Fault.LIST_WRONG_PARTITION: _CRL,
    Fault.LIST_IDP_MISMATCH: _CRL,
    Fault.LIST_OTHER_ISSUER: _CRL,
    Fault.LIST_IDP_ABSENT: _CRL,
    Fault.LIST_IDP_NOT_CRITICAL: _CRL,
    Fault.LIST_ONLY_AUTHORITIES: _CRL,
    Fault.LIST_NO_NEXT_UPDATE: _CRL,
    Fault.LIST_NUMBER_BACK: _CRL,
    Fault.LIST_UNKNOWN_CRITICAL: _CRL,
    Fault.LIST_ENTRY_UNKNOWN_CRITICAL: _CRL,
    Fault.LIST_INDIRECT: _CRL,
    Fault.LIST_DELTA: _CRL,
    Fault.LIST_REMOVE_FROM_CRL: _CRL,
    Fault.LIST_REASON_7: _CRL,
    Fault.LIST_EMPTY: _CRL,
    Fault.LIST_EMPTY_SEQUENCE: _CRL,
    Fault.LIST_HUGE: Rule(content=True, crl_only=True, entries=5_000_000),
    Fault.LIST_YESTERDAY: _CRL,
    # End of the revocation lists.
    Fault.TRY_LATER: _OCSP,
    Fault.WRONG_SIGNER: _CONTENT,
    Fault.OTHER_AUTHORITY: _CONTENT,
    Fault.STALE: _SHIFT,
    Fault.FUTURE: _SHIFT,
    Fault.WRONG_SERIAL: _OCSP,
    Fault.WRONG_NONCE: _NONCE,
    Fault.NO_NONCE: _NONCE,
    Fault.TRUNCATED: _CONTENT,
    # OCSP and HTTP.
    Fault.SIGNED_BY_AUTHORITY: _OCSP,
    Fault.SIGNER_WITHOUT_PURPOSE: _OCSP,
    Fault.SIGNER_OTHER_PURPOSE: _OCSP,
    Fault.SIGNER_EXPIRED: _OCSP,
    Fault.SIGNER_NOT_YET: _OCSP,
    Fault.SIGNER_REVOKED: _OCSP,
    Fault.SIGNER_OMITTED: _OCSP,
    Fault.OTHER_GENERATION: _OCSP,
    Fault.WRONG_NAME_HASH: _OCSP,
    Fault.WRONG_KEY_HASH: _OCSP,
    Fault.WRONG_ISSUER: _OCSP,
    Fault.TWIN_HASH: _OCSP,
    Fault.RESPONDER_BY_NAME: _OCSP,
    Fault.RESPONDER_BY_KEY: _OCSP,
    Fault.WRONG_RESPONDER_NAME: _OCSP,
    Fault.WRONG_RESPONDER_KEY: _OCSP,
    Fault.NO_THIS_UPDATE: _OCSP,
    Fault.NO_NEXT_UPDATE: _OCSP,
    Fault.NO_PRODUCED_AT: _OCSP,
    Fault.OLD_THIS_UPDATE: _OCSP_SHIFT,
    Fault.FAR_NEXT_UPDATE: _OCSP_SHIFT,
    Fault.UPDATES_SWAPPED: _OCSP,
    Fault.PRODUCED_PAST: _OCSP_SHIFT,
    Fault.PRODUCED_FUTURE: _OCSP_SHIFT,
    Fault.SAYS_GOOD: _OCSP,
    Fault.SAYS_UNKNOWN: _OCSP,
    Fault.SAYS_REVOKED: _OCSP,
    Fault.REVOKED_UNSPECIFIED: _OCSP,
    Fault.REVOKED_KEY_COMPROMISE: _OCSP,
    Fault.REVOKED_CA_COMPROMISE: _OCSP,
    Fault.REVOKED_AFFILIATION_CHANGED: _OCSP,
    Fault.REVOKED_SUPERSEDED: _OCSP,
    Fault.REVOKED_CESSATION: _OCSP,
    Fault.REVOKED_HOLD: _OCSP,
    Fault.REVOKED_REMOVE_FROM_CRL: _OCSP,
    Fault.REVOKED_PRIVILEGE_WITHDRAWN: _OCSP,
    Fault.REVOKED_AA_COMPROMISE: _OCSP,
    Fault.REVOKED_UNKNOWN_REASON: _OCSP,
    Fault.REVOKED_LATER: _OCSP_SHIFT,
    Fault.NEVER_ISSUED_GOOD: _OCSP,
    Fault.NEVER_ISSUED_REVOKED: _OCSP,
    Fault.OCSP_MALFORMED_REQUEST: _OCSP,
    Fault.OCSP_INTERNAL_ERROR: _OCSP,
    Fault.OCSP_STATUS_4: _OCSP,
    Fault.OCSP_SIG_REQUIRED: _OCSP,
    Fault.OCSP_UNAUTHORIZED: _OCSP,
    Fault.OCSP_STATUS_7: _OCSP,
    Fault.MALFORMED_REQUEST_WITH_BYTES: _OCSP,
    Fault.INTERNAL_ERROR_WITH_BYTES: _OCSP,
    Fault.TRY_LATER_WITH_BYTES: _OCSP,
    Fault.SIG_REQUIRED_WITH_BYTES: _OCSP,
    Fault.UNAUTHORIZED_WITH_BYTES: _OCSP,
    Fault.SUCCESSFUL_WITHOUT_BYTES: _OCSP,
    Fault.WRONG_TYPE: _OCSP,
    Fault.SHORT_NONCE: _NONCE,
    Fault.LONG_NONCE: _NONCE,
    Fault.OVERLONG_NONCE: _NONCE,
    Fault.EMPTY_NONCE: _NONCE,
    Fault.RAW_NONCE: _NONCE,
    Fault.NONCE_IN_SINGLE: _NONCE,
    Fault.UNSOLICITED_NONCE: _OCSP,
    Fault.EXTRA_SINGLE: _OCSP,
    Fault.EXTRA_SINGLE_FIRST: _OCSP,
    Fault.TWIN_SINGLES: _OCSP,
    Fault.MISSING_SINGLE: _OCSP,
    Fault.CONTRADICTION: _OCSP,
    Fault.SHA1_SIGNATURE: _OCSP,
    Fault.WRONG_ALGORITHM: _OCSP,
    Fault.BAD_SIGNATURE: _CONTENT,
    Fault.CRITICAL_EXTENSION: _OCSP,
    Fault.CRITICAL_SINGLE_EXTENSION: _OCSP,
    Fault.UNCRITICAL_EXTENSION: _OCSP,
    Fault.TRAILING_OCTETS: _OCSP,
    Fault.NOT_FOUND: _CARRIER,
    Fault.FORBIDDEN: _CARRIER,
    Fault.NOT_MODIFIED: _CARRIER,
    Fault.WRONG_CONTENT_TYPE: _CARRIER,
    Fault.NO_CONTENT_TYPE: _CARRIER,
    Fault.EMPTY_BODY: _CARRIER,
    Fault.OVERSIZED: _CARRIER,
    Fault.SLOW_HEADERS: _SLOW,
    Fault.SLOW_BODY: _SLOW,
    Fault.RESET: _CARRIER,
    Fault.REFUSED: _CARRIER,
    # End of OCSP and HTTP.
}
