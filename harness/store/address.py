"""How a store is named: a path is SQLite's file, `postgresql+psycopg://…` is a database, None is this process's memory.

An address may hold a password: it is shown without.
"""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from harness.errors import ConfigurationError

POSTGRESQL = "postgresql+psycopg"
Place = Path | URL | None


def read_place(text: str) -> Path | URL:
    """Return what `--store` names; ConfigurationError for a database of another make."""
    if "://" not in text:
        return Path(text)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as fault:  # neither says what it read: it may be a password
        raise ConfigurationError(
            f"--store: expected a file, or {POSTGRESQL}://user@host/database; actual an address that cannot be read"
        ) from fault
    if url.drivername not in {POSTGRESQL, "postgresql"}:
        raise ConfigurationError(f"--store {url.drivername}://…: expected a file, or {POSTGRESQL}://user@host/database")
    return url.set(drivername=POSTGRESQL)


def show_place(place: Place) -> str:
    """Return the store's name for a person."""
    match place:
        case None:
            return "the world's store"
        case URL():
            return place.render_as_string(hide_password=True)
        case _:
            return str(place)
