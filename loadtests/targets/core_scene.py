"""A scene for a verification core in the users' own process: a world, its anchors and lists, and nobody to ask."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
from rich.progress import Progress

from harness.keys import KeyPool
from loadtests.crowd import mix_of
from loadtests.holder_making import Progress as Making
from loadtests.options import Options
from loadtests.population import Population
from loadtests.scene import Scene, bar
from loadtests.targets.core_loading import load_core
from loadtests.targets.core_material import CoreMaterial, material_of
from loadtests.targets.grammar import Core, LoadTarget, TargetKind
from loadtests.targets.ground import Ground, Subject
from loadtests.targets.register import forger_key, known_of, register
from loadtests.targets.stored import is_stored, stored
from loadtests.vocabulary import Standing


@contextmanager
def core_scene(target: LoadTarget, options: Options, keys: KeyPool, bars: Progress) -> Iterator[Scene]:
    """Yield the scene; the core was made once to see that it can be, before any load."""
    assert isinstance(target, Core)  # noqa: S101  (scenes are by kind)
    making = bar(bars, "holders / 利用者")
    with tempfile.TemporaryDirectory(prefix="kazashi-core-") as folder, _people(options, keys, making) as people:
        path = Path(folder) / "material"
        path.write_bytes(msgspec.msgpack.encode(people.material))
        load_core(target.module, target.factory, people.material)
        yield Scene(
            TargetKind.CORE,
            f"{target.module}:{target.factory} in process",
            "http://in-process.invalid",
            Ground(
                kind=TargetKind.CORE,
                address="",
                seed=options.seed,
                bad=people.bad,
                timeout=options.timeout,
                instant=people.material.now,
                lasts=0.0,
                issuer=people.issuer,
                forger_key=forger_key(keys),
                subjects=people.subjects,
                module=target.module,
                factory=target.factory,
                material=str(path),
                stored=people.stored,
            ),
        )


class _People(NamedTuple):
    """What a core is given, and who comes."""

    material: CoreMaterial
    issuer: bytes
    subjects: list[Subject]
    bad: float
    stored: Population | None = None


@contextmanager
def _people(options: Options, keys: KeyPool, making: Making) -> Iterator[_People]:
    """Yield the people of a small register, who sign when a worker starts; or a population that has signed."""
    if is_stored(options):
        with stored(options, keys, making) as found:
            good = [
                Subject(f"holder-{number}", Standing.GOOD, 0, b"", b"") for number in range(options.parts)
            ]  # who comes is the population's matter
            bad = found.population.bad
            yield _People(found.material, found.material.anchors[0][1], good, bad, found.population)
        return
    with register(options, keys, None) as world:
        known = known_of(world, keys)
        subjects = [each for each in known.subjects if each.certificate]
        yield _People(material_of(world), known.issuer, subjects, sum(mix_of(options).bad.values()))
