"""The door: contract 1.0 over HTTP on the loopback, a thread a connection. It decides nothing."""

import argparse
import json
import shutil
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType
from typing import Any, NoReturn

from conformance.checker.messages import REQUESTS, Broken, read_request
from conformance.checker.openssl import OpenSsl
from conformance.checker.relying_party import RelyingParty

LARGEST = 256 * 1024
"""Bytes of a request; the contract answers 413 above."""
DRAINED = 16 * LARGEST
"""Bytes of a refused body that are still taken in, so that its sender hears the refusal."""
PREFIX = "/kazashi/v1/"


def fail(message: str) -> NoReturn:
    """One line that says what and how to mend it, exit 2."""
    print(f"conformance.checker: {message}", file=sys.stderr)
    raise SystemExit(2)


class Refusal(Exception):
    """An HTTP status above 400 and its error object; the connection ends with it."""

    def __init__(self, status: int, broken: Broken) -> None:
        super().__init__(status)
        self.status, self.broken = status, broken


class Door(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body go in two writes; Nagle would hold the second for 40 ms
    timeout = 60  # an idle connection gives its thread back
    relying_party: RelyingParty

    def do_POST(self) -> None:
        """Answer one verb."""
        try:
            verb, body = self._request()
            self._send(200, self.relying_party.answer(verb, read_request(verb, body)))
        except Broken as broken:
            self._send(400, {"error": broken.facts})
        except Refusal as refusal:
            self.close_connection = True  # what follows on it is not known
            self._send(refusal.status, {"error": refusal.broken.facts})

    def do_GET(self) -> None:
        """Refuse: the contract has no GET."""
        self._send(404, {"error": Broken("unknown method", self.path[:120], "POST", "GET").facts})

    def _request(self) -> tuple[str, bytes]:
        """The verb and the body, not yet read as JSON."""
        announced = self.headers.get("Content-Length", "")
        if not (announced.isascii() and announced.isdigit()) or len(announced) > 12:
            raise Refusal(411, Broken("no length", "Content-Length", "a number of bytes", announced[:40] or "absent"))
        if int(announced) > LARGEST:
            self.rfile.read(min(int(announced), DRAINED))  # closed unread, the connection would be reset
            raise Refusal(413, Broken("too large", "body", f"at most {LARGEST} bytes", announced))
        body = self.rfile.read(int(announced))
        if len(body) != int(announced):
            raise Refusal(400, Broken("truncated", "body", f"{announced} bytes", f"{len(body)} bytes"))
        verb = self.path.removeprefix(PREFIX)
        if not self.path.startswith(PREFIX) or verb not in REQUESTS:
            raise Refusal(404, Broken("unknown verb", "path", f"{PREFIX}{{{'|'.join(REQUESTS)}}}", self.path[:120]))
        return verb, body

    def _send(self, status: int, answer: dict[str, Any]) -> None:
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's parameter
        """Nothing: presentations are personal, and standard output carries the listening line alone."""


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m conformance.checker", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1; 0 lets the system choose")
    port = parser.parse_args().port
    program = shutil.which("openssl")
    if program is None:
        fail("no openssl program on PATH; install it (Debian: apt-get install openssl)")
    door = type("ThisDoor", (Door,), {"relying_party": RelyingParty(OpenSsl(program))})
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), door)
    except (OSError, OverflowError) as fault:
        fail(f"cannot listen on 127.0.0.1:{port}: {fault}; choose another --port")

    def end(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    with server:
        print(f"listening http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
