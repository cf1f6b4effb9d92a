"""The certificates and bare public keys of one file, whatever its format: PEM, DER, PKCS#7, PKCS#12, Java key store.

The format follows from the content, never from the name. What cannot be read is a ConfigurationError: a store that
was not looked into must not pass for one in which nothing was found.

Certificates are taken apart by asn1crypto, which minds only what it is asked for: the trust stores of this world hold
old certificates that stricter parsers refuse, and they are not the ones that are looked for.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from asn1crypto import cms, keys, parser
from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from harness.errors import ConfigurationError
from harness.trust.keytool import list_certificates
from harness.trust.stores import DEFAULT_PASSWORD

EXPECTED = "a trust store (PEM, DER, PKCS#7, PKCS#12, Java key store)"
LARGEST = 256 * 2**20
USUAL_PASSWORDS = (None, "", "changeit", DEFAULT_PASSWORD)
"""Tried when none is given: none at all, the JDK's own, and that of our export."""
_JAVA_MAGICS = (bytes.fromhex("feedfeed"), bytes.fromhex("cececece"))
"""JKS and JCEKS."""
_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
_CERTIFICATE_LABELS = (b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE")
_SEQUENCE, _INTEGER, _OBJECT_IDENTIFIER = 16, 2, 6


class Form(Enum):
    """How a file is written."""

    PEM = "PEM"
    DER = "DER"
    PKCS7 = "PKCS#7"
    PKCS12 = "PKCS#12"
    JAVA = "Java key store"


@dataclass(frozen=True, slots=True)
class Entry:
    """A certificate, or a bare public key when `certificate` is None; `place` says where in the file, by its tools."""

    form: Form
    place: str
    certificate: bytes | None
    spki: bytes
    alias: str = ""
    """Its name in a key store, where it has one."""


class NoTrustMaterial(ConfigurationError):
    """The file is empty, text, or PEM of other things: nobody could load an anchor from it."""


class UnknownForm(ConfigurationError):
    """The file may be a trust store, but of no form known here."""


def read_entries(path: Path, password: str | None = None) -> list[Entry]:
    """Return every certificate and public key of a file; ConfigurationError when it cannot be read as what it is."""
    try:
        if path.stat().st_size > LARGEST:
            raise ConfigurationError(f"{path}: expected {EXPECTED} of at most {LARGEST} octets, actual a longer file")
        data = path.read_bytes()
    except OSError as fault:
        raise ConfigurationError(f"{path}: expected {EXPECTED}, actual {fault.strerror}") from fault
    try:
        if data.startswith(_JAVA_MAGICS):
            return _java(path, password)
        if b"-----BEGIN " in data:
            return _pem_entries(path, data)
        if data[:1] == b"\x30":
            return _binary(path, data, password)
    except (ValueError, TypeError) as fault:  # asn1crypto raises either, binascii.Error is a ValueError
        raise ConfigurationError(f"{path}: expected {EXPECTED}, actual a damaged one: {fault}") from fault
    if _is_text(data):
        raise NoTrustMaterial(f"{path}: expected {EXPECTED}, actual {'text' if data else 'an empty file'}")
    raise UnknownForm(f"{path}: expected {EXPECTED}, actual something that begins with {data[:4].hex()}")


def _pem_entries(path: Path, data: bytes) -> list[Entry]:
    found = list(_pem(data))
    if not found:
        raise NoTrustMaterial(f"{path}: expected {EXPECTED}, actual PEM without certificate or public key")
    return found


def _pem(data: bytes) -> Iterator[Entry]:
    blocks = list(_BLOCK.finditer(data))
    if len(blocks) != data.count(b"-----BEGIN "):
        raise ValueError(f"{data.count(b'-----BEGIN ')} PEM blocks begin, {len(blocks)} end")
    for number, block in enumerate(blocks, start=1):
        first = data.count(b"\n", 0, block.start()) + 1
        last = data.count(b"\n", 0, block.end()) + 1
        place = f"block {number}, lines {first}-{last}"
        label = block[1]
        if label in _CERTIFICATE_LABELS:
            behind = label == b"TRUSTED CERTIFICATE"  # OpenSSL writes whom it is trusted for behind the certificate
            yield _certificate(Form.PEM, place, _decoded(block[2], place), strict=not behind)
        elif label == b"PUBLIC KEY":
            yield _public_key(Form.PEM, place, _decoded(block[2], place))
        elif label in {b"PKCS7", b"CMS"}:
            yield from _pkcs7(_decoded(block[2], place), f"{place}, ")


def _decoded(body: bytes, place: str) -> bytes:
    try:
        return base64.b64decode(b"".join(body.split()), validate=True)
    except binascii.Error as fault:
        raise ValueError(f"{place}: {fault}") from fault


def _binary(path: Path, data: bytes, password: str | None) -> list[Entry]:
    """Return the entries of a DER file: its first element tells what it is."""
    match _first_tags(data):
        case [tag, _] if tag == _INTEGER:
            return _pkcs12(path, data, password)
        case [tag, _] if tag == _OBJECT_IDENTIFIER:
            return list(_pkcs7(data, ""))
        case [outer, inner] if outer == _SEQUENCE and inner == _OBJECT_IDENTIFIER:
            return [_public_key(Form.DER, "the whole file", data)]
    return [_certificate(Form.DER, "the whole file", data)]


def _first_tags(data: bytes) -> list[int]:
    """Return the tag of the first element of a SEQUENCE, and of the first element in that."""
    content = parser.parse(data)[4]
    _, _, outer, _, inside, _ = parser.parse(content)
    return [outer, parser.parse(inside)[2] if outer == _SEQUENCE else 0]


def _pkcs12(path: Path, data: bytes, password: str | None) -> list[Entry]:
    for secret in USUAL_PASSWORDS if password is None else (password,):
        try:
            store = pkcs12.load_pkcs12(data, None if secret is None else secret.encode())
        except ValueError:
            continue
        found = [*([store.cert] if store.cert else []), *store.additional_certs]
        names = [one.friendly_name.decode(errors="replace") if one.friendly_name else "" for one in found]
        return [
            _certificate(
                Form.PKCS12,
                f"alias {name}" if name else f"certificate {number}",
                one.certificate.public_bytes(Encoding.DER),
                alias=name,
            )
            for number, (name, one) in enumerate(zip(names, found, strict=True), start=1)
        ]
    tried = "the given password" if password is not None else "the usual passwords; name its own with --password"
    raise ConfigurationError(f"{path}: expected a PKCS#12 store, actual one that does not open with {tried}")


def _pkcs7(data: bytes, before: str) -> Iterator[Entry]:
    for number, choice in enumerate(cms.ContentInfo.load(data)["content"]["certificates"], start=1):
        if choice.name == "certificate":
            yield _certificate(Form.PKCS7, f"{before}certificate {number}", choice.chosen.dump())


def _java(path: Path, password: str | None) -> list[Entry]:
    return [
        _certificate(
            Form.JAVA, f"alias {alias}", _decoded(b"".join(pem.encode().splitlines()[1:-1]), alias), alias=alias
        )
        for alias, pem in list_certificates(path, password)
    ]


def _certificate(form: Form, place: str, der: bytes, *, strict: bool = True, alias: str = "") -> Entry:
    """Return an entry; unless `strict`, what stands behind the certificate is left off."""
    certificate = asn1.Certificate.load(der, strict=strict)
    extension_oids(certificate.dump())  # read now, so that a damaged one is heard of here
    return Entry(form, place, certificate.dump(), certificate.public_key.dump(), alias)


def extension_oids(der: bytes) -> list[str]:
    """Return the identifiers of a certificate's extensions; their values are nobody's business here."""
    extensions = asn1.Certificate.load(der)["tbs_certificate"]["extensions"]
    return [extension["extn_id"].dotted for extension in extensions]


def _public_key(form: Form, place: str, der: bytes) -> Entry:
    return Entry(form, place, None, keys.PublicKeyInfo.load(der, strict=True).dump())


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    return "\0" not in text
