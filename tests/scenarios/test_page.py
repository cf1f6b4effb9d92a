"""The page of a run: every story once, how it came out, and a heat map that counts what was decided."""

from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from scenarios.distribution import Distribution
from scenarios.page import USES, Archetype, Line, Told, write_page
from scenarios.story import Words, load_stories
from scenarios.telling import StoryBroken, Telling

STORIES = load_stories()
TAP, EXPIRY = (next(name for name in STORIES if name.startswith(family)) for family in ("tap/", "expiry/"))
AT = datetime(2026, 4, 3, 0, 7, tzinfo=UTC)


@pytest.fixture
def page(tmp_path: Path) -> ET.Element:
    """A page of two stories."""
    told = [
        Told(EXPIRY, "failed", (Line(AT, "it ends", "終わる"),), ((Archetype.AUTH, "reject"),), "expected <accept>"),
        Told(
            TAP,
            "passed",
            (Line(AT, "a tap", "かざす"), Line(AT, "  accepted", "  受入れ")),
            ((Archetype.SERIAL_TAP, "accept"),) * 3,
            distributions=(Distribution("contact", "接触", tuple(each / 10 for each in range(1, 11))),),
        ),
    ]
    path = tmp_path / "new" / "page.html"
    write_page(path, STORIES, told)
    return ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314  (we wrote it)


def test_each_story_once_in_its_family(page: ET.Element) -> None:
    """In the order of the families, with outcome, both titles, and what was told; a fault's text is no markup."""
    found = [(each.find("./summary[@class]").get("class"), each.findtext(".//code")) for each in page.iter("details")]  # type: ignore[union-attr]
    assert found == [("passed", TAP), ("failed", EXPIRY)]
    first = "".join(next(page.iter("details")).itertext())
    assert all(words in first for words in (STORIES[TAP].title.ja, STORIES[TAP].title.en, "かざす", "a tap"))
    assert page.findtext(".//pre") == "expected <accept>"


def test_heat_map_counts(page: ET.Element) -> None:
    """One row for each archetype and decision that occurred, one column a family."""
    rows = [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in page.findall(".//tbody/tr")]
    assert rows[:2] == [
        [
            f"serial-tap{USES[Archetype.SERIAL_TAP].ja} tap without PIN; enrolment for it",
            "受入れ accepted",
            "3",
            *[""] * 4,
        ],
        [f"auth{USES[Archetype.AUTH].ja} login with the PIN", "拒否 refused", "", "", "1", "", ""],
    ]


def test_times_are_drawn(page: ET.Element) -> None:
    """Percentiles in figures, and a bar for each step from the shortest time to the longest; the fullest is whole."""
    (row,) = page.findall(".//table[@class='times']/tbody/tr")
    figures = ["".join(cell.itertext()) for cell in row.findall("td[@class='figure']")]
    assert figures == ["10", "0.500 s", "0.900 s", "1.000 s"]
    assert [bar.get("style") for bar in row.iter("i")][-1] == "height: 100%"


def test_a_story_is_told_by_days_and_by_what_came_of_it(page: ET.Element) -> None:
    """The day stands once; what came of something stands under it, without a time of its own."""
    first = next(page.iter("details"))
    lines = [(each.get("class"), " ".join("".join(each.itertext()).split())) for each in first.iter("li")]
    assert lines == [("day", "2026-04-03"), (None, "00:07:00 かざす a tap"), ("came", "→ 受入れ accepted")]


def test_a_telling_keeps_what_is_told(telling: Telling) -> None:
    """Lines in both languages and decisions, as the page wants them; also of a story that broke off."""
    telling.say(Words("the resident taps", "利用者がかざす"))
    telling.decided(Archetype.SERIAL_TAP, "reject")
    with pytest.raises(StoryBroken):
        telling.break_off(Words("expected", "期待"))
    told = telling.told("failed", "why")
    assert (told.outcome, told.why, told.decisions) == ("failed", "why", ((Archetype.SERIAL_TAP, "reject"),))
    assert [(line.en, line.ja) for line in told.lines] == [("the resident taps", "利用者がかざす")]
