"""What services keep by an account's id, moved or forgotten with the account, in the same transaction.

Two accounts of one person become one: what both have used is used, and a balance that both began with was given once.
So a balance may end below zero, where the person had spent what was given twice; nothing is paid out then until enough
has been paid in. An account that is no more is forgotten here too; what it had used up goes with it.
"""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, delete, select, text, update

from reference_impl.services.charges import Charge
from reference_impl.services.policy import Policy
from reference_impl.services.store.tables import records, residences, sums

_ADD = text(
    "INSERT INTO service_sums (service, entitlement, subject, period, amount, changed_at) "
    "VALUES (:service, :entitlement, :subject, :period, :amount, :at) "
    "ON CONFLICT (service, entitlement, subject, period) "
    "DO UPDATE SET amount = service_sums.amount + :amount - :opening"
)


class CountsByService:
    """The sums, records and residences of accounts (`accounts.counts.Counts`)."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._opening = {(each.id, one.id): one.opening for each in policies for one in each.entitlements}

    def merge(self, connection: Connection, kept: str, gone: str) -> None:
        """Adds up what two accounts of one person have used, under the one that is kept."""
        subject = f"account:{kept}"
        for row in connection.execute(select(sums).where(sums.c.subject == f"account:{gone}")).all():
            opening = self._opening.get((row.service, row.entitlement), 0)
            key = {"service": row.service, "entitlement": row.entitlement, "subject": subject, "period": row.period}
            connection.execute(_ADD, {**key, "amount": row.amount, "at": row.changed_at, "opening": opening})
        connection.execute(delete(sums).where(sums.c.subject == f"account:{gone}"))
        self._rename_records(connection, kept, gone)
        known = select(residences.c.service).where(residences.c.account == kept)
        of_both = (residences.c.account == gone) & residences.c.service.in_(known)
        connection.execute(delete(residences).where(of_both))
        connection.execute(update(residences).where(residences.c.account == gone).values(account=kept))

    def _rename_records(self, connection: Connection, kept: str, gone: str) -> None:
        """What a record took is given back, should it turn out equivocal, under the name that it has from now on."""
        for row in connection.execute(select(records).where(records.c.account == gone)).all():
            charges = [
                msgspec.structs.replace(each, subject=f"account:{kept}") if each.subject == f"account:{gone}" else each
                for each in msgspec.json.decode(row.charges, type=tuple[Charge, ...])
            ]
            is_this = (records.c.terminal == row.terminal) & (records.c.name == row.name) & (records.c.seal == row.seal)
            renamed = {"account": kept, "charges": msgspec.json.encode(charges)}
            connection.execute(update(records).where(is_this).values(**renamed))

    def erase(self, connection: Connection, account: str) -> None:
        """Forgets an account that is no more."""
        connection.execute(delete(sums).where(sums.c.subject == f"account:{account}"))
        connection.execute(delete(residences).where(residences.c.account == account))
