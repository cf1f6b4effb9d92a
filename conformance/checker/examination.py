"""Steps (1) to (8) of contract 1.0, in their order, each with its reasons.

(1) decode (2) purpose (3) issuer (4) validity (5) place (6) challenge (7) proof, genuineness (8) status; then (9)
account and (10) policy, which change accounts and are the relying party's. No status question before (7) held.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asn1crypto import x509

from conformance.checker.evidence import (
    BirthRecord,
    CardCertificate,
    Certificate,
    read_birth_record,
    read_card_certificate,
    read_certificate,
)
from conformance.checker.openssl import OpenSsl
from conformance.checker.parties import Account, AccountKey, Configuration, Refused, Session, check_place
from conformance.checker.status import ask

_POLICY_FAULTS = frozenset({34, 66, 67, 68})
"""X509_V_ERR: unhandled critical extension (RFC 5280 §4.2), and keys or digests below security level 2."""

_PROCESSED = {"key_usage", "basic_constraints", "certificate_policies", "extended_key_usage"}
_LEAST_KEY = 256
"""Octets of an RSA key (CRYPTREC)."""
_NEEDED = {"enrol": {"signature", "chip"}, "login": {"signature"}, "tap": {"chip"}, "sign": {"document_signature"}}

Chip = tuple[BirthRecord, CardCertificate]


def find_issuer(openssl: OpenSsl, configuration: Configuration, certificate: Certificate, kind: str) -> bytes:
    """The anchor of this kind whose key signed the certificate; tried one by one, for they share one name."""
    for anchor_kind, anchor in configuration.authorities:
        faults = openssl.faults(certificate.der, anchor) if anchor_kind == kind else None
        if faults == frozenset():
            return anchor
        if faults is not None and faults <= _POLICY_FAULTS:
            raise Refused("POLICY", f"openssl verify: error {sorted(faults)}")
        if faults and is_despite_its_identifier(openssl, certificate, anchor):
            return anchor
    raise Refused("UNKNOWN_ISSUER", f"no {kind} authority signed it")


def is_despite_its_identifier(openssl: OpenSsl, certificate: Certificate, anchor: bytes) -> bool:
    """Whether nothing but the authority key identifier keeps OpenSSL from the anchor: a hint that decides nothing.

    RFC 5280 §4.2.1.1 names it as a means of finding the issuer, §6.1 does not compare it. So the identifier is left
    out, and what remains is asked again, signed part and signature as they are: only the name and the key count.
    """
    leaf, issuer = x509.Certificate.load(certificate.der), x509.Certificate.load(anchor)
    if leaf.authority_key_identifier in {None, issuer.key_identifier}:
        return False
    algorithm = leaf["signature_algorithm"]["algorithm"].native
    critical = {each["extn_id"].native for each in leaf["tbs_certificate"]["extensions"] if each["critical"].native}
    return bool(
        leaf.issuer == issuer.subject
        and algorithm == "sha256_rsa"
        and critical <= _PROCESSED
        and leaf.public_key.byte_size >= _LEAST_KEY
        and openssl.signed(read_certificate(anchor).key, leaf.signature, leaf["tbs_certificate"].dump())
    )


@dataclass(slots=True)
class Examination:
    """One `complete` on its way; a step is noted when it begins, so the last one noted is the one that decided."""

    openssl: OpenSsl
    configuration: Configuration
    now: datetime
    session: Session
    presentation: dict[str, Any]
    steps: list[str] = field(default_factory=list)
    status: dict[str, str] = field(default_factory=dict)

    def run(self, account_of: Callable[[AccountKey], Account | None]) -> tuple[AccountKey, BirthRecord | None]:
        """Whose account it is, and the birth record of a chip that was proved; raises `Refused`."""
        certificate, chip, issuer = self._identify()
        key = (read_certificate(issuer).key, certificate.serial)
        self.steps.append("place")  # (5)
        check_place(self.session.purpose, self.session.environment)
        self.steps.append("challenge")  # (6)
        self.session.consume(self.presentation["challenge"], self.now)
        if self.session.purpose != "tap":  # (7)
            self.steps.append("proof")
            self._prove(certificate)
        if chip is not None:
            self.steps.append("genuineness")
            self._genuine(*chip)
            account = account_of(key) if self.session.purpose == "tap" else None
            if account is not None:  # without one, step (9) has the word
                account.check_card(chip[0].birth_date, chip[0].chip_key_content)
        self.steps.append("status")  # (8)
        self._ask_status(certificate, issuer)
        return key, chip[0] if chip else None

    def _identify(self) -> tuple[Certificate, Chip | None, bytes]:
        """Steps (1) to (4), which need no secret and ask nobody: certificate, chip files, issuing anchor."""
        kind = self._kind()
        self.steps.append("decode")  # (1)
        certificate, chip = self._decode()
        self.steps.append("purpose")  # (2)
        if not certificate.fits(kind):
            raise Refused(
                "WRONG_PURPOSE",
                f"no {kind} certificate: {sorted(certificate.usages)}, "
                f"{sorted(certificate.extended_usages)}, {sorted(certificate.policies)}",
            )
        self.steps.append("issuer")  # (3)
        issuer = find_issuer(self.openssl, self.configuration, certificate, kind)
        self.steps.append("validity")  # (4) RFC 5280 §4.1.2.5: both ends belong to the period
        if self.now < certificate.not_before:
            raise Refused("NOT_YET_VALID", f"valid from {certificate.not_before}, now {self.now}")
        if self.now > certificate.not_after:
            raise Refused("EXPIRED", f"valid to {certificate.not_after}, now {self.now}")
        return certificate, chip, issuer

    def _kind(self) -> str:
        return "sign" if self.session.purpose == "sign" else "auth"

    def _decode(self) -> tuple[Certificate, Chip | None]:
        """(1) The certificate and, where the purpose needs it, the chip's two files."""
        needed = _NEEDED[self.session.purpose]
        if missing := needed - set(self.presentation):
            raise Refused("MALFORMED", f"{self.session.purpose} needs {sorted(missing)}")
        try:
            certificate = read_certificate(self.presentation["certificate"])
            chip = None
            if "chip" in needed:
                chip = (
                    read_birth_record(self.presentation["chip"]["birth_record"]),
                    read_card_certificate(self.presentation["chip"]["cvc"]),
                )
        except ValueError as fault:
            raise Refused("MALFORMED", str(fault)) from None
        if not self.openssl.parses(certificate.der):
            raise Refused("MALFORMED", "OpenSSL reads no certificate")
        return certificate, chip

    def _prove(self, certificate: Certificate) -> None:
        """(7) The certificate's key signed the challenge, or for `sign` the document that holds it."""
        part = "document_signature" if self.session.purpose == "sign" else "signature"
        if not self.openssl.signed(certificate.key, self.presentation[part], self.session.document):
            raise Refused("BAD_SIGNATURE", f"{part} is not by the certificate's key")

    def _genuine(self, record: BirthRecord, cvc: CardCertificate) -> None:
        """(7) Anchor → CVC → birth record → chip key → our fresh challenge (spec/pki.md §5)."""
        signed = self.openssl.signed
        if not any(
            signed(key, cvc.signature, cvc.body)
            for key_id, key in self.configuration.card_issuers
            if key_id == cvc.issuer_key_id
        ):
            raise Refused("CARD_NOT_GENUINE", f"no card issuer {cvc.issuer_key_id.hex()} signed the CVC")
        if not signed(cvc.key, record.signature, record.signed):
            raise Refused("CARD_NOT_GENUINE", "the CVC's key did not sign the birth record")
        if not signed(record.chip_key, self.presentation["chip"]["signature"], self.session.challenge):
            raise Refused("CARD_NOT_GENUINE", "the chip key did not sign the challenge")

    def _ask_status(self, certificate: Certificate, issuer: bytes) -> None:
        """(8) Good, or a refusal; the time of an answer that was believed is kept in both cases."""
        status = ask(self.openssl, self.configuration.ocsp.get(self._kind()), certificate.serial, issuer, self.now)
        if status.this_update is not None:
            self.status = {"source": "ocsp", "this_update": f"{status.this_update:%Y-%m-%dT%H:%M:%SZ}"}
        if status.reason != "OK":
            raise Refused(status.reason, status.why)
