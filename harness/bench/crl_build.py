"""Prints seconds of the processor: to hash a list's octets, then to build and sign it, so many times. `COUNT TIMES`."""

import sys
from datetime import UTC, datetime, timedelta
from time import process_time

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256, Hash

from harness.bench.mass import Arrays, arrays

THIS_UPDATE = datetime(2026, 12, 1, 18, tzinfo=UTC)
_ISSUER = bytes.fromhex("3000")


def main(count: int, times: int) -> None:
    """Measure; what is imported and made to build lists is imported and made in the first run."""
    key, given = generate_private_key(65537, 2048), arrays(count)
    took, made = [], b""
    for _ in range(times):
        made = b""  # what was made is given back before the next is made
        begun = process_time()
        made = build(given, key)
        took.append(process_time() - begun)
    begun = process_time()
    digest = Hash(SHA256())
    digest.update(made)
    digest.finalize()
    print(process_time() - begun, *took)


def build(given: Arrays, key: RSAPrivateKey) -> bytes:
    """Return a signed list of the entries."""
    from harness.jlis import crl_columns, crl_encoding, crl_extensions  # noqa: PLC0415  (the first run counts this in)

    entries = crl_columns.encode(crl_columns.Columns(*given))
    extensions = [crl_extensions.authority_key_identifier(bytes(20)), crl_extensions.crl_number(4061)]
    parts = crl_encoding.Parts(_ISSUER, THIS_UPDATE, THIS_UPDATE + timedelta(days=2), entries, extensions)
    return crl_encoding.encode(parts, crl_encoding.rsa_signer(key))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
