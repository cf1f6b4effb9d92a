"""The tables. No PIN, no 個人番号, no name and no address has a column; certificates are not kept."""

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, MetaData, PrimaryKeyConstraint, String, Table

metadata = MetaData()

accounts = Table(
    "accounts",
    metadata,
    Column("issuer_key", String, nullable=False),
    Column("serial", String, nullable=False),
    Column("birth_date", String, nullable=False),
    Column("chip_key", LargeBinary, nullable=False),
    Column("accepted", Integer, nullable=False),
    PrimaryKeyConstraint("issuer_key", "serial"),
)
"""By issuer key and serial: a serial alone occurs under both authorities (spec/pki.md §5)."""

memberships = Table(
    "memberships",
    metadata,
    Column("issuer_key", String, nullable=False),
    Column("serial", String, nullable=False),
    Column("service", String, nullable=False),
    PrimaryKeyConstraint("issuer_key", "serial", "service"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String, primary_key=True),
    Column("purpose", String, nullable=False),
    Column("service", String, nullable=False),
    Column("environment", String, nullable=False),
    Column("challenge", LargeBinary, nullable=False),
    Column("issued_at", Float, nullable=False),
    Column("spent", Integer, nullable=False),
    Column("document", LargeBinary),
    Column("holder_issuer_key", String),
    Column("holder_serial", String),
    Column("terminal", String, nullable=False),
    Index("sessions_by_age", "issued_at"),
)
