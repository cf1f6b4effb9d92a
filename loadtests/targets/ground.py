"""The people of a load on anything but a product, as a file that Locust reads: certificates, and what is true of each.

Nobody is enrolled: a responder, a list, a core, a platform and a card are asked about a certificate and its key.
"""

import os
import random
from collections.abc import Iterator
from datetime import datetime
from itertools import cycle
from pathlib import Path

import msgspec
from msgspec import Struct

from harness.clock import ClockMode
from harness.errors import ConfigurationError
from loadtests.population import Population
from loadtests.targets.grammar import TargetKind
from loadtests.truth import Declared, Deed, Moment
from loadtests.vocabulary import Standing

GROUND = "ground.json"
"""The file in a run's folder; it holds private keys and goes with the run."""
JUST_LOST_EVERY = 10


class Subject(Struct, frozen=True):
    """One certificate and its holder."""

    id: str
    standing: Standing
    serial: int
    certificate: bytes
    key: bytes
    """DER, PKCS#8; several share one."""
    revoked: datetime | None = None
    reason: str = ""
    """As RFC 5280 §5.3.1 names it."""
    list_url: str = ""
    """Where its revocation list is."""


class Ground(Struct, frozen=True, kw_only=True):
    """Everybody, and what Locust must know of target and world."""

    kind: TargetKind
    address: str
    seed: int
    bad: float
    timeout: float
    instant: datetime
    """The world's instant when the load begins."""
    lasts: float
    """Seconds by which that instant moves on meanwhile: 0 where the clock stands."""
    issuer: bytes
    """The authority (DER)."""
    forger_key: bytes
    subjects: list[Subject]
    module: str = ""
    factory: str = ""
    material: str = ""
    """Of a core: where it is, and the file with what it is given."""
    service: str = ""
    client: str = ""
    client_key: bytes = b""
    platform: str = ""
    platform_key: bytes = b""
    """Of a platform: both names, our private and its public Ed25519 key (raw)."""
    readers: list[str] = []
    pin: str = ""
    parts: int = 1
    stored: Population | None = None
    """Of a core, where logins are taken out of a population on disk and not signed beforehand (`stored`)."""

    @property
    def moment(self) -> Moment:
        """The instant, as results have it."""
        return Moment(self.instant, 0)

    @property
    def declared(self) -> Declared:
        """Nothing is tolerated, and every word is judged."""
        return Declared(clock_seconds=0, status_seconds=0, coarse_reasons=False)

    @property
    def clock(self) -> ClockMode:
        """Whether the world's clock stands while load is sent."""
        return ClockMode.RUNNING if self.lasts else ClockMode.FROZEN

    @property
    def told(self) -> str:
        """How many there are, for the result."""
        return f"{len(self.subjects)} certificates of a register" if self.stored is None else self.stored.told

    def shard(self, index: int, of: int) -> "Ground":
        """Return one of so many parts that share nobody; each has its part of every standing."""
        subjects = [
            subject
            for standing in Standing
            for subject in [each for each in self.subjects if each.standing is standing][index::of]
        ]
        stored = None if self.stored is None else self.stored.shard(index, of)
        return msgspec.structs.replace(self, subjects=subjects, readers=self.readers[index::of], stored=stored)


def write_ground(ground: Ground, path: Path) -> None:
    """Write the file, mode 0600."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(ground))


def read_ground(path: Path) -> Ground:
    """Return the ground in the file; ConfigurationError when it holds none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Ground)
    except (OSError, msgspec.MsgspecError) as fault:
        raise ConfigurationError(f"{path}: expected a load's people, actual {fault}") from fault


def visits(ground: Ground, user: int) -> Iterator[tuple[Subject, Deed]]:
    """Yield who one user asks about, and what they do, without end; the share of bad ones holds over every few.

    A forged signature is of use only where signatures are looked at.
    """
    chance = random.Random(f"{ground.seed}/{user}")  # noqa: S311  (a repeatable mix, no secrets)
    order = chance.sample(ground.subjects, len(ground.subjects))
    among = {standing: [each for each in order if each.standing is standing] for standing in Standing}
    kinds: list[tuple[Standing, Deed]] = [
        (standing, Deed.HONEST)
        for standing in (Standing.REVOKED, Standing.ON_HOLD, Standing.UNKNOWN, Standing.EXPIRED)
        if among[standing]
    ]
    if ground.kind not in (TargetKind.OCSP, TargetKind.CRL):
        kinds.append((Standing.GOOD, Deed.FORGED))
    holders = {standing: cycle(those) for standing, those in among.items() if those}
    bad, due, good = cycle(chance.sample(kinds, len(kinds))), chance.random(), chance.randrange(JUST_LOST_EVERY)
    while True:
        due += ground.bad
        if due >= 1:
            due -= 1
            standing, deed = next(bad)
        else:
            good += 1
            is_lost = not good % JUST_LOST_EVERY and Standing.JUST_LOST in holders
            standing, deed = (Standing.JUST_LOST if is_lost else Standing.GOOD), Deed.HONEST
        yield next(holders[standing]), deed
