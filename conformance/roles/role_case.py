"""What a case says whatever its role, but for the relying party's (`conformance.case`): a role adds its own words."""

from typing import Annotated

from msgspec import Meta, Struct

from conformance.case import CaseId, MutantId, Text
from harness.confidence import Confidence


class RoleCase(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The head of a case: what it claims, on what ground, beside which twin, and which mutants it kills."""

    id: CaseId
    version: Annotated[int, Meta(ge=1)]
    title: Text
    importance: Text
    requirement: Annotated[str, Meta(pattern=r"^[A-Z]{2}-[A-Z]+-\d{3}$")]
    clause: Annotated[str, Meta(min_length=4)]
    confidence: Confidence
    capabilities: list[str] = []
    twin: CaseId | None = None
    kills: list[MutantId] = []

    @property
    def is_refusal(self) -> bool:
        """Whether anything but being served is expected."""
        raise NotImplementedError

    @property
    def expected(self) -> str:
        """What is expected, in the words of the case."""
        raise NotImplementedError

    def complaint(self) -> str | None:
        """Return what contradicts itself in the case, as `field: expected …, actual …`; None where nothing does."""
        return None
