"""A report's HTML as a PDF for approval: in one language, printed by a browser, its blank fields to be filled in."""

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cardsim.faces.system_font import find_typeface
from harness.errors import ConfigurationError
from harness.paper.chromium import find_chromium, print_page
from harness.paper.form import labels_of, make_form, with_links

PAGES = ("index.html", "load.html", "stories.html")
"""What a run leaves in its folder, whatever it was."""
NAME = "report.pdf"
_RADIO = re.compile(r'(<input type="radio" name="language" id="(?P<language>ja|en)")(?: checked)?')
NO_FONT = (
    "no Japanese font on this machine: kanji and kana would be boxes; as root: apt-get install fonts-noto-cjk (or "
    "fonts-ipafont-gothic) / 日本語フォントがありません"
)


@dataclass(frozen=True, slots=True)
class Printed:
    """A PDF: where it is, its fields, and what is wrong with its letters."""

    path: Path
    fields: list[str]
    warning: str | None


def page_of(folder: Path) -> Path:
    """Return the page in a folder, or the file itself; ConfigurationError where there is none."""
    if folder.is_file():
        return folder
    for name in PAGES:
        if (folder / name).is_file():
            return folder / name
    raise ConfigurationError(f"{folder}: expected a folder with one of {', '.join(PAGES)}, actual none of them")


def write_pdf(page: Path, pdf: Path, *, language: str | None = None, browser: str | None = None) -> Printed:
    """Write a page as PDF; ConfigurationError when no browser is there, or a Japanese page would have no letters."""
    program = find_chromium(browser)
    try:
        html = page.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise ConfigurationError(f"{page}: expected a report in HTML, actual {fault}") from fault
    shown = in_language(html, language)
    letters = find_typeface().file is not None
    if not letters and first_language(shown) == "ja":
        raise ConfigurationError(f"{page}: {NO_FONT}; or --lang en")
    with tempfile.TemporaryDirectory(prefix="kazashi-page-") as folder:
        for_print = Path(folder) / "page.html"
        for_print.write_text(with_links(shown), encoding="utf-8")
        made = Path(folder) / NAME
        print_page(for_print, made, browser=program)
        fields = make_form(made, labels_of(shown))
        try:
            pdf.write_bytes(made.read_bytes())
        except OSError as fault:
            raise ConfigurationError(f"{pdf}: expected to write it, actual {fault.strerror}; name another") from fault
    return Printed(pdf, fields, None if letters else NO_FONT)


def in_language(html: str, language: str | None) -> str:
    """Return the page with its switch set to a language; as it is where none is asked for, or there is no switch."""
    if language is None:
        return html
    return _RADIO.sub(lambda found: found[1] + (" checked" if found["language"] == language else ""), html)


def first_language(html: str) -> str:
    """Return which language a page shows first."""
    checked = next((found["language"] for found in _RADIO.finditer(html) if found[0].endswith(" checked")), None)
    return checked or ("en" if '<html lang="en"' in html else "ja")
