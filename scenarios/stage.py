"""What all stories of a run share: the world, the product, and a forger's tools."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.contract import messages
from harness.contract.client import RelyingPartyClient
from harness.terminal.hostile import SelfMadeChip
from harness.world import World


@dataclass(frozen=True, slots=True)
class Stage:
    """One world, on a clock that only goes forward, and the product that lives in it."""

    world: World
    client: RelyingPartyClient
    product: messages.Introduction
    forger: SelfMadeChip
    addresses: Mapping[str, str]
    """Where the doors of the fake J-LIS are."""
