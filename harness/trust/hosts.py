"""Lines for a hosts file: the other way, beside the forward proxy, to make the addresses in certificates work."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from harness.contract.vocabulary import Kind
from harness.doors.server import LOOPBACK
from harness.jlis.authority import OCSP_ADDRESS


def status_hosts() -> dict[str, Kind]:
    """Return the host names of the OCSP addresses, each with the kind of certificate that is asked for there."""
    return {str(urlsplit(address).hostname): population.kind for population, address in OCSP_ADDRESS.items()}


def hosts_lines(hosts: Iterable[str]) -> bytes:
    """Return the lines that send the names to this machine; whoever answers must then stand on port 80."""
    lines = [
        "# begin kazashi (needs `kazashi trust proxy --port 80`)",
        *(f"{LOOPBACK} {host}" for host in hosts),
        "# end kazashi",
    ]
    return "\n".join([*lines, ""]).encode("ascii")
