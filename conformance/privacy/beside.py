"""The oracle beside a product: what is watched, what is heard, and the way to the product through both."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from conformance.privacy.canary import Canary, Kind
from conformance.privacy.oracle import Oracle
from conformance.privacy.overheard import HeardBinding, printing
from conformance.privacy.reference import stored_in, watched_reference
from conformance.privacy.watch import parse_watches
from harness.contract.binding import Binding
from harness.contract.configuration import TERMINAL
from harness.contract.targets import REFERENCE_COMMAND, Address, Command, PythonObject, Target, bound_target


@contextmanager
def oracle_beside(product: Target, watches: Sequence[str]) -> Iterator[tuple[Target, Oracle]]:
    """Yield the product as it is to be started and the oracle; the reference is watched though nobody says where."""
    if isinstance(product, Command) and product.words == REFERENCE_COMMAND and not watches:
        with watched_reference(product) as (watched, places):
            yield watched, Oracle(places)
    else:
        yield product, Oracle(parse_watches(watches))


@contextmanager
def heard_target(product: Target, oracle: Oracle, *, timeout: float) -> Iterator[Binding]:
    """Yield the way to the product: what it answers and prints is heard, and the terminal's credential is planted."""
    oracle.heard.captures_output = not isinstance(product, Address)
    _plant_credential(oracle)
    with ExitStack() as stack:
        if isinstance(product, PythonObject):
            stack.enter_context(printing(oracle.heard))
        binding = stack.enter_context(bound_target(product, timeout=timeout, heard=oracle.heard.print))
        if isinstance(product, Address | Command):
            oracle.talks(product=urlsplit(binding.where).port)
        yield HeardBinding(binding, oracle.heard)


@contextmanager
def oracle_in_process() -> Iterator[tuple[Oracle, tuple[str, ...]]]:
    """Yield an oracle for the reference as an object of this process, and the options by which it writes to files."""
    with TemporaryDirectory(prefix="kazashi-reference-") as folder:
        options, watches = stored_in(Path(folder))
        oracle = Oracle(watches)
        oracle.heard.captures_output = True
        _plant_credential(oracle)
        with printing(oracle.heard, aloud=False):
            yield oracle, options


def _plant_credential(oracle: Oracle) -> None:
    oracle.plant([Canary(Kind.TERMINAL_CREDENTIAL, "", TERMINAL.credential)])
