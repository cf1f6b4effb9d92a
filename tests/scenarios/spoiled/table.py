"""The table: what is spoiled, in whom, and which stories notice it at which step by what they say.

One file for each who: the product, the card, the fake J-LIS, the terminal. Every story stands in it once.
"""

from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
import yaml
from msgspec import Meta, Struct

from conformance.case import Text
from conformance.mutants.mutant import load_mutants
from tests.scenarios.spoiled.edits import Edit, Moved

FOLDER = Path(__file__).parent / "changes"


class Whose(StrEnum):
    """What is spoiled."""

    PRODUCT = "product"
    CARD = "card"
    JLIS = "jlis"
    TERMINAL = "terminal"


class Break(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a story breaks off."""

    at: Annotated[str, Meta(min_length=1)]
    """Time of day and words of the last thing that was told."""
    says: Annotated[str, Meta(min_length=1)]
    """What the complaint holds: expected, and actual."""


class Change(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing spoiled: in place, or as a mutant of the conformance suite is."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Text
    noticed_by: Annotated[dict[str, Break], Meta(min_length=1)]
    edits: tuple[Edit, ...] = ()
    mutant: str | None = None

    def edits_made(self) -> Sequence[Edit]:
        """Return the edits, of the mutant where one is named; Moved where there is none of that name."""
        if self.mutant is None:
            return self.edits
        found = _mutants().get(self.mutant)
        if found is None:
            raise Moved(f"{self.id}: expected a mutant {self.mutant} in conformance/mutants, actual none")
        return found


class Row(Struct, frozen=True):
    """One story, and what spoils it."""

    story: str
    change: Change
    breaks: Break


@cache
def load_changes() -> dict[Whose, list[Change]]:
    """Return the table as it is written."""
    return {
        whose: msgspec.convert(yaml.safe_load((FOLDER / f"{whose.value}.yaml").read_text("utf-8")), list[Change])
        for whose in Whose
    }


def rows_of(family: str) -> list[Row]:
    """Return the rows of a family's stories, by name."""
    rows = [
        Row(story, change, breaks)
        for changes in load_changes().values()
        for change in changes
        for story, breaks in change.noticed_by.items()
        if story.partition("/")[0] == family
    ]
    return sorted(rows, key=lambda row: row.story)


@cache
def _mutants() -> dict[str, tuple[Edit, ...]]:
    return {
        mutant.id: tuple(
            Edit(f"{edit.file.removesuffix('.py').replace('/', '.')}:{edit.function}", edit.old, edit.new)
            for edit in mutant.edits
        )
        for mutant in load_mutants()
    }
