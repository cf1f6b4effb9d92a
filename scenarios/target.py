"""From the text after `--target` to a running product.

reference                the reference relying party, started as a process of its own
http://127.0.0.1:8080    a product that already runs
command:perl mine.pl     a product that is started, and ended afterwards
"""

import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

from harness.contract.launch import LaunchedProduct
from harness.errors import ConfigurationError

REFERENCE = "reference"
_REFERENCE_COMMAND = (sys.executable, "-m", "reference_impl.app", "--test-surface")


def parse_target(target: str) -> str | Sequence[str]:
    """Return the address, or the command to start; ConfigurationError when the text names neither."""
    if target == REFERENCE:
        return _REFERENCE_COMMAND
    kind, _, rest = target.partition(":")
    try:
        if kind == "command" and (words := shlex.split(rest)):
            return words
        if kind in ("http", "https") and urlsplit(target).hostname:
            return target
    except ValueError as fault:
        raise ConfigurationError(f"--target {target!r}: {fault}; correct the target") from fault
    raise ConfigurationError(
        f"--target {target!r}: expected {REFERENCE}, http://host:port or command:PROGRAM; correct the target"
    )


@contextmanager
def running_target(target: str) -> Iterator[str]:
    """Yield the address of the product; one that was started for the stories ends with them."""
    found = parse_target(target)
    if isinstance(found, str):
        yield found
        return
    with LaunchedProduct(found) as product:
        yield product.address
