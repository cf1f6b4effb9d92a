"""A product as a Python object, for the tests of the Python binding."""

import time
from typing import Any


class ObjectProduct:
    """Introduces itself; other verbs show what an object can do wrong."""

    def answer(self, verb: str, message: dict[str, Any], /) -> dict[str, Any]:
        """Answer, complain, fail or fall asleep."""
        match verb:
            case "hello":
                return {
                    "contract": message["contract"],
                    "role": "relying-party",
                    "product": "object",
                    "version": "1",
                    "capabilities": [],
                    "tolerances": {"clock_seconds": 0, "status_seconds": 0, "challenge_seconds": 300},
                }
            case "reset":
                raise ValueError("expected nothing")
            case "set_time":
                time.sleep(60)  # a thread of the process that ends with it
        raise KeyError(verb)


def make() -> ObjectProduct:
    """Make one."""
    return ObjectProduct()


def nothing() -> None:
    """Make nothing."""
