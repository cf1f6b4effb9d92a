"""The tables. A subject is an account's or a household's name; no certificate, no name, no 個人番号 has a column."""

from sqlalchemy import BigInteger, Column, Float, Index, LargeBinary, MetaData, PrimaryKeyConstraint, String, Table

metadata = MetaData()

sums = Table(
    "service_sums",
    metadata,
    Column("service", String, nullable=False),
    Column("entitlement", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("period", String, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("changed_at", Float, nullable=False),
    PrimaryKeyConstraint("service", "entitlement", "subject", "period"),
)
"""What is used up, or held."""

uses = Table(
    "service_uses",
    metadata,
    Column("service", String, nullable=False),
    Column("key", String, nullable=False),
    Column("at", Float, nullable=False),
    PrimaryKeyConstraint("service", "key"),
    Index("service_uses_by_age", "service", "at"),
)
"""Uses that counted, by their own names: one that comes again counts once."""

check_ins = Table(
    "service_check_ins",
    metadata,
    Column("service", String, nullable=False),
    Column("key", String, nullable=False),
    Column("household", String, nullable=False),
    Column("persons", BigInteger, nullable=False),
    Column("at", Float, nullable=False),
    PrimaryKeyConstraint("service", "key"),
    Index("service_check_ins_by_household", "service", "household"),
)
"""How many of a household came, by the use that brought them. Kept as long as the use."""

residences = Table(
    "service_residences",
    metadata,
    Column("service", String, nullable=False),
    Column("account", String, nullable=False),
    Column("municipality", String, nullable=False),
    Column("at", Float, nullable=False),
    PrimaryKeyConstraint("service", "account"),
)
"""Where a holder lives, by municipality, at a service that learns it; as told last, and forgotten with the account."""

offers = Table(
    "service_offers",
    metadata,
    Column("id", String, primary_key=True),
    Column("service", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("documents", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("shown", String, nullable=False),
    Index("service_offers_by_age", "at"),
)
"""Refusals after which another document may be shown, for a day; `shown` is the one that was. Nobody is named."""

terminals = Table(
    "service_terminals",
    metadata,
    Column("terminal", String, primary_key=True),
    Column("highest", BigInteger, nullable=False),
)
"""The highest number that came from each terminal. Uploads of one terminal take turns by its row."""

records = Table(
    "service_records",
    metadata,
    Column("terminal", String, nullable=False),
    Column("name", String, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("seal", LargeBinary, nullable=False),
    Column("service", String, nullable=False),
    Column("account", String, nullable=False),
    Column("use_key", String, nullable=False),
    Column("taken", Float, nullable=False),
    Column("standing", String, nullable=False),
    Column("counted", BigInteger, nullable=False),
    Column("charges", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    PrimaryKeyConstraint("terminal", "name", "seal"),
    Index("service_records_by_service", "service", "taken"),
    Index("service_records_by_use", "terminal", "use_key"),
)
"""What terminals recorded offline, and how each stands. `charges` is what it took (JSON), in case it is given back;
`answer` what was found when it first came. A record that was told and not sealed has no number (0)."""

challenges = Table(
    "service_challenges",
    metadata,
    Column("challenge", LargeBinary, primary_key=True),
    Column("terminal", String, nullable=False),
    Column("service", String, nullable=False),
    Column("taken", Float, nullable=False),
    Index("service_challenges_by_age", "service", "taken"),
)
"""Challenges (SHA-256) that came with records told offline, and which terminal brought each: good for one use."""
