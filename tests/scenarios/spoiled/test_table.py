"""The table has every story once, its page is what it says, and a row that is not so fails."""

from collections import Counter
from pathlib import Path

import pytest

from conformance.case import Text
from scenarios.story import FAMILIES, load_stories
from tests.scenarios.spoiled.breaking import require_broken
from tests.scenarios.spoiled.edits import Edit, Moved, find_function, in_force
from tests.scenarios.spoiled.page import FILE, page
from tests.scenarios.spoiled.table import Break, Change, Row, load_changes, rows_of

NOTHING = Change("nothing", Text("Nothing at all is spoiled", "何も壊さない"), {}, ())
ON_HOLD = rows_of("tap")[[row.story for row in rows_of("tap")].index("tap/lost-card-is-on-hold-from-the-mark")]
STATUS = "harness.jlis.entries:Entry.is_revoked_at"


def test_every_story_has_its_row() -> None:
    """A story without a row is told by nobody to be able to fail; one with two hides one of them."""
    rows = Counter(row.story for family in FAMILIES for row in rows_of(family))
    missing, unknown = load_stories().keys() - rows.keys(), rows.keys() - load_stories().keys()
    twice = {story for story, count in rows.items() if count > 1}
    assert (missing, unknown, twice) == (set(), set(), set()), "mend tests/scenarios/spoiled/changes"


def test_every_family_is_told() -> None:
    """Each family's rows have a module that applies them: a row that nobody applies proves nothing."""
    modules = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
    assert set(FAMILIES) <= modules, "add a module like test_tap.py"


def test_every_change_has_a_name_of_its_own() -> None:
    """A change is named once, and is one of its own or a mutant of the conformance suite."""
    changes = [change for those in load_changes().values() for change in those]
    assert len({change.id for change in changes}) == len(changes)
    assert all(bool(change.edits) is (change.mutant is None) for change in changes)


def test_mutant_that_is_gone_is_named() -> None:
    """A row whose mutant the conformance suite no longer has says so."""
    with pytest.raises(Moved, match="expected a mutant gone"):
        Change("of-yesterday", NOTHING.title, {}, mutant="gone").edits_made()


def test_page_is_what_the_table_says() -> None:
    """Whoever changes the table or a title writes the page anew: python -m tests.scenarios.spoiled.page."""
    assert FILE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("row", [Row(ON_HOLD.story, NOTHING, ON_HOLD.breaks)], ids=["nothing"])
def test_story_that_stays_green_fails(row: Row, request: pytest.FixtureRequest) -> None:
    """Where nothing is spoiled the story comes out as told, and the row fails for it."""
    with pytest.raises(pytest.fail.Exception, match="stays green"):
        require_broken(row, request)


@pytest.mark.parametrize(
    "breaks",
    [Break(ON_HOLD.breaks.at, "expected accept OK"), Break("08:00:00 the resident enrols", ON_HOLD.breaks.says)],
    ids=["another complaint", "another step"],
)
def test_story_that_breaks_elsewhere_fails(breaks: Break, request: pytest.FixtureRequest, row: Row) -> None:
    """A row names the step and the complaint: another one is no proof."""
    with pytest.raises(pytest.fail.Exception, match="NOTICED"):
        require_broken(Row(row.story, row.change, breaks), request)


@pytest.fixture
def row() -> Row:
    """The row whose expectation a test bends."""
    return ON_HOLD


def test_change_ends_with_its_block() -> None:
    """Afterwards the function is what it was, and says what it said."""
    changed = find_function(STATUS)
    before = changed.__code__
    with in_force([Edit(STATUS, "self.revoked <= instant", "self.revoked > instant")]):
        assert changed.__code__ is not before
    assert changed.__code__ is before


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        (Edit(STATUS, "no such text", ""), "exactly once, actual 0"),
        (Edit(STATUS, "instant", "then"), "exactly once, actual"),
        (Edit("harness.jlis.entries:Entry.is_gone", "", ""), "expected a function of that name"),
        (Edit("harness.jlis.entries:Entry", "", ""), "expected a function, actual type"),
        (Edit("harness.no_such_module:f", "", ""), "expected a function of that name"),
    ],
)
def test_change_whose_source_has_moved_is_refused(edit: Edit, complaint: str) -> None:
    """An edit that fits no longer says where and what stands there; it is never passed over."""
    with pytest.raises(Moved, match=complaint), in_force([edit]):
        pass
