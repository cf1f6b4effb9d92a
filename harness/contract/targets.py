"""From the text after `--target` to a running product.

reference                the reference relying party, started as a process of its own
http://127.0.0.1:8080    a product that already runs
command:perl mine.pl     a product that is started, and ended afterwards
"""

import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

from harness.contract.launch import LaunchedProduct
from harness.errors import ConfigurationError

REFERENCE = "reference"
REFERENCE_COMMAND = (sys.executable, "-m", "reference_impl.app", "--test-surface")
"""By name and not by import: the reference is reached through its door like any product."""
Target = str | Sequence[str]


def parse_target(text: str, named: Mapping[str, Sequence[str]] | None = None) -> Target:
    """Return the address (a string) or the command (words) that `text` means; ConfigurationError when neither.

    `named` are further products that the caller knows by a word, with the command of each.
    """
    known = {REFERENCE: REFERENCE_COMMAND, **(named or {})}
    if text in known:
        return list(known[text])
    kind, _, rest = text.partition(":")
    try:
        if kind == "command" and (words := shlex.split(rest)):
            return words
        if kind in ("http", "https") and urlsplit(text).hostname:
            return text
    except ValueError as fault:
        raise ConfigurationError(f"--target {text!r}: {fault}; correct the target") from fault
    raise ConfigurationError(
        f"--target {text!r}: expected {', '.join(known)}, http://host:port or command:PROGRAM; correct the target"
    )


@contextmanager
def running_target(target: Target) -> Iterator[str]:
    """Yield the address of the product; one that is started here ends with the block."""
    if isinstance(target, str):
        yield target
        return
    with LaunchedProduct(target) as product:
        yield product.address
