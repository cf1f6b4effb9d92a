"""The methods `crl` and `offline-crl`: what the lists say of a certificate (RFC 5280 §6.3.3).

(1) which list  (2) its window at this instant  (3) its entry

`offline-crl` is for places that fetch no list while they work: they declare a maximum age, after which a list is not
used although its nextUpdate is still to come. Neither method uses one after its nextUpdate (spec/rfc.md B14).
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from reference_impl.verification.certificate import Certificate
from reference_impl.verification.der import DerError
from reference_impl.verification.lists.acceptance import CLOCK_TOLERANCE, Listed, require_window
from reference_impl.verification.lists.index import Find
from reference_impl.verification.lists.points import read_points
from reference_impl.verification.lists.shelf import Held, Shelf
from reference_impl.verification.status import Status
from reference_impl.verification.trust import Authority
from reference_impl.verification.verdict import Compared, Finding, Reason, Refusal, StatusSource

_MOST_ROUTES: Final = 100_000
"""Of lists that were found; more are found anew each time."""


class Batch(msgspec.Struct, frozen=True):
    """The statuses of many certificates of one list: that of each which is not in `listed` is `others`."""

    others: Status
    listed: Mapping[int, Status]
    """By the number of the certificate in the question."""

    def __getitem__(self, number: int) -> Status:
        return self.listed.get(number, self.others)


class _Listed(Mapping[int, Status]):
    """The listed of a batch: where their entries are, each read when somebody looks."""

    def __init__(self, places: Mapping[int, int], read: Callable[[int], Status]) -> None:
        self._places, self._read = places, read

    def __getitem__(self, number: int) -> Status:
        return self._read(self._places[number])

    def __iter__(self) -> Iterator[int]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class _Route(msgspec.Struct, frozen=True, gc=False):
    """A list that was found for an issuer and a cRLDistributionPoints: what it takes to ask it again."""

    held: Held
    find: Find
    start: int
    stop: int
    begins: datetime
    ends: datetime
    """The window, the declared maximum age counted in."""
    ok: Status


class _Routes(msgspec.Struct, frozen=True):
    """What was found on one shelf. With another shelf all of it is forgotten."""

    shelf: Shelf
    known: dict[tuple[str, bytes], _Route]


class ListStatus:
    """Statuses from the lists that `shelf` gives, which may be others at each question."""

    def __init__(
        self, shelf: Callable[[], Shelf], *, maximum_age: timedelta | None = None, is_offline: bool = False
    ) -> None:
        if is_offline and maximum_age is None:
            raise ValueError("offline-crl: expected a declared maximum age, found none")
        self._shelf = shelf
        self._maximum_age = maximum_age
        self._source = "offline-crl" if is_offline else "crl"
        self._routes = _Routes(shelf(), {})

    def status(self, certificate: Certificate, issuer: Authority, now: datetime) -> Status:
        """The status of a certificate that `issuer` signed, as known at `now`."""
        # (1)
        points = certificate.common.points
        shelf, routes = self._shelf(), self._routes
        if routes.shelf is not shelf:
            routes = self._routes = _Routes(shelf, {})
        route = routes.known.get((issuer.issuer_key, points))
        if route is None:
            held = _find(shelf, points, issuer)
            if isinstance(held, Status):
                return held
            route = self._route(held)
            if len(routes.known) < _MOST_ROUTES:
                routes.known[issuer.issuer_key, points] = route
        # (2)
        if not route.begins <= now <= route.ends:
            return self._outside_window(route.held.listed, now)
        # (3)
        place = route.find(certificate.serial, route.start, route.stop)
        return route.ok if place is None else self._revoked(route.held, place, now)

    def batch(
        self, serials: Sequence[int] | NDArray[np.uint64], point: bytes, issuer: Authority, now: datetime
    ) -> Batch:
        """The statuses of many certificates of one issuer and point (DER of its name), asked by their serials."""
        held = self._shelf().get((issuer.issuer_key, point))
        if held is None:
            return Batch(_unavailable("no list of this distribution point is at hand"), {})
        route = self._route(held)
        if not route.begins <= now <= route.ends:
            return Batch(self._outside_window(held.listed, now), {})
        return Batch(route.ok, _Listed(_find_all(held, serials), lambda place: self._revoked(held, place, now)))

    def _route(self, held: Held) -> _Route:
        listed = held.listed
        ends = listed.next_update + CLOCK_TOLERANCE
        if self._maximum_age is not None:
            ends = min(ends, listed.this_update + self._maximum_age)
        ok = Status(Reason.OK, StatusSource(self._source, listed.this_update))
        return _Route(held, held.index.find, *listed.entries, listed.this_update - CLOCK_TOLERANCE, ends, ok)

    def _outside_window(self, listed: Listed, now: datetime) -> Status:
        """STATUS_STALE, with the two instants: of the list's own window, or of the declared maximum age."""
        source = StatusSource(self._source, listed.this_update)
        try:
            require_window(listed.this_update, listed.next_update, now)
        except Refusal as refusal:
            return Status(refusal.reason, source, refusal.finding)
        limit = listed.this_update + (self._maximum_age or timedelta(0))
        compared = Compared("thisUpdate + maximum age", limit, now)
        en = "the list is older than declared"
        return Status(
            Reason.STATUS_STALE, source, Finding("spec/pki.md §9", "失効情報が古すぎます", en, compared=compared)
        )

    def _revoked(self, held: Held, place: int, now: datetime) -> Status:
        """A listed certificate; a hold is told apart though it is never lifted (§6.3.3 (i), (j); spec/pki.md §2)."""
        date, reason = held.date_and_reason(place)
        source = StatusSource(self._source, held.listed.this_update)
        compared = Compared("revocationDate", date, now)
        if reason == "certificateHold":
            ja, en = "証明書は一時停止されています", f"the certificate is on hold since {date.isoformat()}"
            return Status(Reason.ON_HOLD, source, Finding("RFC 5280 §5.3.1", ja, en, compared=compared))
        ja, en = (
            f"証明書は失効しています（{reason}）",
            f"the certificate is revoked ({reason}) since {date.isoformat()}",
        )
        return Status(Reason.REVOKED, source, Finding("RFC 5280 §6.3.3(i)", ja, en, compared=compared))


def _find(shelf: Shelf, value: bytes, issuer: Authority) -> Held | Status:
    """The list of one of the certificate's points that the certificate's own issuer signed, or why there is none."""
    if not value:
        return _unavailable("the certificate names no distribution point")
    try:
        points = read_points(value)
    except DerError as error:
        return _unavailable(f"the certificate's cRLDistributionPoints cannot be read: {error}")
    key = issuer.issuer_key
    for point in points:
        held = shelf.get((key, point))
        if held is not None:
            return held
    for point in points:
        refusal = shelf.refusal(hashlib.sha256(point).digest())
        if refusal is not None:
            return Status(refusal.reason, None, refusal.finding)
    return _unavailable("no list of the certificate's distribution point, signed by its issuer, is at hand")


def _find_all(held: Held, serials: Sequence[int] | NDArray[np.uint64]) -> dict[int, int]:
    """The places of those that are listed, by their numbers."""
    try:
        asked = np.asarray(serials, np.uint64)
    except OverflowError:  # some have more than 64 bits
        found = ((number, held.find(int(serial))) for number, serial in enumerate(serials))
        return {number: place for number, place in found if place is not None}
    places = held.find_many(asked)
    listed = np.flatnonzero(places >= 0)
    return dict(zip(listed.tolist(), places[listed].tolist(), strict=True))


def _unavailable(why: str) -> Status:
    return Status(Reason.STATUS_UNAVAILABLE, None, Finding("RFC 5280 §6.3.3", "失効情報を確認できませんでした", why))
