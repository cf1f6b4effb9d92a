"""A certification authority of the fake J-LIS: its key and certificate, its leaves, its OCSP delegate."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from harness.contract.vocabulary import Kind
from harness.jlis import profiles
from harness.jlis.register import Entry

FIRST_SERIAL = 0x0700_0000
"""Leaves count up from here; four content bytes, as observed (spec/pki.md §1.3)."""
AUTHORITY_SERIAL = 0x06D0_0001
RESPONDER_SERIALS = 0x06E0_0000
YEARS_BEFORE, YEARS = 3, 10
OCSP_ADDRESS = {
    Kind.AUTH: "http://ocspauthnorm.jpki.test",
    Kind.SIGN: "http://ocspsignnorm.jpki.test",
}


@dataclass(frozen=True)
class Responder:
    """Who signs the OCSP answers of one month: a delegate directly under the authority."""

    key: RSAPrivateKey
    certificate: x509.Certificate


@dataclass(frozen=True)
class Authority:
    """One of the two self-signed authorities, in its one generation."""

    kind: Kind
    key: RSAPrivateKey
    certificate: x509.Certificate
    responder_key: RSAPrivateKey
    _leaves: dict[int, bytes] = field(default_factory=dict)
    _responders: dict[int, Responder] = field(default_factory=dict)

    @classmethod
    def found(cls, kind: Kind, key: RSAPrivateKey, responder_key: RSAPrivateKey, origin: datetime) -> "Authority":
        """Return the authority of a world that begins at `origin`: three years old then, ten years valid."""
        founded = datetime(origin.year - YEARS_BEFORE, 4, 1, 0, 0, 0, tzinfo=UTC)
        ends = datetime(origin.year - YEARS_BEFORE + YEARS, 3, 31, 14, 59, 59, tzinfo=UTC)
        certificate = profiles.authority_certificate(kind, key, AUTHORITY_SERIAL, founded, ends)
        return cls(kind, key, certificate, responder_key)

    @property
    def der(self) -> bytes:
        """The authority's certificate."""
        return self.certificate.public_bytes(Encoding.DER)

    def leaf(self, entry: Entry, public_key: RSAPublicKey) -> bytes:
        """Return the certificate (DER) of an entry: signed when first asked for, the same bytes ever after."""
        if entry.serial not in self._leaves:
            certificate = profiles.leaf_certificate(
                entry, public_key, self.certificate, self.key, OCSP_ADDRESS[self.kind]
            )
            self._leaves[entry.serial] = certificate.public_bytes(Encoding.DER)
        return self._leaves[entry.serial]

    def responder_at(self, now: datetime) -> Responder:
        """Return the delegate in office at `now`: a new one each month, each valid for three months around it.

        Its validity follows from the instant, so a year of the clock needs no ceremony in between.
        """
        month = now.year * 12 + now.month - 1
        if month not in self._responders:
            first = datetime(now.year, now.month, 1, tzinfo=UTC)
            validity = (first - timedelta(days=31), first + timedelta(days=62))
            certificate = profiles.responder_certificate(
                self.kind,
                self.responder_key.public_key(),
                self.certificate,
                self.key,
                RESPONDER_SERIALS + month,
                validity,
            )
            self._responders[month] = Responder(self.responder_key, certificate)
        return self._responders[month]
