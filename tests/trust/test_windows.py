"""The scripts for Windows, as text: there is no PowerShell on the machines that run these tests, so nothing runs them.

What can be told from the text is told: which thumbprints, which stores, what stands before what.
"""

import hashlib
import re
from pathlib import Path

import pytest

from harness.trust.export import export
from harness.trust.material import Material
from harness.trust.windows import STORE
from tests.trust.conftest import Installation

THUMBPRINT = re.compile(r"'([0-9A-F]{40})'")


@pytest.fixture
def scripts(found: Material, tmp_path: Path) -> dict[str, str]:
    """Both scripts of an export, by what they do."""
    export(found, tmp_path)
    return {
        name: (tmp_path / f"{name}-windows.ps1").read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        for name in ("import", "remove")
    }


def test_same_thumbprints_in_both(here: Installation, scripts: dict[str, str]) -> None:
    """What is imported is what is removed: the SHA-1 of every authority, no other, each once."""
    wanted = [hashlib.sha1(der, usedforsecurity=False).hexdigest().upper() for _, der in here.world.trust().anchors()]
    assert THUMBPRINT.findall(scripts["import"]) == wanted
    assert THUMBPRINT.findall(scripts["remove"]) == wanted


def test_import_table_names_its_files(found: Material, tmp_path: Path) -> None:
    """Each thumbprint of the import stands before the very DER file whose SHA-1 it is."""
    export(found, tmp_path)
    text = (tmp_path / "import-windows.ps1").read_text(encoding="utf-8-sig")
    rows = re.findall(r"'([0-9A-F]{40})' = '([^']+)'", text)
    assert len(rows) == len(found.authorities)
    for thumbprint, name in rows:
        content = (tmp_path / name).read_bytes()
        assert hashlib.sha1(content, usedforsecurity=False).hexdigest().upper() == thumbprint


def test_never_silently_into_root(scripts: dict[str, str]) -> None:
    """The store is our own; Root is chosen only within `if ($Root)`, after the question, and no switch answers it."""
    text = scripts["import"]
    assert re.findall(r"^\$storeName = '(.+)'$", text, re.MULTILINE) == [STORE]
    block = re.search(r"^if \(\$Root\) \{\n(.*?)^\}$", text, re.MULTILINE | re.DOTALL)
    assert block is not None
    asked, refused = block[1].index("$PSCmdlet.ShouldContinue"), block[1].index("exit 1")
    assert asked < refused < block[1].index("$storeName = 'Root'")
    assert text.count("'Root'") == 1
    assert "LocalMachine" not in text
    assert re.findall(r"^param\((.*)\)$", text, re.MULTILINE) == ["[switch]$Root"]
    assert block.end() < text.index("Import-Certificate -FilePath")
    assert "-Force" not in text


def test_removal_looks_everywhere(scripts: dict[str, str]) -> None:
    """Removal goes through every store of machine and user by thumbprint alone, and says with exit 1 what is left."""
    text = scripts["remove"]
    assert "foreach ($location in 'LocalMachine', 'CurrentUser')" in text
    assert 'Get-ChildItem -Path "Cert:\\$Location" -Recurse' in text
    assert "$thumbprints -contains $_.Thumbprint" in text
    assert STORE not in text
    assert text.index("$left =") < text.index("exit 1")
    assert [line for line in text.splitlines() if "Remove-Item" in line] == [
        "            Remove-Item -LiteralPath $certificate.PSPath"
    ]


@pytest.mark.parametrize("name", ["import", "remove"])
def test_windows_powershell_reads_it(found: Material, tmp_path: Path, name: str) -> None:
    """Windows PowerShell 5.1 takes a file without byte order mark for the code page's; lines end as on Windows."""
    export(found, tmp_path)
    content = (tmp_path / f"{name}-windows.ps1").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf#Requires")
    assert content.count(b"\n") == content.count(b"\r\n")
    text = content.decode("utf-8-sig")
    assert "@" not in re.sub(r"@\(|= @", "", text).replace("[ordered]@{", "").replace("[ordered]{", "")
    for opened, closed in ("{}", "()", "[]"):
        assert text.count(opened) == text.count(closed)
