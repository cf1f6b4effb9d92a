"""One of everything that is issued, at the host's own instant: GnuTLS judges times by nothing else.

Twice: as it is issued, and without the marker extension, whose object identifier two of the judges cannot read. The
second set is signed by the same keys and differs in nothing else, so that those judges have something to judge.
"""

import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from asn1crypto import ocsp, x509
from cryptography.hazmat.primitives.serialization import Encoding

from harness.clock import host_now
from harness.contract.vocabulary import Kind
from harness.jlis.life_events import LifeEvent
from harness.jlis.populations import Medium, Population
from harness.jlis.wrong.oids import MARKER
from harness.jlis.wrong.parts import Parts
from harness.jlis.wrong.variant import rightly
from harness.jlis.wrong_certificates import Signer
from harness.keys import KeyPool
from harness.municipalities import MUNICIPALITIES
from harness.world import World
from tests.harness.asking import request
from tests.harness.issuers import signer_of

NONCE = b"kazashi-judges-0123456789abcdef!"


class What(StrEnum):
    """What is issued."""

    AUTHORITY = "authority"
    LEAF = "leaf"
    DELEGATE = "OCSP delegate"
    LIST = "revocation list"
    ANSWER = "OCSP answer"


OF_MEDIUM = {Medium.CARD: tuple(What), Medium.PHONE: (What.LEAF, What.LIST, What.ANSWER)}
"""Authority and delegate are the same for both; they are judged once."""


class Form(StrEnum):
    """As it is issued, or for judges who cannot read the marker."""

    AS_ISSUED = "as issued"
    WITHOUT_MARKER = "without the marker"


@dataclass(frozen=True)
class Document:
    """One of the things that are judged, and what a judge has to be given with it."""

    what: What
    population: Population
    form: Form
    der: bytes
    folder: Path
    authority: Path
    """The certificate of the authority (DER file) that everything of this kind and form is under; also as `.pem`."""
    leaf: Path
    request: Path
    """What the answer answers."""
    now: datetime

    @property
    def title(self) -> str:
        """What the tables call it."""
        return f"{self.population} {self.what.value}"

    def __str__(self) -> str:
        return f"{self.title} {self.form.value}"

    def files(self) -> tuple[Path, Path]:
        """Return it as DER and PEM files."""
        return write(self.folder, "judged", self.der, "X509 CRL" if self.what is What.LIST else "CERTIFICATE")


def write(folder: Path, name: str, der: bytes, label: str = "CERTIFICATE") -> tuple[Path, Path]:
    """Return a DER and a PEM file; the PEM is ours, so that octets no library reads can be written too."""
    folder.mkdir(parents=True, exist_ok=True)
    binary, text = folder / f"{name}.der", folder / f"{name}.pem"
    binary.write_bytes(der)
    text.write_text(ssl.DER_cert_to_PEM_cert(der).replace("CERTIFICATE", label), encoding="ascii")
    return binary, text


@dataclass(frozen=True)
class Issued:
    """Everything that is judged, and who signed it."""

    documents: list[Document]
    signers: dict[Kind, Signer]

    def document(self, what: What, population: Population, form: Form) -> Document:
        """Return one of them."""
        asked = (what, population, form)
        (found,) = (each for each in self.documents if (each.what, each.population, each.form) == asked)
        return found


def issue(pool: Path, folder: Path) -> Issued:
    """Return one of everything: a holder who moved, so that lists have entries and half of the answers say revoked."""
    now = host_now().replace(microsecond=0)
    world = World.create(KeyPool(pool), seed=7, start=now - timedelta(days=2))
    resident = world.new_resident()
    world.issue_card(resident.id)
    world.happen(resident.id, LifeEvent.PHONE_BOUND)
    world.clock.advance(timedelta(hours=1))
    world.move(resident.id)
    world.clock.set(now)
    signers = {kind: signer_of(world, kind, pool) for kind in Kind}
    documents: list[Document] = []
    for entry in world.all_certificates(resident.id):
        population = Population(entry.kind, entry.medium)
        asked = request(world, entry.kind, entry.serial, nonce=NONCE)
        answer = world.jlis.ocsp(entry.kind, asked, now).der
        made = {
            What.AUTHORITY: signers[entry.kind].issuer.certificate.public_bytes(Encoding.DER),
            What.LEAF: world.certificate(entry),
            What.DELEGATE: _delegate(answer),
            What.LIST: world.jlis.crl(entry.kind, MUNICIPALITIES[resident.municipality], now, medium=entry.medium),
            What.ANSWER: answer,
        }
        for form in Form:
            shown = made if form is Form.AS_ISSUED else _without_marker(made, signers[entry.kind])
            here = folder / f"{entry.kind.value}-{entry.medium.value}-{form.name.lower()}"
            authority, _ = write(here, "authority", shown[What.AUTHORITY])
            holder, _ = write(here, "leaf", shown[What.LEAF])
            asking = here / "request.der"
            asking.write_bytes(asked)
            documents += [
                Document(what, population, form, shown[what], here, authority, holder, asking, now)
                for what in OF_MEDIUM[entry.medium]
            ]
    world.close()
    return Issued(documents, signers)


def _delegate(answer: bytes) -> bytes:
    (certificate,) = ocsp.OCSPResponse.load(answer).basic_ocsp_response["certs"]
    return bytes(certificate.dump())


def _without_marker(made: dict[What, bytes], signer: Signer) -> dict[What, bytes]:
    bare = {
        what: rightly(Parts.of(made[what]).with_extension(MARKER), signer)
        for what in (What.AUTHORITY, What.LEAF, What.DELEGATE)
    }
    # What the responder signs does not cover the certificates beside it (RFC 6960 §4.2.1): the signature still holds.
    response = ocsp.OCSPResponse.load(made[What.ANSWER])
    basic = response.basic_ocsp_response
    basic["certs"] = [x509.Certificate.load(bare[What.DELEGATE])]
    response["response_bytes"]["response"] = basic
    return {**made, **bare, What.ANSWER: response.dump(force=True)}
