"""Whether an address may be loaded at all, before anybody is asked: this machine's, or one said to be one's own.

No word of the command line makes a system of the state or of a municipality somebody's own.
"""

import ipaddress
import os
import re
import unicodedata
from urllib.parse import urlsplit

from harness.errors import ConfigurationError

PRODUCTION = ("go.jp", "lg.jp", "lgwan.jp")
"""J-LIS, the Digital Agency's platforms and the municipalities answer under these (spec/pki.md §1, §3, §7): every
address that a real certificate or a published interface names lies in one of them."""
_DOTS = re.compile("[\u3002\uff0e\uff61]")
PROXIES = ("http_proxy", "https_proxy", "all_proxy")


def require_own(target: str, url: str, *, own: bool) -> None:
    """Return for an address that load may be sent to; ConfigurationError, with what is missing, for any other."""
    host = _plain(urlsplit(url).hostname or "").rstrip(".").lower()
    if any(host == domain or host.endswith(f".{domain}") for domain in PRODUCTION):
        raise ConfigurationError(
            f"--target {target!r}: expected a test system, actual {host}, a name of production; "
            "no load is sent there, and nothing switches this off"
        )
    if not own and not is_loopback(host):
        raise ConfigurationError(
            f"--target {target!r}: expected an address of this machine (127.0.0.1, ::1, localhost); "
            "load is sent to another one only with --i-own-this-target"
        )


def _plain(host: str) -> str:
    """Return a name as it will be asked for: full-width letters are letters, and four characters are dots (IDNA)."""
    return _DOTS.sub(".", unicodedata.normalize("NFKC", host))


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine by its name or number; other names are asked of nobody."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def without_proxies() -> dict[str, str]:
    """Return this process's variables without those that would send load through somebody else's machine."""
    return {name: value for name, value in os.environ.items() if name.lower() not in PROXIES}
