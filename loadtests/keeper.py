"""Keeps a scene for a Locust that was started by hand: `python -m loadtests.keeper WANTED`, until its input ends.

Prints where everything is as one line of JSON when it is ready; exit code 2 and one line when it cannot be.
"""

import sys
import tempfile
from pathlib import Path

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.progress import Progress

from harness.contract.faults import AdapterFault
from harness.errors import ConfigurationError
from harness.home import key_pool
from loadtests.options import Options
from loadtests.people import write_people
from loadtests.scenes import open_scene

CANNOT_BEGIN = 2


class Wanted(Struct, frozen=True):
    """What a scene is asked for by hand; everything else has its default."""

    target: str
    users: int


class Kept(Struct, frozen=True):
    """Where it is."""

    population: str
    address: str


def main(wanted: Wanted) -> int:
    """Keep the scene until standard input ends."""
    options = Options(target=wanted.target, users=wanted.users, seconds=1, seed=1, timeout=5.0)
    console = Console(stderr=True)
    try:
        with (
            Progress(console=console, transient=True, disable=not console.is_terminal) as bars,
            open_scene(options, key_pool(), bars) as scene,
            tempfile.TemporaryDirectory(prefix="kazashi-load-") as folder,
        ):
            people = write_people(scene.population, Path(folder))
            sys.stdout.write(msgspec.json.encode(Kept(str(people), scene.address)).decode() + "\n")
            sys.stdout.flush()
            sys.stdin.read()
    except (ConfigurationError, AdapterFault) as fault:
        sys.stderr.write(f"{fault}\n")
        return CANNOT_BEGIN
    return 0


if __name__ == "__main__":
    sys.exit(main(msgspec.json.decode(sys.argv[1], type=Wanted)))
