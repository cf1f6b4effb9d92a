"""The authority that vouches for the door's certificate and for clients: of one installation, for TLS and nothing else.

It lives by the host's time, as every TLS library does, and not by a world's. Its certificates carry the marker
extension, so `kazashi trust find` finds one that was left in a trust store.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from harness.announcement import write_private
from harness.errors import ConfigurationError
from harness.jlis.profiles import MARKER
from harness.keys import KeyPool

AUTHORITY_KEY, DOOR_KEY = "tls-authority", "tls-door"
AUTHORITY_LIFE, DOOR_LIFE = timedelta(days=3650), timedelta(days=397)
BEFORE = timedelta(days=1)
"""How long before it is made a certificate begins, for clocks that differ."""
NAMES = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))]
SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH


@dataclass(frozen=True, slots=True)
class TlsAuthority:
    """The authority, and what of it lies in a folder of the home."""

    certificate: x509.Certificate
    key: RSAPrivateKey

    @classmethod
    def of(cls, folder: Path, keys: KeyPool, now: datetime) -> "TlsAuthority":
        """Return the authority of an installation: made once, and anew when it has expired or its key is another."""
        key, path = keys.named(AUTHORITY_KEY), folder / "authority.pem"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if path.exists():
                found = x509.load_pem_x509_certificate(path.read_bytes())
                if found.public_key() == key.public_key() and now < found.not_valid_after_utc - DOOR_LIFE:
                    return cls(found, key)
        except (OSError, ValueError) as fault:
            raise ConfigurationError(f"{path}: expected a certificate, actual {fault}; remove the file") from fault
        name = _name("Kazashi TLS authority, test only")
        builder = _builder(name, name, key.public_key(), now, AUTHORITY_LIFE)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        made = cls(builder.add_extension(MARKER, critical=False).sign(key, SHA256()), key)
        write_private(path, made.pem)
        return made

    @property
    def pem(self) -> bytes:
        """Its certificate, which clients trust for the door, and the door for its clients."""
        return self.certificate.public_bytes(Encoding.PEM)

    def door(self, key: RSAPublicKey, now: datetime) -> x509.Certificate:
        """Return a certificate for a door on loopback."""
        names = x509.SubjectAlternativeName(NAMES)
        return self._issue(_name("localhost"), key, now, DOOR_LIFE, SERVER, names)

    def client(self, name: str, key: RSAPublicKey, now: datetime, life: timedelta) -> x509.Certificate:
        """Return a certificate for one client."""
        return self._issue(_name(name), key, now, life, CLIENT)

    def _issue(
        self,
        name: x509.Name,
        key: RSAPublicKey,
        now: datetime,
        life: timedelta,
        purpose: ObjectIdentifier,
        *more: x509.ExtensionType,
    ) -> x509.Certificate:
        builder = _builder(name, self.certificate.subject, key, now, life)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        for extension in (x509.SubjectKeyIdentifier.from_public_key(key), issuer, *more, MARKER):
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(self.key, SHA256())


def key_pem(key: RSAPrivateKey) -> bytes:
    """Return a private key as PEM, for a file of its owner only."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _builder(
    name: x509.Name, issuer: x509.Name, key: RSAPublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key)
    begins = (now - BEFORE).replace(microsecond=0)
    serial = x509.random_serial_number()
    return builder.serial_number(serial).not_valid_before(begins).not_valid_after(now.replace(microsecond=0) + life)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=not signs_certificates,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
