"""Which cases a product can be asked: by what it declares, how it learns statuses, and what carries its messages."""

from collections.abc import Collection, Iterator

from conformance.case import Case, Obstacle
from conformance.steps import Presented
from harness.contract.messages import Introduction
from harness.contract.vocabulary import Capability


def declared_by(product: Introduction) -> frozenset[Capability]:
    """Return what a product says that it can, and OCSP where it does not say that it learns statuses from lists."""
    said = frozenset(product.capabilities)
    return said if Capability.STATUS_LISTS in said else said | {Capability.STATUS_OCSP}


def obstacles(case: Case, declared: Collection[Capability], *, at_once: bool) -> Iterator[Capability | Obstacle]:
    """Yield why a product cannot be asked a case; nothing where it can."""
    yield from (capability for capability in case.needs if capability not in declared)
    if case.is_of_silence and Capability.STATUS_LISTS in declared and Capability.STATUS_OCSP in declared:
        yield Obstacle.FALLS_BACK
    if not at_once and any(isinstance(step, Presented) and step.rivals is not None for step in case.steps):
        yield Obstacle.ONE_AT_A_TIME
