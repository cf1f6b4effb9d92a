"""The audit of checks: each with its purpose, none with a person (RP-PRIV-002)."""

from datetime import datetime

from sqlalchemy import insert

from reference_impl.store.database import Database
from reference_impl.store.tables import audit
from reference_impl.verification.purpose import Purpose
from reference_impl.verification.verdict import Verdict


class Audit:
    """The audit lines in the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, at: datetime, purpose: Purpose, service: str, verdict: Verdict) -> None:
        """Adds one line."""
        as_of = verdict.status.this_update.timestamp() if verdict.status else None
        line = {"at": at.timestamp(), "purpose": purpose.value, "service": service, "reason": verdict.reason.value}
        with self._database.transaction() as connection:
            connection.execute(insert(audit).values(**line, status_as_of=as_of))
