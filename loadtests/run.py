"""One load run: open the scene, let Locust loose, look at what happens, compare."""

from msgspec import structs
from rich.progress import Progress

from harness.keys import KeyPool
from loadtests.ceiling.measure import ceilings, processor_of
from loadtests.faults import parse_faults
from loadtests.generator import generate
from loadtests.observation import Observation
from loadtests.options import Options
from loadtests.reference import prepared
from loadtests.result import Result, result_of, with_ceilings
from loadtests.run_folder import run_folder
from loadtests.scene import bar
from loadtests.scenes import open_scene
from loadtests.workers import read_shares

ANNOUNCED = "announced.json"


def run(options: Options, keys: KeyPool, bars: Progress) -> Result:
    """Return what the run found; whatever happens, the target and Locust have ended when this returns."""
    plan = parse_faults(options.faults, options.seconds)
    with (
        prepared(options, plan) as ready,
        open_scene(ready.options, keys, bars) as scene,
        run_folder(options.share) as folder,
    ):
        announced = folder / ANNOUNCED
        asked_before = scene.questions()
        loading = bar(bars, "load / 負荷")
        spent = processor_of(scene)
        with Observation(scene, ready, plan, announced) as observation:
            people = observation.people(scene.population, announced, bar(bars, "product's lists / 失効リストの準備"))
            tally = generate(people, scene.address, folder, ready.options, loading, begun=observation.begun)
            observation.compare(tally)
        questions = scene.questions() - asked_before
        busy = processor_of(scene) - spent if scene.target_pid else None
        shares = read_shares(folder)
        beside = ceilings(scene, ready.options, tally, busy, bar(bars, "ceilings / 上限"))
    found = result_of(options, scene.product, people, tally, questions, observation.seen)
    return with_ceilings(structs.replace(found, shares=shares), beside)
