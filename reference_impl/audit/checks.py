"""What the relying party's checks become in the audit: each with its purpose, none with a person (RP-PRIV-002).

Written is what the operator configured and what the core decided, never what a caller sent: a service or a terminal
that is not ours is written as UNKNOWN. So no caller can put a name, or anything else, into a record that is kept.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from reference_impl.audit.pseudonym import KEY_LENGTH, Pseudonyms, read_or_make_key
from reference_impl.audit.rows import Entry
from reference_impl.audit.storage import Place, Storage
from reference_impl.audit.writer import Writer
from reference_impl.verification.verdict import HolderKey, Reason, Verdict, decision_for

UNKNOWN: Final = "?"
"""A service or terminal that is not configured; a purpose that is not known."""
NOBODY: Final = "-"
"""No terminal was named, where none is needed."""


class Check(msgspec.Struct, frozen=True):
    """What was checked, beside the verdict."""

    at: datetime
    who: str
    service: str
    purpose: StrEnum | None
    """`verification.purpose.Purpose`, or an errand without a holder (`backends.backend.Errand`); None: not known."""


class Audit:
    """The audit of one relying party."""

    def __init__(self, writer: Writer, pseudonyms: Pseudonyms) -> None:
        self.writer = writer
        self._pseudonyms = pseudonyms

    def record(self, check: Check, verdict: Verdict) -> int:
        """The row's sequence number, once it is durable; AuditUnusable, and then the verdict must not be told.

        The holder is who a certificate under a pinned authority names, proved or not: of a forged proof one wants to
        know against whom.
        """
        status, holder = verdict.status, verdict.holder
        return self.writer.record(
            Entry(
                at=check.at,
                who=check.who,
                service=check.service,
                purpose=UNKNOWN if check.purpose is None else check.purpose.value,
                decision=verdict.decision.value,
                reason=verdict.reason.value,
                holder="" if holder is None else self._pseudonyms.of(check.service, holder.issuer_key, holder.serial),
                status_source=None if status is None else status.source,
                status_at=None if status is None else status.this_update,
            )
        )

    def instead(self, check: Check, decision: str, documents: Sequence[str], reason: Reason) -> int:
        """Writes down another document in place of the card: offered after a refusal for this reason, or accepted."""
        purpose = UNKNOWN if check.purpose is None else check.purpose.value
        what = f"{purpose} instead: {' '.join(documents)}"
        return self.writer.record(Entry(check.at, check.who, check.service, what, decision, reason.value))

    def event(self, check: Check, what: str, holder: HolderKey, reason: Reason, as_of: datetime | None) -> int:
        """Writes down what befell an account beside the verdict: renewed, superseded, left, merged, a link refused.

        The holder is a certificate's, under the pseudonym its checks have: so an auditor sees where a line goes on.
        """
        decision = decision_for(reason).value
        pseudonym = self._pseudonyms.of(check.service, holder.issuer_key, holder.serial)
        source = None if as_of is None else "link"
        entry = Entry(check.at, check.who, check.service, what, decision, reason.value, pseudonym, source, as_of)
        return self.writer.record(entry)

    def note(self, at: datetime, what: str, who: str = NOBODY) -> int:
        """Writes down what happened to the store itself: a reset leaves the audit standing, and a row in it; so does an
        operator who looks into it."""
        return self.writer.record(Entry(at, who, "store", what, "done", "OK"))

    def close(self) -> None:
        """Gives the store back."""
        self.writer.close()


def open_audit(place: Place, key: Path | None) -> Audit:
    """The audit in a store, under a key in a file; in memory, and under a key nobody knows, without them."""
    pseudonyms = Pseudonyms(secrets.token_bytes(KEY_LENGTH) if key is None else read_or_make_key(key))
    return Audit(Writer(Storage(place)), pseudonyms)
