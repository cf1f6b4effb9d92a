"""Mutants of the roles without an adapter, as data: what is wrong, and the cases that must notice.

A mutant is an order to the fault grammar, or an edit of a copied tree (`conformance.mutants.mutant`), or a card that
is not what it claims; which of these a role knows, its own `mutants` says.
"""

from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import yaml
from msgspec import Meta, Struct

from conformance.case import CaseId, MutantId, Text
from conformance.mutants.mutant import ROOT, Edit, Mutant, apply, digest, function_source
from conformance.yaml_file import read_yaml
from harness.errors import ConfigurationError

FOLDER = ROOT / "conformance" / "mutants"


class RoleMutant(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One mutant, and the cases that must fail for it."""

    id: MutantId
    title: Text
    killed_by: Annotated[list[CaseId], Meta(min_length=1)]
    edits: list[Edit] = []

    def apply(self, tree: Path) -> None:
        """Edit the copy of the repository in `tree`; ConfigurationError names the mutant whose source has moved."""
        apply(Mutant(self.id, self.title, self.killed_by, self.edits), tree)


M = TypeVar("M", bound=RoleMutant)


def load_role_mutants(role: str, kind: type[M], folder: Path = FOLDER) -> list[M]:
    """Return every mutant of a role, by id; ConfigurationError names the file and the field that is wrong."""
    return [_load(path, kind) for path in sorted((folder / role).glob("*.yaml"))]


def seal_role(role: str, folder: Path = FOLDER) -> None:
    """Write the present hashes into the mutant files of a role, each behind the function it is of."""
    for path in sorted((folder / role).glob("*.yaml")):
        lines, place = path.read_text(encoding="utf-8").splitlines(keepends=True), {"file": "", "function": ""}
        for number, line in enumerate(lines):
            name, _, value = line.strip().removeprefix("- ").partition(": ")
            if name in place:
                place[name] = value.strip('"')
            elif name == "sha256":
                source = function_source(ROOT / place["file"], place["function"])
                lines[number] = f'    sha256: "{digest(source)}"\n'
        path.write_text("".join(lines), encoding="utf-8")


def _load(path: Path, kind: type[M]) -> M:
    try:
        mutant = msgspec.convert(read_yaml(path), kind)
    except (yaml.YAMLError, msgspec.ValidationError) as fault:
        raise ConfigurationError(f"{path}: {' '.join(str(fault).split())}") from fault
    if mutant.id != path.stem:
        raise ConfigurationError(f"{path}: field id: expected {path.stem!r}, actual {mutant.id!r}")
    return mutant


if __name__ == "__main__":
    for each in sorted(path.name for path in FOLDER.iterdir() if path.is_dir() and path.name != "relying-party"):
        seal_role(each)
