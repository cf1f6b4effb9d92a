"""PPIDs: for each client another name of a holder, drawn when it is first wanted, and kept with what it stands for.

Drawn and not computed, so that no key undoes all of them at once, and so that a renewed certificate can go by the old
name: whether real PPIDs survive renewal is UNKNOWN (spec/pki.md §6); here they do where the linking service is reached.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final

import msgspec
from sqlalchemy import Column, Connection, Float, Index, MetaData, PrimaryKeyConstraint, String, Table, select, text

from reference_impl.store.transactions import Transactions, make_tables
from reference_impl.verification.verdict import HolderKey

metadata = MetaData()
ppids = Table(
    "ppids",
    metadata,
    Column("client", String, nullable=False),
    Column("issuer_key", String, nullable=False),
    Column("serial", String, nullable=False),
    Column("ends", Float, nullable=False),
    Column("named_at", Float, nullable=False),
    Column("ppid", String, nullable=False),
    PrimaryKeyConstraint("client", "issuer_key", "serial"),
    Index("ppids_by_name", "client", "ppid"),
)
PPID_LENGTH: Final = 16
_KEEP: Final = text(
    "INSERT INTO ppids (client, issuer_key, serial, ends, named_at, ppid) "
    "VALUES (:client, :issuer_key, :serial, :ends, :named_at, :ppid) "
    "ON CONFLICT (client, issuer_key, serial) DO NOTHING"
)


class Meant(msgspec.Struct, frozen=True):
    """The certificate that goes by a name: issuer key and serial, and its notAfter."""

    holder: HolderKey
    ends: datetime


class Names:
    """The PPIDs of one platform."""

    def __init__(self, database: Transactions, platform: str, draw: Callable[[int], bytes]) -> None:
        self._database = database
        self._issuer = f"ppid:{platform}"
        self._draw = draw
        with database.transaction() as connection:
            make_tables(connection, metadata)

    def find(self, client: str, holder: HolderKey) -> HolderKey | None:
        """This client's name for a holder, if it has one."""
        with self._database.transaction() as connection:
            return self._find(connection, client, holder)

    def name(self, client: str, meant: Meant, now: datetime, before: Iterable[HolderKey] = ()) -> HolderKey:
        """This client's name for a holder: as it was for what the certificate succeeded, or drawn."""
        with self._database.transaction() as connection:
            old = next((each for each in (self._find(connection, client, one) for one in before) if each), None)
            values = {
                "client": client,
                "issuer_key": meant.holder.issuer_key,
                "serial": meant.holder.serial,
                "ends": meant.ends.timestamp(),
                "named_at": now.timestamp(),
                "ppid": self._draw(PPID_LENGTH).hex() if old is None else old.serial,
            }
            connection.execute(_KEEP, values)
            return self._find(connection, client, meant.holder) or HolderKey(self._issuer, str(values["ppid"]))

    def meant(self, client: str, name: HolderKey) -> Meant | None:
        """Whom this client means: the last certificate that goes by the name; nobody by a name of somebody else's."""
        if name.issuer_key != self._issuer:
            return None
        columns = ppids.c.issuer_key, ppids.c.serial, ppids.c.ends
        wanted = select(*columns).where(ppids.c.client == client, ppids.c.ppid == name.serial)
        with self._database.transaction() as connection:
            row = connection.execute(wanted.order_by(ppids.c.named_at.desc()).limit(1)).one_or_none()
        return None if row is None else Meant(HolderKey(row[0], row[1]), datetime.fromtimestamp(row[2], UTC))

    def _find(self, connection: Connection, client: str, holder: HolderKey) -> HolderKey | None:
        where = ppids.c.client == client, ppids.c.issuer_key == holder.issuer_key, ppids.c.serial == holder.serial
        found = connection.execute(select(ppids.c.ppid).where(*where)).scalar_one_or_none()
        return None if found is None else HolderKey(self._issuer, found)
