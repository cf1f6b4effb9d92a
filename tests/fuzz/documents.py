"""The readers of the verification core as targets: a document is read to the same values as by others, or refused."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from cryptography import x509

import reference_impl.verification
from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.der import DerError
from reference_impl.verification.genuineness import parse_birth_record, parse_card_certificate
from tests.fuzz import lists
from tests.fuzz.mutation import Session
from tests.reference_impl import pki
from tests.reference_impl.cross_check.mutation import change_element, drop_octet, flip_bit, replace_octet

VERIFICATION = Path(next(iter(reference_impl.verification.__path__)))
_LONGEST = 1 << 16
_CHANGES = (flip_bit, replace_octet, drop_octet, change_element, change_element)


@dataclass(frozen=True)
class DocumentTarget:
    """One reader: what it reads, what else must hold of what it read, and where to begin."""

    read: Callable[[bytes], object]
    holds: Callable[[bytes, object], None]
    examples: Callable[[], list[bytes]]
    refuses: tuple[type[Exception], ...] = (DerError,)
    watched: Path = VERIFICATION

    def seeds(self) -> list[Session]:
        """Right documents, one a session."""
        return [(each,) for each in self.examples()]

    def bend(self, chance: Random, session: Session, pool: list[Session]) -> Session:
        """The document with one to four things changed, by octets or by elements; or two of them spliced."""
        (document,) = session[:1] or (b"",)
        for _ in range(chance.randint(1, 4)):
            with suppress(ValueError, IndexError):  # what is no DER any more has no elements to change
                document = chance.choice(_CHANGES)(document, chance).data
        if chance.random() < 0.05:
            (other,) = chance.choice(pool)[:1] or (b"",)
            place = chance.randint(0, len(document))
            document = document[:place] + other[place:]
        return (document[:_LONGEST],)

    def run(self, session: Session) -> None:
        """Read, and then what must hold; or refused by the reader's own exception, with a place inside."""
        for document in session:
            try:
                read = self.read(document)
            except self.refuses as refused:
                offset = getattr(refused, "offset", 0)
                assert 0 <= offset <= len(document), f"offset {offset} of {len(document)}"
                continue
            self.holds(document, read)


def _certificate_is_the_same(document: bytes, read: object) -> None:
    """What cryptography reads too, it reads alike."""
    assert isinstance(read, reference_impl.verification.Certificate)
    with suppress(ValueError, x509.InvalidVersion):
        other = x509.load_der_x509_certificate(document)
        assert read.serial == other.serial_number
        assert read.tbs == other.tbs_certificate_bytes
        assert read.not_before == other.not_valid_before_utc
        assert read.not_after == other.not_valid_after_utc
        assert set(read.extensions) == {each.oid.dotted_string for each in other.extensions}


def _read_card_document(document: bytes) -> object:
    return parse_birth_record(document) if document[:1] == b"\xff" else parse_card_certificate(document)


def _nothing_more(_document: bytes, _read: object) -> None:
    pass


DOCUMENTS: dict[str, DocumentTarget] = {
    "certificate": DocumentTarget(
        parse_certificate,
        _certificate_is_the_same,
        lambda: [pki.leaf(), pki.leaf("sign"), pki.der(pki.authority("auth", "auth-ca")), pki.der(pki.delegate())],
    ),
    "list": DocumentTarget(lists.read_list, lists.is_the_same, lists.examples),
    "card-document": DocumentTarget(_read_card_document, _nothing_more, lambda: [pki.birth_record(), pki.cvc()]),
}
