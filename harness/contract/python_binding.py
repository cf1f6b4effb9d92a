"""The Python binding: a product in this process, for speed and for a debugger.

`python:PACKAGE.MODULE:FACTORY` names a callable without arguments that returns the product; the product has one method

    answer(verb: str, message: dict) -> dict

Messages are those of the other bindings: bytes as base64, instants as text. A ValueError says that the message is
broken (the 4xx of HTTP). A product that has `close()` is closed when the run is over. It is trusted with this process:
this is not what a certifier runs.
"""

import importlib
import json
import threading
from typing import Any, Protocol

from harness.contract.binding import Answer
from harness.contract.faults import Broken, TimedOut
from harness.contract.vocabulary import Verb
from harness.errors import ConfigurationError


class PythonProduct(Protocol):
    """A product as a Python object."""

    def answer(self, verb: str, message: dict[str, Any], /) -> dict[str, Any]:
        """Return the answer to a message; ValueError when the message is broken."""


class PythonBinding:
    """The product that a factory makes."""

    carries_anything = False

    def __init__(self, factory: str, *, timeout: float) -> None:
        self.where = f"python:{factory}"
        self._timeout = timeout
        self._product = _made(factory)

    def exchange(self, verb: Verb, body: bytes) -> Answer:
        """Return the object's answer as JSON; it is left behind in its thread when it does not come in time."""
        answers: list[Answer | Exception] = []
        thread = threading.Thread(target=lambda: answers.append(self._ask(verb, body)), daemon=True)
        thread.start()
        thread.join(self._timeout)
        if not answers:
            raise TimedOut(f"{verb.value} at {self.where}: no whole answer within {self._timeout} s")
        answer = answers[0]
        if isinstance(answer, Exception):
            raise Broken(f"{verb.value} at {self.where}: expected an answer, actual {answer!r}") from answer
        return answer

    def _ask(self, verb: Verb, body: bytes) -> Answer | Exception:
        try:
            return Answer(200, json.dumps(self._product.answer(verb.value, json.loads(body))).encode())
        except ValueError as broken:
            complaint = {"what": "message", "where": verb.value, "expected": "a message", "actual": str(broken)}
            return Answer(400, json.dumps({"error": complaint}).encode())
        except Exception as fault:  # noqa: BLE001  (the product's own fault: it must not end the run)
            return fault

    def another(self) -> "PythonBinding | None":
        """Return None: one message after the other."""

    def revive(self) -> bool:
        """Return False: an object does not end."""
        return False

    def close(self) -> None:
        """Let the object go, and tell it so if it wants to know."""
        if callable(close := getattr(self._product, "close", None)):
            close()


def _made(factory: str) -> PythonProduct:
    module, _, name = factory.partition(":")
    try:
        product: PythonProduct = getattr(importlib.import_module(module), name)()
    except Exception as fault:
        raise ConfigurationError(
            f"--target python:{factory}: expected PACKAGE.MODULE:FACTORY, a callable that returns the product, actual "
            f"{type(fault).__name__}: {fault}; correct --target or PYTHONPATH"
        ) from fault
    if not callable(getattr(product, "answer", None)):
        raise ConfigurationError(f"--target python:{factory}: expected an object with `answer(verb, message)`")
    return product
