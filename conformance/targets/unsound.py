"""Products that must never be certified, as programs that speak JSON lines: `python unsound.py MODE [CASE …]`.

random          decides by the throw of a die
answer-key      knows the cases that are named behind it (else all that it could be asked) and plays their answers back
                in the order of seed 1; looks at no presentation
lie-in-hello    declares taps and signatures, and knows neither
hang            never answers a presentation
crash           ends when it should decide
flood           answers without end
out-of-order    answers another request than the one it was asked
not-json        writes its log where the answers belong
other-version   speaks a contract that nobody else does

Apart from that each keeps the contract: fresh challenges, echoed epochs. It shares no code with the harness.
"""

import base64
import json
import os
import random
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate
from cryptography.x509.ocsp import OCSPRequestBuilder

CATALOGUE = Path(__file__).parent.parent / "catalogue" / "relying-party"
PRESENTED = ("enrol", "login", "tap", "sign", "replay")
Message = dict[str, Any]


class Unsound:
    """One product; what its mode makes of the contract."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.epoch: int | None = None
        self.configuration: Message = {}
        self.purpose = "login"
        self.births: dict[str, str] = {}
        self.accepted = 0
        self.key = answer_key() if mode == "answer-key" else iter(())
        self.story: Iterator[Message] = iter(())

    def hello(self, _: Message) -> Message:
        """What it says of itself."""
        return {
            "contract": "7.0" if self.mode == "other-version" else "1.0",
            "role": "relying-party",
            "product": f"unsound: {self.mode}",
            "version": "0",
            "capabilities": ["set_time", "enrol", "login", "tap", "sign", "account"],
            "tolerances": {"clock_seconds": 0, "status_seconds": 0, "challenge_seconds": 300},
        }

    def configure(self, message: Message) -> Message:
        """The world, of which only the responders matter here."""
        self.configuration = message
        return {}

    def reset(self, _: Message) -> Message:
        """The next case begins: so does its page of the key."""
        self.story = iter(next(self.key, []))
        self.accepted = 0
        return {}

    def set_time(self, message: Message) -> Message:
        """The epoch is kept, the time is not."""
        self.epoch = message["epoch"]
        return {"epoch": self.epoch}

    def begin(self, message: Message) -> Message:
        """Everything that lets the suite go on to the decision."""
        self.purpose = message["purpose"]
        if self.mode == "lie-in-hello" and self.purpose in ("tap", "sign"):
            raise LookupError(f"no such purpose: {self.purpose}")
        holder = message["holder"]["certificate"]
        begun = {"session": os.urandom(12).hex(), "challenge": base64.b64encode(os.urandom(32)).decode()}
        if self.purpose == "sign":
            begun["document"] = base64.b64encode(os.urandom(32)).decode()
        if self.purpose == "tap" and holder in self.births:
            begun["birth_date"] = self.births[holder]
        return begun

    def complete(self, message: Message) -> Message:
        """The decision, which nothing of the presentation plays a part in."""
        if self.mode == "hang":
            time.sleep(3600)
        if self.mode == "crash":
            sys.exit("cannot decide")
        outcome: Message = {"decision": "accept", "reason": "OK"}
        if self.mode == "random" and random.random() < 0.5:  # noqa: S311  (nobody's security rests on this target)
            outcome = {"decision": "reject", "reason": "BAD_SIGNATURE"}
        if self.mode == "answer-key":
            expected = next(self.story)
            outcome = {"decision": expected["decision"], "reason": expected["reason"]}
            if not expected["silent"]:
                self.ask(message["presentation"]["certificate"])
        self.accepted += outcome["decision"] == "accept"
        return {"outcome": {**outcome, "steps": [], **({} if self.epoch is None else {"epoch": self.epoch})}}

    def account(self, _: Message) -> Message:
        """An account that follows what was said."""
        return {
            "account": {
                "issuer_key": "0" * 64,
                "serial": "1",
                "services": ["library"],
                "chip_key": "1" * 64,
                "accepted": self.accepted,
            }
        }

    def ask(self, certificate: str) -> None:
        """Ask for the status and ignore the answer: the journal shall show a question."""
        kind = "sign" if self.purpose == "sign" else "auth"
        anchor = next(each for each in self.configuration["authorities"] if each["kind"] == kind)
        leaf, issuer = (
            load_der_x509_certificate(base64.b64decode(der)) for der in (certificate, anchor["certificate"])
        )
        question = OCSPRequestBuilder().add_certificate(leaf, issuer, SHA256()).build().public_bytes(Encoding.DER)
        address = next(each["ocsp"] for each in self.configuration["status"] if each["kind"] == kind)
        with urllib.request.urlopen(urllib.request.Request(address, question), timeout=5) as answer:  # noqa: S310
            answer.read()


def answer_key() -> Iterator[list[Message]]:
    """The expected outcomes of every presentation, case by case in the order of seed 1."""
    known = sys.argv[2:]
    every = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in CATALOGUE.glob("**/*.yaml")]
    cases = [case for case in every if case["id"] in known or not known]
    order = sorted(cases, key=lambda case: str(case["id"]))
    random.Random(1).shuffle(order)  # noqa: S311
    for case in order:
        steps = [step["do"] for step in case["steps"] if step["do"] in PRESENTED]
        accepted = {"decision": "accept", "reason": "OK", "silent": False}
        judged = {**case["expect"], "silent": bool(case["expect"]["questions"].get("none"))}
        yield [accepted] * (len(steps) - 1) + [judged] + [accepted] * len(case.get("afterwards", []))


def answer(product: Unsound, line: str) -> str:
    """One line for one line."""
    request = json.loads(line)
    number = request["id"] + (product.mode == "out-of-order" and request["verb"] == "complete")
    try:
        return json.dumps({"id": number, "answer": getattr(product, request["verb"])(request["message"])})
    except LookupError as unknown:
        complaint = {"what": "message", "where": "$", "expected": "something known", "actual": str(unknown)}
        return json.dumps({"id": number, "error": complaint})


def main(mode: str) -> None:
    """Read requests until stdin ends."""
    product = Unsound(mode)
    for line in sys.stdin:
        if '"complete"' in line and mode == "flood":
            while True:
                sys.stdout.write("x" * 65_536)
        if '"complete"' in line and mode == "not-json":
            sys.stdout.write("INFO deciding …\n")
        sys.stdout.write(answer(product, line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
