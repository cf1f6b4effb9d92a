"""The messages of the control API about applications in a card's free area: INVENTED, as the free area is."""

from datetime import date
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from harness.card_apps import AppKind
from harness.contract.messages import END, Message

Aid = Annotated[str, Meta(pattern=r"^(?:[0-9A-Fa-f]{2}){5,16}" + END, description="hexadecimal, 5 to 16 octets")]
AppPin = Annotated[str, Meta(pattern=r"^[0-9]{4}" + END)]
AppMark = Annotated[str, Meta(pattern=r"^(?:[0-9A-Fa-f]{2}){1,16}" + END, description="hexadecimal, 1 to 16 octets")]
Amount = Annotated[int, Meta(ge=0, le=0xFFFF_FFFF)]


class NewApp(Message, frozen=True, kw_only=True):
    """An application to be loaded; without `aid` that of its kind, without `limit` what the counter begins with."""

    kind: AppKind
    user_id: Annotated[str, Meta(min_length=1, max_length=64)]
    until: date
    aid: Aid | UnsetType = UNSET
    label: Annotated[str, Meta(min_length=1, max_length=32)] | UnsetType = UNSET
    pin: AppPin | UnsetType = UNSET
    count: Amount = 0
    limit: Amount = 0
    notes: Annotated[int, Meta(ge=0, le=0xFFFF)] = 0


class NamedApp(Message, frozen=True):
    """Which application."""

    aid: Aid


class AppChange(Message, frozen=True):
    """By how much a counter goes down (negative, as at a gate) or up, with which mark, and the application's PIN."""

    aid: Aid
    amount: Annotated[int, Meta(ge=-0xFFFF_FFFF, le=0xFFFF_FFFF)]
    mark: AppMark | UnsetType = UNSET
    pin: AppPin | UnsetType = UNSET


class AppCounter(Message, frozen=True):
    """A counter record."""

    value: int
    changes: int
    limit: int
    mark: str


class AppState(Message, frozen=True):
    """An application as it stands in the card; `cost` is what it takes of the free area."""

    aid: str
    label: str
    user_id: str
    until: str
    pin: bool
    cost: int
    counter: AppCounter | None = None


class AppList(Message, frozen=True):
    """The free area of a card, as it stands."""

    card: str
    apps: list[AppState]
    room_left: int
    loads: int
    """How many applications were ever loaded or deleted."""
