"""Looks at a target before any load is sent; whatever is wrong with it is one line, a ConfigurationError.

reach      this machine, or said to be one's own; never production      reach.py
presence   something listens, within so many seconds                    await_listening
surface    it answers as a test surface: JSON, not HTML, not 404        require_test_surface
"""

import socket
import threading
import time
from urllib.parse import urlsplit

import msgspec

from harness.contract import messages
from harness.contract.binding import Answer
from harness.contract.faults import Unreachable
from harness.contract.http_binding import HttpBinding
from harness.contract.vocabulary import CONTRACT_VERSION, Verb
from harness.errors import ConfigurationError

BETWEEN_LOOKS = 0.1
NOT_YET = {502, 503, 504}
"""What a gateway says, or a product that is still starting: asked again while there is patience."""
NO_SURFACE = {401, 403, 404, 405}
SHOWN = 60


def await_listening(url: str, patience: float) -> None:
    """Return once somebody accepts connections at the address; ConfigurationError after so many seconds of nobody."""
    parts = urlsplit(url)
    place = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    deadline = time.monotonic() + patience
    while True:
        left = max(deadline - time.monotonic(), BETWEEN_LOOKS)
        try:
            socket.create_connection(place, timeout=left).close()
        except OSError as fault:
            if time.monotonic() + BETWEEN_LOOKS >= deadline:
                raise ConfigurationError(
                    f"before any load was sent: {url}: expected somebody to listen within {patience:g} s, "
                    f"actual {fault}; start it, or allow it longer by --patience"
                ) from fault
            threading.Event().wait(BETWEEN_LOOKS)
        else:
            return


def require_test_surface(address: str, *, timeout: float, patience: float) -> None:
    """Return when the product at an address answers `hello` with JSON; what it says is for the contract's client."""
    await_listening(address, patience)
    binding = HttpBinding(address, timeout=timeout)
    try:
        answer = _hello(binding, time.monotonic() + patience)
    finally:
        binding.close()
    fault = _surface_fault(answer)
    if fault is not None:
        raise ConfigurationError(f"before any load was sent: hello at {address}: {fault}")


def _hello(binding: HttpBinding, deadline: float) -> Answer:
    """Return the answer to hello; one that is still starting is asked again until the deadline."""
    body = msgspec.json.encode(messages.Hello(contract=CONTRACT_VERSION))
    while True:
        is_late = time.monotonic() + BETWEEN_LOOKS >= deadline
        try:
            answer = binding.exchange(Verb.HELLO, body)
        except Unreachable:
            if is_late:
                raise
        else:
            if answer.http not in NOT_YET or is_late:
                return answer
        threading.Event().wait(BETWEEN_LOOKS)


def _surface_fault(answer: Answer) -> str | None:
    """Return what is wrong with an answer to hello as a whole, or None: what is in it is for the contract's client."""
    shown = answer.body.decode(errors="replace")[:SHOWN]
    if answer.http in NO_SURFACE:
        return (
            f"expected a test surface, actual HTTP {answer.http}: a release, or production; "
            "load is sent to a build with its test surface on"
        )
    if answer.body.lstrip()[:1] == b"<":
        return f"expected JSON of contract {CONTRACT_VERSION}, actual HTML or XML {shown!r}; correct the address"
    if answer.http in NOT_YET:
        return f"expected HTTP 200, actual {answer.http} {shown!r} to the end; mend the product or its gateway"
    return None
