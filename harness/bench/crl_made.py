"""The lists that `verify_crl` measures: one, the same with odd entries, and as many small ones; all of one authority.

Odd entries are right ones that the usual shapes do not cover: an invalidityDate beside the reason, a GeneralizedTime, a
reason 0 that should be absent, an unknown extension whose value differs each time, one of more than 127 octets.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from harness.bench.mass import Arrays, arrays
from harness.jlis import crl_encoding, crl_extensions

THIS_UPDATE = datetime(2026, 12, 1, 18, tzinfo=UTC)
NOW = THIS_UPDATE + timedelta(hours=6)
_ODD_SERIALS = 0x6000_0000
_MIXED = 1000
"""Usual entries between one load of odd ones and the next."""


class Made(msgspec.Struct, frozen=True):
    """A file of lists: where each is, and the SHA-256 of its point's name."""

    file: str
    spans: list[tuple[int, int]]
    digests: list[bytes]
    entries: int


class Lists(msgspec.Struct, frozen=True):
    """Everything in the folder."""

    authority: bytes
    now: datetime
    one: Made
    parts: Made
    odd: dict[str, Made]
    """By the share of odd entries."""


def make(folder: Path, count: int, parts: int, shares: tuple[float, ...]) -> None:
    """Write the lists and `lists.json`."""
    key = generate_private_key(65537, 2048)
    maker = _Maker(folder, key, _authority(key))
    given = arrays(count)
    whole = encoded(given)
    one = maker.write("one", [whole], count)
    odd = {f"{share:.1%}": maker.write(f"odd-{share}", [with_odd(given, share)], count) for share in shares}
    each = count // parts
    pieces = (encoded(_rows(given, number * each, (number + 1) * each)) for number in range(parts))
    lists = Lists(maker.authority.public_bytes(Encoding.DER), NOW, one, maker.write("parts", pieces, each * parts), odd)
    (folder / "lists.json").write_bytes(msgspec.json.encode(lists))


def encoded(given: Arrays) -> crl_encoding.Octets:
    """Return the entries in DER."""
    from harness.jlis import crl_columns  # noqa: PLC0415  (numpy, for whoever makes lists)

    return crl_columns.encode(crl_columns.Columns(*given))


def _rows(given: Arrays, begin: int, end: int) -> Arrays:
    serials, seconds, reasons = given
    return serials[begin:end], seconds[begin:end], reasons[begin:end]


def with_odd(given: Arrays, share: float) -> bytes:
    """Return as many entries, of which this share is odd, spread over the list."""
    count = len(given[0])
    pieces: list[crl_encoding.Octets] = []
    odd = 0
    for begin in range(0, count, _MIXED):
        end = min(begin + _MIXED, count)
        due = round(end * share) - odd
        pieces.append(encoded(_rows(given, begin, end - due)))
        pieces += [odd_entry(number) for number in range(odd, odd + due)]
        odd += due
    return b"".join(pieces)


def odd_entry(number: int) -> bytes:
    """Return the odd entry of a number; five kinds take turns."""
    der, date = crl_encoding.der, crl_encoding.time_der(THIS_UPDATE - timedelta(minutes=number % 500_000))
    serial = crl_encoding.integer_der(_ODD_SERIALS + number)
    reason = crl_encoding.REASON + bytes([number % 7 or 1])
    kind = number % 5
    if kind == 0:
        invalidity = der(0x30, bytes.fromhex("0603551d18"), der(4, der(0x18, b"20260731%02d0000Z" % (number % 24))))
        return der(0x30, serial, date, der(0x30, reason, invalidity))
    if kind == 1:
        return der(0x30, serial, der(0x18, b"20260731%02d%02d00Z" % (number % 24, number % 60)), der(0x30, reason))
    if kind == 2:
        return der(0x30, serial, date, der(0x30, crl_encoding.REASON + b"\0"))
    value = number.to_bytes(8, "big") if kind == 3 else number.to_bytes(120, "big")
    extension = der(0x30, der(0x06, crl_extensions.UNKNOWN), der(0x04, value))
    return der(0x30, serial, date, der(0x30, extension))


class _Maker:
    """Signs lists of one authority and writes them, each under a point of its own."""

    def __init__(self, folder: Path, key: RSAPrivateKey, authority: x509.Certificate) -> None:
        self.authority = authority
        self._folder, self._sign = folder, crl_encoding.rsa_signer(key)
        self._key_identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest

    def write(self, name: str, entries: Iterator[crl_encoding.Octets] | list[crl_encoding.Octets], count: int) -> Made:
        """Write a list of each of these."""
        spans, digests, at = [], [], 0
        with (self._folder / name).open("wb") as file:
            for number, each in enumerate(entries):
                point = _name(f"{name} {number} CRLDP")
                made = self._list(point, each)
                file.write(made)
                spans.append((at, at + len(made)))
                at += len(made)
                digests.append(hashlib.sha256(point).digest())
        return Made(name, spans, digests, count)

    def _list(self, point: bytes, entries: crl_encoding.Octets) -> bytes:
        extensions = [
            crl_extensions.authority_key_identifier(self._key_identifier),
            crl_extensions.crl_number(4061),
            crl_extensions.issuing_distribution_point(crl_extensions.Scope(point, user_certificates=True)),
        ]
        issuer = self.authority.subject.public_bytes()
        parts = crl_encoding.Parts(issuer, THIS_UPDATE, THIS_UPDATE + timedelta(days=2), entries, extensions)
        return crl_encoding.encode(parts, self._sign)


def _name(common_name: str) -> bytes:
    units = ["JPKI for user authentication", "CRL Distribution Points", "Mizuho-ken"]
    attributes = [x509.NameAttribute(NameOID.COUNTRY_NAME, "JP")]
    attributes += [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "JPKI-TEST")]
    attributes += [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit) for unit in units]
    return x509.Name([*attributes, x509.NameAttribute(NameOID.COMMON_NAME, common_name)]).public_bytes()


def _authority(key: RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "KAZASHI BENCH")])
    begin, end = THIS_UPDATE - timedelta(days=365), THIS_UPDATE + timedelta(days=365)
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    usage = x509.KeyUsage(
        **dict.fromkeys(names, False), key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False
    )
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, begin, end)
    builder = builder.add_extension(usage, critical=True)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return builder.sign(key, SHA256())
