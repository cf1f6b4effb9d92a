"""A scene for a platform that answers signed questions (docs/backends.md): the reference's, with a contract for us.

It lives at the host's time, and so does the world behind it: the story of the register ends now, and the clock runs.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from rich.progress import Progress

from harness.clock import host_now
from harness.contract.launch import LaunchedProduct
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.errors import ConfigurationError
from harness.keys import KeyPool
from harness.world import World
from loadtests.crowd import mix_of
from loadtests.options import Options
from loadtests.scene import Scene, questions_of
from loadtests.stage import Stage
from loadtests.targets.grammar import LoadTarget, Server, TargetKind
from loadtests.targets.ground import Ground
from loadtests.targets.preflight import await_listening
from loadtests.targets.register import forger_key, known_of, register
from loadtests.vocabulary import Standing

PLATFORM, CLIENT, SERVICE = "pf-load", "sp-load", "shop"
COMMAND = (sys.executable, "-m", "reference_impl.platform")
"""By name and not by import, as everything of the reference."""


@contextmanager
def platform_scene(target: LoadTarget, options: Options, keys: KeyPool, bars: Progress) -> Iterator[Scene]:
    """Yield the scene; what was started ends with the block."""
    del bars
    assert isinstance(target, Server)  # noqa: S101  (scenes are by kind)
    if target.url is not None:
        raise ConfigurationError(
            f"--target {options.target!r}: expected platform:own; a platform answers only clients that it has a "
            "contract with, and keys that it was given beforehand"
        )
    ours, theirs = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    with (
        tempfile.TemporaryDirectory(prefix="kazashi-platform-") as name,
        register(options, keys, None, moved=host_now().replace(microsecond=0)) as world,
    ):
        world.clock.run()
        door = JlisDoor(world)
        with Served(door.app) as served:
            addresses = door.addresses(served.url)
            words = (*COMMAND, str(_settings(Path(name), world, addresses, ours, theirs)))
            with _started(words, options) as platform:
                await_listening(platform.address, options.patience)
                known = known_of(world, keys)
                yield Scene(
                    TargetKind.PLATFORM,
                    f"platform at {platform.address}",
                    platform.address,
                    Ground(
                        kind=TargetKind.PLATFORM,
                        address=platform.address,
                        seed=options.seed,
                        bad=sum(mix_of(options).bad.values()),
                        timeout=options.timeout,
                        instant=known.instant,
                        lasts=float(options.seconds),
                        issuer=known.issuer,
                        forger_key=forger_key(keys),
                        # a mark may pass during the load: of whoever was just lost both answers would be right
                        subjects=[
                            each
                            for each in known.subjects
                            if each.certificate and each.standing is not Standing.JUST_LOST
                        ],
                        service=SERVICE,
                        client=CLIENT,
                        client_key=ours.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()),
                        platform=PLATFORM,
                        platform_key=theirs.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw),
                    ),
                    Stage(world, addresses, door),
                    platform.pid,
                    lambda: questions_of(world.journal),
                )


def _started(words: Sequence[str], options: Options) -> LaunchedProduct:
    try:
        return LaunchedProduct(words, patience=options.patience)
    except subprocess.SubprocessError as fault:
        raise ConfigurationError(f"platform: expected it to start, actual {fault}") from fault


def _settings(
    folder: Path, world: World, addresses: dict[str, str], ours: Ed25519PrivateKey, theirs: Ed25519PrivateKey
) -> Path:
    """Write the platform's file, its key, our public one and the anchors; return the file."""
    trust = world.trust()
    _private(folder / "platform.pem", theirs.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "client.pub.pem").write_bytes(
        ours.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    authorities = []
    for number, (kind, der) in enumerate(trust.anchors()):
        (folder / f"anchor-{number}.der").write_bytes(der)
        authorities.append({"kind": kind.value, "file": f"anchor-{number}.der"})
    service = {"id": SERVICE, "purposes": ["login"], "places": ["online"]}
    name = {"ja": "負荷試験", "en": "load test"}
    written = {
        "id": PLATFORM,
        "key": "platform.pem",
        "authorities": authorities,
        "jlis": {"auth": addresses["ocsp-auth"]},
        "clients": [{"id": CLIENT, "name": name, "key": "client.pub.pem", "services": [service]}],
    }
    path = folder / "platform.yaml"
    path.write_text(json.dumps(written, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def _private(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
