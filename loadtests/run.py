"""One load run: open the scene, let Locust loose, compare."""

import tempfile
from pathlib import Path

from rich.progress import Progress

from harness.keys import KeyPool
from loadtests.generator import generate
from loadtests.options import Options
from loadtests.result import Result, result_of
from loadtests.scene import bar, open_scene


def run(options: Options, keys: KeyPool, bars: Progress) -> Result:
    """Return what the run found; whatever happens, the target and Locust have ended when this returns."""
    with open_scene(options, keys, bars) as scene, tempfile.TemporaryDirectory(prefix="kazashi-load-") as folder:
        asked_before = scene.questions()
        loading = bar(bars, "load / 負荷")
        tally = generate(scene.population, scene.address, Path(folder), options, loading)
        questions = scene.questions() - asked_before
    return result_of(options, scene.product, scene.population, tally, questions)
