"""Trust stores for applications: PKCS#12 as Java and .NET read it, and JKS made of it by keytool."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

from harness.errors import ConfigurationError
from harness.trust.keytool import SHORTEST_PASSWORD, convert_to_jks
from harness.trust.material import AuthorityFile

DEFAULT_PASSWORD = "kazashi-test"  # noqa: S105  (it protects public certificates from nobody; key stores want one)
ROUNDS = 10_000
"""The JDK's own count for new PKCS#12 stores (keystore.pkcs12.certPbeIterationCount of java.security)."""


def check_password(password: str) -> None:
    """Refuse what one of the programs would refuse later, or read as another password."""
    if len(password) < SHORTEST_PASSWORD or not (password.isascii() and password.isprintable()):
        raise ConfigurationError(
            f"--password: expected at least {SHORTEST_PASSWORD} printable ASCII characters (keytool wants as many), "
            f"actual {len(password)} characters"
        )


def build_pkcs12(authorities: Iterable[AuthorityFile], password: str) -> bytes:
    """Return a PKCS#12 file of certificates alone, each marked as trusted for Java (its trustedKeyUsage attribute).

    Without that attribute Java shows the certificates of a PKCS#12 file to nobody. AES-256 and HMAC-SHA-256 are read by
    Java from 8u301 on and by Windows from 10 (1709) on.
    """
    certificates = [pkcs12.PKCS12Certificate(one.certificate, one.alias.encode()) for one in authorities]
    how = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(ROUNDS)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(SHA256())
        .build(password.encode("ascii"))
    )
    return pkcs12.serialize_java_truststore(certificates, how)


def build_jks(store: bytes, password: str) -> bytes:
    """Return a PKCS#12 trust store as JKS; KeytoolMissing without a JDK."""
    with tempfile.TemporaryDirectory(prefix="kazashi-trust-") as folder:
        source, target = Path(folder) / "truststore.p12", Path(folder) / "truststore.jks"
        source.write_bytes(store)
        convert_to_jks(source, target, password)
        return target.read_bytes()
