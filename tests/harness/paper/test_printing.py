"""Printing where something is missing says what, and how to mend it; no browser is needed to see that."""

from pathlib import Path

import pytest

from cardsim.faces.typeface import Typeface
from harness.errors import ConfigurationError
from harness.paper import pdf
from harness.paper.chromium import find_chromium, print_page
from harness.paper.form import labels_of, with_links
from harness.paper.pdf import first_language, in_language, page_of, write_pdf

FIELD = '<input class="field" name="tested-name" aria-label="試験実施者 氏名 / Tested by name" autocomplete="off">'
SWITCH = '<input type="radio" name="language" id="ja" checked><input type="radio" name="language" id="en">'


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page in Japanese."""
    path = tmp_path / "index.html"
    path.write_text(f'<html lang="ja">{SWITCH}{FIELD}', encoding="utf-8")
    return path


def test_no_browser_is_named_with_its_package(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing, and the command that brings it."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ConfigurationError, match="apt-get install chromium"):
        write_pdf(page, page.with_suffix(".pdf"))
    with pytest.raises(ConfigurationError, match=r"--browser 'no-such-browser': expected a program"):
        find_chromium("no-such-browser")


def test_program_that_prints_nothing_is_a_fault(page: Path) -> None:
    """`true` ends well and writes nothing; `false` does not even end well."""
    for program, said in (("true", "exit code 0"), ("false", "exit code 1")):
        with pytest.raises(ConfigurationError, match=said):
            print_page(page, page.with_suffix(".pdf"), browser=find_chromium(program))


def test_japanese_page_without_a_font_is_refused(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Boxes in the place of kanji are no report; English is written with a warning, and here fails at the printing."""
    monkeypatch.setattr(pdf, "find_typeface", Typeface)
    with pytest.raises(ConfigurationError, match="fonts-noto-cjk"):
        write_pdf(page, page.with_suffix(".pdf"), browser="true")
    with pytest.raises(ConfigurationError, match="exit code 0"):
        write_pdf(page, page.with_suffix(".pdf"), browser="true", language="en")


def test_language_of_the_paper_is_that_of_the_switch() -> None:
    """The switch is set, and nothing else changes."""
    assert first_language(SWITCH) == "ja"
    turned = in_language(SWITCH, "en")
    assert first_language(turned) == "en"
    assert in_language(turned, "ja") == SWITCH
    assert in_language("<p>", "en") == "<p>"


def test_fields_become_links_for_the_printer() -> None:
    """A blank field keeps its name and its label."""
    assert with_links(FIELD) == (
        '<a class="field" href="https://field.invalid/tested-name" title="試験実施者 氏名 / Tested by name"></a>'
    )
    assert labels_of(FIELD) == {"tested-name": "試験実施者 氏名 / Tested by name"}


def test_folder_without_a_page_is_named(tmp_path: Path, page: Path) -> None:
    """A folder is looked through, a file is taken as it is."""
    assert page_of(tmp_path) == page_of(page) == page
    with pytest.raises(ConfigurationError, match=r"expected a folder with one of index\.html"):
        page_of(tmp_path / "other")
