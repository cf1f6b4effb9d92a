"""Transactions over SQLite or PostgreSQL: `reference_impl.store.transactions`, under the name it had here."""

from reference_impl.store.transactions import ATTEMPTS, T, Transactions, run

__all__ = ["ATTEMPTS", "T", "Transactions", "run"]
