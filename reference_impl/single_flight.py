"""Questions under way, shared: who wants to know what somebody is already finding out waits for that."""

import threading
from collections.abc import Callable
from concurrent.futures import Future

from reference_impl.verification.ocsp_client import Found
from reference_impl.verification.revocation_cache import Key


class SingleFlight:
    """Lets one find out for all who come before it has (`verification.ocsp_client.Share`).

    Who comes after it was answered asks anew: nothing is kept here. Nobody waits longer than the one who asks, whose
    question is bounded by its time-out.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[Key, Future[Found]] = {}
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """How many wait for somebody else's question."""
        return self._waiting

    def __call__(self, key: Key, find: Callable[[], Found]) -> Found:
        """What `find` returned, here or for somebody who was already at it."""
        with self._lock:
            flight = self._under_way.get(key)
            leads = flight is None
            if flight is None:
                flight = self._under_way[key] = Future()
            else:
                self._waiting += 1
        if leads:
            return self._find(key, find, flight)
        try:
            return flight.result()
        finally:
            with self._lock:
                self._waiting -= 1

    def _find(self, key: Key, find: Callable[[], Found], flight: Future[Found]) -> Found:
        """Finds out, and tells; from then on the next to come asks anew."""
        try:
            found = find()
        except BaseException as error:
            self._land(key)
            flight.set_exception(error)
            raise
        self._land(key)
        flight.set_result(found)
        return found

    def _land(self, key: Key) -> None:
        with self._lock:
            del self._under_way[key]
