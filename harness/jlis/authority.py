"""A certification authority of the fake J-LIS: its key and certificate, its leaves, its OCSP delegate."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from harness.contract.vocabulary import Kind
from harness.jlis import profiles
from harness.jlis.entries import Entry
from harness.jlis.generations import Life
from harness.jlis.leaf_encoding import Patterns
from harness.jlis.populations import CARD_AUTH, CARD_SIGN, PHONE_AUTH, PHONE_SIGN
from harness.jlis.practice import STANDARD, Practice

AUTHORITY_SERIALS = 0x06D0_0000
"""An authority has the number of its generation above this; its leaves count from `entries.FIRST_SERIAL`."""
RESPONDER_SERIALS = 0x06E0_0000
MOST_LEAVES = 20_000
"""Certificates that are remembered, each of about 2 kB."""
OCSP_ADDRESS = {
    CARD_AUTH: "http://ocspauthnorm.jpki.test",
    CARD_SIGN: "http://ocspsignnorm.jpki.test",
    PHONE_AUTH: "http://ocspauthmobile.jpki.test",
    PHONE_SIGN: "http://ocspsignmobile.jpki.test",
}
"""The first is observed but for its domain, the others are emulation choices (spec/pki.md §3)."""


@dataclass(frozen=True)
class Responder:
    """Who signs the OCSP answers of one month: a delegate directly under the authority."""

    key: RSAPrivateKey
    certificate: x509.Certificate


@dataclass(frozen=True)
class Authority:
    """One generation of one of the two self-signed authorities: all of a kind bear the same name (§1.1)."""

    kind: Kind
    generation: int
    key: RSAPrivateKey
    certificate: x509.Certificate
    responder_key: RSAPrivateKey
    practice: Practice = STANDARD
    _leaves: dict[int, bytes] = field(default_factory=dict)
    _responders: dict[int, Responder] = field(default_factory=dict)

    @classmethod
    def found(
        cls,
        kind: Kind,
        life: Life,
        key: RSAPrivateKey,
        responder_key: RSAPrivateKey,
        practice: Practice = STANDARD,
    ) -> "Authority":
        """Return the authority of one generation."""
        serial = AUTHORITY_SERIALS + life.generation
        certificate = profiles.authority_certificate(kind, key, serial, life.founded, life.ends)
        return cls(kind, life.generation, key, certificate, responder_key, practice)

    @property
    def der(self) -> bytes:
        """The authority's certificate."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def key_id(self) -> bytes:
        """The subject key identifier: what AKI and issuer choice go by, for the names are alike."""
        return self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest

    def leaf(self, entry: Entry, public_key: RSAPublicKey) -> bytes:
        """Return the certificate (DER) of an entry: signed when first asked for, the same bytes ever after."""
        known = self._leaves.get(entry.serial)
        if known is None:
            known = self._patterns.leaf(entry, public_key, self.key, kana=self.practice.kana)
            if len(self._leaves) >= MOST_LEAVES:
                self._leaves.clear()  # signed once more they are the same: RSASSA-PKCS1-v1_5 draws nothing
            self._leaves[entry.serial] = known
        return known

    @cached_property
    def _patterns(self) -> Patterns:
        """What leaves of one population and municipality share; the first of each is built in full."""
        return Patterns(self._built)

    def _built(self, entry: Entry, public_key: RSAPublicKey) -> bytes:
        address = OCSP_ADDRESS[entry.population]
        leaf = profiles.leaf_certificate(entry, public_key, self.certificate, self.key, address, self.practice)
        return leaf.public_bytes(Encoding.DER)

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
