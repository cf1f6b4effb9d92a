"""Everything that stands before load is sent, whoever sends it: `kazashi load run`, or a person with Locust's own page.

A scene is opened for each kind of target by `loadtests.scenes`; whatever it started has ended when the block ends.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.progress import Progress

from harness.contract.client import RelyingPartyClient
from harness.jlis.journal import Journal
from harness.keys import KeyPool
from harness.municipalities import INVENTED
from loadtests.crowd import Crowd, mix_of, open_holders, settled
from loadtests.faults import ALL_LISTS, FaultKind, parse_faults
from loadtests.options import Options
from loadtests.population import Population
from loadtests.stage import Stage, introduce, stage
from loadtests.targets.grammar import LoadTarget, Product, TargetKind
from loadtests.targets.ground import Ground
from loadtests.targets.standing import standing_product


def _none() -> int:
    return 0


@dataclass(frozen=True, slots=True)
class Scene:
    """What load is sent to, by whom, and what may be looked at or disturbed meanwhile."""

    kind: TargetKind
    product: str
    """Name and version, for the result."""
    address: str
    population: Population | Ground
    stage: Stage | None = None
    """The world and the fake J-LIS of this run: whose faults are disturbances; None where the target needs none."""
    target_pid: int | None = None
    """The process of the target, where it was started here: whose processor and memory are measured."""
    questions: Callable[[], int] = field(default=_none)
    """How often the fake J-LIS was asked by OCSP so far."""


@contextmanager
def product_scene(target: LoadTarget, options: Options, keys: KeyPool, bars: Progress) -> Iterator[Scene]:
    assert isinstance(target, Product)  # noqa: S101  (OPENERS is by kind)
    making, enrolling, waiting = (
        bar(bars, what) for what in ("holders / 利用者", "enrolments / 登録", "product's lists / 失効リストの準備")
    )
    with (
        open_holders(options, keys, making) as holders,
        stage(keys, holders, prefecture=_prefecture_of(options)) as set_up,
        standing_product(target, options) as standing,
        RelyingPartyClient.at(standing.address, timeout=options.timeout) as client,
    ):
        mix = mix_of(options)
        product = introduce(client, mix)
        yield Scene(
            TargetKind.PRODUCT,
            f"{product.product} {product.version}",
            standing.address,
            settled(options, Crowd(keys, holders, set_up, mix), client, product, (enrolling, waiting)),
            set_up,
            standing.pid,
            lambda: questions_of(set_up.world.journal),
        )


def _prefecture_of(options: Options) -> str:
    """Return the prefecture of whose lists the product is told; empty for those of the whole country."""
    swaps = [fault for fault in parse_faults(options.faults, options.seconds) if fault.kind is FaultKind.CRL_SWAP]
    return INVENTED[0].code[:2] if swaps and not any(fault.detail == ALL_LISTS for fault in swaps) else ""


def questions_of(journal: Journal) -> int:
    """Return how many there ever were, also of those that the journal has forgotten since."""
    return sum(count for summary, count in journal.sums().items() if summary.door == "ocsp")


def bar(bars: Progress, what: str) -> Callable[[float, float], None]:
    """Return a callback `(done, wanted)` whose bar is seen only while there is something to wait for."""
    task = bars.add_task(what, total=None, visible=False)

    def update(done: float, wanted: float) -> None:
        bars.update(task, completed=done, total=wanted, visible=done < wanted)

    return update
