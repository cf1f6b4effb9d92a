"""The relying party as an object of the caller's process: `--target python:reference_impl.python_object:make`.

Contract 1.0's Python binding: the same surface as over HTTP and the same bytes read and written, without the sockets
between, and the store in memory. For speed and for a debugger; a release has no such object.
"""

from collections.abc import Sequence
from contextlib import ExitStack, closing
from typing import Any

import msgspec

from reference_impl.assembly import assembled
from reference_impl.messages import BrokenMessage
from reference_impl.options import read_arguments, read_settings
from reference_impl.settings import Settings
from reference_impl.surface import Surface


class RelyingPartyObject:
    """One relying party, until `close`."""

    def __init__(self, settings: Settings) -> None:
        with ExitStack() as stack:
            party = stack.enter_context(assembled(settings))
            self._surface = stack.enter_context(closing(Surface(party, test_surface=True)))
            self._open = stack.pop_all()

    def answer(self, verb: str, message: dict[str, Any], /) -> dict[str, Any]:
        """The answer to one message; ValueError says what is wrong with a broken one."""
        try:
            said = self._surface.answer(verb, msgspec.json.encode(message))
        except BrokenMessage as error:
            broken = error.broken
            raise ValueError(f"{broken.what} at {broken.where}: expected {broken.expected}") from error
        answer: dict[str, Any] = msgspec.json.decode(said)
        return answer

    def close(self) -> None:
        """Ends its threads and lets its connections go."""
        self._open.close()


def make() -> RelyingPartyObject:
    """The relying party as `python -m reference_impl.app --test-surface` starts it."""
    return made_with(())


def made_with(options: Sequence[str]) -> RelyingPartyObject:
    """As with these options on that command line."""
    return RelyingPartyObject(read_settings(read_arguments(["--test-surface", *options])))
