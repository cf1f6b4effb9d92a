"""docs/life-cycle.md is what the table says, in both languages."""

from dataclasses import replace

import pytest

from harness.jlis.life_cycle import EFFECTS
from harness.jlis.life_cycle_page import FILE, HEADINGS, page
from harness.jlis.life_events import LifeEvent
from harness.jlis.populations import CARD_SIGN
from harness.jlis.reasons import RevocationReason

ROWS = len(LifeEvent) + 2
"""Every event, and the two ends that are no events."""


def table(name: str, text: str) -> list[list[str]]:
    """Return the cells of one language's table, its heading first."""
    _, _, rest = text.partition(f"## {name}\n")
    lines = [line for line in rest.split("\n## ")[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in (lines[0], *lines[2:])]


def test_the_page_is_what_the_table_says() -> None:
    """Whoever changes the table writes the page anew: python -m harness.jlis.life_cycle_page."""
    assert FILE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("name", ["日本語", "English"])
def test_every_event_has_a_row_and_every_cell_says_something(name: str) -> None:
    """One row for each event and for both ends, each with a text or a dash under each heading."""
    head, *rows = table(name, page())
    assert head in HEADINGS
    assert len(rows) == ROWS
    assert {len(row) for row in rows} == {len(head)}
    assert all(cell for row in rows for cell in row)
    assert [row[0].rpartition("`")[0].rpartition("`")[2] for row in rows[:-2]] == [event.value for event in LifeEvent]


def test_both_languages_say_the_same() -> None:
    """Where one table has a dash, the other has one; what is written in codes is the same."""
    japanese, english = table("日本語", page()), table("English", page())
    for ours, theirs in zip(japanese[1:], english[1:], strict=True):
        assert [cell == "–" for cell in ours] == [cell == "–" for cell in theirs]
        assert ours[-1] == theirs[-1]


def test_derived_columns_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A signature certificate that relabelling no longer ended would stand on no list and stop no attributes."""
    event = LifeEvent.RELABELLED
    monkeypatch.setitem(EFFECTS, event, replace(EFFECTS[event], ends=()))
    (row,) = [row for row in table("English", page()) if f"`{event.value}`" in row[0]]
    assert row[2:10] == ["–"] * 8
    monkeypatch.setitem(
        EFFECTS, event, replace(EFFECTS[event], ends=((CARD_SIGN, RevocationReason.UNSPECIFIED),), issues=(CARD_SIGN,))
    )
    (row,) = [row for row in table("English", page()) if f"`{event.value}`" in row[0]]
    assert row[2:10] == [
        "unspecified (0) → new",
        "–",
        "–",
        "–",
        "sign card (no reason: 0 is left out)",
        "revoked: sign card; good (new): sign card",
        "old → new: sign card",
        "answered (again)",
    ]
