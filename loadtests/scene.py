"""Everything that stands before load is sent, whoever sends it: `kazashi load run`, or a person with Locust's own page.

A scene is opened for each kind of target by `open_scene`; whatever it started has ended when the block ends.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from rich.progress import Progress

from harness.contract import messages
from harness.contract.client import RelyingPartyClient
from harness.contract.configuration import SERVICE, TERMINAL
from harness.contract.vocabulary import Capability
from harness.errors import ConfigurationError
from harness.jlis.journal import Journal
from harness.keys import KeyPool
from loadtests.options import Options
from loadtests.population import LoadHolder, Population
from loadtests.stage import Settlement, Stage, how_many, introduce, stage
from loadtests.targets.grammar import LoadTarget, Product, TargetKind, parse_target
from loadtests.targets.standing import standing_product
from loadtests.truth import Declared, Moment

FORGER = "load-forger"


def _none() -> int:
    return 0


@dataclass(frozen=True, slots=True)
class Scene:
    """What load is sent to, by whom, and what may be looked at or disturbed meanwhile."""

    kind: TargetKind
    product: str
    """Name and version, for the result."""
    address: str
    population: Population
    stage: Stage | None = None
    """The world and the fake J-LIS of this run: whose faults are disturbances; None where the target needs none."""
    target_pid: int | None = None
    """The process of the target, where it was started here: whose processor and memory are measured."""
    questions: Callable[[], int] = field(default=_none)
    """How often the fake J-LIS was asked by OCSP so far."""


def open_scene(options: Options, keys: KeyPool, bars: Progress) -> AbstractContextManager[Scene]:
    """Return the scene of the target that the options name."""
    target = parse_target(options.target)
    opener = OPENERS.get(target.kind)
    if opener is None:
        raise ConfigurationError(f"--target {options.target!r}: no load for {target.kind.value} yet")
    return opener(target, options, keys, bars)


@contextmanager
def _product_scene(target: LoadTarget, options: Options, keys: KeyPool, bars: Progress) -> Iterator[Scene]:
    assert isinstance(target, Product)  # noqa: S101  (OPENERS is by kind)
    numbers = {standing: max(number, options.parts) for standing, number in how_many(options.users).items()}
    making_keys, enrolling = (bar(bars, what) for what in ("keys / 鍵", "enrolments / 登録"))
    with (
        stage(keys, seed=options.seed, holders=sum(numbers.values()), progress=making_keys) as set_up,
        standing_product(target, options) as standing,
        RelyingPartyClient.at(standing.address, timeout=options.timeout) as client,
    ):
        product = introduce(client)
        holders = Settlement(set_up, client).settle(numbers, enrolling)
        clock = set_up.world.clock
        moment = Moment(clock.now(), clock.epoch)
        yield Scene(
            TargetKind.PRODUCT,
            f"{product.product} {product.version}",
            standing.address,
            _population(options, keys, product, moment, holders),
            set_up,
            standing.pid,
            lambda: _status_questions(set_up.world.journal),
        )


def _status_questions(journal: Journal) -> int:
    """Return how many there ever were, also of those that the journal has forgotten since."""
    return sum(count for summary, count in journal.sums().items() if summary.door == "ocsp")


def _population(
    options: Options, keys: KeyPool, product: messages.Introduction, moment: Moment, holders: list[LoadHolder]
) -> Population:
    forger_key = keys.named(FORGER).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    declared = Declared(
        clock_seconds=product.tolerances.clock_seconds,
        status_seconds=product.tolerances.status_seconds,
        coarse_reasons=Capability.COARSE_REASONS in product.capabilities,
    )
    return Population(
        seed=options.seed,
        bad=options.bad,
        timeout=options.timeout,
        service=SERVICE,
        terminal=TERMINAL,
        declared=declared,
        moment=moment,
        forger_key=forger_key,
        holders=holders,
    )


def bar(bars: Progress, what: str) -> Callable[[float, float], None]:
    """Return a callback `(done, wanted)` whose bar is seen only while there is something to wait for."""
    task = bars.add_task(what, total=None, visible=False)

    def update(done: float, wanted: float) -> None:
        bars.update(task, completed=done, total=wanted, visible=done < wanted)

    return update


Opener = Callable[[LoadTarget, Options, KeyPool, Progress], AbstractContextManager[Scene]]
OPENERS: dict[TargetKind, Opener] = {TargetKind.PRODUCT: _product_scene}
"""By kind of target; `loadtests.targets` adds one for each that it knows."""
