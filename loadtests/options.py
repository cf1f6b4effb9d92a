"""What a run was asked to do: one group of fields for each who reads them."""

from msgspec import Struct

from loadtests.shapes import Shape

LONGEST_RUN = 24 * 3600
"""Seconds: no run is without an end."""
MOST_USERS, MOST_WORKERS = 100_000, 256


class Options(Struct, frozen=True, kw_only=True):
    """The options of `kazashi load run`; the result repeats them."""

    target: str
    users: int
    seconds: int
    bad: float
    seed: int
    timeout: float
    # where from (targets, generator)
    own: bool = False
    """Whether whoever starts the run has said that an address beyond this machine is theirs to load."""
    patience: float = 20.0
    """Seconds within which a target must be ready."""
    processes: int = 1
    """Locust processes on this machine."""
    workers: int = 0
    """Locust workers on other machines that are waited for; 0: this machine alone."""
    bind: str = "127.0.0.1:5557"
    """Where those find the master."""
    ceiling_seconds: int = 5
    """How long the generator's own ceiling is measured; 0: not at all."""
    # who (crowd)
    # how (course)
    shape: Shape = Shape.CONSTANT
    rate: float = 0.0
    """Visits a second that are to begin whatever becomes of those before (open loop); 0: users one after another."""
    faults: tuple[str, ...] = ()
    """KIND@START+LENGTH, seconds from the beginning of the load."""
    metrics_port: int = 0
    """Where the generator tells its own numbers in Prometheus' text format while it runs; 0: nowhere."""
    counter: str = ""
    """URL of the target's own counter of requests (Prometheus text); empty: the reference's where it has one."""

    @property
    def parts(self) -> int:
        """Into how many parts the population is cut, each with people of every standing."""
        return self.workers or self.processes
