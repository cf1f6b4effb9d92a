"""The stories are found by their decorator, and each says what it is about."""

import importlib
import re
from pathlib import Path

import pytest

import scenarios
from scenarios.story import FAMILIES, Confidence, Story, load_stories, story, story_of

ROOT = Path(scenarios.__file__).parent
STORIES = load_stories()


def test_every_test_function_is_a_story_of_its_own() -> None:
    """None is forgotten because it lacks the decorator, and none hides another of the same name."""
    written = [
        (path, name)
        for family in FAMILIES
        for path in sorted((ROOT / family).glob("test_*.py"))
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert len(written) == len(STORIES)
    for path, name in written:
        module = importlib.import_module(f"scenarios.{path.parent.name}.{path.stem}")
        assert story_of(getattr(module, name)) is not None, name


@pytest.mark.parametrize("family", ["tap", "pin_lockout", "expiry", "address_change"])
def test_every_family_tells_many_stories(family: str) -> None:
    """Twenty-five at least (which of them accept and which refuse, the dishonest targets show)."""
    assert [story.family for story in STORIES.values()].count(family) >= 25


@pytest.mark.parametrize("told", STORIES.values(), ids=lambda told: told.name)
def test_a_story_says_what_it_is_about(told: Story) -> None:
    """A requirement's id, a title in English without and one in Japanese with Japanese letters, a place to find it."""
    assert re.fullmatch(r"(RP|TC)-[A-Z]+-\d{3}", told.requirement)
    assert told.title.en.isascii()
    assert re.search(r"[ぁ-んァ-ヶ]", told.title.ja)
    file, _, function = told.node.partition("::")
    assert Path(file).is_relative_to(ROOT / told.family)
    assert told.name == f"{told.family}/{function.removeprefix('test_').replace('_', '-')}"


def test_what_is_no_story_is_none() -> None:
    """An undecorated function, or one with an attribute of that name, tells no story."""

    def plain() -> None:
        """No story."""

    assert story_of(plain) is None
    plain.__dict__["story"] = "once upon a time"
    assert story_of(plain) is None
    assert story_of(None) is None


def test_the_decorator_leaves_the_function_as_it_is() -> None:
    """pytest sees the function itself, with its fixtures."""

    def test_something(clock: None) -> None:
        """A test."""

    marked = story(requirement="RP-KAZ-001", confidence=Confidence.ASSUMED, en="e", ja="日")(test_something)
    assert marked is test_something
