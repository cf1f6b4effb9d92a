"""What has been kept long enough is removed: one function with the instant as an argument, for whoever runs it.

    sessions       a day, with challenges and documents; spent ones that a chip answered, as long as records of them
                   may come from terminals                     store/sessions.py
    uses, records  a service's `retention.uses`                services/store/ledger.py
    certificates   a service's `retention.certificate`         evidence.py
    the audit      `keep.audit` of the back end's file; without one it stays        audit/retention.py

The audit goes last and says so itself: what it removes leaves a seal. A broken chain is evidence, and stays.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import delete

from reference_impl.audit.retention import retain
from reference_impl.audit.storage import Storage
from reference_impl.backends.evidence import Evidence
from reference_impl.backends.options import Keep
from reference_impl.services.durations import read_duration
from reference_impl.services.policy import Policy as ServicePolicy
from reference_impl.services.store.ledger import Ledger
from reference_impl.store.tables import sessions
from reference_impl.store.transactions import Transactions


class Purged(msgspec.Struct, frozen=True):
    """How much went; of the uses the ledger does not say."""

    sessions: int
    certificates: int
    audit_rows: int


def purge(  # noqa: PLR0913  (what is purged, when, and by whom)
    database: Transactions, services: Iterable[ServicePolicy], audit: Storage, keep: Keep, now: datetime, *, by: str
) -> Purged:
    """Removes what is over at this instant; BrokenChain where the audit does not verify, after everything else."""
    policies = tuple(services)
    if policies:
        ledger = Ledger(database)
        for policy in policies:
            ledger.forget_old(policy, now)
    with database.transaction() as connection:
        old = delete(sessions).where(sessions.c.forget_at < now.timestamp())
        gone = connection.execute(old).rowcount
    certificates = Evidence(database).forget_old(now)
    rows = 0
    if keep.audit is not None:
        seals = retain(audit, now - read_duration(keep.audit), now=now, by=by)
        rows = sum(each.last - each.first + 1 for each in seals)
    return Purged(gone, certificates, rows)
