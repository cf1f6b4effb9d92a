"""What others keep by an account's id, and have to move or forget with it: within the same transaction."""

from typing import Protocol

from sqlalchemy import Connection


class Counts(Protocol):
    """Whoever counts by accounts: the services' ledger."""

    def merge(self, connection: Connection, kept: str, gone: str) -> None:
        """Adds up what two accounts of one person have used, under the one that is kept."""

    def erase(self, connection: Connection, account: str) -> None:
        """Forgets an account that is no more."""


class NoCounts:
    """Nobody counts."""

    def merge(self, connection: Connection, kept: str, gone: str) -> None:
        """Nothing to add up."""

    def erase(self, connection: Connection, account: str) -> None:
        """Nothing to forget."""
