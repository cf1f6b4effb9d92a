"""Who wants to hear that something changed: callbacks, told from whatever thread changed it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Watchers:
    """Callbacks without arguments; each must return at once and never fail."""

    def __init__(self) -> None:
        self._told: tuple[Callable[[], None], ...] = ()
        self._lock = threading.Lock()

    @contextmanager
    def watching(self, told: Callable[[], None]) -> Iterator[None]:
        """Tell `told` of each change within the block."""
        with self._lock:
            self._told = (*self._told, told)
        try:
            yield
        finally:
            with self._lock:
                at = self._told.index(told)
                self._told = self._told[:at] + self._told[at + 1 :]

    def tell(self) -> None:
        """Tell everybody who is watching; who they are is replaced as a whole, so that no lock is needed to read it."""
        for each in self._told:
            each()
