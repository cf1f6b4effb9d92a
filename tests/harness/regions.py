"""Where two certificates differ, and what independent programs say of one: nothing here knows how they were made."""

import base64
import re
import textwrap
import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asn1crypto import parser
from asn1crypto.core import ObjectIdentifier
from cryptography import x509

from tests.harness.openssl import at, openssl

FIELDS = ("version", "serial", "algorithm", "issuer", "validity", "subject", "key")
VERSION = 0xA0


@dataclass(frozen=True)
class Region:
    """The octets of a certificate, field by field: BER is read too, for encodings are what may be wrong."""

    signed: bytes
    signature: bytes
    fields: dict[str, bytes]
    extensions: tuple[bytes, ...]

    def differs(self, other: "Region") -> set[str]:
        """Return the names of the fields and extensions (by OID) that are not the same octets; not the signature."""
        names = {name for name in self.fields if self.fields[name] != other.fields[name]}
        mine, yours = _by_oid(self.extensions), _by_oid(other.extensions)
        names |= {oid for oid in mine.keys() | yours.keys() if mine.get(oid) != yours.get(oid)}
        if not names and self.extensions != other.extensions:
            names.add("order of extensions")
        return names


def regions(der: bytes) -> Region:
    """Return a certificate's regions."""
    header, inside, trailer, after = _taken(der)
    body, outer, signature = _each(inside)
    parts = _each(_taken(body)[1])
    version = [parts.pop(0)] if parts[0][0] == VERSION else [b""]
    *values, last = [*version, *parts] if len(parts) == 7 else [*version, *parts, b""]
    found = tuple(_each(_taken(_taken(last)[1])[1])) if last else ()
    fields = dict(zip(FIELDS, values, strict=True))
    fields |= {"outer algorithm": outer, "outer length": header[:2] + trailer, "after the certificate": after}
    if header[1] == 0x82:
        fields["outer length"] = b"\x30\x82"  # how it is written; that it is another number is no change of its own
    return Region(body, _taken(signature)[1][1:], fields, found)


def openssl_says(der: bytes, authority: Path, kind: str, now: datetime, folder: Path) -> str:
    """Return `OK`, the first error of `openssl verify -x509_strict` with purpose, policy and level, or `unreadable`."""
    leaf = folder / "leaf.pem"
    body = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    leaf.write_text(f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n", encoding="ascii")
    purpose, policy = {
        "auth": ("sslclient", "1.2.392.200149.8.5.1.2.30"),
        "sign": ("smimesign", "1.2.392.200149.8.5.1.0.20"),
    }[kind]
    _, said = openssl(
        *("verify", "-x509_strict", "-purpose", purpose, "-policy", policy, "-explicit_policy", "-auth_level", "2"),
        *("-no-CAfile", "-no-CApath", "-no-CAstore", *at(now), "-trusted", authority, leaf),
    )
    if said.strip() == f"{leaf}: OK":
        return "OK"
    found = re.search(r"^error \d+ at \d+ depth lookup: (.*)$", said, re.MULTILINE)
    if found:
        return found[1]
    return "unreadable" if "Could not read" in said or "unable to load" in said.lower() else f"? {said}"


def cryptography_says(der: bytes) -> str:
    """Return `parses`, `warns` or the name of the first exception, when everything in it is read."""
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            _read_everything(x509.load_der_x509_certificate(der))
    except (ValueError, TypeError, x509.InvalidVersion, x509.DuplicateExtension) as fault:
        return type(fault).__name__
    return "warns" if warned else "parses"


def _read_everything(certificate: x509.Certificate) -> None:
    _ = (certificate.version, certificate.serial_number, certificate.issuer, certificate.subject)
    _ = (certificate.not_valid_before_utc, certificate.not_valid_after_utc, certificate.signature_hash_algorithm)
    _ = (certificate.public_key(), list(certificate.extensions))


def _by_oid(extensions: tuple[bytes, ...]) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for one in extensions:
        found.setdefault(ObjectIdentifier.load(_each(_taken(one)[1])[0]).dotted, []).append(one)
    return found


def _taken(octets: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """Return header, contents, end-of-contents and what follows, of the first element."""
    _, _, _, header, inside, trailer = parser.parse(octets)
    return header, inside, trailer, octets[len(header) + len(inside) + len(trailer) :]


def _each(contents: bytes) -> list[bytes]:
    found = []
    while contents:
        *_, after = _taken(contents)
        found.append(contents[: len(contents) - len(after)])
        contents = after
    return found
