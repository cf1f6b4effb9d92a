"""From the text after `--target` to a running product.

reference                the reference relying party, started as a process of its own
checker                  the second, independent one on the OpenSSL command line
http://127.0.0.1:8080    a product that already runs
command:perl mine.pl     a product that is started, and ended afterwards
"""

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from harness.contract.launch import LaunchedProduct
from harness.errors import ConfigurationError

BUILT_IN = {
    "reference": [sys.executable, "-m", "reference_impl.app", "--test-surface"],
    "checker": [sys.executable, "-m", "conformance.checker"],
}


@contextmanager
def running_target(target: str) -> Iterator[str]:
    """Yield the address of the product that `target` names; ConfigurationError when it names none."""
    if _is_address(target):
        yield target
        return
    command = BUILT_IN.get(target) or _command(target)
    with LaunchedProduct(command) as product:
        yield product.address


def _is_address(target: str) -> bool:
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _command(target: str) -> list[str]:
    kind, _, words = target.partition(":")
    if kind == "command" and words.strip():
        return shlex.split(words)
    raise ConfigurationError(
        f"--target {target!r}: expected {', '.join(BUILT_IN)}, http://host:port or command:…; correct the target"
    )
