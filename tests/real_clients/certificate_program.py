"""A PC/SC program in Python: our terminal, on pyscard, reads the certificate and signs a challenge.

python -m tests.real_clients.certificate_program SLOT      writes reader, certificate, signature and PC/SC library
"""

import sys

from harness.pcsc_lane.readers import connection_to, loaded_libraries
from harness.terminal.card_reader import CardReader

CHALLENGE = bytes(range(32))


def main() -> None:
    """Four lines."""
    with connection_to(sys.argv[1]) as connection:
        reader = CardReader(connection)
        certificate = reader.authentication_certificate()
        signature = reader.sign_challenge("1234", CHALLENGE)
        for line in (connection.getReader(), certificate.hex(), signature.hex(), *sorted(loaded_libraries())):
            sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
