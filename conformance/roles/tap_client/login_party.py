"""The relying party of a login flow, on the loopback: contract 1.0's `begin` and `complete`, and what came of them.

No source says what reader software and its relying party say to each other; this is the one protocol that is written.
It decides as the case orders, after it has looked at the signature; what it was told is the judge's.
"""

import base64
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from conformance.roles.loopback import LONGEST, gone, standing
from conformance.roles.tap_client.case import Party

PATH = "/kazashi/v1/"
CHALLENGE = 32


@dataclass
class LoginParty:
    """One relying party: where it is, the challenge it gave, and the presentations it was told."""

    decides: Party
    address: str = ""
    challenge: bytes = field(default_factory=lambda: secrets.token_bytes(CHALLENGE))
    told: list[dict[str, Any]] = field(default_factory=list)
    """The messages of `complete`."""

    def answer(self, verb: str, message: dict[str, Any]) -> dict[str, Any] | None:
        """Return the answer to a message, or None to what it does not know."""
        if verb == "begin":
            return {"session": "login", "challenge": base64.b64encode(self.challenge).decode()}
        if verb != "complete":
            return None
        self.told.append(message)
        refused = self.decides is Party.REFUSES
        outcome = {"decision": "reject", "reason": "REVOKED"} if refused else {"decision": "accept", "reason": "OK"}
        return {"outcome": {**outcome, "steps": []}}


@contextmanager
def standing_party(decides: Party) -> Iterator[LoginParty]:
    """Yield a relying party that listens for the block, or the address of one that has gone."""
    party = LoginParty(decides)
    if decides is Party.GONE:
        party.address = gone()
        yield party
        return
    with standing(_handler(party)) as party.address:
        yield party


def _handler(party: LoginParty) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = min(int(self.headers.get("content-length", "0")), LONGEST)
            body = self.rfile.read(length)
            try:
                answer = party.answer(self.path.removeprefix(PATH), json.loads(body))
            except ValueError:
                answer = None
            said = json.dumps(answer or {"error": {"what": "message"}}).encode()
            self.send_response(400 if answer is None else 200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the library's name)
            """Say nothing: what came is kept."""

    return Handler
