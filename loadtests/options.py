"""What a run was asked to do: one group of fields for each who reads them."""

from msgspec import Struct

from loadtests.shapes import Shape


class Options(Struct, frozen=True, kw_only=True):
    """The options of `kazashi load run`; the result repeats them."""

    target: str
    users: int
    seconds: int
    bad: float
    seed: int
    timeout: float
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
