"""Lines for a hosts file: the other way, beside the forward proxy, to make the addresses in certificates work."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from harness.doors.server import LOOPBACK
from harness.jlis.authority import OCSP_ADDRESS
from harness.jlis.populations import Population


def status_hosts() -> dict[str, Population]:
    """Return the host names of the OCSP addresses, each with the certificates that are asked for there."""
    return {str(urlsplit(address).hostname): population for population, address in OCSP_ADDRESS.items()}


def hosts_lines(hosts: Iterable[str]) -> bytes:
    """Return the lines that send the names to this machine; whoever answers must then stand on port 80."""
    lines = [
        "# begin kazashi (needs `kazashi trust proxy --port 80`)",
        *(f"{LOOPBACK} {host}" for host in hosts),
        "# end kazashi",
    ]
    return "\n".join([*lines, ""]).encode("ascii")
