"""A program that holds a card exclusively: it says `held` and lets go at the end of its standard input.

python -m tests.real_clients.exclusive_holder SLOT
"""

import sys

from smartcard.pcsc.PCSCReader import PCSCReader
from smartcard.scard import SCARD_LEAVE_CARD, SCARD_SHARE_EXCLUSIVE


def main() -> None:
    """Connect, wait, disconnect."""
    connection = PCSCReader(sys.argv[1]).createConnection()
    connection.connect(mode=SCARD_SHARE_EXCLUSIVE, disposition=SCARD_LEAVE_CARD)
    sys.stdout.write("held\n")
    sys.stdout.flush()
    sys.stdin.read()
    connection.release()


if __name__ == "__main__":
    main()
