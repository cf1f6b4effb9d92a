"""Connections to HTTP servers, kept open between questions; every wait ends with the question's own time.

Blocking sockets, in the thread that asks: an event loop beside the threads costs two changes of thread a question, each
of them as dear as the question. Before each step the socket is given what is left of the time, so that a time-out
covers all of it, an answer that comes an octet a second too. Names are looked up in a thread of their own, for that
alone knows no time-out.
"""

import select
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import quote, urlsplit

from reference_impl.http_answer import HttpAnswer

KEPT: Final = 64
IDLE_SECONDS: Final = 4.0
"""Servers close what was silent for five, as a rule: whoever asks at that very moment would hear nothing."""
_PIECE: Final = 64 * 1024
_SAFE: Final = "/%:=&?~+!$,;'@()*[]"
_PORTS: Final = {"http": 80, "https": 443}


class Where(NamedTuple):
    """An http or https address, taken apart."""

    scheme: str
    host: str
    port: int
    authority: str
    path: str


@lru_cache(maxsize=256)
def read_address(address: str) -> Where:
    """The address; ValueError for one that is none."""
    parts = urlsplit(address)
    port = parts.port if parts.port is not None else _PORTS.get(parts.scheme, 0)
    if parts.scheme not in _PORTS or not parts.hostname or not port or "@" in parts.netloc:
        raise ValueError(f"expected an http or https address with a host, found {parts.scheme}:")
    host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
    if not host.isprintable() or " " in host:
        raise ValueError("expected a host, found something else")
    shown = f"[{host}]" if ":" in host else host
    asked = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    authority = shown if port == _PORTS[parts.scheme] else f"{shown}:{port}"
    return Where(parts.scheme, host, port, authority, quote(asked, safe=_SAFE))


class Line:
    """A connection."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._looked = select.poll()
        self._looked.register(connected, select.POLLIN)
        self.idle_since = 0.0
        self.is_fresh = True
        """Whether nothing was asked on it before."""

    def ask(self, request: bytes, answer: HttpAnswer, end: float) -> None:
        """Sends the request and reads the answer; TimeoutError when its time is over."""
        self._socket.settimeout(left(end))
        self._socket.sendall(request)
        while not answer.is_enough:
            self._socket.settimeout(left(end))
            piece = self._socket.recv(_PIECE)
            if not piece:
                answer.end()
                return
            answer.feed(piece)

    @property
    def is_silent(self) -> bool:
        """Whether nothing came unasked: the end, as a rule."""
        return not self._looked.poll(0)

    def close(self) -> None:
        """Ends it."""
        self._socket.close()


class Lines:
    """The connections of one client."""

    def __init__(self, tls: Callable[[], ssl.SSLContext]) -> None:
        self._tls = lru_cache(maxsize=1)(tls)
        self._kept: dict[tuple[str, str, int], deque[Line]] = {}
        self._names = ThreadPoolExecutor(8, thread_name_prefix="names")

    def kept(self, where: Where) -> Line | None:
        """A connection that was kept, the last one first."""
        kept = self._kept.get(where[:3])
        while kept:
            try:
                line = kept.pop()
            except IndexError:  # somebody else's
                break
            if line.idle_since + IDLE_SECONDS > time.monotonic() and line.is_silent:
                return line
            line.close()
        return None

    def open(self, where: Where, end: float) -> Line:
        """A new one; OSError where there is none."""
        return Line(self._connect(where, end))

    def give(self, where: Where, line: Line) -> None:
        """Keeps it for the next who asks there."""
        line.idle_since, line.is_fresh = time.monotonic(), False
        kept = self._kept.setdefault(where[:3], deque())
        kept.append(line)
        if len(kept) > KEPT:
            kept.popleft().close()

    def close(self) -> None:
        """Ends all of them; nobody may be asking."""
        for kept in self._kept.values():
            while kept:
                kept.pop().close()
        self._names.shutdown(wait=False, cancel_futures=True)

    def _connect(self, where: Where, end: float) -> socket.socket:
        connected = self._connect_plain(where, end)
        if where.scheme == "http":
            return connected
        try:
            connected.settimeout(left(end))
            return self._tls().wrap_socket(connected, server_hostname=where.host)
        except BaseException:
            connected.close()
            raise

    def _connect_plain(self, where: Where, end: float) -> socket.socket:
        fault: OSError | None = None
        places = list(self._places(where, end))
        for number, (family, address) in enumerate(places):
            made = socket.socket(family, socket.SOCK_STREAM)
            try:
                made.settimeout(left(end) / (len(places) - number))
                made.connect(address)
                made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError as error:
                made.close()
                fault = error
            except BaseException:
                made.close()
                raise
            else:
                return made
        raise fault or OSError("no address")

    def _places(self, where: Where, end: float) -> Iterator[tuple[int, tuple[str | int, ...]]]:
        for family in (socket.AF_INET, socket.AF_INET6):
            if _is_written(family, where.host):
                yield family, (where.host, where.port)
                return
        looking = self._names.submit(socket.getaddrinfo, where.host, where.port, 0, socket.SOCK_STREAM)
        for family, _, _, _, address in looking.result(left(end)):
            yield family, (str(address[0]), *address[1:])


def left(end: float) -> float:
    """How many seconds are left; TimeoutError when there are none."""
    seconds = end - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _is_written(family: int, host: str) -> bool:
    """Whether the host is an address itself."""
    try:
        socket.inet_pton(family, host)
    except (OSError, ValueError):
        return False
    return True
