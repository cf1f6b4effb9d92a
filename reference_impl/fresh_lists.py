"""The lists of a relying party: in a folder, fetched from the configured index when they are due, used by `crl`.

All lists of a kind are fetched together, which may take minutes the first time (1,900 partitions): that happens in a
thread of its own, once for all who want it meanwhile, and an attempt waits for it no longer than for a responder. Who
has yesterday's list, which may be used on, waits only while the fetch itself is so young: the next one is decided at
once by what is there. `refresher.py` has lists fetched before an attempt needs them.
"""

import logging
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from reference_impl.configuration import Configuration
from reference_impl.lists.fetch import Report, Source, fetch
from reference_impl.lists.library import Library
from reference_impl.lists.schedule import Window, is_due
from reference_impl.verification.certificate import Certificate
from reference_impl.verification.lists.method import ListStatus
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.status import Revocation, Status
from reference_impl.verification.trust import Authority
from reference_impl.verification.verdict import Reason

RETRY_SECONDS: Final = 5.0
"""Of the host's clock, between two fetches at one instant: an index that is away is not asked for by every attempt."""

PATIENCE_SECONDS: Final = 3.0
"""An attempt waits so long for a fetch, then says what the lists say that are there. Where they say something that may
be used, this counts from the fetch's beginning."""

_WANTING: Final = frozenset({Reason.STATUS_UNAVAILABLE, Reason.STATUS_STALE, Reason.STATUS_UNTRUSTED})
"""A list that was refused, too, is asked for again: its place may have been taken by a right one since."""
_logger = logging.getLogger(__name__)


class Lists:
    """A folder of lists; without one, a folder for as long as this lives."""

    def __init__(self, folder: Path | None = None, patience: float = PATIENCE_SECONDS) -> None:
        self._folder = folder
        self.patience = patience
        self.configuration = Configuration()
        """The decisions that were taken last; `changed` is set when there are others."""
        self.changed = threading.Event()
        self._temporary: TemporaryDirectory[str] | None = None
        self._opened: Library | None = None
        self._lock = threading.Lock()
        self._flights: dict[CertificateKind, Flight] = {}
        self._beginning = threading.Lock()

    @property
    def _library(self) -> Library:
        """Opened when a list is first wanted: a relying party that asks OCSP alone has no folder."""
        with self._lock:
            if self._opened is None:
                self._opened = self._open()
            return self._opened

    def _open(self) -> Library:
        if self._folder is not None:
            return Library(self._folder)
        self._temporary = TemporaryDirectory(prefix="kazashi-lists-", ignore_cleanup_errors=True)
        return Library(Path(self._temporary.name))

    def method(self, configuration: Configuration, maximum_age: timedelta | None, *, is_offline: bool) -> Revocation:
        """The method `crl` over these lists, which are stale beyond the declared age; offline none is fetched."""
        self.configuration = configuration
        self.changed.set()
        lists = ListStatus(lambda: self._library.shelf, maximum_age=maximum_age)
        return lists if is_offline else _Fetched(lists, self, configuration)

    def windows(self, configuration: Configuration, kind: CertificateKind) -> list[Window]:
        """The windows of the lists of a kind that are used now, those that another process fetched among them."""
        self._library.refresh()
        keys = {authority.issuer_key for authority in configuration.trust.generations(kind)}
        lists = [held.listed for held in self._library.shelf.lists()]
        return [Window(each.this_update, each.next_update) for each in lists if each.issuer_key in keys]

    def begin(self, configuration: Configuration, kind: CertificateKind, now: datetime) -> "Flight":
        """The fetch of a kind that is under way, or one that is over and young, or one begun now."""
        with self._beginning:
            last = self._flights.get(kind)
            if last is None or last.configuration is not configuration or last.is_over_for(now):
                last = self._flights[kind] = Flight(configuration, now)
                work = threading.Thread(target=self._run, args=(last, kind), name="lists", daemon=True)
                work.start()
            return last

    def _run(self, flight: "Flight", kind: CertificateKind) -> None:
        try:
            flight.report = self.fetch(flight.configuration, kind, flight.now)
        except OSError:
            _logger.exception("the lists of %s could not be kept: expected room in their folder", kind)
        finally:
            flight.ended = time.monotonic()
            flight.done.set()

    def fetch(self, configuration: Configuration, kind: CertificateKind, now: datetime) -> Report:
        """Fetches the lists of one kind that have changed; one that could not be had says so when it is used."""
        address = configuration.lists.get(kind)
        if address is None:
            self._library.refresh()  # another process may have fetched them
            return Report()
        if self._folder is None and any(each.listed.this_update > now for each in self._library.shelf.lists()):
            self.close()  # a test set its clock back: later lists would forbid those of that time as going back
        return fetch(Source(kind, address), configuration.trust, self._library, now)

    def is_called_old(self, kind: CertificateKind, now: datetime) -> bool:
        """Whether the carrier of the lists said that they are to be asked for anew by now."""
        last = self._flights.get(kind)
        if last is None or not last.done.is_set() or last.report.fresh_until is None:
            return False
        return last.report.fresh_until <= now

    def forget(self) -> None:
        """Forgets lists that were fetched for as long as this lives; those of a folder are the operator's."""
        if self._folder is None:
            with self._beginning:
                self._flights.clear()
            self.close()

    def close(self) -> None:
        """Removes a folder that was this one's own, and its lists with it."""
        with self._lock:
            if self._temporary is not None:
                self._temporary.cleanup()
            self._temporary = self._opened = None


class Flight:
    """One fetch of the lists of a kind."""

    def __init__(self, configuration: Configuration, now: datetime) -> None:
        self.configuration = configuration
        self.now = now
        self.done = threading.Event()
        self.began = time.monotonic()
        self.ended = 0.0
        self.report = Report()

    def is_over_for(self, now: datetime) -> bool:
        """Whether it is of no use to who asks now: it ended, at another instant or a while ago."""
        if not self.done.is_set():
            return False
        is_near = abs((now - self.now).total_seconds()) < RETRY_SECONDS
        return not is_near or time.monotonic() - self.ended >= RETRY_SECONDS


class _Fetched:
    """Lists that are fetched when they are wanting or a day old, once for all who ask meanwhile."""

    def __init__(self, inner: Revocation, lists: Lists, configuration: Configuration) -> None:
        self._inner = inner
        self._lists = lists
        self._configuration = configuration

    def status(self, certificate: Certificate, issuer: Authority, now: datetime) -> Status:
        """The status by the lists that are here, or by those that could be had in time if these will not do."""
        status = self._inner.status(certificate, issuer, now)
        is_wanting = status.reason in _WANTING
        if not (is_wanting or _is_a_day_old(status, now) or self._lists.is_called_old(issuer.kind, now)):
            return status
        flight = self._lists.begin(self._configuration, issuer.kind, now)
        begin = time.monotonic() if is_wanting else flight.began
        flight.done.wait(max(0.0, begin + self._lists.patience - time.monotonic()))
        return self._inner.status(certificate, issuer, now)


def _is_a_day_old(status: Status, now: datetime) -> bool:
    return status.source is not None and is_due(status.source.this_update, now)
