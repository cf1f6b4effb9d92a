"""Services that ask no product: silence means served, another answer breaks the story, the heat map counts them."""

import pytest

from scenarios.desk_answer import DeskAnswer, Why
from scenarios.page import Archetype
from scenarios.telling import StoryBroken, Telling


def test_silence_means_served(telling: Telling) -> None:
    """What the story passes over has to be an acceptance when it goes on."""
    DeskAnswer(telling, Archetype.CARD_APP, None)
    telling.settle()
    DeskAnswer(telling, Archetype.CARD_APP, Why.USED_UP)
    with pytest.raises(StoryBroken, match="expected served, actual not served: no ride is left"):
        telling.settle()


def test_another_reason_breaks_the_story(telling: Telling) -> None:
    """A refusal is for the reason that is told, and an acceptance is none."""
    DeskAnswer(telling, Archetype.TEXT, Why.LOCKED).is_refused(Why.LOCKED)
    with pytest.raises(StoryBroken, match="expected not served: the card: no try is left, actual served"):
        DeskAnswer(telling, Archetype.TEXT, None).is_refused(Why.LOCKED)
    with pytest.raises(StoryBroken, match="a wrong PIN"):
        DeskAnswer(telling, Archetype.TEXT, Why.WRONG_PIN).is_refused(Why.LOCKED)


def test_who_refused_is_counted(telling: Telling) -> None:
    """The desk, or the card before it."""
    for why in (None, Why.ELSEWHERE, Why.LOCKED):
        DeskAnswer(telling, Archetype.TEXT, why)
        telling.judged()
    assert [decision for _, decision in telling.told().decisions] == ["accept", "reject", "card"]
