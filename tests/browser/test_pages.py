"""Every page that people read, in a real browser: offline, in both languages, light and dark, narrow and wide."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open
from tests.browser.made_pages import PAGES, REPORTS, each_of

WAYS = [(1280, "light", "ja"), (1280, "dark", "en"), (360, "light", "en"), (360, "dark", "ja")]
"""Every two of width, scheme and language meet once."""
FOCUSABLE = "a[href], summary, input, button, [tabindex='0']"


def open_all(page: Page) -> None:
    """Unfold everything: what is folded nobody looks at."""
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


def choose(page: Page, language: str) -> None:
    """Switch to a language by what the page offers."""
    switch = page.locator(f"#{language}")
    if switch.evaluate("each => each.tagName") == "INPUT":
        switch.check()
    else:
        switch.click()


def violations(page: Page, axe: str) -> list[str]:
    """What axe-core finds, a line for each element."""
    page.evaluate(axe)
    found: Any = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert found["passes"], "axe looked at nothing"
    return [f"{each['id']}: {node['html'][:160]}" for each in found["violations"] for node in each["nodes"]]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(map(str, way)))
@pytest.mark.parametrize("name", each_of(PAGES))
def test_page_is_accessible(name: str, way: tuple[int, str, str], opened: Open, axe: str) -> None:
    """Axe finds nothing; no error, no request but for the file; nothing sticks out of the window."""
    width, scheme, language = way
    page, seen = opened(name, width=width, scheme=scheme, language=language)
    choose(page, language)
    open_all(page)
    assert violations(page, axe) == []
    assert seen.faults == []
    assert [url for url in seen.requests if not url.startswith("file:")] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.xdist_group("refused")
@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        ("document.querySelector('input.field').removeAttribute('aria-label')", "label"),
        ("document.querySelector('h1').style.color = '#d0d0d0'", "color-contrast"),
        ("document.documentElement.removeAttribute('lang')", "html-has-lang"),
        ("document.querySelector('.sequence').removeAttribute('aria-label')", "svg-img-alt"),
    ],
)
def test_axe_finds_what_is_spoiled(spoil: str, rule: str, opened: Open, axe: str) -> None:
    """A label taken away, a contrast lowered: the check can fail."""
    page, _ = opened("refused")
    page.evaluate(spoil)
    assert {found.partition(":")[0] for found in violations(page, axe)} == {rule}


@pytest.mark.parametrize("name", each_of(REPORTS))
def test_language_is_switched_by_keyboard(name: str, opened: Open) -> None:
    """The first stop is the switch; an arrow key turns every text over."""
    page, _ = opened(name)
    choose(page, "ja")
    title = page.locator("h1")
    assert title.inner_text() == "適合性試験報告書"
    page.keyboard.press("Tab")
    page.locator("#ja").focus()
    page.keyboard.press("ArrowRight")
    assert title.inner_text() == "Conformance report"
    assert page.locator("body [lang=ja]:visible").count() == page.locator(".two[lang=ja]:visible").count()


@pytest.mark.parametrize("name", each_of(PAGES))
def test_everything_is_reached_by_keyboard(name: str, opened: Open) -> None:
    """Tab stops at each control that is to be seen, and Enter unfolds."""
    page, _ = opened(name)
    shown = f"[...document.querySelectorAll({FOCUSABLE!r})].filter(each => each.checkVisibility())"
    stops = f"{shown}.filter(each => each.type != 'radio' || each.checked)"
    wanted = page.evaluate(f"{stops}.map((each, at) => (each.dataset.stop = at)).length")
    reached = set()
    for _ in range(wanted):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.dataset.stop"))
    assert reached == {str(each) for each in range(wanted)}
    folded = page.locator("details:not([open]) > summary").first
    if folded.count():
        outer = page.evaluate_handle("each => each.parentElement", folded.element_handle())
        folded.focus()
        page.keyboard.press("Enter")
        assert outer.get_property("open").json_value() is True
