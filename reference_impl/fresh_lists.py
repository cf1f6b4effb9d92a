"""The lists of a relying party: in a folder, fetched from the configured index when they are due, used by `crl`."""

import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from reference_impl.configuration import Configuration
from reference_impl.lists.fetch import Source, fetch
from reference_impl.lists.library import Library
from reference_impl.verification.certificate import Certificate
from reference_impl.verification.lists.method import ListStatus
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.status import Revocation, Status
from reference_impl.verification.trust import Authority
from reference_impl.verification.verdict import Reason

LIST_PERIOD: Final = timedelta(hours=24)
"""Lists are published once a day (spec/pki.md §2): one that is older is asked for anew, though it may be used on."""

RETRY_SECONDS: Final = 5.0
"""Of the host's clock, between two fetches at one instant: an index that is away is not asked for by every attempt."""

_WANTING: Final = frozenset({Reason.STATUS_UNAVAILABLE, Reason.STATUS_STALE})


class Lists:
    """A folder of lists; without one, a folder for as long as this lives, whose lists are forgotten by `forget`."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._temporary: TemporaryDirectory[str] | None = None
        self._library = self._open()

    def _open(self) -> Library:
        if self._folder is not None:
            return Library(self._folder)
        self._temporary = TemporaryDirectory(prefix="kazashi-lists-")
        return Library(Path(self._temporary.name))

    def method(self, configuration: Configuration, offline: timedelta | None) -> Revocation:
        """The method `crl` over these lists; with a declared maximum age none is fetched, and older ones are stale."""
        lists = ListStatus(lambda: self._library.shelf, maximum_age=offline)
        return lists if offline is not None else _Fetched(lists, self, configuration)

    def fetch(self, configuration: Configuration, kind: CertificateKind, now: datetime) -> None:
        """Fetches the lists of one kind that have changed; one that could not be had says so when it is used."""
        address = configuration.lists.get(kind)
        if address is None:
            self._library.refresh()  # another process may have fetched them
        else:
            fetch(Source(kind, address), configuration.trust, self._library, now)

    def forget(self) -> None:
        """Forgets lists that were fetched for this process alone: a clock set back would find none but later ones."""
        if self._folder is None:
            self.close()
            self._library = self._open()

    def close(self) -> None:
        """Removes a folder that was this one's own."""
        if self._temporary is not None:
            self._temporary.cleanup()


class _Fetched:
    """Lists that are fetched when they are wanting or a day old, by one for all who ask meanwhile."""

    def __init__(self, inner: Revocation, lists: Lists, configuration: Configuration) -> None:
        self._inner = inner
        self._lists = lists
        self._configuration = configuration
        self._lock = threading.Lock()
        self._tried: dict[CertificateKind, tuple[datetime, float]] = {}

    def status(self, certificate: Certificate, issuer: Authority, now: datetime) -> Status:
        """The status by the lists that are here, or by those that could be had if these will not do."""
        status = self._inner.status(certificate, issuer, now)
        if not _is_due(status, now):
            return status
        with self._lock:
            if not self._has_tried(issuer.kind, now):
                self._lists.fetch(self._configuration, issuer.kind, now)
                self._tried[issuer.kind] = now, time.monotonic()
        return self._inner.status(certificate, issuer, now)

    def _has_tried(self, kind: CertificateKind, now: datetime) -> bool:
        tried = self._tried.get(kind)
        if tried is None:
            return False
        instant, moment = tried
        return abs((now - instant).total_seconds()) < RETRY_SECONDS and time.monotonic() - moment < RETRY_SECONDS


def _is_due(status: Status, now: datetime) -> bool:
    return status.reason in _WANTING or (status.source is not None and status.source.this_update + LIST_PERIOD <= now)
