"""The reference relying party with its answers bent on the way, for tests of what the suite makes of them."""

import json
from collections.abc import Callable
from typing import Any

from harness.contract.binding import Answer
from harness.contract.http_binding import HttpBinding
from harness.contract.vocabulary import Verb

Message = dict[str, Any]
Bend = Callable[[Verb, Message], Message | None]


class Bent(HttpBinding):
    """A product at an address, whose answers are bent; None becomes HTTP 500."""

    def __init__(self, address: str, bend: Bend) -> None:
        super().__init__(address)
        self._bend = bend

    def exchange(self, verb: Verb, body: bytes) -> Answer:
        """Bend the answer."""
        message = self._bend(verb, json.loads(super().exchange(verb, body).body))
        return Answer(500, b"sorry") if message is None else Answer(200, json.dumps(message).encode())


def having(*capabilities: str) -> Bend:
    """A product that declares only these."""

    def bend(verb: Verb, message: Message) -> Message:
        return {**message, "capabilities": list(capabilities)} if verb is Verb.HELLO else message

    return bend
