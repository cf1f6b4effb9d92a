"""From the text after `--target` to a running product, a process of its own on loopback.

reference                the reference relying party, started and ended afterwards
http://127.0.0.1:8080    a product that already runs on this machine
command:perl mine.pl     a product that is started, and ended afterwards
"""

import ipaddress
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from harness.contract.launch import LaunchedProduct
from harness.errors import ConfigurationError

REFERENCE = [sys.executable, "-m", "reference_impl.app", "--test-surface"]


def parse_target(target: str) -> str | list[str]:
    """Return the address, or the command to start; ConfigurationError when the text names nothing on this machine."""
    if target.startswith(("http://", "https://")):
        return _own_address(target)
    return REFERENCE if target == "reference" else _command(target)


@contextmanager
def running_target(target: str | list[str]) -> Iterator[str]:
    """Yield the address of the product that `parse_target` found; one that was started ends with the block."""
    if isinstance(target, str):
        yield target
        return
    with LaunchedProduct(target) as product:
        yield product.address


def _own_address(target: str) -> str:
    """Return the address if it is loopback: load goes nowhere else."""
    try:
        host = urlsplit(target).hostname or ""
        is_ours = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_ours = False
    if not is_ours:
        raise ConfigurationError(
            f"--target {target!r}: expected an address of this machine (127.0.0.1, ::1, localhost); "
            "load is sent nowhere else"
        )
    return target


def _command(target: str) -> list[str]:
    kind, _, words = target.partition(":")
    try:
        command = shlex.split(words) if kind == "command" else []
    except ValueError as fault:
        raise ConfigurationError(f"--target {target!r}: expected a command line, actual {fault}") from fault
    if not command:
        raise ConfigurationError(f"--target {target!r}: expected reference, http://127.0.0.1:PORT or command:PROGRAM")
    return command
