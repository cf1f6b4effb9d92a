"""What a run was asked to do."""

from msgspec import Struct


class Options(Struct, frozen=True, kw_only=True):
    """The options of `kazashi load run`; the result repeats them."""

    target: str
    users: int
    seconds: int
    bad: float
    seed: int
    timeout: float
