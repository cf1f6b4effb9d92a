"""What the doors of the fake J-LIS do alike: a line of the journal, and the kind that a path names."""

from starlette.exceptions import HTTPException
from starlette.requests import Request

from harness.contract.vocabulary import Kind
from harness.jlis.journal import Entry
from harness.world import World


def note(  # noqa: PLR0913, PLR0917  (the columns of the journal)
    world: World,
    door: str,
    said: str,
    http: int,
    kind: Kind | None = None,
    partition: str | None = None,
) -> None:
    """Write down what was asked at a door and what it was told."""
    named = None if kind is None else kind.value
    world.journal.write(Entry(world.clock.now_or_last(), door, named, None, partition, said, http))


def kind_of(request: Request) -> Kind:
    """Return the kind that a path names; 404 where it names none."""
    try:
        return Kind(request.path_params["kind"])
    except ValueError as fault:
        raise HTTPException(404) from fault
