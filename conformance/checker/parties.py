"""What the relying party holds: its configuration, one session, one account, and a refusal on its way out."""

import hmac
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

CHALLENGE_LIFE = timedelta(seconds=300)
"""Declared as `challenge_seconds`."""

AccountKey = tuple[bytes, int]
"""DER SPKI of the issuer and serial number: the issuer's name is shared by all its generations (spec/pki.md §5)."""


class Refused(Exception):
    """A verdict other than OK, not a fault of the program; caught where the outcome is written."""

    def __init__(self, reason: str, why: str) -> None:
        super().__init__(reason)
        self.reason, self.why = reason, why


def outcome(reason: str, why: str, steps: list[str], epoch: int | None, status: dict[str, str]) -> dict[str, Any]:
    """The outcome of the contract; a responder that cannot be reached is the one reason to try again."""
    written: dict[str, Any] = {
        "decision": {"OK": "accept", "STATUS_UNAVAILABLE": "retry"}.get(reason, "reject"),
        "reason": reason,
        "steps": steps,
    }
    if status:
        written["status"] = status
    if epoch is not None:
        written["epoch"] = epoch
    if why:
        written["details"] = {"why": why}
    return written


def check_place(purpose: str, environment: str) -> None:
    """Refuse a tap where nobody watches (公的個人認証法 art. 38-4; spec/pki.md §5)."""
    if purpose == "tap" and environment in {"online", "outdoor"}:
        raise Refused("PLACE_NOT_ALLOWED", f"no tap {environment}")


@dataclass(frozen=True, slots=True)
class Configuration:
    """What `configure` gave; replaced whole, so an examination under way sees one of them."""

    authorities: tuple[tuple[str, bytes], ...] = ()
    card_issuers: tuple[tuple[bytes, bytes], ...] = ()
    ocsp: dict[str, str] = field(default_factory=dict)
    terminals: dict[str, str] = field(default_factory=dict)
    services: dict[str, frozenset[str]] = field(default_factory=dict)

    def check_service(self, service: str, purpose: str) -> None:
        """Refuse a purpose that this service was not configured with."""
        if purpose not in self.services.get(service, frozenset()):
            raise Refused("POLICY", f"service {service!a} has no purpose {purpose}")

    def check_terminal(self, terminal: dict[str, str] | None) -> None:
        """Refuse a terminal that does not know its credential: it would be told a birth date."""
        known = self.terminals.get(terminal["id"]) if terminal else None
        if (
            terminal is None
            or known is None
            or not hmac.compare_digest(
                known.encode(errors="backslashreplace"), terminal["credential"].encode(errors="backslashreplace")
            )
        ):
            raise Refused("POLICY", "the terminal is not authenticated")


@dataclass(slots=True)
class Session:
    """One challenge and what it was given out for."""

    purpose: str
    service: str
    environment: str
    challenge: bytes
    document: bytes
    begun: datetime
    _used: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def consume(self, challenge: bytes, now: datetime) -> None:
        """Use the session up, once, and then see whether this answers its challenge, and in time."""
        with self._lock:
            if self._used:
                raise Refused("CHALLENGE_REPLAYED", "the challenge was consumed before")
            self._used = True
        if challenge != self.challenge:
            raise Refused("CHALLENGE_MISMATCH", "the challenge is not this session's")
        if now > self.begun + CHALLENGE_LIFE:
            raise Refused("CHALLENGE_EXPIRED", f"given out {self.begun}, now {now}")


@dataclass(slots=True)
class Account:
    """What enrolment learnt: no name, no address, the birth date only because a tap needs it."""

    birth_date: str
    chip_key: bytes
    services: list[str]
    accepted: int = 0

    def check_card(self, birth_date: str, chip_key: bytes) -> None:
        """Refuse another holder, or another chip, than the one enrolled."""
        if self.birth_date != birth_date:
            raise Refused("HOLDER_MISMATCH", "DF11 is not the enrolled birth date")
        if self.chip_key != chip_key:
            raise Refused("CARD_CHANGED", "DF12 is not the enrolled chip key")
