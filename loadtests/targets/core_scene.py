"""A scene for a verification core in the users' own process: a world, its anchors and lists, and nobody to ask."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from rich.progress import Progress

from harness.keys import KeyPool
from loadtests.crowd import mix_of
from loadtests.options import Options
from loadtests.scene import Scene
from loadtests.targets.core_loading import load_core
from loadtests.targets.core_material import material_of
from loadtests.targets.grammar import Core, LoadTarget, TargetKind
from loadtests.targets.ground import Ground
from loadtests.targets.register import forger_key, known_of, register


@contextmanager
def core_scene(target: LoadTarget, options: Options, keys: KeyPool, bars: Progress) -> Iterator[Scene]:
    """Yield the scene; the core was made once to see that it can be, before any load."""
    del bars
    assert isinstance(target, Core)  # noqa: S101  (scenes are by kind)
    with tempfile.TemporaryDirectory(prefix="kazashi-core-") as folder, register(options, keys, None) as world:
        path = Path(folder) / "material"
        material = material_of(world)
        path.write_bytes(msgspec.msgpack.encode(material))
        load_core(target.module, target.factory, material)
        known = known_of(world, keys)
        yield Scene(
            TargetKind.CORE,
            f"{target.module}:{target.factory} in process",
            "http://in-process.invalid",
            Ground(
                kind=TargetKind.CORE,
                address="",
                seed=options.seed,
                bad=sum(mix_of(options).bad.values()),
                timeout=options.timeout,
                instant=known.instant,
                lasts=0.0,
                issuer=known.issuer,
                forger_key=forger_key(keys),
                subjects=[each for each in known.subjects if each.certificate],
                module=target.module,
                factory=target.factory,
                material=str(path),
            ),
        )
