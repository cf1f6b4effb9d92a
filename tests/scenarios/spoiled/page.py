"""The page `docs/spoiled.md`: what is spoiled, and which story notices it; drawn from the table."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from scenarios.story import Story, load_stories
from tests.scenarios.spoiled.table import Change, Whose, load_changes

FILE = Path(__file__).parents[3] / "docs" / "spoiled.md"
HEAD = """# What is spoiled, and which story notices / 壊したものと、それに気付くシナリオ

Written by `python -m tests.scenarios.spoiled.page` from the tables `tests/scenarios/spoiled/changes/*.yaml`; a test
fails when it is not what they say. Each story stands here once. CI makes the one change, tells the story, and wants it
to break off at this step with this complaint; without the change that lane tells it to its end (`tox -e scenarios`).
Read it as a list of what vendors get wrong. Who adds a story adds a row with `at: "?"` and `says: "?"`: the test that
then fails says what was seen, to be looked at before it is written down.

このページは `python -m tests.scenarios.spoiled.page` が `tests/scenarios/spoiled/changes/*.yaml` の表から生成し、差異が
あればテストが失敗する。各シナリオは一度だけ現れる。CIはその1か所だけを壊してシナリオを実行し、ここに示す手順と
理由で途切れることを確かめる。壊さなければ同じシナリオは最後まで通る。ベンダーが誤りやすい点の一覧として読める。
"""
TITLES = {
    Whose.PRODUCT: "製品（リライングパーティー） / the product",
    Whose.JLIS: "模擬 J-LIS / the fake J-LIS",
    Whose.CARD: "カードと窓口 / the card, and the counter that writes it",
    Whose.TERMINAL: "端末 / the terminal",
}
SAME = "〃"
"""The change of the row above."""
COLUMNS = (
    "| 壊したもの / what is spoiled | 気付くシナリオ / story that notices | 途切れる手順と理由 / where it breaks |\n"
    "|---|---|---|\n"
)


def page() -> str:
    """Return the page as Markdown."""
    stories = load_stories()
    changes = load_changes()
    return HEAD + "".join(_chapter(title, changes[whose], stories) for whose, title in TITLES.items())


def _chapter(title: str, changes: list[Change], stories: Mapping[str, Story]) -> str:
    return f"\n## {title}\n\n{COLUMNS}" + "".join(row for change in changes for row in _rows(change, stories))


def _rows(change: Change, stories: Mapping[str, Story]) -> Iterator[str]:
    spoiled = f"{change.title.ja}<br>{change.title.en}"
    for name, breaks in change.noticed_by.items():
        title = stories[name].title
        yield f"| {spoiled} | {title.ja}<br>{title.en}<br>`{name}` | {_cell(breaks.at)}<br>{_cell(breaks.says)} |\n"
        spoiled = SAME


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")
