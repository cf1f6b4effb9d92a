"""What else verifies: cryptography's call alone, its path verifier, and pyhanko-certvalidator where it is installed.

The last two look at the path of a certificate alone: no challenge, no proof, no status.
"""

import asyncio
import importlib
from collections.abc import Callable
from time import process_time
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from harness.bench.verify_material import Material

NOT_INSTALLED = "not installed: pip install pyhanko-certvalidator"


def rates(material: Material, seconds: float) -> dict[str, float | str]:
    """Return a rate of each peer, in a second of the processor, or why there is none."""
    found: dict[str, float | str] = {"cryptography.verify": _rate(_cryptography(material), seconds)}
    try:
        found["pyhanko-certvalidator"] = _rate(_pyhanko(material), seconds)
    except ImportError:
        found["pyhanko-certvalidator"] = NOT_INSTALLED
    return found


def _cryptography(material: Material) -> Callable[[int], None]:
    """Return a verification with a key that is held: what the binding costs, and nothing else."""
    certificate, challenge, signature, _ = material.logins[0]
    key = x509.load_der_x509_certificate(certificate).public_key()
    if not isinstance(key, RSAPublicKey):
        raise TypeError(f"expected an RSA key, actual {type(key).__name__}")
    padding, digest = PKCS1v15(), SHA256()

    def verify(_: int) -> None:
        key.verify(signature, challenge, padding, digest)

    return verify


def _pyhanko(material: Material) -> Callable[[int], None]:
    """Return the validation of one of the certificates' paths, revocation not asked."""
    library: Any = importlib.import_module("pyhanko_certvalidator")
    roots = [asn1_x509.Certificate.load(data) for kind, data in material.anchors if kind == "auth"]
    context = library.ValidationContext(
        trust_roots=roots, moment=material.now, allow_fetching=False, revocation_mode="soft-fail"
    )
    loop = asyncio.new_event_loop()

    def verify(number: int) -> None:
        certificate = asn1_x509.Certificate.load(material.logins[number % len(material.logins)][0])
        validator = library.CertificateValidator(certificate, validation_context=context)
        loop.run_until_complete(validator.async_validate_usage({"digital_signature"}))

    return verify


def _rate(verify: Callable[[int], None], seconds: float) -> float:
    done, begun = 0, process_time()
    while process_time() - begun < seconds:
        for number in range(20):
            verify(done + number)
        done += 20
    return done / (process_time() - begun)
