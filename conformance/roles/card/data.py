"""What is looked at in the data of an answer, with none of the emulator's code."""

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from conformance.check import Check
from conformance.roles.card.case import Data

SHOWN = 24
CHIP_KEY, EXPONENT, MODULUS = 0xDF12, 0x90, 0x91
RECORD = 0xFF10


def data_checks(wanted: Data, got: bytes, named: dict[str, bytes], challenge: bytes) -> list[Check]:
    """Return a check for each thing that is looked at; `named` are earlier answers of the case."""
    checks = []
    if wanted.length is not None:
        checks.append(Check("length", str(wanted.length), str(len(got)), len(got) == wanted.length))
    if wanted.begins is not None:
        begins = bytes.fromhex(wanted.begins)
        checks.append(Check("begins", wanted.begins, got[: len(begins)].hex().upper(), got.startswith(begins)))
    if wanted.differs_from is not None:
        other = named.get(wanted.differs_from, b"")
        checks.append(Check("differs", f"not {_shown(other)}", _shown(got), bool(got) and got != other))
    if wanted.ends is not None:
        whole = named.get(wanted.ends, b"")
        held = bool(got) and whole.endswith(got)
        checks.append(Check("ends", f"the end of {_shown(whole)}", _shown(got), held))
    if wanted.certificate:
        checks.append(_certificate(got))
    if wanted.signed_by is not None:
        checks.append(_signed(got, named.get(wanted.signed_by, b""), challenge))
    return checks


def object_length(start: bytes) -> int:
    """Return header plus value length of the BER-TLV object that `start` begins; ValueError where it is none."""
    try:
        tag = 2 if start[0] & 0x1F == 0x1F else 1
        first = start[tag]
        octets = first & 0x7F if first & 0x80 else 0
        length = int.from_bytes(start[tag + 1 : tag + 1 + octets], "big") if octets else first
    except IndexError as fault:
        raise ValueError(f"{start.hex()}: expected the header of an object, actual less") from fault
    return tag + 1 + octets + length


def parts(value: bytes) -> dict[int, bytes]:
    """Return the values of the objects that lie side by side in `value`, by tag; ValueError where one is cut."""
    found: dict[int, bytes] = {}
    while (value and value[0] not in (0x00, 0xFF)) or value[:2] == b"\xff\x10":
        tag = 2 if value[0] & 0x1F == 0x1F else 1
        whole = object_length(value)
        if whole > len(value):
            raise ValueError(f"object {value[:tag].hex()}: expected {whole} bytes, actual {len(value)}")
        first = value[tag]
        head = tag + 1 + (first & 0x7F if first & 0x80 else 0)
        found[int.from_bytes(value[:tag], "big")] = value[head:whole]
        value = value[whole:]
    return found


def public_key(holder: bytes) -> RSAPublicKey:
    """Return the key of a certificate or a birth record (spec/card.md §2.3); ValueError where there is none."""
    if holder[:1] == b"\x30":
        key = x509.load_der_x509_certificate(holder).public_key()
        if not isinstance(key, RSAPublicKey):
            raise ValueError("expected an RSA key, actual another")
        return key
    try:
        numbers = parts(parts(parts(holder)[RECORD])[CHIP_KEY])
        exponent, modulus = (int.from_bytes(numbers[tag], "big") for tag in (EXPONENT, MODULUS))
    except KeyError as fault:
        raise ValueError(f"expected a birth record with a key, actual no object {fault}") from fault
    return RSAPublicNumbers(exponent, modulus).public_key()


def _certificate(got: bytes) -> Check:
    wanted = "one X.509 certificate over RSA-2048"
    try:
        key = x509.load_der_x509_certificate(got).public_key()
    except ValueError as fault:
        return Check("certificate", wanted, " ".join(str(fault).split())[:120], held=False)
    size = key.key_size if isinstance(key, RSAPublicKey) else 0
    return Check("certificate", wanted, f"one over {size} bits", size == 2048)


def _signed(got: bytes, holder: bytes, challenge: bytes) -> Check:
    wanted = "a signature over the challenge that verifies"
    try:
        public_key(holder).verify(got, challenge, PKCS1v15(), SHA256())
    except InvalidSignature:
        return Check("signature", wanted, f"{len(got)} bytes that do not", held=False)
    except ValueError as fault:
        return Check("signature", wanted, " ".join(str(fault).split())[:120], held=False)
    return Check("signature", wanted, "it does", held=True)


def _shown(data: bytes) -> str:
    return data[:SHOWN].hex().upper() + ("…" if len(data) > SHOWN else "") or "nothing"
