"""The requirement register is whole, and what covers it is written down as it is."""

import re
from pathlib import Path

import pytest
import yaml

from conformance.catalogue_loader import Catalogue
from conformance.coverage import FILE as COVERAGE
from conformance.coverage import coverage, current
from conformance.mutants.mutant import load_mutants
from conformance.register import FILE, Checked, Level, load_register
from harness.confidence import Confidence
from harness.errors import ConfigurationError

JAPANESE = re.compile(r"[぀-ヿ]")
"""Kana: a Japanese sentence has some, a list of kanji terms or an English one has none."""
FIRST_SENTENCE = '"証明書の内容を利用する前に、登録済みトラストアンカーの公開鍵で証明書の署名を検証する。"'


def test_every_requirement_has_both_languages_and_a_source() -> None:
    """160 requirements at least, for five roles; a normative one names what it is checked against."""
    register = load_register()
    assert len(register) >= 160
    assert {row.role.value for row in register.values()} == {
        "relying-party",
        "responder",
        "card",
        "tap-client",
        "platform-client",
    }
    assert all(JAPANESE.search(row.text.ja) for row in register.values())
    assert all(row.checked is not Checked.OURS for row in register.values() if row.confidence is Confidence.NORMATIVE)


def test_coverage_page_is_what_the_files_say() -> None:
    """Whoever adds a case writes the page anew: python -m conformance.coverage."""
    assert COVERAGE.read_text(encoding="utf-8") == current()


def test_what_goes_beyond_the_words_stands_on_the_page(catalogue: Catalogue) -> None:
    """A clause that was read does not carry more than it says: each note of the register is on the page."""
    page = coverage(load_register(), catalogue.cases, load_mutants()).splitlines()
    noted = [row for row in load_register().values() if row.note]
    assert noted
    assert all(any(line.startswith(f"| {row.id} |") and (row.note or "") in line for line in page) for row in noted)


def test_counts_add_up(catalogue: Catalogue) -> None:
    """Covered, untestable and uncovered make the whole, for each role and level, and all rows the register."""
    page = coverage(load_register(), catalogue.cases, load_mutants())
    counts = [
        line for line in page.split("## How")[0].splitlines() if re.match(r"\| [a-z-]+ \| (MUST|SHOULD|MAY) ", line)
    ]
    numbers = [[int(cell) for cell in re.findall(r"\d+", line)] for line in counts]
    assert all(whole == covered + untestable + left for whole, covered, _, untestable, left in numbers)
    assert sum(row[0] for row in numbers) == len(load_register())


def test_uncovered_requirement_is_named(catalogue: Catalogue) -> None:
    """Nothing is hidden: without its cases a requirement stands there as having none."""
    register = load_register()
    without = {case_id: case for case_id, case in catalogue.cases.items() if case.requirement != "RP-KAZ-005"}
    page = coverage(register, without, load_mutants())
    assert any(line.startswith("| RP-KAZ-005 ") and line.endswith("| no case yet |") for line in page.splitlines())
    assert "| RP-KAZ-005 | 市民カード化構想 v1.9 かざし利用の要件 |" in page
    assert "tap/outdoor (tap-anywhere)" in coverage(register, catalogue.cases, load_mutants())


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("level: MUST", "level: OUGHT", r"requirements\.yaml: RP-PATH-001: .*'OUGHT' - at `\$\.level`"),
        ("role: relying-party", "role: judge", r"RP-PATH-001: .*'judge' - at `\$\.role`"),
        ("confidence: normative", "confidence: sure", r"RP-PATH-001: .*'sure' - at `\$\.confidence`"),
        ("id: RP-PATH-002", "id: RP-PATH-001", "RP-PATH-001: field id: expected each once, actual twice"),
        ("id: RP-PATH-001", "id: path one", r"path one: .*matching regex .* at `\$\.id`"),
        ("  - id: RP-PATH-001\n    role", "  - role", "entry 1: .*missing required field `id`"),
        (
            "    role: relying-party\n",
            "    role: relying-party\n    mood: good\n",
            "RP-PATH-001: .*unknown field `mood`",
        ),
        (f"      ja: {FIRST_SENTENCE}\n", "", r"RP-PATH-001: .*missing required field `ja` - at `\$\.text`"),
        ('    note: "ISO/IEC 7816-4 is not public."\n', "", "TC-PIN-003: field note: say why"),
        ("checked: read", "checked: ours", "RP-PATH-001: field checked: a normative clause is not ours"),
        ("requirements:\n", "requirements: [\n", "not YAML"),
    ],
)
def test_what_breaks_the_rules_is_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    """File, field and rule, in one line."""
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "requirements.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=says) as fault:
        load_register(path)
    assert "\n" not in str(fault.value)


def test_clauses_were_read_where_they_could_be() -> None:
    """All of RFC and OpenID; what is not public or too new is named, and nothing else is left unread."""
    unread = [row.id for row in load_register().values() if row.checked is Checked.NOT_AVAILABLE]
    assert unread == ["TC-READ-004", "TC-PIN-003", "PC-JWT-003"]


def test_levels_are_those_of_the_file() -> None:
    """Read independently of the loader: as many MUSTs as the text has."""
    rows = yaml.safe_load(FILE.read_text(encoding="utf-8"))["requirements"]
    assert sum(row["level"] == "MUST" for row in rows) == sum(
        row.level is Level.MUST for row in load_register().values()
    )
