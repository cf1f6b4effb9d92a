"""The reference's own API, where a terminal says more than contract 1.0 has words for: what the card's text told it.

An attempt that was begun by the contract is ended there, by the same terminal (docs/relying-party.md). What it answers
beyond an outcome, the name by which the service knows the holder (PPID), stands in the outcome's details.
"""

import base64
from typing import Any

import httpx
import msgspec

from harness.contract.configuration import SERVICE, TERMINAL
from harness.contract.faults import Broken
from harness.contract.messages import Complete, Outcome
from harness.contract.vocabulary import Decision, Purpose, Reason, Step

PPID = "ppid"


class OwnDoor:
    """The API of one reference, for the terminal that the stories use."""

    def __init__(self, address: str) -> None:
        self._address = address

    def complete(self, purpose: Purpose, complete: Complete, municipality: str | None = None) -> Outcome:
        """Return what became of an attempt; `municipality` is where the card's text says that its holder lives."""
        message: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(complete.presentation))
        if municipality is not None:
            message["use"] = {"municipality": municipality}
        where = f"{self._address}/api/v1/services/{SERVICE}/{purpose.value}/{complete.session}"
        who = base64.b64encode(f"{TERMINAL.id}:{TERMINAL.credential}".encode()).decode("ascii")
        with httpx.Client(trust_env=False, timeout=60, headers={"Authorization": f"Basic {who}"}) as http:
            answer = http.post(where, json=message)
        if answer.is_error:
            raise Broken(f"{where}: expected a verdict, actual HTTP {answer.status_code}: {answer.text[:300]!r}")
        said = answer.json()
        return Outcome(
            decision=Decision(said["decision"]),
            reason=Reason(said["reason"]),
            steps=[Step(step) for step in said["steps"]],
            details={"text": said["text"]["en"], PPID: said.get(PPID, "")},
        )
