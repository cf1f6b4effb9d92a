"""What all stories of a run share: the world, the product, and a forger's tools."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.contract import messages
from harness.contract.client import RelyingPartyClient
from harness.contract.vocabulary import Kind, Purpose
from harness.terminal.hostile import SelfMadeChip
from harness.world import World
from scenarios.terminal import OURS, SERVICE


@dataclass(frozen=True, slots=True)
class Stage:
    """One world, on a clock that only goes forward, and the product that lives in it."""

    world: World
    client: RelyingPartyClient
    product: messages.Introduction
    forger: SelfMadeChip
    addresses: Mapping[str, str]
    """Where the doors of the fake J-LIS are."""


def configuration(world: World, addresses: Mapping[str, str]) -> messages.Configure:
    """Return what the product is told of the world: anchors, where the doors are, our terminal, one service."""
    trust = world.trust()
    return messages.Configure(
        authorities=[
            messages.AuthorityAnchor(kind=Kind(kind), certificate=der) for kind, der in trust.authorities.items()
        ],
        card_issuers=[messages.CardIssuerAnchor(key_id=key_id, key=key) for key_id, key in trust.card_issuers],
        status=[
            messages.StatusAddress(kind=kind, ocsp=addresses[f"ocsp-{kind.value}"], crl=addresses["crl"])
            for kind in Kind
        ],
        terminals=[OURS],
        services=[messages.Service(id=SERVICE, purposes=list(Purpose))],
    )
