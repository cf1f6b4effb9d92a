"""Whether a revocation list is right about a certificate: whose it is, as of when, what the register held then. Pure.

RFC 5280 §6.3.3 lists what a client checks. A list speaks as of its thisUpdate.
"""

import hashlib
from collections import OrderedDict
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from loadtests.targets.ground import Subject
from loadtests.truth import Ruled, Ruling
from loadtests.vocabulary import Standing

NOT_LISTED = "not listed"
MOST_KEPT = 256


class ListJudge:
    """Rules on lists of one authority; one that was read and checked is not read again."""

    def __init__(self, issuer: bytes, instant: datetime, lasts: float) -> None:
        self._issuer = x509.load_der_x509_certificate(issuer)
        self._begins, self._ends = instant, instant + timedelta(seconds=lasts)
        self._read: OrderedDict[bytes, x509.CertificateRevocationList | str] = OrderedDict()

    def rule(self, subject: Subject, der: bytes) -> Ruled:
        """Return the ruling on the list that was given for one certificate."""
        bad = subject.standing in (Standing.REVOKED, Standing.ON_HOLD)
        found = self._of(der)
        if isinstance(found, str):
            return Ruled(Ruling.WRONG, _expected(subject, self._ends), found, bad)
        expected = _expected(subject, found.last_update_utc)
        entry = found.get_revoked_certificate_by_serial_number(subject.serial)
        actual = NOT_LISTED if entry is None else f"listed {_reason(entry)}"
        return Ruled(Ruling.RIGHT if actual == expected else Ruling.WRONG, expected, actual, bad)

    def _of(self, der: bytes) -> x509.CertificateRevocationList | str:
        key = hashlib.sha256(der).digest()
        if key not in self._read:
            self._read[key] = self._checked(der)
            if len(self._read) > MOST_KEPT:
                self._read.popitem(last=False)
        return self._read[key]

    def _checked(self, der: bytes) -> x509.CertificateRevocationList | str:
        """Return the list, or what is wrong with it whoever is asked about."""
        try:
            read = x509.load_der_x509_crl(der)
            key = self._issuer.public_key()
            is_signed = isinstance(key, RSAPublicKey) and read.is_signature_valid(key)
        except (ValueError, TypeError) as fault:
            return f"no list: {fault}"
        if not is_signed or read.issuer != self._issuer.subject:
            return "signed by nobody who may"
        if read.last_update_utc > self._ends:
            return f"as of the future, {read.last_update_utc.isoformat()}"
        if read.next_update_utc is None or read.next_update_utc < self._begins:
            return f"stale since {read.next_update_utc}"
        return read


def _expected(subject: Subject, this_update: datetime) -> str:
    if subject.revoked is None or subject.revoked > this_update:
        return NOT_LISTED
    return f"listed {subject.reason}"


def _reason(entry: x509.RevokedCertificate) -> str:
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
    except x509.ExtensionNotFound:
        return "unspecified"
