"""A way to carry the contract's messages to a product: one verb and one JSON object there, one answer back.

The bindings know bytes and time, never messages: what an answer means is read in `harness.contract.client`.
"""

from dataclasses import dataclass
from typing import Protocol

from harness.contract.vocabulary import Verb

LONGEST_ANSWER = 1 << 20
"""Bytes. An answer is a few kilobytes; whoever sends more floods."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the body as it was sent, and whether the product calls it an answer or a complaint.

    `http` is the status code over HTTP; the other bindings use 200 for an answer and 400 for a complaint.
    """

    http: int
    body: bytes
    head: bytes = b""
    """The fields of an HTTP answer, a line each; nothing over the other bindings."""


class Binding(Protocol):
    """Carries exchanges to one product, one at a time."""

    carries_anything: bool
    """Whether a body that is no JSON reaches the product: within a line of JSON it could not."""

    @property
    def where(self) -> str:
        """Return how messages name the product: its address, its command."""

    def exchange(self, verb: Verb, body: bytes) -> Answer:
        """Return the product's answer; Unreachable, TimedOut or Broken when there is no whole one in time."""

    def another(self) -> "Binding | None":
        """Return a second way to the same product, for messages at the same time; None where they go in a row."""

    def revive(self) -> bool:
        """Return whether the product had ended or hung and was started again: then it has forgotten everything."""

    def close(self) -> None:
        """Let the product go."""
