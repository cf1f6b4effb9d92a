"""The tables. No PIN, no 個人番号, no name and no address has a column; certificates are not kept."""

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, MetaData, PrimaryKeyConstraint, String, Table

metadata = MetaData()

accounts = Table(
    "accounts",
    metadata,
    Column("id", String, primary_key=True),
    Column("opened_at", Float, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("linked_as_of", Float),
)
"""A person as far as a relying party knows one: a random name that nothing can be read from (docs/accounts.md).
`linked_as_of`: the mark of the newest link that was taken; an older one is not."""

credentials = Table(
    "credentials",
    metadata,
    Column("issuer_key", String, nullable=False),
    Column("serial", String, nullable=False),
    Column("carrier", String, nullable=False),
    Column("account", String, nullable=False),
    Column("since", Float, nullable=False),
    Column("ends", Float),
    Column("ended_at", Float),
    Column("birth_date", String),
    Column("chip_key", LargeBinary),
    Column("superseded_at", Float),
    Column("superseded_issuer_key", String),
    Column("superseded_serial", String),
    PrimaryKeyConstraint("issuer_key", "serial"),
    Index("credentials_by_account", "account"),
)
"""By issuer key and serial: a serial alone occurs under both authorities (spec/pki.md §5). Birth date and chip key are
those that this certificate was shown with, if it was; a superseded one names the certificate that followed. `ends` is
its notAfter, `ended_at` when it was first seen revoked or on hold."""

chips = Table(
    "chips",
    metadata,
    Column("chip_key", String, primary_key=True),
    Column("account", String, nullable=False),
    Index("chips_by_account", "account"),
)
"""Whose chip it is, by the SHA-256 of its key: one chip is never two persons'."""

memberships = Table(
    "memberships",
    metadata,
    Column("account", String, nullable=False),
    Column("service", String, nullable=False),
    Column("ppid", String, nullable=False, unique=True),
    Column("since", Float, nullable=False),
    PrimaryKeyConstraint("account", "service"),
)
"""Who is enrolled where, and under which name the service knows them: another one at each service."""

pairs = Table(
    "pairs",
    metadata,
    Column("account", String, primary_key=True),
    Column("issuer_key", String, nullable=False),
    Column("serial", String, nullable=False),
    Column("ends", Float),
    Column("since", Float, nullable=False),
    Column("changed_at", Float),
)
"""The signature certificate that belongs to an account's card (公的個人認証法 art. 18(5)), by its number alone; and
when it was seen that the four attributes in it hold no longer."""

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
    Column("forget_at", Float, nullable=False),
    Index("sessions_by_end", "forget_at"),
    Index("sessions_by_challenge", "challenge"),
)
"""Attempts. One that a chip answered is known as spent for as long as a record of it may come from a terminal that was
offline; by its challenge, for the terminal's clock tells nothing (`services.store.challenges`)."""
