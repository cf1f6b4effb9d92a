"""The places that are searched, and what each may hold of a holder: `places.yaml`, read and checked."""

from functools import cache
from pathlib import Path

import msgspec
import yaml
from msgspec import Struct

from conformance.case import Text
from conformance.privacy.canary import Kind
from conformance.privacy.place import Place

FILE = Path(__file__).parent / "places.yaml"


class May(Struct, frozen=True, forbid_unknown_fields=True):
    """Values that may stand in a place (or in a part of it), on what ground."""

    what: list[Kind]
    source: str
    because: Text
    where: list[str] = []


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """What one place may hold, and which requirement something else breaks."""

    title: Text
    requirement: str
    may: list[May] = []
    instead: dict[str, list[Kind]] = {}

    def allows(self, kind: Kind, where: str) -> bool:
        """Whether a value may stand there; `where` is the verb of an answer, the part of a request, or empty."""
        return any(kind in each.what and (not each.where or where in each.where) for each in self.may)

    def broken_by(self, kind: Kind) -> str:
        """Return the requirement that a value breaks by standing there."""
        return next((row for row, kinds in self.instead.items() if kind in kinds), self.requirement)


@cache
def rules() -> dict[Place, Rule]:
    """Return the rule of each place."""
    return msgspec.convert(yaml.safe_load(FILE.read_text(encoding="utf-8")), dict[Place, Rule])
