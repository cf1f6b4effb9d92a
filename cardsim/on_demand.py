"""A mapping whose values are made when first asked for.

Ten thousand cards of a load run are read in one or two applications each; made whole, each would take 25 kB and five
RSA signatures. Whoever iterates, compares or counts gets everything: nothing is ever missing, only not yet made. To a
serialiser this is no dict on purpose: one that has not been told (`profile.encode_profile`) refuses it aloud.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")
NOTHING: dict[Any, Any] = {}
"""What all share of which nothing was made yet; nobody writes into it."""


class OnDemand(Mapping[K, V], Generic[K, V]):
    """A mapping over `keys`, in their order; `make` gives equal values for one key, however often it is asked.

    `keys` is kept, not copied: cards share it. Looking a key up in it should not take longer for more keys.
    """

    __slots__ = ("_keys", "_made", "_make")

    def __init__(self, keys: Collection[K], make: Callable[[K], V], made: dict[K, V] | None = None) -> None:
        self._keys = keys
        self._make = make
        self._made: dict[K, V] = NOTHING if made is None else made

    def __getitem__(self, key: K) -> V:
        try:
            return self._made[key]
        except KeyError:
            if key not in self._keys:
                raise
        return self._keep(key, self._make(key))

    def _keep(self, key: K, value: V) -> V:
        """The value that stands there from now on: of two threads that made it at a time, the first one's."""
        if self._made is NOTHING:
            self._made = {}
        return self._made.setdefault(key, value)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __iter__(self) -> Iterator[K]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __reduce__(self) -> tuple[Any, ...]:
        """As a plain dict with everything in it: a maker does not go into another process."""
        return dict, (dict(self),)

    def passing(self) -> Iterator[V]:
        """Every value; what is not made yet is made and not kept."""
        for key in self._keys:
            present = self._made.get(key)
            yield self._make(key) if present is None else present

    def made(self) -> Iterator[V]:
        """What is made already."""
        return iter(tuple(self._made.values()))
