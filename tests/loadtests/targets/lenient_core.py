"""A verification core that accepts everybody: what a judge has to notice."""

from collections.abc import Iterable
from typing import Any


class Lenient:
    """Looks at nothing."""

    def prepare(self, certificate: bytes, challenge: bytes, signature: bytes) -> bytes:
        """Keep one part of it."""
        del certificate, signature
        return challenge

    def renew(self, challenges: Iterable[bytes]) -> None:
        """Nothing."""

    def verify(self, prepared: bytes) -> str:
        """Say yes."""
        del prepared
        return "OK"


def under_load(given: Any) -> Lenient:
    """Make it."""
    del given
    return Lenient()
