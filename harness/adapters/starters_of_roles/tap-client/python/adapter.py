"""Adapter of your reader software: contract 1.0, role tap-client, JSON lines on stdin and stdout.

    > {"id": 1, "verb": "hello", "message": {"contract": "1.0"}}
    < {"id": 1, "answer": {"contract": "1.0", "role": "tap-client", ...}}

stdout belongs to the contract; write what people should read to stderr. Call your software in `run`, and give in `told`
what it shows to the person, word for word. Nothing here decides anything: the trace of the card is the judge.
"""

import json
import sys
from typing import Any

Message = dict[str, Any]
CONTRACT = "1.0"
FUNCTIONS: list[str] = ["read_certificate"]
"""What your software does: read_certificate, sign_challenge, attributes, internal_authentication, login_flow."""


class Broken(ValueError):
    """A message that the contract does not know: where, what was expected, what came."""

    def __init__(self, where: str, expected: str, actual: object) -> None:
        super().__init__(where)
        self.said = {"what": "message", "where": where, "expected": expected, "actual": str(actual)[:200]}


def hello(message: Message) -> Message:
    """Say who is there."""
    if set(message) != {"contract"} or message["contract"] != CONTRACT:
        raise Broken("$.contract", CONTRACT, message.get("contract"))
    return {
        "contract": CONTRACT,
        "role": "tap-client",
        "product": "your reader software",
        "version": "0",
        "capabilities": FUNCTIONS,
    }


def run(message: Message) -> Message:
    """Run one function with the card in `message["reader"]`, within `message["seconds"]`.

    `message["pins"]` is what the person would type, in turn; `challenge` and signatures are base64. Reasons: OK,
    PIN_INCORRECT and PIN_LOCKED (with tries_left), NO_CARD, CARD_REMOVED, CARD_NOT_SUPPORTED, BIRTH_DATE_INCORRECT,
    READER_NOT_FOUND, READER_REFUSED, CANCELLED, TIMED_OUT. With OK comes data: certificate, signature, attributes or
    chip.
    """
    if message.get("function") not in FUNCTIONS:
        raise Broken("$.function", " or ".join(FUNCTIONS), message.get("function"))
    # Call your software here.
    return {
        "reason": "CARD_NOT_SUPPORTED",
        "told": {"ja": "このカードは使えません。", "en": "This card cannot be used."},
    }


def unknown(_: Message) -> Message:
    """Refuse a verb that the contract does not know."""
    raise Broken("$.verb", " or ".join(VERBS), "another")


VERBS = {"hello": hello, "run": run}


def answer(line: str) -> Message:
    """Return one answer to one line."""
    request = json.loads(line)
    try:
        return {"id": request["id"], "answer": VERBS.get(request["verb"], unknown)(request["message"])}
    except Broken as broken:
        return {"id": request["id"], "error": broken.said}


def main() -> None:
    """Answer until stdin ends."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(line), ensure_ascii=False) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
