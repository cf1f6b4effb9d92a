"""The one interface a vendor implements: the surface calls it, from several threads at once.

Every method answers, whatever it decides; an exception means that the adapter is broken, not that somebody is refused.
"""

from datetime import datetime
from typing import Protocol

from kazashi_adapter.contract.answers import Account, Begun, Introduction, Outcome
from kazashi_adapter.contract.requests import Attempt, Configuration, Presentation


class Product(Protocol):
    """A product in the role relying-party."""

    def hello(self) -> Introduction:
        """Return name, version, capabilities and tolerances; claim only what is there."""

    def configure(self, configuration: Configuration) -> None:
        """Take these anchors, addresses, terminals and services in place of the former ones."""

    def reset(self) -> None:
        """Forget accounts, sessions and caches; configuration and clock stay."""

    def set_time(self, instant: datetime, epoch: int) -> int:
        """Live at this instant from now on, and return the epoch of the clock as it then is."""

    def begin(self, attempt: Attempt) -> Begun | Outcome:
        """Return a session with a challenge that was never drawn before; or the outcome at once."""

    def complete(self, session: str, presentation: Presentation) -> Outcome:
        """Return what is decided on a presentation, and why."""

    def account(self, certificate: bytes) -> Account | None:
        """Return what is stored of the holder of this certificate (DER), or None."""
