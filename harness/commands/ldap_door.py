"""Opens the directory with the fake J-LIS's lists, for the commands that do."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from harness.doors.ldap_publication import Publication, published_directory
from harness.errors import ConfigurationError
from harness.municipalities import MUNICIPALITIES, Municipality
from harness.world import World

Places = Sequence[Municipality] | None


def read_places(codes: Sequence[str] | None, *, ldap: bool) -> Places:
    """Return the municipalities whose lists are wanted, None for all of them."""
    if not codes:
        return None
    if not ldap:
        raise ConfigurationError("--ldap-municipality: expected --ldap beside it; leave it out, or add --ldap")
    for code in codes:
        if code not in MUNICIPALITIES:
            example = next(iter(MUNICIPALITIES))
            raise ConfigurationError(
                f"--ldap-municipality {code!r}: expected one of the {len(MUNICIPALITIES)} codes, such as {example}"
            )
    return [MUNICIPALITIES[code] for code in dict.fromkeys(codes)]


@contextmanager
def jlis_over_ldap(world: World, port: int, places: Places, tell: Callable[[str], None]) -> Iterator[Publication]:
    """Yield the directory; filling it with the lists of all municipalities takes some ten seconds, which is told."""
    if places is None:
        tell(f"signing the lists of {len(MUNICIPALITIES)} municipalities for the directory / 失効リストを準備中")
    with published_directory(world, places, port, tell) as publication:
        yield publication
