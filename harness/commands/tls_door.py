"""Opens the fake J-LIS's door over TLS, for the commands that do."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.clock import host_now
from harness.doors.admission import Admission
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.home import home, key_pool
from harness.tls.context import door_tls


@contextmanager
def jlis_over_tls(jlis: JlisDoor, port: int, client_ca: Path | None) -> Iterator[dict[str, str]]:
    """Yield the addresses of the door, and where the certificate is that vouches for it."""
    tls = door_tls(home(), key_pool(), host_now(), client_ca)
    app = Admission(jlis.app, tls.clients, jlis.turned_away)
    with Served(app, port=port, garbled=jlis.garbled, tls=tls.context) as served:
        yield {**jlis.addresses(served.url), "ca": tls.authority_file.as_uri()}
