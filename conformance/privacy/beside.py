"""The oracle beside a product: what is watched, what is heard, and the way to the product through both."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

from conformance.privacy.canary import Canary, Kind
from conformance.privacy.oracle import Oracle
from conformance.privacy.overheard import HeardBinding
from conformance.privacy.reference import watched_reference
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
    oracle.plant([Canary(Kind.TERMINAL_CREDENTIAL, "", TERMINAL.credential)])
    with bound_target(product, timeout=timeout, heard=oracle.heard.print) as binding:
        if isinstance(product, Address | Command):
            oracle.talks(product=urlsplit(binding.where).port)
        yield HeardBinding(binding, oracle.heard, in_process=isinstance(product, PythonObject))
