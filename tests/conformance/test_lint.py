"""The linter names every broken rule of every file at once."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from conformance.catalogue_loader import FOLDER
from conformance.lint import ROLE, findings, schema


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the catalogue, to be damaged."""
    shutil.copytree(FOLDER / ROLE, tmp_path / ROLE)
    return tmp_path


def damage(folder: Path, case: str, old: str, new: str) -> None:
    """Replace a text that is there in one case file."""
    path = folder / ROLE / f"{case}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_shipped_catalogue_has_no_finding() -> None:
    """Every rule holds in every file."""
    assert list(findings()) == []


def test_all_findings_come_at_once_with_file_field_and_rule(folder: Path) -> None:
    """Three files broken in three ways: three lines, each of which leads to its place."""
    damage(folder, "certificate/ca-true", "twin: login/genuine-signature\n", "")
    damage(folder, "ocsp/says-unknown", "fault: says_unknown", "fault: says_perhaps")
    damage(folder, "proof/pss", "afterwards:\n  - {do: login}\n", "")
    damage(folder, "certificate/sha1-signature", "wrong/sha1-signature", "wrong/sha7-signature")
    found = list(findings(folder))
    assert len(found) == 4
    for place, rule in (
        ("certificate/ca-true.yaml", "field twin: a refusal needs an accepted twin"),
        ("ocsp/says-unknown.yaml", "says_perhaps"),
        ("proof/pss.yaml", "field afterwards: expected the twin's last step again"),
        ("certificate/sha1-signature.yaml", "field steps[3].certificate: expected wrong/ and one of"),
    ):
        assert any(place in line and rule in line for line in found), place


def test_command_ends_with_2_when_there_is_a_finding(folder: Path) -> None:
    """As any fault of configuration; and 0 when there is none."""
    command = [sys.executable, "-m", "conformance.lint"]
    assert subprocess.run(command, check=False, capture_output=True, timeout=60).returncode == 0
    damage(folder, "certificate/ca-true", "reason: POLICY", "reason: OK")
    done = subprocess.run([*command, str(folder)], check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "ca-true.yaml: field expect: reason OK goes with accept" in done.stderr


def test_schema_takes_the_shipped_files_and_refuses_a_broken_one() -> None:
    """Whoever writes cases with an editor that knows JSON Schema is told at once."""
    checker = jsonschema.Draft202012Validator(json.loads(json.dumps(schema())))
    for path in (FOLDER / ROLE).glob("ocsp/*.yaml"):
        checker.validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    broken = yaml.safe_load((FOLDER / ROLE / "ocsp" / "silent.yaml").read_text(encoding="utf-8"))
    broken["expect"]["decision"] = "perhaps"
    assert not checker.is_valid(broken)
