"""One load run: open the scene, let Locust loose, look at what happens, compare."""

import tempfile
from pathlib import Path

from msgspec import structs
from rich.progress import Progress

from harness.keys import KeyPool
from loadtests.faults import parse_faults
from loadtests.generator import generate
from loadtests.observation import Observation
from loadtests.options import Options
from loadtests.population import Population
from loadtests.reference import prepared
from loadtests.result import Result, result_of
from loadtests.scene import bar
from loadtests.scenes import open_scene

ANNOUNCED = "announced.json"


def run(options: Options, keys: KeyPool, bars: Progress) -> Result:
    """Return what the run found; whatever happens, the target and Locust have ended when this returns."""
    plan = parse_faults(options.faults, options.seconds)
    with (
        prepared(options, plan) as ready,
        open_scene(ready.options, keys, bars) as scene,
        tempfile.TemporaryDirectory(prefix="kazashi-load-") as folder,
    ):
        announced = Path(folder) / ANNOUNCED
        asked_before = scene.questions()
        loading = bar(bars, "load / 負荷")
        with Observation(scene, ready, plan, announced) as observation:
            population = scene.population
            if isinstance(population, Population):
                population = structs.replace(population, announced=str(announced))
            tally = generate(population, scene.address, Path(folder), ready.options, loading, begun=observation.begun)
            observation.compare(tally)
        questions = scene.questions() - asked_before
    return result_of(options, scene.product, scene.population, tally, questions, observation.seen)
