"""Measures the ceilings of a run, right after its load and on the same machine."""

import tempfile
import time
from pathlib import Path

import msgspec

from loadtests.ceiling import judged_wrk, product, verification_service
from loadtests.ceiling.core import bare_rate
from loadtests.ceiling.found import Ceilings, ServerCeiling, wants_server
from loadtests.ceiling.standing_noop import standing_noop
from loadtests.faults import FaultKind
from loadtests.generator import Progress, generate
from loadtests.options import Options
from loadtests.population import Population
from loadtests.processes import busy_seconds
from loadtests.scene import Scene
from loadtests.shapes import Shape
from loadtests.tally import Tally
from loadtests.targets.grammar import TargetKind
from loadtests.targets.ground import Ground


def processor_of(scene: Scene) -> float:
    """Return how many seconds the target has kept cores busy; 0 for one that is not ours to look at."""
    return busy_seconds(scene.target_pid)


def ceilings(scene: Scene, options: Options, tally: Tally, busy: float | None, progress: Progress) -> Ceilings:
    """Return the ceilings beside a run that counted this, and kept the target's cores busy for `busy` seconds."""
    seconds = tally.seconds or float(options.seconds)
    reached, target_busy = tally.requests / seconds, None if busy is None else busy / seconds
    if tally.interrupted:
        return Ceilings(reached, target_busy=target_busy, left_out=["ceilings: the run was interrupted"])
    if isinstance(scene.population, Ground) and scene.kind is TargetKind.CORE and options.ceiling_seconds:
        return _of_core(scene.population, tally, options)
    left_out = _left_out(scene, options)
    if left_out is not None:
        return Ceilings(reached, target_busy=target_busy, left_out=[left_out])
    population = scene.population
    assert isinstance(population, Population)  # noqa: S101  (a product's, or it was left out)
    generator = _of_generator(scene, population, options, progress)
    server: list[ServerCeiling] = []
    missing = []
    if wants_server(reached, generator, target_busy):
        if any(FaultKind.CRL_SWAP.value in fault for fault in options.faults):
            missing = ["wrk: what is right of whoever was lost on the eve is another thing since the swap"]
        elif judged_wrk.is_there():
            server = product.measure(scene.address, population, scene.target_pid, time.monotonic)
        else:
            missing = [judged_wrk.MISSING]
    return Ceilings(reached, generator, target_busy=target_busy, server=server, left_out=missing)


def _of_core(ground: Ground, tally: Tally, options: Options) -> Ceilings:
    """Return the users' rate beside that of a bare loop; both by the seconds that a processor was busy with them."""
    bare = bare_rate(ground, float(options.ceiling_seconds))
    there = judged_wrk.is_there()
    return Ceilings(
        tally.requests / tally.busy if tally.busy else 0.0,
        in_process=bare,
        server=verification_service.measure(ground) if there else [],
        left_out=[] if there else [judged_wrk.MISSING],
    )


def _left_out(scene: Scene, options: Options) -> str | None:
    """Return why nothing is measured; None when it is."""
    if not options.ceiling_seconds:
        return "ceilings: --ceiling 0"
    if options.workers:
        return "the generator's ceiling: its workers are on other machines; run each against a no-op target there"
    if scene.kind is not TargetKind.PRODUCT:
        return f"ceilings: not for {scene.kind.value}"
    return None


def _of_generator(scene: Scene, population: Population, options: Options, progress: Progress) -> float:
    """Return what the same users reach against the product's own answers, given at once by nobody.

    A closed loop without pauses, whatever the run's was: a ceiling is what there is when nobody waits.
    """
    asked = msgspec.structs.replace(
        options, seconds=options.ceiling_seconds, rate=0.0, think=False, shape=Shape.CONSTANT, faults=(), metrics_port=0
    )
    answers = product.canned(scene.address, population)
    with standing_noop(answers) as address, tempfile.TemporaryDirectory(prefix="kazashi-ceiling-") as folder:
        tally = generate(population, address, Path(folder), asked, progress)
    return tally.requests / (tally.seconds or float(asked.seconds))
