"""A resident as the resident register knows them. All of them are made up (harness/population.py)."""

from datetime import date

from msgspec import Struct


class Resident(Struct, frozen=True):
    """A person of the world as the resident register (住民票) knows them."""

    id: str
    name: str
    birth_date: date
    sex: str
    number: str
    municipality: str
    address: str
    security_code: str
    card_expiry: date | None = None
    """When the card ends, where it ends before the tenth birthday; residence-limited for many foreign residents."""
