"""A product that enrols everybody and then fails at every login in one way: `python broken_product.py WAY`."""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WAYS = ("silent", "html", "hang-up", "unavailable", "foreign-clock", "deaf", "stranger", "no-login", "refusing")
TOLERANCES = {"clock_seconds": 0, "status_seconds": 0, "challenge_seconds": 300}
CHALLENGE = "A" * 43 + "="


class Broken(BaseHTTPRequestHandler):
    """Answers the set-up as the contract has it."""

    way = ""
    never = threading.Event()

    def do_POST(self) -> None:
        """One request."""
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        verb = self.path.rpartition("/")[2]
        if self.way == "deaf":
            self.never.wait()
        if "login" in (request.get("purpose"), request.get("session")) and self.way != "no-login":
            self._fail(verb)
            return
        self._answer(self._set_up(verb, request))

    def _set_up(self, verb: str, request: dict[str, Any]) -> dict[str, Any]:
        capabilities = ["set_time", "enrol"] if self.way == "no-login" else ["set_time", "enrol", "login"]
        contract = "9.9" if self.way == "stranger" else "1.0"
        product = {"role": "relying-party", "product": f"broken-{self.way}", "version": "1"}
        answers: dict[str, dict[str, Any]] = {
            "hello": {"contract": contract, **product, "capabilities": capabilities, "tolerances": TOLERANCES},
            "set_time": {"epoch": request.get("epoch")},
            "begin": {"session": "enrolment", "challenge": CHALLENGE},
            "complete": {"outcome": {"decision": "accept", "reason": "OK", "steps": []}},
        }
        return answers.get(verb, {})

    def _fail(self, verb: str) -> None:
        if self.way == "silent":
            self.never.wait()
        elif self.way == "html":
            self._send(b"<html>not found</html>")
        elif self.way == "refusing":
            self._answer({"outcome": {"decision": "reject", "reason": "MALFORMED", "steps": []}})
        elif self.way == "unavailable" and verb == "complete":
            self._answer({"outcome": {"decision": "retry", "reason": "STATUS_UNAVAILABLE", "steps": []}})
        elif self.way == "foreign-clock" and verb == "complete":
            self._answer({"outcome": {"decision": "accept", "reason": "OK", "steps": [], "epoch": 999}})
        elif self.way in ("unavailable", "foreign-clock"):
            self._answer({"session": "login", "challenge": CHALLENGE})

    def _answer(self, answer: dict[str, Any]) -> None:
        self._send(json.dumps(answer).encode())

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


class Server(ThreadingHTTPServer):
    """Lets everybody in who comes while it stands still."""

    request_queue_size = 256


if __name__ == "__main__":
    if sys.argv[1] not in WAYS:
        sys.exit(2)
    Broken.way = sys.argv[1]
    with Server(("127.0.0.1", 0), Broken) as server:
        server.daemon_threads = True
        print(f"listening http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
