"""What a run was asked to do: one group of fields for each who reads them."""

from msgspec import Struct

from loadtests.mixes import DEFAULT
from loadtests.shapes import Shape
from loadtests.vocabulary import Signatures

LONGEST_RUN = 24 * 3600
"""Seconds: no run is without an end."""
MOST_USERS, MOST_WORKERS = 100_000, 256
MOST_ARRIVALS = 1_000_000
"""Visits a second: hundreds of times what one machine can make."""


class Options(Struct, frozen=True, kw_only=True):
    """The options of `kazashi load run`; the result repeats them."""

    target: str
    users: int
    seconds: int
    seed: int
    timeout: float
    # where from (targets, generator)
    own: bool = False
    """Whether whoever starts the run has said that an address beyond this machine is theirs to load."""
    world: str = ""
    """The store of the register that a responder, or a server of lists, answers for; none where ours is started."""
    pin: str = "1234"
    """Of the cards in our readers: every card of the emulation has this one unless it was given another."""
    patience: float = 20.0
    """Seconds within which a target must be ready."""
    processes: int = 1
    """Locust processes on this machine."""
    workers: int = 0
    """Locust workers on other machines that are waited for; 0: this machine alone."""
    bind: str = "127.0.0.1:5557"
    """Where those find the master."""
    share: str = ""
    """A folder that workers on other machines see, too; empty where there are none."""
    ceiling_seconds: int = 3
    """How long the generator's own ceiling is measured; 0: not at all."""
    # who (crowd)
    bad: str = ""
    """A share of all verdicts, or kinds with their shares; empty for what the mix says."""
    mix: str = DEFAULT
    population: str = ""
    """A folder, or a number of holders that are made or found in this installation; empty for a thousand."""
    signatures: Signatures = Signatures.KEY
    enrolled: int = 0
    """Good holders who are enrolled before the load; 0 for as many as there are users, forty at most."""
    # how (course)
    think: bool = True
    """Whether the users of a closed loop pause before each visit, as the mix says."""
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
