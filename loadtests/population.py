"""The people of a load run, made up front, as a file that Locust reads: certificates, keys and what is true of each.

The file holds private keys of this installation: it is written for its owner only and removed after the run.
"""

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from harness.contract import messages
from harness.errors import ConfigurationError
from loadtests.truth import Declared, Facts, Moment
from loadtests.vocabulary import Standing

__all__ = ["LoadHolder", "Population", "Standing", "read_population", "write_population"]


class LoadHolder(Struct, frozen=True):
    """A pre-personalised holder: what their terminal presents, and what is true of them."""

    id: str
    standing: Standing
    certificate: bytes
    key: bytes
    """The authentication key (DER, PKCS#8): under load it signs without the card around it."""
    facts: Facts


class Population(Struct, frozen=True):
    """Everybody, and what Locust must know of product and world."""

    seed: int
    bad: float
    """The share of logins that must be refused."""
    timeout: float
    service: str
    terminal: messages.TerminalCredential
    declared: Declared
    moment: Moment
    forger_key: bytes
    holders: list[LoadHolder]

    def shard(self, index: int, of: int) -> "Population":
        """Return one of so many parts that share nobody; each has its part of every standing."""
        holders = [
            holder
            for standing in Standing
            for holder in [each for each in self.holders if each.standing is standing][index::of]
        ]
        return msgspec.structs.replace(self, holders=holders)


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
