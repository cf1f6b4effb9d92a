"""What load may be sent to: something on this machine, and nothing else."""

import ipaddress
from urllib.parse import urlsplit

from harness.contract.targets import Address, Command, Target, parse_target
from harness.errors import ConfigurationError


def parse_own_target(text: str) -> Target:
    """Return the target if it is a command or a loopback address; ConfigurationError for any other address."""
    target = parse_target(text)
    if not isinstance(target, Address | Command):
        raise ConfigurationError(f"--target {text!r}: expected a product with an HTTP address; use http or command")
    if isinstance(target, Address) and not _is_loopback(urlsplit(target.url).hostname or ""):
        raise ConfigurationError(
            f"--target {text!r}: expected an address of this machine (127.0.0.1, ::1, localhost); "
            "load is sent nowhere else"
        )
    return target


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
