"""A source of status for tests that are about something else."""

from datetime import datetime

from reference_impl.verification import Certificate, Reason, Status
from reference_impl.verification.trust import Authority


class AlwaysGood:
    """Says good of every certificate."""

    def status(self, certificate: Certificate, issuer: Authority, now: datetime) -> Status:
        """Good, as of nothing."""
        del certificate, issuer, now
        return Status(Reason.OK)
