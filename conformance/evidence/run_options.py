"""What the command line says of a run, whatever its role, and the files that were handed in with it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from conformance.evidence.expected_failures import ExpectedFailures
from conformance.evidence.run_journal import Identity
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

    def identity(
        self, *, role: str, catalogue_hash: str, target: str, options: dict[str, str], product: dict[str, Any]
    ) -> Identity:
        """Return what must be the same when the run is taken up again, and what its signed evidence is of."""
        return Identity(
            format=1,
            suite=f"kazashi {version('kazashi')}",
            role=role,
            catalogue_hash=catalogue_hash,
            cases=self.cases,
            target=target,
            options=options,
            product=product,
            statement_hash=None if self.statement is None else self.statement.sha256,
            seed=self.seed,
            seed_drawn=self.seed_drawn,
        )
