"""Who wants to hear that something changed: callbacks, told from whatever thread changed it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Watchers:
    """Callbacks without arguments; each must return at once and never fail."""

    def __init__(self) -> None:
        self._told: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    @contextmanager
    def watching(self, told: Callable[[], None]) -> Iterator[None]:
        """Tell `told` of each change within the block."""
        with self._lock:
            self._told.append(told)
        try:
            yield
        finally:
            with self._lock:
                self._told.remove(told)

    def tell(self) -> None:
        """Tell everybody who is watching."""
        if not self._told:  # as nearly always
            return
        with self._lock:
            told = list(self._told)
        for each in told:
            each()
