"""One load run: set the stage, start the product, settle the people, let Locust loose, compare."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from rich.progress import Progress

from harness.contract import messages
from harness.contract.client import RelyingPartyClient
from harness.contract.configuration import SERVICE, TERMINAL
from harness.contract.targets import running_target
from harness.contract.vocabulary import Capability
from harness.jlis.journal import Journal
from harness.keys import KeyPool
from loadtests.generator import generate
from loadtests.options import Options
from loadtests.population import LoadHolder, Population
from loadtests.result import Result, result_of
from loadtests.stage import Settlement, how_many, introduce, stage
from loadtests.target import parse_own_target
from loadtests.truth import Declared, Moment

FORGER = "load-forger"


def run(options: Options, keys: KeyPool, bars: Progress) -> Result:
    """Return what the run found; whatever happens, product and Locust have ended when this returns."""
    target = parse_own_target(options.target)
    numbers = how_many(options.users)
    making_keys, enrolling, loading = (_bar(bars, what) for what in ("keys / 鍵", "enrolments / 登録", "load / 負荷"))
    with (
        stage(keys, seed=options.seed, holders=sum(numbers.values()), progress=making_keys) as set_up,
        running_target(target) as address,
        RelyingPartyClient.at(address, timeout=options.timeout) as client,
        tempfile.TemporaryDirectory(prefix="kazashi-load-") as folder,
    ):
        product = introduce(client)
        holders = Settlement(set_up, client).settle(numbers, enrolling)
        clock = set_up.world.clock
        moment = Moment(clock.now(), clock.epoch)
        population = _population(options, keys, product, moment, holders)
        asked_before = _status_questions(set_up.world.journal)
        tally = generate(population, address, Path(folder), options, loading)
        questions = _status_questions(set_up.world.journal) - asked_before
    return result_of(options, product, population, tally, questions)


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


def _bar(bars: Progress, what: str) -> Callable[[float, float], None]:
    """Return a callback `(done, wanted)` whose bar is seen only while there is something to wait for."""
    task = bars.add_task(what, total=None, visible=False)

    def update(done: float, wanted: float) -> None:
        bars.update(task, completed=done, total=wanted, visible=done < wanted)

    return update
