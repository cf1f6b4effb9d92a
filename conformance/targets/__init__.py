"""What can be put under test by name here, and (`always.pl`) two dishonest products that must never pass."""

import sys

from harness.contract.targets import Target, parse_target

CHECKER = {"checker": (sys.executable, "-m", "conformance.checker")}
"""The second, independent relying party, on the OpenSSL command line."""


def product_named(text: str) -> Target:
    """Return what `--target` means: as everywhere, and `checker`."""
    return parse_target(text, CHECKER)
