"""A story: a pytest function with a name, the requirement it tells about, and titles in two languages."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from scenarios.set_up import SetUp

FAMILIES = ("tap", "pin_lockout", "expiry", "address_change", "kept")
"""Each a folder; `kept` are those that the exploration found (docs/exploration.md)."""
USUALLY = date(2026, 4, 2)
"""The day on which the world of most stories begins, each of them on days of its own (`stage.Theatre`)."""
_MARK = "story"
Told = TypeVar("Told", bound=Callable[..., None])


class Confidence(StrEnum):
    """How well the expectation is founded (DESIGN.md §7)."""

    NORMATIVE = "normative"
    PUBLISHED = "published"
    OBSERVED = "observed"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence in both languages."""

    en: str
    ja: str

    def in_language(self, language: str) -> str:
        """Return the sentence in `ja` or `en`."""
        return self.ja if language == "ja" else self.en

    def __add__(self, more: "Words") -> "Words":
        return Words(self.en + more.en, self.ja + more.ja)


NOTHING = Words("", "")


@dataclass(frozen=True, slots=True)
class Story:
    """What is known of a story before it is told."""

    name: str
    """family/what-happens, from the folder and the function."""
    family: str
    requirement: str
    confidence: Confidence
    title: Words
    node: str
    """Where pytest finds it: file::function."""
    begins: date = USUALLY
    """The day on which its world begins; the host's calendar plays no part."""
    alone: bool = False
    """Whether its world is nobody else's: days of it are counted, so that it begins on the first."""
    set_up: SetUp = SetUp.ORDINARY
    """How the reference is set up for it; any other product can only be told of as it comes."""


def story(  # noqa: PLR0913  (what is known of a story)
    *,
    requirement: str,
    confidence: Confidence,
    en: str,
    ja: str,
    begins: date = USUALLY,
    alone: bool = False,
    set_up: SetUp = SetUp.ORDINARY,
) -> Callable[[Told], Told]:
    """Return a decorator that makes a story of a test.

    `begins` is for one that needs a certain calendar, `alone` for one that jumps over years, `set_up` for one about
    what an operator decides.
    """

    def mark(told: Told) -> Told:
        family = (["kept", *told.__module__.split(".")])[-2]  # a file that is in no folder of ours was just found
        told.__dict__[_MARK] = Story(
            name=f"{family}/{told.__name__.removeprefix('test_').replace('_', '-')}",
            family=family,
            requirement=requirement,
            confidence=confidence,
            title=Words(en, ja),
            node=f"{inspect.getfile(told)}::{told.__name__}",
            begins=begins,
            alone=alone,
            set_up=set_up,
        )
        return told

    return mark


def story_of(function: Any) -> Story | None:
    """Return the story that a function tells, if it tells one."""
    found = getattr(function, _MARK, None)
    return found if isinstance(found, Story) else None


def load_stories() -> dict[str, Story]:
    """Return every story by name, family after family, in the order in which they are written."""
    stories = [found for module in _modules() for told in vars(module).values() if (found := story_of(told))]
    return {found.name: found for found in stories}


def _modules() -> list[ModuleType]:
    folder = Path(__file__).parent
    return [
        importlib.import_module(f"scenarios.{family}.{module.name}")
        for family in FAMILIES
        for module in pkgutil.iter_modules([str(folder / family)])
    ]
