"""The OCSP reader and its rules under bytes: read as another reader reads, or refused by name, and never forged."""

import random
from contextlib import suppress
from pathlib import Path

from asn1crypto import ocsp as asn1_ocsp
from cryptography.x509 import ocsp

import reference_impl.verification
from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.ocsp import Answer, UnreadableAnswer, UnreadableContent, parse_answer
from reference_impl.verification.ocsp_client import OcspClient
from reference_impl.verification.ocsp_settings import Nonce, Responder, Responders
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.trust import read_authority
from reference_impl.verification.verdict import Reason
from tests.fuzz.mutation import Session
from tests.reference_impl import ocsp_answers as a
from tests.reference_impl import pki
from tests.reference_impl.cross_check.mutation import (
    Mutated,
    change_element,
    drop_octet,
    encode,
    flip_bit,
    read_tree,
    replace_octet,
)

STATUSES = frozenset(Reason[name] for name in Reason.__members__ if name.startswith("STATUS_")) | {
    Reason.OK,
    Reason.REVOKED,
    Reason.ON_HOLD,
}


HASHES = {"1.3.14.3.2.26": "sha1", "2.16.840.1.101.3.4.2.1": "sha256"}
"""Others are compared by nobody: cryptography has rules of its own for the parameters of some."""


class OcspTarget:
    """Answers, bent as DER is: elements that come, go and change, octets and bits; one piece is one answer."""

    watched = Path(reference_impl.verification.__path__[0])

    def __init__(self) -> None:
        self._certificate = parse_certificate(pki.leaf())
        self._authority = read_authority(CertificateKind.AUTH, pki.der(pki.authority("auth", "auth-ca")))
        self._says = b""
        settings = Responder(address="http://ocsp.test/", nonce=Nonce.NONE)
        self._client = OcspClient(Responders({CertificateKind.AUTH: settings}), lambda _: self._says, bytes)
        self._genuine = {each.signed for raw in self._answers() if isinstance(each := parse_answer(raw), Answer)}

    @staticmethod
    def _answers() -> list[bytes]:
        strange = a.extension(a.STRANGE_OID, b"\x05\x00", a.CRITICAL)
        cutoff = a.extension(a.ARCHIVE_CUTOFF_OID, a.time(a.GRID))
        return [
            a.answer(),
            a.answer(a.single(status=a.revoked(reason=3), until=None), responder=a.by_name(pki.delegate())),
            a.answer(a.single(status=a.UNKNOWN, more=a.extensions(0xA1, cutoff)), more=b""),
            a.answer(a.single(), a.single(about=a.certificate_id(sha1=True))),
            a.answer(more=a.extensions(0xA1, a.nonce(), strange)),
            a.enveloped(a.signed(a.data(responder=a.by_key("auth-ca")), "auth-ca", certificates=())),
            bytes.fromhex("30030A0103"),
        ]

    def seeds(self) -> list[Session]:
        """One right answer of each sort."""
        return [(each,) for each in self._answers()]

    def bend(self, chance: random.Random, session: Session, pool: list[Session]) -> Session:
        """The answer with one to four things changed, inside or outside of what is signed."""
        del pool
        (raw,) = session[:1]
        for _ in range(chance.randint(1, 4)):
            change = chance.choice([flip_bit, replace_octet, drop_octet, change_element, change_inside, change_inside])
            with suppress(ValueError, IndexError, TypeError):  # what is no DER any more has no elements to change
                raw = change(raw, chance).data
        return (raw,)

    def run(self, session: Session) -> None:
        """Read as another reads it, or refused by name; whatever is made of it, nobody's signature is forged."""
        for raw in session:
            answer = self._parse(raw)
            self._says = raw
            status = self._client.status(self._certificate, self._authority, pki.NOW)
            assert status.reason in STATUSES
            assert (status.finding is None) is (status.reason is Reason.OK)
            if status.reason is Reason.OK:
                assert isinstance(answer, Answer)
                assert answer.signed in self._genuine, "good, and nobody said so"

    def _parse(self, raw: bytes) -> Answer | str | None:
        try:
            answer = parse_answer(raw)
        except (UnreadableAnswer, UnreadableContent):
            return None
        if isinstance(answer, Answer) and all(each.about.digest in HASHES for each in answer.singles):
            theirs = ocsp.load_der_ocsp_response(without_certificates(raw))
            assert answer.signed == theirs.tbs_response_bytes
            assert answer.signature == theirs.signature
            assert answer.produced_at == theirs.produced_at_utc
            for ours, other in zip(answer.singles, theirs.responses, strict=True):
                assert ours.about.serial == other.serial_number
                assert ours.status.name == other.certificate_status.name
                assert (ours.this_update, ours.next_update) == (other.this_update_utc, other.next_update_utc)
                assert HASHES[ours.about.digest] == other.hash_algorithm.name
        return answer


def change_inside(raw: bytes, chance: random.Random) -> Mutated:
    """The same answer with one element of its BasicOCSPResponse changed, and all lengths right."""
    basic = asn1_ocsp.OCSPResponse.load(raw)["response_bytes"]["response"].contents
    return Mutated("inside", a.enveloped(change_element(bytes(basic or b""), chance).data))


def without_certificates(raw: bytes) -> bytes:
    """The answer without those it encloses: of them only headers are looked at before one is needed, then all of it."""
    basic = asn1_ocsp.OCSPResponse.load(raw)["response_bytes"]["response"].contents
    identifier, parts = read_tree(bytes(basic or b""))
    return a.enveloped(encode((identifier, list(parts[:3]) if isinstance(parts, list) else parts)))
