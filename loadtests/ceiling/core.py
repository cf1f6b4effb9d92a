"""What a verification core does without users around it, by the same rule as `kazashi bench verify` counts.

`python -m loadtests.ceiling.core GROUND SECONDS`: the rate of the same logins in a bare loop, in seconds of the
processor. Users in process are compared with it: what is missing is what Locust, judging and counting cost.
"""

import subprocess
import sys
import tempfile
from itertools import cycle
from pathlib import Path

from harness.bench.verify_run import rate
from harness.errors import HarnessFault
from loadtests.people import write_people
from loadtests.targets.core_loading import LoadedCore, load_core
from loadtests.targets.core_material import Asked, read_material
from loadtests.targets.core_rounds import rounds_of
from loadtests.targets.ground import Ground, read_ground

LONGEST = 120


def bare_rate(ground: Ground, seconds: float) -> float:
    """Return how many logins the core judges in a second of the processor, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="kazashi-core-") as folder:
        path = write_people(ground, Path(folder))
        done = subprocess.run(
            [sys.executable, "-m", "loadtests.ceiling.core", str(path), str(seconds)],
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST,
        )
    if done.returncode:
        raise HarnessFault(f"core: expected its rate, actual {done.stderr[-300:]!r}")
    return float(done.stdout)


def main(ground: Ground, seconds: float) -> float:
    """Return the rate."""
    core = load_core(ground.module, ground.factory, read_material(Path(ground.material)))
    made = [(_prepared(core, asked), asked) for asked in rounds_of(ground)]
    rounds = cycle(made)

    def prepare() -> "_Work":
        prepared, asked = next(rounds)
        core.renew(each.challenge for each in asked)
        return _Work(core, prepared)

    for _ in made:
        prepare()()  # what is remembered is there
    return rate(prepare, len(made[0][0]), seconds)


def _prepared(core: LoadedCore, asked: list[Asked]) -> list[tuple[object, str]]:
    return [(core.prepare(each.certificate, each.challenge, each.signature), each.right) for each in asked]


class _Work:
    """One round: how many were judged as is right, which has to be all of them."""

    def __init__(self, core: LoadedCore, prepared: list[tuple[object, str]]) -> None:
        self._verify, self._prepared = core.verify, prepared

    def __call__(self) -> int:
        verify = self._verify
        return len([right for prepared, right in self._prepared if verify(prepared) == right])


if __name__ == "__main__":
    print(main(read_ground(Path(sys.argv[1])), float(sys.argv[2])))
