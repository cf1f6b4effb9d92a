"""A client that writes down every instant the product takes: the clock script of the run."""

from harness.contract.client import RelyingPartyClient


class RecordedTimes(RelyingPartyClient):
    """The client of the role relying-party, with the instants since they were asked for last."""

    def set_time(self, instant: str, epoch: int) -> None:
        """Set the product's clock and write the instant down; Broken when it echoes another epoch."""
        super().set_time(instant, epoch)
        self._taken = (*self._taken, instant)

    def instants_taken(self) -> tuple[str, ...]:
        """Return the instants since this was asked last."""
        taken, self._taken = self._taken, ()
        return taken

    _taken: tuple[str, ...] = ()
