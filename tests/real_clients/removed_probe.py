"""A program whose card leaves while it is connected: `connected`, then, after a line of input, what PC/SC says.

python -m tests.real_clients.removed_probe SLOT
"""

import sys

from smartcard import scard

from tests.real_clients.pcsc_probe import EITHER, SELECT, answer, word


def main() -> None:
    """Two lines; the program never disconnects."""
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    code, card, _ = scard.SCardConnect(context, sys.argv[1], scard.SCARD_SHARE_EXCLUSIVE, EITHER)
    sys.stdout.write(f"connected {code}\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(f"{word(scard.SCardStatus(card)[0])} {answer(card, SELECT)}\n")


if __name__ == "__main__":
    main()
