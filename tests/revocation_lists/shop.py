"""A small server of lists, made octet by octet: an index, lists with tags, an archive, any headers that are wanted."""

import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.revocation_lists import making as m

INDEX, ARCHIVE = "/crl/index.json", "/crl/auth/card/archive.tar"


def path_of(town: str) -> str:
    """Where the list of a town is."""
    return f"/crl/auth/card/{hashlib.sha256(m.point(town)).hexdigest()}.crl"


def a_list_of(town: str, *serials: int, number: int = 4061, hours: int = 0) -> bytes:
    """A right list of a town, published so many hours after the usual one."""
    begin, end = (each + timedelta(hours=hours) for each in (m.THIS_UPDATE, m.NEXT_UPDATE))
    entries = [m.entry(serial) for serial in serials]
    more = m.extensions(number, name=m.point(town))
    return m.signed(m.body(entries, more, this_update=begin, next_update=end))


def tar_of(members: Mapping[str, bytes]) -> bytes:
    """An archive of these files."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in members.items():
            file = tarfile.TarInfo(name.lstrip("/"))
            file.size = len(content)
            tar.addfile(file, io.BytesIO(content))
    return made.getvalue()


@dataclass
class Shop:
    """What is served, and what was asked for: path and HTTP status."""

    lists: dict[str, bytes] = field(default_factory=dict)
    archive: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)
    is_open: bool = True
    gate: threading.Event = field(default_factory=threading.Event)
    """Nothing is answered before it is set."""
    arrived: threading.Event = field(default_factory=threading.Event)
    """Set when somebody asks."""
    url: str = ""

    def count(self, path: str, status: int = 200) -> int:
        """How often a path was answered so."""
        return self.asked.count((path, status))

    def answer(self, path: str, tags: str | None) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers."""
        if not self.is_open:
            return 503, b"", {}
        if path == INDEX:
            rows = [{"kind": "auth", "medium": "card", "path": path_of(town)} for town in self.lists]
            return 200, json.dumps({"lists": rows}).encode(), self.headers
        if path == ARCHIVE and self.archive is not None:
            return self._tagged(self.archive, tags)
        for town, data in self.lists.items():
            if path == path_of(town):
                return self._tagged(data, tags)
        return 404, b"", {}

    def _tagged(self, data: bytes, tags: str | None) -> tuple[int, bytes, dict[str, str]]:
        headers = {**self.headers, "ETag": f'"{hashlib.sha256(data).hexdigest()}"'}
        return (304, b"", headers) if tags == headers["ETag"] else (200, data, headers)


@contextmanager
def opened(shop: Shop) -> Iterator[Shop]:
    """The shop at `shop.url`, for as long as the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            shop.arrived.set()
            shop.gate.wait(10)
            status, body, headers = shop.answer(self.path, self.headers["If-None-Match"])
            shop.asked.append((self.path, status))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        shop.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield shop
        finally:
            shop.gate.set()
            server.shutdown()
            thread.join()
