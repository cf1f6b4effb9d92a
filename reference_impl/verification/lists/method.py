"""The methods `crl` and `offline-crl`: what the lists say of a certificate (RFC 5280 §6.3.3).

(1) which list  (2) its window at this instant  (3) its entry

`offline-crl` is for places that fetch no list while they work: they declare a maximum age, after which a list is not
used although its nextUpdate is still to come. Neither method uses one after its nextUpdate (spec/rfc.md B14).
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from reference_impl.verification import oids
from reference_impl.verification.certificate import Certificate
from reference_impl.verification.der import DerError
from reference_impl.verification.lists.acceptance import require_window
from reference_impl.verification.lists.points import read_points
from reference_impl.verification.lists.shelf import Held, Shelf
from reference_impl.verification.status import Status
from reference_impl.verification.trust import Authority
from reference_impl.verification.verdict import Compared, Finding, Reason, Refusal, StatusSource

_OK: Final = Reason.OK


class Batch(msgspec.Struct, frozen=True):
    """The statuses of many certificates of one list: that of each which is not in `listed` is `others`."""

    others: Status
    listed: dict[int, Status]
    """By the number of the certificate in the question."""


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

    def status(self, certificate: Certificate, issuer: Authority, now: datetime) -> Status:
        """The status of a certificate that `issuer` signed, as known at `now`."""
        extension = certificate.extensions.get(oids.CRL_DISTRIBUTION_POINTS)
        value = extension.value if extension is not None else b""
        shelf = self._shelf()
        # (1)
        held = shelf.route(issuer.certificate.public_key, value)
        if held is None:
            found = _find(shelf, value, issuer)
            if isinstance(found, Status):
                return found
            held = found
            shelf.keep_route(issuer.certificate.public_key, value, held)
        # (2)
        listed = held.listed
        if self._maximum_age is not None or not listed.this_update <= now <= listed.next_update:
            over = self._outside_window(held, now)
            if over is not None:
                return over
        # (3)
        start, stop = listed.entries
        place = held.index.find(certificate.serial, start, stop)
        source = StatusSource(self._source, listed.this_update)
        return Status(_OK, source) if place is None else _revoked(held, place, source, now)

    def batch(
        self, serials: Sequence[int] | NDArray[np.uint64], point: bytes, issuer: Authority, now: datetime
    ) -> Batch:
        """The statuses of many certificates of one issuer and point (DER of its name), asked by their serials."""
        held = self._shelf().get((issuer.issuer_key, point))
        if held is None:
            return Batch(_unavailable("no list of this distribution point is at hand"), {})
        over = self._outside_window(held, now)
        if over is not None:
            return Batch(over, {})
        source = StatusSource(self._source, held.listed.this_update)
        places = _find_all(held, serials)
        listed = {number: _revoked(held, place, source, now) for number, place in places.items()}
        return Batch(Status(Reason.OK, source), listed)

    def _outside_window(self, held: Held, now: datetime) -> Status | None:
        """STATUS_STALE, with the two instants, if the list is not of now."""
        listed = held.listed
        try:
            require_window(listed.this_update, listed.next_update, now)
        except Refusal as refusal:
            return Status(refusal.reason, StatusSource(self._source, listed.this_update), refusal.finding)
        if self._maximum_age is None or now <= listed.this_update + self._maximum_age:
            return None
        compared = Compared("thisUpdate + maximum age", listed.this_update + self._maximum_age, now)
        finding = Finding(
            "spec/pki.md §9", "失効情報が古すぎます", "the list is older than declared", compared=compared
        )
        return Status(Reason.STATUS_STALE, StatusSource(self._source, listed.this_update), finding)


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


def _revoked(held: Held, place: int, source: StatusSource, now: datetime) -> Status:
    """A listed certificate; a hold is told apart though it is never lifted (§6.3.3 (i), (j); spec/pki.md §2)."""
    date, reason = held.date_and_reason(place)
    compared = Compared("revocationDate", date, now)
    if reason == "certificateHold":
        return Status(
            Reason.ON_HOLD,
            source,
            Finding(
                "RFC 5280 §5.3.1",
                "証明書は一時停止されています",
                f"the certificate is on hold since {date:%Y-%m-%dT%H:%M:%SZ}",
                compared=compared,
            ),
        )
    return Status(
        Reason.REVOKED,
        source,
        Finding(
            "RFC 5280 §6.3.3(i)",
            f"証明書は失効しています（{reason}）",
            f"the certificate is revoked ({reason}) since {date:%Y-%m-%dT%H:%M:%SZ}",
            compared=compared,
        ),
    )


def _unavailable(why: str) -> Status:
    return Status(Reason.STATUS_UNAVAILABLE, None, Finding("RFC 5280 §6.3.3", "失効情報を確認できませんでした", why))
