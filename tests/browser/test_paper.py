"""A report on paper: printed by the real browser, its text in order, its fields to be filled in."""

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from typer.testing import CliRunner

from harness.commands.report import app
from harness.paper.pdf import Printed, write_pdf
from tests.browser.made_pages import PAGES, REPORTS, each_of

FIELDS = [
    f"{person}-{what}" for person in ("tested", "reviewed", "approved") for what in ("name", "date", "seal")
]  # fmt: skip
COVER = {
    "ja": ("適合性試験報告書", "不適合", "製品", "承認欄", "試験実施者", "確認者", "承認者", "備考"),
    "en": (
        *("Conformance report", "Not conformant", "Product", "Approval"),
        *("Tested by", "Reviewed by", "Approved by", "Remarks"),
    ),
}


def text_of(pdf: Path) -> list[str]:
    """The text of each page; Noto's glyphs of 日 and 目 are read as radicals, which NFKC undoes."""
    return [unicodedata.normalize("NFKC", page.extract_text()) for page in PdfReader(pdf).pages]


def in_order(text: str, words: tuple[str, ...] | list[str]) -> bool:
    """Whether all the words stand in a text, one after the other."""
    at = 0
    for word in words:
        found = text.find(word, at)
        if found < 0:
            return False
        at = found + len(word)
    return True


@pytest.fixture(scope="module")
def printed(page_at: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Printed]:
    """Print a page in a language, once."""
    folder, done = tmp_path_factory.mktemp("printed"), {}

    def one(name: str, language: str) -> Printed:
        if (name, language) not in done:
            done[name, language] = write_pdf(page_at(name), folder / f"{name}-{language}.pdf", language=language)
        return done[name, language]

    return one


@pytest.mark.xdist_group("refused")
@pytest.mark.parametrize("language", ["ja", "en"])
def test_cover_has_verdict_product_and_who_signs_in_order(printed: Callable[..., Printed], language: str) -> None:
    """The first page is the cover; the next begins the summary; each page has its number and the number of all."""
    pages = text_of(printed("refused", language).path)
    assert in_order(pages[0], COVER[language]), pages[0]
    assert "kazashi-always-accept" in pages[0]
    assert all(f"{number} / {len(pages)}" in text for number, text in enumerate(pages, 1))


@pytest.mark.xdist_group("refused")
def test_cases_stand_in_their_order_with_checks_and_clauses(printed: Callable[..., Printed]) -> None:
    """What failed is there in full: id, expected and actual, clause, advice, picture, trace; the messages are not."""
    text = "\n".join(text_of(printed("refused", "en").path)).replace("\n", " ")
    assert in_order(text, ["1. Summary", "2. Heat map", "3. What was not applicable", "4. Cases", "5. Provenance"])
    assert in_order(text, ["Advice", "Clause", "Run this case again", "Checks" if "Checks" in text else "Check"])
    for word in (
        "login/counted",
        "Expected",
        "Actual",
        "RFC 8017",
        "Trace of the card",
        "READ BINARY",
    ):
        assert word in text
    # Where a command is broken into lines follows from how long the target's name is.
    assert "--caselogin/counted" in "".join(text.split())
    assert "POST /kazashi/v1" not in text
    assert "known <b>fault</b>" in text


@pytest.mark.parametrize("name", each_of(REPORTS))
def test_fields_can_be_filled_in(name: str, printed: Callable[..., Printed], tmp_path: Path) -> None:
    """Each field for approval, in the order of reading, called as on the page; what is typed is kept."""
    made = printed(name, "ja")
    assert [field for field in made.fields if field in FIELDS] == FIELDS
    reader = PdfReader(made.path)
    fields = reader.get_fields() or {}
    assert set(made.fields) == set(fields)
    assert fields["approved-name"]["/TU"] == "承認者 氏名 / Approved by name"
    writer = PdfWriter(clone_from=reader)
    writer.update_page_form_field_values(writer.pages[0], {"approved-name": "Yamada"}, auto_regenerate=False)
    writer.write(tmp_path / "filled.pdf")
    assert (PdfReader(tmp_path / "filled.pdf").get_fields() or {})["approved-name"]["/V"] == "Yamada"


@pytest.mark.parametrize("name", each_of(sorted(set(PAGES) - {"refused"})))
def test_every_page_can_be_printed(name: str, printed: Callable[..., Printed]) -> None:
    """Tagged, with an outline and a language; nothing but the file was needed."""
    reader = PdfReader(printed(name, "en").path)
    assert "/StructTreeRoot" in reader.root_object
    assert reader.outline


@pytest.mark.xdist_group("card")
def test_command_writes_the_pdf_beside_the_page(page_at: Callable[[str], Path]) -> None:
    """`kazashi report pdf DIR`."""
    page = page_at("card")
    done = CliRunner().invoke(app, ["pdf", str(page.parent)])
    assert (done.exit_code, done.stdout.strip()) == (0, str(page.with_name("report.pdf")))
    assert PdfReader(page.with_name("report.pdf")).get_fields()
