"""What a product draws at `begin`: a challenge or a session that comes twice proves nothing."""

import msgspec

from harness.contract.messages import Begun
from harness.contract.vocabulary import CHALLENGE_LENGTH


class Drawn:
    """The challenges and sessions that the product drew in this run: none may come twice."""

    def __init__(self) -> None:
        self._seen: set[bytes | str] = set()
        self._complaint: str | None = None

    def note(self, begun: Begun) -> None:
        """Remember what a `begin` brought."""
        challenge, session = begun.challenge, begun.session
        if challenge is not msgspec.UNSET and len(challenge) != CHALLENGE_LENGTH:
            self._complaint = f"a challenge of {len(challenge)} bytes"
        for name, drawn in (("challenge", challenge), ("session", session)):
            if drawn is not msgspec.UNSET and drawn in self._seen:
                self._complaint = f"the {name} of an earlier begin"
            elif drawn is not msgspec.UNSET:
                self._seen.add(drawn)

    def complaint(self) -> str | None:
        """Return what was wrong since the last call, or None."""
        complaint, self._complaint = self._complaint, None
        return complaint
