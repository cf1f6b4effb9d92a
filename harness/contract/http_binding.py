"""The HTTP binding: `POST /kazashi/v1/<verb>`.

Each exchange has a connection of its own: a product may close an idle one whenever it likes (RFC 9112 §9.3), and a
request that met the closing could not be told from one that was acted on.

The time-out is for the whole exchange. Libraries count each read anew, and a product that sends one byte now and
then would never be late; so every read gets only what is left, and the body is measured while it arrives.
"""

import ssl
import time
from collections.abc import Iterable
from contextlib import suppress

import httpcore

from harness.contract.binding import LONGEST_ANSWER, Answer
from harness.contract.faults import Broken, TimedOut, Unreachable
from harness.contract.vocabulary import Verb

PATH = "/kazashi/v1/"
HEADERS = ((b"content-type", b"application/json"),)


class HttpBinding:
    """A product at `address` (`http://host:port`). Proxies of the environment are not asked."""

    carries_anything = True

    def __init__(self, address: str, *, timeout: float = 10.0) -> None:
        self.address = address.rstrip("/")
        self.timeout = timeout
        self._clock = _Deadline()
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(),
            network_backend=_DeadlineBackend(self._clock),
            max_connections=1,
            max_keepalive_connections=0,
        )

    @property
    def where(self) -> str:
        """Return the address."""
        return self.address

    def another(self) -> "HttpBinding":
        """Return another connection's binding."""
        return HttpBinding(self.address, timeout=self.timeout)

    def revive(self) -> bool:
        """Return False: whoever started the product has to start it again."""
        return False

    def close(self) -> None:
        """Let the connection go."""
        self._pool.close()

    def exchange(self, verb: Verb, body: bytes) -> Answer:
        """Return status and body; the faults are those of `Binding`."""
        self._clock.start(self.timeout)
        try:
            with self._pool.stream("POST", self.address + PATH + verb.value, headers=HEADERS, content=body) as response:
                head = b"".join(name + b": " + value + b"\r\n" for name, value in response.headers)
                return Answer(response.status, self._body(verb, response), head)
        except (httpcore.TimeoutException, TimeoutError) as late:
            raise TimedOut(f"{verb.value} at {self.address}: no whole answer within {self.timeout} s") from late
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as fault:
            raise Unreachable(
                f"{verb.value} at {self.address}: expected an HTTP answer, actual {type(fault).__name__}: {fault}; "
                "start the product's test surface or correct --target"
            ) from fault

    def _body(self, verb: Verb, response: httpcore.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_stream():
            body += chunk
            if len(body) > LONGEST_ANSWER:
                raise Broken(f"{verb.value} at {self.address}: expected at most {LONGEST_ANSWER} bytes, actual more")
        return bytes(body)


class _Deadline:
    """When the exchange that is under way has to be over."""

    def __init__(self) -> None:
        self._at = 0.0

    def start(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds left; TimeoutError when there are none."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class _DeadlineBackend(httpcore.NetworkBackend):
    """Opens connections whose every operation ends at the deadline."""

    def __init__(self, deadline: _Deadline) -> None:
        self._deadline = deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002  (ours is stricter)
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._plain.connect_tcp(host, port, self._deadline.left(), local_address, socket_options)
        return _DeadlineStream(stream, self._deadline)


class _DeadlineStream(httpcore.NetworkStream):
    """A connection whose every operation ends at the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        with suppress(OSError):
            self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        tls = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _DeadlineStream(tls, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
