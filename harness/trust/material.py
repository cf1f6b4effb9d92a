"""What is exported: authority certificates and card-issuer keys, each with the name of its files."""

import hashlib
from collections import Counter
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from harness.doors.control_messages import Anchors


@dataclass(frozen=True, slots=True)
class AuthorityFile:
    """The certificate of one authority; `name` is that of its files and, after `kazashi-`, its alias in key stores."""

    name: str
    kind: str
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        """The certificate as DER."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        """The certificate as PEM, after two lines for whoever finds it alone."""
        subject = self.certificate.subject.rfc4514_string()
        said = f"# {subject}\n# Kazashi test anchor, never for production / 試験専用\n"
        return said.encode() + self.certificate.public_bytes(Encoding.PEM)

    @property
    def alias(self) -> str:
        """Its name in a key store."""
        return f"kazashi-{self.name}"

    @property
    def sha256(self) -> str:
        """SHA-256 of the DER, in hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def thumbprint(self) -> str:
        """SHA-1 of the DER in capitals: how Windows names a certificate."""
        return hashlib.sha1(self.der, usedforsecurity=False).hexdigest().upper()


@dataclass(frozen=True, slots=True)
class IssuerKeyFile:
    """A card-issuer key: it comes in no certificate, its 16 bytes of key id are its name."""

    key_id: bytes
    spki: bytes

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"card-issuer-{self.key_id.hex()}"

    @property
    def pem(self) -> bytes:
        """The key as PEM SubjectPublicKeyInfo."""
        return load_der_public_key(self.spki).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @property
    def sha256(self) -> str:
        """SHA-256 of the DER SubjectPublicKeyInfo, in hexadecimal."""
        return hashlib.sha256(self.spki).hexdigest()


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that a relying party of one world has to trust."""

    authorities: tuple[AuthorityFile, ...]
    issuer_keys: tuple[IssuerKeyFile, ...]


def material(anchors: Anchors) -> Material:
    """Return the anchors of a world; the second authority of a kind is called `auth-ca-2`, and so on."""
    seen: Counter[str] = Counter()
    authorities = []
    for anchor in anchors.authorities:
        kind = anchor.kind.value
        seen[kind] += 1
        name = f"{kind}-ca" if seen[kind] == 1 else f"{kind}-ca-{seen[kind]}"
        authorities.append(AuthorityFile(name, kind, x509.load_der_x509_certificate(anchor.certificate)))
    keys = tuple(IssuerKeyFile(anchor.key_id, anchor.key) for anchor in anchors.card_issuers)
    return Material(tuple(authorities), keys)
