"""Waking a request that waits without a thread of its own, from whatever thread has news for it."""

import asyncio
from contextlib import suppress


class Wakeup:
    """Made by the request that waits, within its event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()

    def wake(self) -> None:
        """Wake the request; a door that has closed meanwhile has nobody to wake."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self) -> None:
        """Return when woken since the last time."""
        await self._event.wait()
        self._event.clear()
