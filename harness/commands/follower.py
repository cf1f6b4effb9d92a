"""Keeps a product's clock on the world's: set at each change, and each second while the world's clock runs."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from harness.clock import ClockMode, WorldClock
from harness.contract.client import RelyingPartyClient
from harness.contract.faults import AdapterFault

SECOND = 1_000_000


class Follower:
    """A product that keeps the world's time, within a second behind it."""

    def __init__(self, client: RelyingPartyClient, clock: WorldClock, tell: Callable[[str], None]) -> None:
        self._client, self._clock, self._tell = client, clock, tell
        self._turn = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep_pace, daemon=True)

    def __enter__(self) -> Self:
        self.follow()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()

    def follow(self) -> None:
        """Set the product's clock to the world's instant; say so when it cannot be done."""
        with self._turn:
            row, now = self._clock.row, self._clock.now()
            try:
                self._client.set_time(now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), row.epoch)
            except AdapterFault as fault:
                self._tell(f"the relying party does not keep the world's time: {fault}")
                self._ended.set()
            self._client.exchanges.clear()  # nobody reads this transcript, and a running clock writes one a second

    def _keep_pace(self) -> None:
        while not self._ended.wait(_until_next_second(self._clock.now())):
            if self._clock.row.mode is ClockMode.RUNNING:
                self.follow()


def _until_next_second(now: datetime) -> float:
    return (SECOND - now.microsecond) / SECOND
