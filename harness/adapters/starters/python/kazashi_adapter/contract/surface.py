"""The surface of contract 1.0 over HTTP: `POST /kazashi/v1/<verb>` on loopback, one JSON object each way.

It decides nothing. 200 with the product's answer, whatever was decided; 400 for a broken message, 404 for an unknown
path, 405 for another method, 413 for a body over 1 MiB; 500 when the product raised, which is no refusal but a fault.
"""

import json
import logging
import socketserver
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from kazashi_adapter.contract import answers, requests
from kazashi_adapter.contract.answers import Json, Outcome
from kazashi_adapter.contract.fields import BrokenMessage, read_message
from kazashi_adapter.product import Product

PREFIX = "/kazashi/v1/"
LONGEST_BODY = 1 << 20
DISCARDED = 16 << 20
"""How much of a body that is too long is read and thrown away: whoever still writes does not read our answer."""
PATIENCE = 60.0
"""Seconds for the next bytes of a connection."""

_logger = logging.getLogger(__name__)


class Verbs:
    """Each verb of the contract: a message is read, the product is asked, its answer is written."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self.known: dict[str, Callable[[bytes], Json]] = {
            "hello": self._hello,
            "configure": self._configure,
            "reset": self._reset,
            "set_time": self._set_time,
            "begin": self._begin,
            "complete": self._complete,
            "account": self._account,
        }

    def answer(self, path: str, body: bytes) -> Json:
        """Return the answer to one request; BrokenMessage says why there is none."""
        verb = self.known.get(path.removeprefix(PREFIX)) if path.startswith(PREFIX) else None
        if verb is None:
            known = PREFIX + "{" + ",".join(self.known) + "}"
            raise BrokenMessage("unknown path", "path", known, path[:100], http=HTTPStatus.NOT_FOUND)
        return verb(body)

    def _hello(self, body: bytes) -> Json:
        read_message(body, requests.read_hello)
        return answers.write_introduction(self._product.hello())

    def _configure(self, body: bytes) -> Json:
        self._product.configure(read_message(body, requests.read_configuration))
        return {}

    def _reset(self, body: bytes) -> Json:
        read_message(body, requests.read_nothing)
        self._product.reset()
        return {}

    def _set_time(self, body: bytes) -> Json:
        setting = read_message(body, requests.read_clock_setting)
        return {"epoch": self._product.set_time(setting.instant, setting.epoch)}

    def _begin(self, body: bytes) -> Json:
        begun = self._product.begin(read_message(body, requests.read_attempt))
        return answers.write_outcome(begun) if isinstance(begun, Outcome) else answers.write_begun(begun)

    def _complete(self, body: bytes) -> Json:
        message = read_message(body, requests.read_completion)
        return answers.write_outcome(self._product.complete(message.session, message.presentation))

    def _account(self, body: bytes) -> Json:
        return answers.write_account(self._product.account(read_message(body, requests.read_certificate)))


class Surface(socketserver.ThreadingTCPServer):
    """Listens on loopback, never elsewhere: whoever reaches this surface sets the product's clock."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, product: Product, port: int) -> None:
        self.verbs = Verbs(product)
        super().__init__(("127.0.0.1", port), _Conversation)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say what went wrong in a connection, but not that somebody hung up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Conversation(BaseHTTPRequestHandler):
    """One connection, with as many requests as come."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = PATIENCE
    server: Surface

    def do_POST(self) -> None:
        """Answer one request."""
        try:
            self._send(HTTPStatus.OK, self.server.verbs.answer(self.path, self._read_body()))
        except BrokenMessage as broken:
            self._complain(broken)
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        except Exception:
            _logger.exception("500 %s: the product raised", self.path)
            self._complain(
                BrokenMessage("the adapter failed", "product", "an answer", "a fault, see its log", http=500)
            )

    def _read_body(self) -> bytes:
        if "transfer-encoding" in self.headers:
            self.close_connection = True
            actual = "transfer-encoding"
            raise BrokenMessage("no length", "body", "content-length", actual, http=HTTPStatus.LENGTH_REQUIRED)
        declared = self.headers.get("content-length", "0").strip()
        if not (declared.isascii() and declared.isdecimal() and len(declared) <= 15):
            self.close_connection = True
            raise BrokenMessage("unusable length", "content-length", "a number of bytes", declared[:40])
        length = int(declared)
        if length > LONGEST_BODY:
            self.close_connection = True
            self._discard(min(length, DISCARDED))
            http = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            raise BrokenMessage("oversized message", "body", f"at most {LONGEST_BODY} bytes", f"{length}", http=http)
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionAbortedError(f"expected {length} bytes, actual {len(body)}")
        return body

    def _discard(self, length: int) -> None:
        while length > 0 and (read := self.rfile.read(min(length, 1 << 16))):
            length -= len(read)

    def _complain(self, broken: BrokenMessage) -> None:
        _logger.warning("%d %s: %s", broken.http, self.path[:100], broken)
        complaint = {"what": broken.what, "where": broken.where, "expected": broken.expected, "actual": broken.actual}
        self._send(broken.http, {"error": complaint})

    def _send(self, http: int, answer: Json) -> None:
        body = json.dumps(answer).encode()
        self.send_response(http)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what the base class refuses (another method than POST, no HTTP at all) in the contract's words too."""
        self.close_connection = True  # a body that came along is not read
        self.path = getattr(self, "path", "?")
        http, what = code, "broken request"
        if code == HTTPStatus.NOT_IMPLEMENTED:
            is_known = self.path.removeprefix(PREFIX) in self.server.verbs.known
            http, what = (HTTPStatus.METHOD_NOT_ALLOWED, "wrong method") if is_known else (404, "unknown path")
        actual = (explain or message or "something else") if http == code else f"{self.command} {self.path}"[:100]
        self._complain(BrokenMessage(what, "request", f"POST {PREFIX}<verb>", actual, http=http))

    def log_message(self, *_: object) -> None:
        """Say nothing of requests that went well."""
