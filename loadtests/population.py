"""The people of one run as Locust is told of them: which of the holders on disk stand how, and what is right.

The file is small however many holders there are: it names ranges of places in the folder that `load population` made
(`loadtests.holders`), and holds only those whose certificates were made for this run. Private keys are in it, so it is
written for its owner only and removed after the run.
"""

import os
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import msgspec
from msgspec import Struct, field

from harness.clock import ClockMode
from harness.contract import messages
from harness.contract.vocabulary import Kind
from harness.errors import ConfigurationError
from loadtests.mixes import Mix
from loadtests.truth import Declared, Facts, Moment
from loadtests.vocabulary import Signatures, Standing

__all__ = ["Cast", "LoadHolder", "Part", "Population", "Standing", "read_population", "write_population"]


class LoadHolder(Struct, frozen=True, kw_only=True):
    """A pre-personalised holder: what their terminal presents, and whose keys sign."""

    place: int
    """In the population; it tells the chip's key, and whose worker drives them."""
    id: str
    certificate: bytes
    key: int
    """The number of the authentication key in the population's keys."""
    not_after: datetime
    birth_date: date
    birth_record: bytes
    cvc: bytes
    sign_certificate: bytes = b""
    sign_key: int = 0
    login_signature: bytes = b""
    """Over the holder's own challenge, where signatures were made with the population."""
    chip_signature: bytes = b""


class Cast(Struct, frozen=True):
    """The holders of one standing: a range of places."""

    standing: Standing
    first: int
    count: int


class Part(Struct, frozen=True):
    """One worker's part of the holders: every `of`-th place."""

    index: int = 0
    of: int = 1


class Population(Struct, frozen=True, kw_only=True):
    """Everybody, and what Locust must know of product and world."""

    seed: int
    timeout: float
    mix: Mix
    signatures: Signatures
    terminal: messages.TerminalCredential
    declared: Declared
    moment: Moment
    folder: str
    """Where the holders are (`loadtests.holders`)."""
    told: str
    """How many holders there are, what they share, and who signs: for the result."""
    cast: list[Cast]
    facts: dict[Standing, Facts]
    """What is true of who stands so; the end of validity is each holder's own."""
    forger_key: bytes
    authorities: dict[Kind, bytes] = field(default_factory=dict)
    """The certificates (DER) that lie beside the holder's on a card."""
    apart: dict[Standing, list[LoadHolder]] = field(default_factory=dict)
    """Holders whose certificates were made for this run."""
    moving: bool = False
    """Whether the clock is set during the load: then each verdict is judged at the instants that were in force."""
    announced: str = ""
    """The file in which faults are announced (`loadtests.conditions`)."""
    part: Part = Part()

    @property
    def clock(self) -> ClockMode:
        """It stands, or is set from one instant to another: it never runs."""
        return ClockMode.FROZEN

    @property
    def bad(self) -> float:
        """The share of verdicts that must be a refusal."""
        return sum(self.mix.bad.values())

    def shard(self, index: int, of: int) -> "Population":
        """Return one of `of` parts (0, 1, …) of which no two have a holder in common, and all together have everybody.

        ConfigurationError where a part would have nobody of a standing that the mix needs.
        """
        if not 0 <= index < of or self.part != Part():
            raise ConfigurationError(
                f"population: expected a part 0 to {of - 1} of the whole, actual {index} of {self.part}"
            )
        return msgspec.structs.replace(self, part=Part(index, of))

    def places(self, standing: Standing) -> Sequence[int]:
        """Return the places of this part's holders who stand so and are on disk."""
        for cast in self.cast:
            if cast.standing is standing:
                offset = (self.part.index - cast.first) % self.part.of
                return range(cast.first + offset, cast.first + cast.count, self.part.of)
        return range(0)

    def made_apart(self, standing: Standing) -> Sequence[LoadHolder]:
        """Return this part's holders who stand so and were made for this run."""
        return self.apart.get(standing, [])[self.part.index :: self.part.of]

    def count(self, standing: Standing) -> int:
        """Return how many of this part stand so."""
        return len(self.places(standing)) + len(self.made_apart(standing))


def write_population(population: Population, path: Path) -> None:
    """Write the file, mode 0600."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(population))


def read_population(path: Path) -> Population:
    """Return the population in the file; ConfigurationError when it holds none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Population)
    except (OSError, msgspec.MsgspecError) as fault:
        raise ConfigurationError(
            f"{path}: expected a population, actual {fault}; `kazashi load run` makes one"
        ) from fault
