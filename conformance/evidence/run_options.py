"""What the command line says of a run, whatever its role, and the files that were handed in with it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from conformance.evidence.expected_failures import ExpectedFailures
from conformance.evidence.signing_key import SigningKey
from harness.clock import host_now
from harness.contract.statement import Statement


@dataclass(frozen=True, slots=True)
class StatementFile:
    """A conformance statement, and the octets of its file."""

    statement: Statement
    octets: bytes

    @property
    def sha256(self) -> str:
        """The hash of the file."""
        return hashlib.sha256(self.octets).hexdigest()


@dataclass(frozen=True, slots=True)
class ExpectedFile:
    """Expected failures, and the octets of their file."""

    read: ExpectedFailures
    octets: bytes
    where: Path


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What is asked of the run."""

    cases: tuple[str, ...]
    out: Path
    language: str
    seed: int
    seed_drawn: bool
    statement: StatementFile | None = None
    expected: ExpectedFile | None = None
    key: SigningKey | None = None
    resume: bool = False
    sitting: int = 1
    """The number of the present stretch: more than 1 where an interrupted run goes on."""
    now: Callable[[], datetime] = host_now
    """The host's clock: it dates the run and ends expectations, and has no part in a verdict on a case."""
