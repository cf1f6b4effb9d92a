"""Makes the vectors anew, with new keys that are thrown away: `python -m tests.reference_impl.vectors.make`.

Built by cryptography and by hand, never by the core or by the fake J-LIS; what is expected stands beside each.
"""

import hashlib
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from tests.reference_impl.cross_check.mutation import Node, encode, read_tree
from tests.reference_impl.pki import key_usage
from tests.reference_impl.vectors import layout
from tests.reference_impl.vectors.vector import FILE, Expected, Vector, Vectors

NOW = datetime(2026, 11, 21, 0, 20, tzinfo=UTC)
BEGIN, END = datetime(2026, 1, 2, 1, 20, 30, tzinfo=UTC), datetime(2030, 12, 31, 14, 59, 59, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CHALLENGE = hashlib.sha256(b"one challenge for all vectors").digest()
SHA256_RSA, SHA256_RSA_BARE, SHA1_RSA = (
    bytes.fromhex("300D06092A864886F70D01010B0500"),
    bytes.fromhex("300B06092A864886F70D01010B"),
    bytes.fromhex("300D06092A864886F70D0101050500"),
)
DIGEST_INFO = bytes.fromhex("3031300D060960864801650304020105000420")
DIGEST_INFO_BARE = bytes.fromhex("302F300B0609608648016503040201 0420")
DIGEST_INFO_SHA1 = bytes.fromhex("3021300906052B0E03021A05000414")

OK, POLICY_OURS = "OK", "local policy"
SIGNED, POLICY_SET = "RFC 5280 §6.1.3(a)(1)", "RFC 5280 §6.1.5(g)"


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    """A key of this run; "short" has 1024 bits."""
    return rsa.generate_private_key(65537, 1024 if name == "short" else 2048)


@cache
def authority(kind: str, generation: int) -> x509.Certificate:
    """A generation of this run."""
    return layout.authority(kind, generation, key(f"{kind}-{generation}"))


def leaf(kind: str = "auth", generation: int = 3, **changes: object) -> bytes:
    """A holder's certificate under one generation."""
    issuer_key = key(str(changes.pop("signed_by", f"{kind}-{generation}")))
    public = changes.pop("key", key("holder").public_key())
    return layout.leaf(kind, authority(kind, generation), issuer_key, public, **changes)  # type: ignore[arg-type]


def extensions(kind: str = "auth", policy: str | None = None, generation: int = 3) -> layout.Extensions:
    """The right extensions, to be changed."""
    return layout.leaf_extensions(kind, policy or kind, authority(kind, generation), key("holder").public_key())


def without(oid: str) -> layout.Extensions:
    """The right extensions but one."""
    return [each for each in extensions() if each[0].oid.dotted_string != oid]


def instead(value: x509.ExtensionType, *, critical: bool) -> layout.Extensions:
    """The right extensions with one of them replaced."""
    return [(value, critical) if each[0].oid == value.oid else each for each in extensions()]


def rebuilt(change: Callable[[list[Node]], None], algorithm: bytes = SHA256_RSA) -> bytes:
    """A right certificate whose body was changed before it was signed."""
    body = read_tree(x509.load_der_x509_certificate(leaf()).tbs_certificate_bytes)
    assert isinstance(body[1], list)
    change(body[1])
    digest = hashes.SHA1() if algorithm is SHA1_RSA else hashes.SHA256()  # noqa: S303  # to be refused
    encoded = encode(body)
    signature = key("auth-3").sign(encoded, padding.PKCS1v15(), digest)
    return encode(
        (b"\x30", [(b"\x30", encoded[_header(encoded) :]), read_tree(algorithm), (b"\x03", b"\x00" + signature)])
    )


def _header(encoded: bytes) -> int:
    return 2 if encoded[1] < 0x80 else 2 + (encoded[1] & 0x7F)


def _put(place: int, node: Node) -> Callable[[list[Node]], None]:
    def change(fields: list[Node]) -> None:
        fields[place] = node

    return change


def _drop_version(fields: list[Node]) -> None:
    del fields[0]


def _bare_algorithm(fields: list[Node]) -> None:
    fields[2] = read_tree(SHA256_RSA_BARE)


def _twice(fields: list[Node]) -> None:
    extensions_field: Any = fields[-1]
    inside = extensions_field[1][0][1]
    inside.append(inside[-1])


def _print_organisation(fields: list[Node]) -> None:
    """The issuer's name with another string type and in capitals (RFC 5280 §7.1)."""
    organisation: Any = fields[3][1][1]
    organisation[1][0][1][1] = (b"\x13", b"jpki-TEST")


def _boolean_of_ber(encoded: bytes) -> bytes:
    body = x509.load_der_x509_certificate(encoded).tbs_certificate_bytes.replace(b"\x01\x01\xff", b"\x01\x01\x01", 1)
    signature = key("auth-3").sign(body, padding.PKCS1v15(), hashes.SHA256())
    content = body + SHA256_RSA + bytes.fromhex("0382010100") + signature
    return b"\x30\x82" + len(content).to_bytes(2) + content


def block(digest_info: bytes, digest: bytes, *, kind: int = 1, length: int | None = None, tail: bytes = b"") -> bytes:
    """A signature of the holder's key over an encoded message of our choice (RFC 8017 §9.2)."""
    content = digest_info + digest
    padded = bytes([0, kind]) + b"\xff" * (length or 253 - len(content) - len(tail)) + b"\x00" + content + tail
    numbers = key("holder").private_numbers()
    return pow(int.from_bytes(padded.ljust(256, b"\x00")), numbers.d, numbers.public_numbers.n).to_bytes(256)


def proof(name: str = "holder", message: bytes = CHALLENGE) -> bytes:
    """A right signature."""
    return key(name).sign(message, padding.PKCS1v15(), hashes.SHA256())


Case = tuple[str, str, bytes, bytes, datetime, str, str]
Login = Callable[[str, bytes, str, str], Case]


def certificates() -> Iterator[Case]:
    """Name, purpose, certificate, proof, instant, reason, clause: what the certificate alone decides."""
    right, other = proof(), x509.UnrecognizedExtension(ObjectIdentifier("2.25.1"), b"\x05\x00")

    def login(name: str, certificate: bytes, reason: str, clause: str, now: datetime = NOW) -> Case:
        return name, "login", certificate, right, now, reason, clause

    yield login("generation-2", leaf(generation=2), OK, "RFC 5280 §6.1")
    yield login("generation-3", leaf(), OK, "RFC 5280 §6.1")
    yield "signature-certificate", "sign", leaf("sign"), right, NOW, OK, "RFC 5280 §6.1"
    yield login("generation-1-expired", leaf(generation=1), "EXPIRED", "spec/pki.md §1.1")
    yield login("first-second", leaf(), OK, "RFC 5280 §4.1.2.5", BEGIN)
    yield login("second-before-first", leaf(), "NOT_YET_VALID", "RFC 5280 §4.1.2.5", BEGIN - SECOND)
    yield login("second-before-last", leaf(), OK, "RFC 5280 §4.1.2.5", END - SECOND)
    yield login("second-after-last", leaf(), "EXPIRED", "RFC 5280 §4.1.2.5", END + SECOND)
    times: Node = (b"\x30", [(b"\x17", b"260102012030Z"), (b"\x18", b"20301231145959Z")])
    yield login("generalized-time-before-2050", rebuilt(_put(4, times)), OK, "RFC 5280 §4.1.2.5")
    yield login("algorithm-without-null", rebuilt(_bare_algorithm, SHA256_RSA_BARE), OK, "RFC 4055 §5")
    yield login("algorithms-differ", rebuilt(_bare_algorithm), "MALFORMED", "RFC 5280 §4.1.1.2")
    yield login("issuer-name-other-string-type", rebuilt(_print_organisation), OK, "RFC 5280 §7.1")
    yield login("authority-key-identifier-absent", leaf(extensions=without("2.5.29.35")), OK, "RFC 5280 §4.2.1.1")
    yield login("authority-key-identifier-of-other-generation", leaf(signed_by="auth-2"), OK, "RFC 5280 §4.2.1.1")
    yield login("serial-of-20-octets", leaf(serial=2**158 + 1), OK, "RFC 5280 §4.1.2.2")
    yield login("serial-with-leading-zero-octet", leaf(serial=0xF7123456), OK, "X.690 §8.3")
    yield login("unknown-extension", leaf(extensions=[*extensions(), (other, False)]), OK, "RFC 5280 §4.2")
    yield login("extensions-in-other-order", leaf(extensions=extensions()[::-1]), OK, "RFC 5280 §4.2")
    nameless = without("2.5.29.35")
    yield login("rogue-of-the-same-name", leaf(signed_by="rogue", extensions=nameless), "UNKNOWN_ISSUER", SIGNED)
    yield login("rogue-that-names-our-key", leaf(signed_by="rogue"), "BAD_SIGNATURE", SIGNED)
    production = layout.authority_name("auth", "JPKI")
    yield login("production-name", leaf(issuer_name=production), "UNKNOWN_ISSUER", "RFC 5280 §6.1.3(a)(4)")
    yield from purposes(login)
    yield from parameters(login)
    yield from malformed(login)


def purposes(login: Login) -> Iterator[Case]:
    """What a certificate is for (RFC 5280 §4.2; spec/pki.md §1.3 to §1.6)."""
    other = x509.UnrecognizedExtension(ObjectIdentifier("2.25.1"), b"\x05\x00")
    usage, eku = "2.5.29.15", "2.5.29.37"
    yield login("signature-certificate-at-login", leaf("sign"), "WRONG_PURPOSE", "spec/pki.md §1.5")
    yield "authentication-certificate-at-signing", "sign", leaf(), proof(), NOW, "WRONG_PURPOSE", "spec/pki.md §1.5"
    real, phone = extensions(policy="auth-production"), extensions(policy="phone")
    yield login("production-policy", leaf(extensions=real), "WRONG_PURPOSE", POLICY_SET)
    yield login("phone-policy-at-card-login", leaf(extensions=phone), "WRONG_PURPOSE", POLICY_SET)
    yield login("no-policy", leaf(extensions=without("2.5.29.32")), "WRONG_PURPOSE", POLICY_SET)
    yield login("no-key-usage", leaf(extensions=without(usage)), "WRONG_PURPOSE", POLICY_OURS)
    encipherment = instead(key_usage("key_encipherment"), critical=True)
    yield login("key-usage-encipherment", leaf(extensions=encipherment), "WRONG_PURPOSE", POLICY_OURS)
    yield login("no-extended-key-usage", leaf(extensions=without(eku)), "WRONG_PURPOSE", POLICY_OURS)
    server = instead(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    yield login("extended-key-usage-server", leaf(extensions=server), "WRONG_PURPOSE", "RFC 5280 §4.2.1.12")
    critical: layout.Extensions = [*extensions(), (other, True)]
    yield login("unknown-critical-extension", leaf(extensions=critical), "POLICY", "RFC 5280 §4.2")
    notice = x509.PolicyInformation(ObjectIdentifier(layout.POLICIES["auth"]), [x509.UserNotice(None, "notice")])
    noticed = instead(x509.CertificatePolicies([notice]), critical=True)
    yield login("critical-policy-with-user-notice", leaf(extensions=noticed), "POLICY", "RFC 5280 §4.2.1.4")
    ca = (x509.BasicConstraints(ca=True, path_length=None), True)
    yield login("holder-claims-to-be-an-authority", leaf(extensions=[*extensions(), ca]), "POLICY", POLICY_OURS)


def parameters(login: Login) -> Iterator[Case]:
    """Numbers, keys and algorithms that this relying party does not use."""
    yield login("negative-serial", rebuilt(_put(1, (b"\x02", b"\x87\x12\x34\x56"))), "POLICY", POLICY_OURS)
    yield login("serial-of-21-octets", rebuilt(_put(1, (b"\x02", b"\x01" * 21))), "POLICY", POLICY_OURS)
    yield login("key-of-1024-bits", leaf(key=key("short").public_key()), "POLICY", "CRYPTREC")
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    yield login("key-on-a-curve", leaf(key=curve), "POLICY", POLICY_OURS)
    yield login("signed-with-sha1", rebuilt(_put(2, read_tree(SHA1_RSA)), SHA1_RSA), "POLICY", "CRYPTREC")


def malformed(login: Login) -> Iterator[Case]:
    """What cannot be read (X.690; RFC 5280 §4.1). One bit is not malformed, it is forged."""
    whole = leaf()
    flipped = whole[:-100] + bytes([whole[-100] ^ 1]) + whole[-99:]
    yield login("one-bit-of-the-signature", flipped, "BAD_SIGNATURE", SIGNED)
    place = whole.index(b"000000A00AAAAA")
    other_name = whole[:place] + b"1" + whole[place + 1 :]
    yield login("one-digit-of-the-name", other_name, "BAD_SIGNATURE", SIGNED)
    yield login("version-1-with-extensions", rebuilt(_drop_version), "MALFORMED", "RFC 5280 §4.1.2.9")
    yield login("version-4", rebuilt(_put(0, (b"\xa0", [(b"\x02", b"\x03")]))), "MALFORMED", "RFC 5280 §4.1.2.1")
    yield login("extension-twice", rebuilt(_twice), "MALFORMED", "RFC 5280 §4.2")
    yield login("octet-at-the-end", whole + b"\x00", "MALFORMED", "X.690 §8.1")
    yield login("octet-missing", whole[:-1], "MALFORMED", "X.690 §8.1.3")
    yield login("length-in-three-octets", b"\x30\x83\x00" + whole[2:], "MALFORMED", "X.690 §10.1")
    yield login("indefinite-length", b"\x30\x80" + whole[4:] + b"\x00\x00", "MALFORMED", "X.690 §10.1")
    yield login("boolean-true-of-ber", _boolean_of_ber(whole), "MALFORMED", "X.690 §11.1")
    padded: Node = (b"\x02", b"\x00\x07\x12\x34\x56")
    yield login("serial-padded", rebuilt(_put(1, padded)), "MALFORMED", "X.690 §8.3.2")
    thirteenth: Node = (b"\x30", [(b"\x17", b"260102012030Z"), (b"\x17", b"301301145959Z")])
    yield login("thirteenth-month", rebuilt(_put(4, thirteenth)), "MALFORMED", "RFC 5280 §4.1.2.5")
    offset: Node = (b"\x30", [(b"\x17", b"260102012030Z"), (b"\x17", b"301231235959+0900")])
    yield login("time-with-offset", rebuilt(_put(4, offset)), "MALFORMED", "RFC 5280 §4.1.2.5.1")
    yield login("nothing", b"", "MALFORMED", "X.690 §8.1.2")


def proofs() -> Iterator[Case]:
    """What the holder's signature decides (RFC 8017 §8.2.2)."""
    certificate, digest, clause = leaf(), hashlib.sha256(CHALLENGE).digest(), "RFC 8017 §8.2.2"

    def login(name: str, signature: bytes, reason: str = "BAD_SIGNATURE") -> Case:
        return name, "login", certificate, signature, NOW, reason, clause

    yield login("proof-block-built-by-hand", block(DIGEST_INFO, digest), OK)
    yield login("proof-of-another-key", proof("stranger"))
    yield login("proof-of-another-challenge", proof(message=b"another"))
    yield login("proof-digest-info-without-null", block(DIGEST_INFO_BARE, digest))
    yield login("proof-with-sha1", block(DIGEST_INFO_SHA1, hashlib.sha1(CHALLENGE, usedforsecurity=False).digest()))
    yield login("proof-short-padding-and-garbage", block(DIGEST_INFO, digest, length=8, tail=b"\x55" * 193))
    yield login("proof-octet-after-the-digest", block(DIGEST_INFO, digest, tail=b"\x00"))
    yield login("proof-block-type-2", block(DIGEST_INFO, digest, kind=2))
    yield login("proof-one-octet-too-long", proof() + b"\x00")
    yield login("proof-leading-zero-octet", b"\x00" + proof())
    yield login("proof-one-octet-short", proof()[:-1])
    yield login("proof-of-zeros", bytes(256))
    yield login("proof-empty", b"")


def main() -> int:
    """Write the file; return 0."""
    vectors = tuple(
        Vector(name, purpose, now, certificate, signature, Expected(reason, clause))
        for name, purpose, certificate, signature, now, reason, clause in (*certificates(), *proofs())
    )
    authorities = {
        f"{kind}-{generation}": authority(kind, generation).public_bytes(Encoding.DER)
        for kind in layout.UNITS
        for generation in layout.GENERATIONS
    }
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode(Vectors(CHALLENGE, authorities, vectors))) + b"\n")
    print(f"{FILE.name}: {len(vectors)} vectors")
    return 0


if __name__ == "__main__":
    sys.exit(main())
