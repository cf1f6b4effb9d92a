"""A product that stands: started here, or there already."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from harness.contract.launch import LaunchedProduct
from harness.contract.targets import Address
from loadtests.options import Options
from loadtests.targets.grammar import Product
from loadtests.targets.preflight import require_test_surface
from loadtests.targets.reach import require_own


@dataclass(frozen=True, slots=True)
class Standing:
    """Where it answers, and its process where that was started here."""

    address: str
    pid: int | None = None


@contextmanager
def standing_product(target: Product, options: Options) -> Iterator[Standing]:
    """Yield the product; one that is started here has so long to say that it listens, and ends with the block.

    Nothing but `hello` was asked of it when this yields, and it has answered that as a test surface does.
    """
    if isinstance(target.how, Address):
        address = target.how.url.rstrip("/")
        require_own(options.target, address, own=options.own)
        require_test_surface(address, timeout=options.timeout, patience=options.patience)
        yield Standing(address)
        return
    with LaunchedProduct(target.how.words, patience=options.patience) as product:
        require_test_surface(product.address, timeout=options.timeout, patience=options.patience)
        yield Standing(product.address, product.pid)
