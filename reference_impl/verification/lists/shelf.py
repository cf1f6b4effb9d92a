"""All lists that are used at one instant, as one value: it is never changed, another takes its place.

Lists that came together lie together in a volume, which has one index for all of them; a list is found by the key that
signed it and the name of its point, and an entry counts only if it lies within that list.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
import numpy as np
from numpy.typing import NDArray

from reference_impl.verification.lists.acceptance import Listed, require_progress
from reference_impl.verification.lists.entry import date_and_reason_at
from reference_impl.verification.lists.index import Index, lay_out
from reference_impl.verification.lists.octets import Octets, moved
from reference_impl.verification.lists.reader import read_entries
from reference_impl.verification.verdict import Finding, Reason, Refusal

Key = tuple[str, bytes]
"""Whose (SHA-256 of the key that signed, hex) and of which point (DER of its name)."""


class Volume(msgspec.Struct, frozen=True):
    """Lists that lie together, and the index of all their entries."""

    lists: tuple[Listed, ...]
    index: Index


class Held(msgspec.Struct, frozen=True, gc=False):
    """A list that is used: what it is, and how its entries are found."""

    listed: Listed
    index: Index

    def find(self, serial: int) -> int | None:
        """Where the entry of a serial number is, if it is listed."""
        return self.index.find(serial, *self.listed.entries)

    def find_many(self, serials: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The same for many, -1 where it is not listed."""
        return self.index.find_many(serials, self.listed.entries)

    def date_and_reason(self, place: int) -> tuple[datetime, str]:
        """When and why the certificate of the entry at `place` was revoked."""
        return date_and_reason_at(self.index.data, place)


def read_volume(data: Octets, lists: Sequence[Listed]) -> tuple[Volume, dict[int, Refusal]]:
    """The lists with every entry read; and those left out for an entry that is wrong, by their numbers."""
    entries = read_entries(data, [each.entries for each in lists])
    refused = {}
    for number, error in entries.faults.items():
        said = moved(error, -lists[number].whole[0])
        refused[number] = Refusal(
            Reason.STATUS_UNTRUSTED,
            Finding(said.rule, "失効リストを信頼できません", f"an entry of the list cannot be read: {said}"),
        )
    good = tuple(each for number, each in enumerate(lists) if number not in refused)
    return Volume(good, Index(data, lay_out(entries.keyed))), refused


class Shelf:
    """The lists by whose and of which point, and why there is none where one was refused."""

    def __init__(self, lists: Mapping[Key, Held] | None = None, refused: Mapping[bytes, Refusal] | None = None) -> None:
        self._lists = dict(lists or {})
        self._refused = dict(refused or {})

    def __len__(self) -> int:
        return len(self._lists)

    def lists(self) -> Iterable[Held]:
        """Every list that is used."""
        return self._lists.values()

    def volumes(self) -> list[Index]:
        """The indexes that are in use, each once."""
        return list({id(held.index): held.index for held in self._lists.values()}.values())

    def get(self, key: Key) -> Held | None:
        """The list of one key and point."""
        return self._lists.get(key)

    def refusal(self, point_digest: bytes) -> Refusal | None:
        """Why the list that was fetched last for a point was not taken."""
        return self._refused.get(point_digest)

    def with_refused(self, refused: Mapping[bytes, Refusal]) -> "Shelf":
        """The same lists, and why those were refused that were fetched last, by the SHA-256 of their points."""
        return Shelf(self._lists, refused)

    def with_volume(self, volume: Volume) -> "Shelf":
        """The shelf with these lists in their places; one that would go back raises the `Refusal` of that."""
        lists = dict(self._lists)
        for each in volume.lists:
            key = (each.issuer_key, each.point)
            held = lists.get(key)
            require_progress(each, held.listed if held else None)
            lists[key] = Held(each, volume.index)
        return Shelf(lists, self._refused)
