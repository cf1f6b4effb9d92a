"""The example of reader software that takes the card's power at its end, as pyscard does unless it is told otherwise.

python -m tests.real_clients.unpowering_program     JSON lines on stdin and stdout
"""

from typing import Any

from smartcard.pcsc.PCSCCardConnection import PCSCCardConnection

from conformance.targets import tap_client

connect: Any = PCSCCardConnection.connect


def connect_to_unpower(connection: Any, protocol: Any = None, mode: Any = None, disposition: Any = None) -> None:
    """Connect; what the example wants done at the end is not told."""
    del disposition
    connect(connection, protocol, mode)


if __name__ == "__main__":
    PCSCCardConnection.connect = connect_to_unpower
    tap_client.main()
