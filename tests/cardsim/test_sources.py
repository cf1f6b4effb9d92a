"""Where the card's behaviour comes from: section of spec/card.md and key of its source, named where it is done."""

import re
from pathlib import Path

import pytest

from cardsim.card import COMMANDS, FREE_AREA_COMMANDS, Row
from cardsim.options import Options

ROOT = Path(__file__).parents[2]
SPECIFICATION = (ROOT / "docs/spec/card.md").read_text(encoding="utf-8")
SECTIONS = set(re.findall(r"^##+ (\d+[a-z]?(?:\.\d+)?)\.? ", SPECIFICATION, re.MULTILINE))
KEYS = set(re.findall(r"^\| \**([A-Z][A-Z0-9-]+)(?:#n|#\d+)?\** \|", SPECIFICATION.split("## 1.")[0], re.MULTILINE))
OWN = re.compile(r"INVENTED|ASSUMED|assumed")
"""What has no source says so."""
MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("cardsim/applications", "cardsim/commands")
    for path in (ROOT / folder).glob("[!_]*.py")
) + [f"cardsim/{name}.py" for name in ("data_objects", "pins", "secure_messaging", "status", "records")]


def sections_in(text: str) -> set[str]:
    """The sections of spec/card.md that a text names; those of standards follow the standard's name."""
    own = re.sub(
        r"(?:ISO[^;\n]*?|RFC \d+|BSI TR-\d+|ETSI TS [\d ]+|GlobalPlatform[^;\n]*?|spec/pki\.md) §[\w.]+(?:, §[\w.]+)*",
        "",
        text,
    )
    return set(re.findall(r"§(\d+[a-z]?(?:\.\d)?)", own))


def keys_in(text: str) -> set[str]:
    """The keys of sources that a text names."""
    return {key for key in KEYS if re.search(rf"(?<![A-Z0-9-]){key}(?![A-Z0-9-])", text)}


def test_the_specification_is_read_as_meant() -> None:
    """Sections from 0 to 9, and the keys of its first table: else the tests below would compare with nothing."""
    assert {"1.2", "2.7", "3", "4", "7a", "8"} <= SECTIONS
    assert {"OSC", "MYN", "MYN-GO", "MC", "JSA", "SCT", "P8N", "TRACE"} <= KEYS
    assert sections_in("ISO/IEC 7816-4:2013 §7.5.6; spec/card.md §3") == {"3"}
    assert keys_in("measured (MC, MYN-GO)") == {"MC", "MYN-GO"}


@pytest.mark.parametrize("row", COMMANDS.values(), ids=lambda row: row.english)
def test_command_names_section_and_key(row: Row) -> None:
    """Each command says where it stands in the specification, and who saw it."""
    assert "spec/card.md" in row.clause
    assert sections_in(row.clause)
    assert sections_in(row.clause) <= SECTIONS
    assert keys_in(row.clause)


@pytest.mark.parametrize("row", FREE_AREA_COMMANDS.values(), ids=lambda row: row.english)
def test_command_of_ours_says_so(row: Row) -> None:
    """What nobody published is labelled."""
    assert row.clause.startswith("INVENTED")


@pytest.mark.parametrize("module", MODULES)
def test_module_names_section_and_key(module: str) -> None:
    """Each module of the card's content and commands names both, or says that it is our own."""
    text = (ROOT / module).read_text(encoding="utf-8")
    found = sections_in(text)
    assert found <= SECTIONS, f"{module}: no such section: {sorted(found - SECTIONS)}"
    assert OWN.search(text) or (found and keys_in(text)), f"{module}: expected a section and a key of a source"


@pytest.mark.parametrize("name", Options.__struct_fields__)
def test_option_names_where_the_question_stands(name: str) -> None:
    """Each option has a docstring that names a section, or says that it is unknown because nobody asked."""
    source = (ROOT / "cardsim/options.py").read_text(encoding="utf-8")
    found = re.search(rf'^    {name}: [^\n]*\n    """(.*?)"""', source, re.MULTILINE | re.DOTALL)
    assert found is not None, f"{name}: expected a docstring"
    assert sections_in(found[1]) <= SECTIONS
    assert sections_in(found[1]), f"{name}: expected a section of spec/card.md"
