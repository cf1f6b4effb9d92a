"""The messages of the index of revocation lists."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from harness.contract.messages import Message
from harness.contract.vocabulary import Kind
from harness.jlis.populations import Medium


class IndexQuery(Message, frozen=True):
    """What narrows the index; lists that differ in anything named here are left out."""

    kind: Kind | UnsetType = UNSET
    medium: Medium | UnsetType = UNSET
    generation: Annotated[int, Meta(ge=1, le=1000)] | UnsetType = UNSET
    municipality: str | UnsetType = UNSET
    prefecture: Annotated[str, Meta(pattern="^[0-9]{2}$")] | UnsetType = UNSET
    """The first two digits of a municipality's code (JIS X 0401)."""
    distribution_point: str | UnsetType = UNSET
    path: str | UnsetType = UNSET
    url: str | UnsetType = UNSET


class ListedAt(Message, frozen=True):
    """A list: what it is of, and where it is."""

    kind: Kind
    medium: Medium
    generation: int
    municipality: str
    distribution_point: str
    path: str
    url: str


class ListIndex(Message, frozen=True):
    """Every list that was not left out, the latest generation first."""

    lists: list[ListedAt]
