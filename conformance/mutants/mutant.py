"""A mutant: which rule is off, where, and what stands there instead; applied to a copy and run like any product.

Each edit names file and function and carries the hash of that function's source. When the source moves the mutant
no longer applies, and says so: `python -m conformance.mutants.mutant` writes the hashes anew after the edit was
looked at again.
"""

import ast
import hashlib
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import msgspec
import yaml
from msgspec import Meta, Struct

from conformance.case import CaseId, MutantId, Text
from conformance.yaml_file import read_yaml
from harness.contract.launch import LaunchedProduct
from harness.errors import ConfigurationError

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = Path(__file__).parent / "relying-party"
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class Edit(Struct, frozen=True, forbid_unknown_fields=True):
    """One replacement: `old` stands exactly once in `function` of `file`, whose source has the hash `sha256`."""

    file: str
    function: str
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
    old: str
    new: str


class Mutant(Struct, frozen=True, forbid_unknown_fields=True):
    """The reference relying party with one rule off, and the cases that must notice."""

    id: MutantId
    title: Text
    killed_by: Annotated[list[CaseId], Meta(min_length=1)]
    edits: Annotated[list[Edit], Meta(min_length=1)]
    options: list[str] = []
    """How the product is started: `--status-method crl`, where the rule is one of lists."""


def load_mutants(folder: Path = FOLDER) -> list[Mutant]:
    """Return every mutant, by id; ConfigurationError names the file and the field that is wrong."""
    return [_load(path) for path in sorted(folder.glob("*.yaml"))]


def apply(mutant: Mutant, tree: Path) -> None:
    """Edit the copy of the repository in `tree`; ConfigurationError names the mutant whose source has moved."""
    edited = [
        (tree / file, function_source(tree / file, name), edited_source(mutant, tree, edits))
        for (file, name), edits in by_function(mutant)
    ]
    for path, before, after in edited:
        path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")


def by_function(mutant: Mutant) -> list[tuple[tuple[str, str], list[Edit]]]:
    """Return the edits, those of one function together, by file and function."""
    places = dict.fromkeys((edit.file, edit.function) for edit in mutant.edits)
    return [(place, [edit for edit in mutant.edits if (edit.file, edit.function) == place]) for place in places]


def edited_source(mutant: Mutant, tree: Path, edits: Sequence[Edit]) -> str:
    """Return the source of one function after these edits of it; ConfigurationError where it has moved."""
    edited = None
    for edit in edits:
        source = function_source(tree / edit.file, edit.function)
        if digest(source) != edit.sha256:
            raise ConfigurationError(
                f"mutant {mutant.id}: {edit.file}:{edit.function} has moved: expected sha256 {edit.sha256}, actual "
                f"{digest(source)}; look at the edit again, then run python -m conformance.mutants.mutant"
            )
        edited = edited or source
        if edited.count(edit.old) != 1:
            raise ConfigurationError(
                f"mutant {mutant.id}: {edit.file}:{edit.function}: expected {edit.old!r} exactly once, "
                f"actual {edited.count(edit.old)} times"
            )
        edited = edited.replace(edit.old, edit.new)
    return edited or ""


@contextmanager
def running_mutant(mutant: Mutant) -> Iterator[str]:
    """Yield the address of the mutant, run from a copied tree as a process of its own."""
    with TemporaryDirectory(prefix=f"kazashi-{mutant.id}-") as folder:
        tree = Path(folder)
        shutil.copytree(ROOT / "reference_impl", tree / "reference_impl", ignore=shutil.ignore_patterns("__pycache__"))
        apply(mutant, tree)
        # -m looks in the working directory first: the copy is found before the installed package.
        with LaunchedProduct(
            [sys.executable, "-m", "reference_impl.app", "--test-surface", *mutant.options], cwd=tree
        ) as product:
            yield product.address


def find_function(path: Path, name: str) -> tuple[FunctionNode, str]:
    """Return a function or method (`name` or `Class.name`) of a file, and its source, whole lines."""
    text = path.read_text(encoding="utf-8")
    scope: ast.AST = ast.parse(text)
    for part in name.split("."):
        scope = next((node for node in ast.iter_child_nodes(scope) if getattr(node, "name", None) == part), ast.Pass())
    if not isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef) or scope.end_lineno is None:
        raise ConfigurationError(f"{path}: expected a function {name}, actual none")
    return scope, "".join(text.splitlines(keepends=True)[scope.lineno - 1 : scope.end_lineno])


def function_source(path: Path, name: str) -> str:
    """Return the source of a function or method, as it stands in the file."""
    return find_function(path, name)[1]


def digest(source: str) -> str:
    """Return the SHA-256 (hex) of a source text."""
    return hashlib.sha256(source.encode()).hexdigest()


def seal(folder: Path = FOLDER, root: Path = ROOT) -> None:
    """Write the present hashes into the mutant files."""
    for path in sorted(folder.glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        for edit in yaml.safe_load(text)["edits"]:
            text = text.replace(edit["sha256"], digest(function_source(root / edit["file"], edit["function"])))
        path.write_text(text, encoding="utf-8")


def _load(path: Path) -> Mutant:
    try:
        mutant = msgspec.convert(read_yaml(path), Mutant)
    except (yaml.YAMLError, msgspec.ValidationError) as fault:
        raise ConfigurationError(f"{path}: {' '.join(str(fault).split())}") from fault
    if mutant.id != path.stem:
        raise ConfigurationError(f"{path}: field id: expected {path.stem!r}, actual {mutant.id!r}")
    return mutant


if __name__ == "__main__":
    seal()
