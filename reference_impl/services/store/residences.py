"""Where holders live, as a service learnt it: the municipality's code and no more."""

from datetime import datetime

from sqlalchemy import Connection, delete, select, text

from reference_impl.services.store.tables import residences
from reference_impl.store.transactions import Transactions

_TELL = text(
    "INSERT INTO service_residences (service, account, municipality, at) VALUES (:service, :account, :code, :at) "
    "ON CONFLICT (service, account) DO UPDATE SET municipality = :code, at = :at"
)


class Residences:
    """The residences of all services."""

    def __init__(self, database: Transactions) -> None:
        self._database = database

    def tell(self, service: str, account: str, municipality: str, now: datetime) -> None:
        """From now on this is where the holder lives."""
        with self._database.transaction() as connection:
            tell(connection, service, account, municipality, now)

    def find(self, service: str, account: str) -> str | None:
        """Where the holder lives, if the service was told."""
        of_both = (residences.c.service == service) & (residences.c.account == account)
        with self._database.transaction() as connection:
            return connection.execute(select(residences.c.municipality).where(of_both)).scalar_one_or_none()

    def forget(self, service: str, account: str) -> None:
        """The holder has left the service."""
        of_both = (residences.c.service == service) & (residences.c.account == account)
        with self._database.transaction() as connection:
            connection.execute(delete(residences).where(of_both))


def tell(connection: Connection, service: str, account: str, municipality: str, now: datetime) -> None:
    """From now on this is where the holder lives, in a transaction that is under way."""
    values = {"service": service, "account": account, "code": municipality, "at": now.timestamp()}
    connection.execute(_TELL, values)
