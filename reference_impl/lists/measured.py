"""What a bench measures: lists from their octets to answers, with every check on, and without files around them."""

from collections.abc import Callable, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from reference_impl.verification.lists.acceptance import Expected, examine
from reference_impl.verification.lists.frame import Span
from reference_impl.verification.lists.octets import Octets
from reference_impl.verification.lists.shelf import Held, read_volume
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.trust import read_authority


class Measured:
    """Lists that were loaded together: signatures, every entry, index."""

    def __init__(
        self, data: Octets, spans: Sequence[Span], digests: Sequence[bytes], authority: bytes, now: datetime
    ) -> None:
        signer = [read_authority(CertificateKind.AUTH, authority)]
        listed = [
            examine(data, span, Expected(signer, digest), now) for span, digest in zip(spans, digests, strict=True)
        ]
        volume, refused = read_volume(data, listed)
        if refused:
            raise ValueError(
                f"expected lists of right entries, found {len(refused)} others: {next(iter(refused.values()))}"
            )
        self._held = [Held(each, volume.index) for each in volume.lists]
        self.entries = len(volume.index)
        self.octets = volume.index.octets

    def finder(self) -> Callable[[int, int, int], int | None]:
        """`find(serial, start, stop)` of the index, to be called with the span of a list."""
        return self._held[0].index.find

    def span(self, number: int = 0) -> Span:
        """Where the entries of a list are."""
        return self._held[number].listed.entries

    def find_many(self, serials: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Places in the first list, -1 where a serial is not listed."""
        return self._held[0].find_many(serials)

    def detail(self, place: int) -> tuple[datetime, str]:
        """When and why, read from the entry at `place`."""
        return self._held[0].date_and_reason(place)
