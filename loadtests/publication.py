"""New revocation lists in the middle of the load: both clocks pass three in the morning, and what is right changes.

Half a minute before it the lists of the day before are the newest there are; whoever was lost since then is on none.
Half a minute after it they are on today's. The minute between is shorter than a challenge lives: no login fails
for the clock. An outcome that names its epoch is judged at that epoch's instant, any other at an instant in force.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from harness.contract.client import RelyingPartyClient
from harness.world import World
from loadtests.calendar import JST
from loadtests.truth import Moment

PUBLICATION = datetime(2026, 12, 9, 3, 0, tzinfo=JST)
MARGIN = timedelta(seconds=30)


class Publication:
    """The clocks of a world and of a product."""

    def __init__(self, world: World, address: str, timeout: float) -> None:
        self._world, self._address, self._timeout = world, address, timeout
        self.asked = 0
        """Requests that were sent to the product for it: none of the generator's."""

    def just_before(self) -> Moment:
        """Set both clocks to before the publication, and return the instant at which load begins."""
        return self._set(PUBLICATION - MARGIN, lambda _: None)

    def pass_by(self, announce: Callable[[Moment], None]) -> None:
        """Set both clocks to after it; `announce` is told before the product can know."""
        self._set(PUBLICATION + MARGIN, announce)

    def _set(self, instant: datetime, announce: Callable[[Moment], None]) -> Moment:
        clock = self._world.clock
        clock.set(instant)
        moment = Moment(clock.now(), clock.epoch)
        announce(moment)
        with RelyingPartyClient.at(self._address, timeout=self._timeout) as client:
            self.asked += 1
            client.set_time(instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), moment.epoch)
        return moment
