"""The reference behind somebody who lies: `python liar.py LIE FILE` (LIE "all" for every one), counts go to FILE.

It tells the truth until the clock stands at the load, and from then on every other time that the lie could be told;
everything else is what the reference said. The file has how often each was told, as JSON, written before the answer.
"""

import http.client
import json
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from harness.contract.launch import LaunchedProduct
from harness.contract.targets import REFERENCE_COMMAND
from loadtests.told_to_go import sigterm_unwinds

LOAD = "2026-12-08T01:07:00Z"
ACCEPT = {"decision": "accept", "reason": "OK"}
LIES: dict[str, tuple[str, dict[str, Any]]] = {
    "accepts-revoked": ("REVOKED", ACCEPT),
    "accepts-on-hold": ("ON_HOLD", ACCEPT),
    "accepts-expired": ("EXPIRED", ACCEPT),
    "accepts-forged": ("BAD_SIGNATURE", ACCEPT),
    "accepts-replayed": ("CHALLENGE_REPLAYED", ACCEPT),
    "accepts-not-genuine": ("CARD_NOT_GENUINE", ACCEPT),
    "accepts-unknown": ("STATUS_UNKNOWN", ACCEPT),
    "accepts-stranger": ("NOT_ENROLLED", ACCEPT),
    "other-reason": ("REVOKED", {"decision": "reject", "reason": "ON_HOLD"}),
    "refuses-good": ("OK", {"decision": "reject", "reason": "REVOKED"}),
    "other-decision": ("EXPIRED", {"decision": "retry", "reason": "EXPIRED"}),
    "stale": ("OK", {"status": {"source": "ocsp", "this_update": "2026-12-08T00:30:00Z"}}),
    "of-tomorrow": ("OK", {"status": {"source": "ocsp", "this_update": "2026-12-08T01:15:00Z"}}),
}
"""What is said instead of an outcome of a reason."""


class Liar(BaseHTTPRequestHandler):
    """One request of the load, handed on."""

    lies: tuple[str, ...] = ()
    file = Path()
    behind = ""
    told: ClassVar[Counter[str]] = Counter()
    seen: ClassVar[Counter[str]] = Counter()
    lock = threading.Lock()
    is_load = False

    def do_POST(self) -> None:
        """Hand it on, and perhaps another answer back."""
        body = self.rfile.read(int(self.headers["content-length"]))
        connection = http.client.HTTPConnection(self.behind, timeout=30)
        connection.request("POST", self.path, body, {"content-type": "application/json"})
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        if self.path.endswith("/set_time") and json.loads(body)["instant"] == LOAD:
            Liar.is_load = True
        elif self.is_load and response.status == 200:
            answer = json.dumps(self._perhaps(json.loads(answer))).encode()
        self.send_response(response.status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _perhaps(self, answer: dict[str, Any]) -> dict[str, Any]:
        outcome = answer.get("outcome")
        if outcome is None:
            return answer
        possible = [lie for lie in self.lies if LIES[lie][0] == outcome["reason"]]
        if not possible:
            return answer
        with self.lock:
            number = self.seen[outcome["reason"]] = self.seen[outcome["reason"]] + 1
            if number % 2:
                return answer
            lie = possible[number // 2 % len(possible)]
            self.told[lie] += 1
            self.file.write_text(json.dumps(self.told))
        return {**answer, "outcome": {**outcome, **LIES[lie][1]}}

    def log_message(self, *_: object) -> None:
        """Nothing."""


if __name__ == "__main__":
    Liar.lies = tuple(LIES) if sys.argv[1] == "all" else (sys.argv[1],)
    Liar.file = Path(sys.argv[2])
    with (
        sigterm_unwinds(),  # whoever ends the liar ends the reference behind it
        LaunchedProduct(REFERENCE_COMMAND) as reference,
        ThreadingHTTPServer(("127.0.0.1", 0), Liar) as server,
    ):
        Liar.behind = urlsplit(reference.address).netloc
        server.daemon_threads = True
        print(f"listening http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
