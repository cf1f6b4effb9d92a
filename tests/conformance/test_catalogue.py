"""The catalogue refuses what breaks its rules, and names file, field and rule."""

import shutil
from pathlib import Path

import pytest

from conformance.catalogue_loader import FOLDER, Catalogue, load_catalogue
from harness.errors import ConfigurationError

ROLE = "relying-party"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the catalogue, to be damaged."""
    shutil.copytree(FOLDER / ROLE, tmp_path / ROLE)
    return tmp_path


def edit(folder: Path, case: str, old: str, new: str) -> Path:
    """Replace a text that is there in one case file."""
    path = folder / ROLE / f"{case}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_shipped_catalogue_has_the_pairs_that_were_promised(catalogue: Catalogue) -> None:
    """At least seven refusals, each with an accepted twin."""
    refusals = [case for case in catalogue.cases.values() if case.is_refusal]
    assert len(refusals) >= 7
    assert all(case.twin in catalogue.cases for case in refusals)


def test_hash_follows_content(folder: Path, catalogue: Catalogue) -> None:
    """The same files give the same hash; one changed word another."""
    assert load_catalogue(ROLE, folder).hash == catalogue.hash
    edit(folder, "tap/outdoor", "outdoors", "out of doors")
    assert load_catalogue(ROLE, folder).hash != catalogue.hash


@pytest.mark.parametrize(
    ("case", "old", "new", "says"),
    [
        ("tap/outdoor", "twin: tap/genuine-chip\n", "", "tap/outdoor: field twin: a refusal needs an accepted twin"),
        ("tap/outdoor", "twin: tap/genuine-chip", "twin: tap/nowhere", "field twin: no case has the id 'tap/nowhere'"),
        ("tap/outdoor", "twin: tap/genuine-chip", "twin: tap/spliced-card", "tap/spliced-card is a refusal"),
        ("tap/outdoor", "[enrol, tap]", "[tap]", "tap/genuine-chip needs enrol, which tap/outdoor"),
        ("tap/outdoor", "decision: reject", "decision: refuse", r"outdoor\.yaml.*'refuse'.*\$\.expect\.decision"),
        ("tap/outdoor", "reason: PLACE_NOT_ALLOWED", "reason: OK", r"outdoor\.yaml: field expect: reason OK"),
        ("tap/outdoor", "version: 2", "version: 0", r"outdoor\.yaml.*>= 1.*\$\.version"),
        ("tap/outdoor", "requirement: RP", "requirement: rp", r"outdoor\.yaml.*\$\.requirement"),
        ("tap/outdoor", "RP-KAZ-005", "RP-KAZ-905", "field requirement: no requirement has the id 'RP-KAZ-905'"),
        ("tap/outdoor", "none: true", "none: false", "exactly one of `none: true`, `at_least`, `in_case`"),
        ("tap/outdoor", "do: enrol", "do: enroll", r"outdoor\.yaml.*enroll.*\$\.steps"),
        ("tap/outdoor", "id: tap/outdoor", "id: tap/elsewhere", "field id: expected 'tap/outdoor'"),
        ("tap/outdoor", "version: 2", "version: 2\nnote: x", r"outdoor\.yaml.*unknown field `note`"),
        ("tap/outdoor", "id: tap/outdoor", "id: [", r"outdoor\.yaml: not YAML"),
        (
            "tap/genuine-chip",
            "  - {do: tap}\n",
            "",
            r"genuine-chip\.yaml: field steps: .*actual at, which is a thing of the world",
        ),
    ],
)
def test_broken_file_is_named_with_field_and_rule(folder: Path, case: str, old: str, new: str, says: str) -> None:
    """Every kind of damage is refused in one line that leads to it."""
    edit(folder, case, old, new)
    with pytest.raises(ConfigurationError, match=says) as fault:
        load_catalogue(ROLE, folder)
    assert "\n" not in str(fault.value)


def test_unknown_role_lists_the_known_ones() -> None:
    """A role that has no catalogue is a configuration fault, not an empty pass."""
    with pytest.raises(ConfigurationError, match=r"role 'card-reader': expected one of: .*relying-party"):
        load_catalogue("card-reader")


def test_single_case_brings_its_twin(catalogue: Catalogue) -> None:
    """A refusal can be run again alone only together with its twin."""
    assert set(catalogue.with_twins(["tap/outdoor"]).cases) == {"tap/outdoor", "tap/genuine-chip"}
    with pytest.raises(ConfigurationError, match="case 'tap/nothing'"):
        catalogue.with_twins(["tap/nothing"])
