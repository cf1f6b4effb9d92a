"""Wrong signatures, and wrong signers (RFC 5280 §4.1.1, §6.1.3 (a); RFC 8017 §8.2.2, §9.2)."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace

from asn1crypto import algos, core, x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import MD5, SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from harness.jlis.wrong.extensions import with_authority_key
from harness.jlis.wrong.parts import OCTET_STRING, SEQUENCE, Parts, certificate, contents_of, elements, tlv
from harness.jlis.wrong.variant import Change, Inexpressible, Issuer, Sign, Signer, Standing, Variant, given, rightly
from harness.jlis.wrong.vocabulary import Wrong

_SHA1, _MD5 = SHA1(), MD5()  # noqa: S303  (broken hashes are the variant)
SHORTEST_PADDING = b"\xff" * 8
"""RFC 8017 §9.2: PS has at least eight octets."""


def _identifier(name: str) -> bytes:
    """Return the AlgorithmIdentifier with its NULL (RFC 4055 §5), which the library leaves out for the old ones."""
    return bytes(algos.SignedDigestAlgorithm({"algorithm": name, "parameters": core.Null()}).dump())


def _algorithm(name: str) -> Change:
    identifier = _identifier(name)
    return lambda parts, _signer: replace(parts, algorithm=identifier)


def _without_null(parts: Parts, _signer: Signer) -> Parts:
    oid, _null = elements(contents_of(parts.algorithm))
    return replace(parts, algorithm=tlv(SEQUENCE, oid))


def _signed_by(who: Callable[[Signer], Issuer]) -> Sign:
    return lambda parts, signer: rightly(parts, replace(signer, issuer=who(signer)))


def _with_hash(algorithm: HashAlgorithm) -> Sign:
    def sign(parts: Parts, signer: Signer) -> bytes:
        body = parts.dump()
        return certificate(body, parts.algorithm, signer.issuer.key.sign(body, PKCS1v15(), algorithm))

    return sign


def _bit_flipped(parts: Parts, signer: Signer) -> bytes:
    whole = rightly(parts, signer)
    return whole[:-1] + bytes([whole[-1] ^ 1])


def _outer_as_before(parts: Parts, signer: Signer) -> bytes:
    body = parts.dump()
    return certificate(body, _identifier("sha256_rsa"), signer.issuer.key.sign(body, PKCS1v15(), SHA256()))


def _stranger(signer: Signer) -> Issuer:
    return given(signer.stranger, "a stranger of the issuer's name")


def _other_kind(signer: Signer) -> Issuer:
    return given(signer.other_kind, "the other kind's authority")


def _older(signer: Signer) -> Issuer:
    return given(signer.older, "an older generation")


def _names_older(parts: Parts, signer: Signer) -> Parts:
    older = x509.Certificate.load(_older(signer).certificate.public_bytes(Encoding.DER))
    return with_authority_key(parts, key_identifier=older.key_identifier, serial=older.serial_number)


def _digest_info_without_null(parts: Parts, signer: Signer) -> bytes:
    info = _digest_info(parts.dump(), null=b"")
    padding = b"\xff" * (signer.issuer.key.key_size // 8 - 3 - len(info))
    return _block_signed(parts, signer, b"\x00\x01" + padding + b"\x00" + info)


def _padding_with_garbage(parts: Parts, signer: Signer) -> bytes:
    block = b"\x00\x01" + SHORTEST_PADDING + b"\x00" + _digest_info(parts.dump())
    return _block_signed(parts, signer, block.ljust(signer.issuer.key.key_size // 8, b"\xa5"))


def _forged(parts: Parts, signer: Signer) -> bytes:
    """Return a signature that nobody made: the cube root of a block whose head is right (Bleichenbacher, 2006).

    Rounded up, the root's cube differs from the block in its lowest two thirds only, which is where the garbage stands.
    """
    public = signer.issuer.key.public_key().public_numbers()
    if public.e != 3:
        raise Inexpressible(f"signer: expected an issuer with the public exponent 3, actual {public.e}")
    size = signer.issuer.key.key_size // 8
    head = b"\x00\x01" + SHORTEST_PADDING + b"\x00" + _digest_info(parts.dump())
    root = _cube_root_up(int.from_bytes(head.ljust(size, b"\x00"), "big"))
    return certificate(parts.dump(), parts.algorithm, root.to_bytes(size, "big"))


def _cube_root_up(number: int) -> int:
    """Return the least whole number whose cube is not below `number`."""
    low, high = 0, 1 << (number.bit_length() // 3 + 1)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if middle**3 < number else (low, middle)
    return low


def _digest_info(body: bytes, null: bytes = b"\x05\x00") -> bytes:
    """Return the DigestInfo of SHA-256 (RFC 8017 §9.2)."""
    oid = algos.DigestAlgorithmId("sha256").dump()
    return tlv(SEQUENCE, tlv(SEQUENCE, oid, null), tlv(OCTET_STRING, hashlib.sha256(body).digest()))


def _block_signed(parts: Parts, signer: Signer, block: bytes) -> bytes:
    """Return the certificate with a block of our own under the private key: no library signs a wrong one."""
    signature = _raw(signer.issuer.key, block)
    return certificate(parts.dump(), parts.algorithm, signature)


def _raw(key: RSAPrivateKey, block: bytes) -> bytes:
    """Return RSASP1 of a block (RFC 8017 §5.2.1)."""
    numbers = key.private_numbers()
    signed = pow(int.from_bytes(block, "big"), numbers.d, numbers.public_numbers.n)
    return signed.to_bytes(len(block), "big")


_CHAIN = "RFC 5280 §6.1.3 (a)(1)"
_BLOCK = "RFC 8017 §8.2.2, §9.2"
FAULT, POLICY, LEGAL = Standing.FAULT, Standing.POLICY, Standing.LEGAL
SIGNATURE: Mapping[Wrong, Variant] = {
    Wrong.SIGNATURE_BIT_FLIPPED: Variant(_CHAIN, FAULT, sign=_bit_flipped, signature_holds=False),
    Wrong.SIGNED_BY_STRANGER: Variant(_CHAIN, FAULT, sign=_signed_by(_stranger), signature_holds=False),
    Wrong.SIGNED_BY_OTHER_KIND: Variant(_CHAIN, FAULT, sign=_signed_by(_other_kind), signature_holds=False),
    Wrong.SIGNED_BY_OLDER_GENERATION: Variant(
        "RFC 5280 §4.2.1.1, spec/rfc.md B2", POLICY, sign=_signed_by(_older), signature_holds=False
    ),
    Wrong.ISSUED_BY_OLDER_GENERATION: Variant(
        "RFC 5280 §6.1.1 (d): a fault where that generation is no trust anchor",
        FAULT,
        _names_older,
        _signed_by(_older),
        signature_holds=False,
    ),
    Wrong.SHA1_SIGNATURE: Variant(
        "CRYPTREC; RFC 5280 §4.1.1.2 names no floor", POLICY, _algorithm("sha1_rsa"), _with_hash(_SHA1)
    ),
    Wrong.MD5_SIGNATURE: Variant(
        "RFC 6151 §2; RFC 5280 §4.1.1.2 names no floor", POLICY, _algorithm("md5_rsa"), _with_hash(_MD5)
    ),
    Wrong.ALGORITHMS_DIFFER: Variant("RFC 5280 §4.1.1.2", FAULT, _algorithm("sha512_rsa"), _outer_as_before),
    Wrong.ALGORITHM_WITHOUT_NULL: Variant("RFC 4055 §5", LEGAL, _without_null),
    Wrong.DIGEST_INFO_WITHOUT_NULL: Variant(
        f"{_BLOCK}; spec/rfc.md A7", POLICY, sign=_digest_info_without_null, signature_holds=False
    ),
    Wrong.PADDING_WITH_GARBAGE: Variant(_BLOCK, FAULT, sign=_padding_with_garbage, signature_holds=False),
    Wrong.FORGED_FOR_EXPONENT_3: Variant(_BLOCK, FAULT, sign=_forged, signature_holds=False),
}
