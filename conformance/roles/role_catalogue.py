"""The catalogue of a role without an adapter: every file checked as a whole, with the hash of its content.

The rules are those of `conformance.catalogue_loader`: file, field and rule are named; no refusal without its twin.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import msgspec
import yaml

from conformance.catalogue_loader import FOLDER, beside_twins, check_twin, compiled
from conformance.register import RequiredOf, Requirement, load_register
from conformance.roles.role_case import RoleCase
from conformance.roles.role_mutants import RoleMutant
from conformance.yaml_file import read_yaml
from harness.errors import ConfigurationError

C = TypeVar("C", bound=RoleCase)


@dataclass(frozen=True, slots=True)
class Vocabulary(Generic[C]):
    """A role: its name, whom its requirements bind, the type of its cases, every capability a case may need."""

    role: RequiredOf
    case_type: type[C]
    capabilities: frozenset[str]
    mutant_type: type[RoleMutant]


@dataclass(frozen=True, slots=True)
class RoleCatalogue(Generic[C]):
    """All cases of a role by id, in the order of their ids, and the SHA-256 of their compiled JSON (hex)."""

    role: str
    cases: dict[str, C]
    hash: str
    left_out: int = 0
    """How many cases a selection took away; the hash stays that of all."""

    def with_twins(self, wanted: list[str]) -> "RoleCatalogue[C]":
        """Return the catalogue cut to the wanted ids and their twins; ConfigurationError for an unknown id."""
        cases = beside_twins(self.cases, wanted)
        return RoleCatalogue(self.role, cases, self.hash, left_out=len(self.cases) - len(cases))


def load_role_catalogue(vocabulary: Vocabulary[C], folder: Path = FOLDER) -> RoleCatalogue[C]:
    """Return the catalogue of a role; ConfigurationError names the file, the field and the rule that is broken."""
    place = folder / vocabulary.role.value
    register = load_register()
    cases = [_load(path, place, vocabulary, register) for path in sorted(place.glob("**/*.yaml"))]
    by_id = {case.id: case for case in sorted(cases, key=lambda case: case.id)}
    for case in cases:
        check_twin(case, by_id)
    return RoleCatalogue(vocabulary.role.value, by_id, hashlib.sha256(compiled(by_id)).hexdigest())


def _load(path: Path, place: Path, vocabulary: Vocabulary[C], register: dict[str, Requirement]) -> C:
    try:
        case = msgspec.convert(read_yaml(path), vocabulary.case_type)
    except yaml.YAMLError as fault:
        raise ConfigurationError(f"{path}: not YAML: {' '.join(str(fault).split())}") from fault
    except msgspec.ValidationError as fault:
        raise ConfigurationError(f"{path}: {fault}") from fault
    expected = path.relative_to(place).with_suffix("").as_posix()
    if case.id != expected:
        raise ConfigurationError(f"{path}: field id: expected {expected!r} (the file's own place), actual {case.id!r}")
    required = register.get(case.requirement)
    if required is None or required.role is not vocabulary.role:
        found = "none of that id" if required is None else f"one of the role {required.role.value}"
        raise ConfigurationError(
            f"{path}: field requirement: expected one of the role {vocabulary.role.value}, actual {found}: "
            f"{case.requirement}"
        )
    unknown = set(case.capabilities) - vocabulary.capabilities
    if unknown:
        raise ConfigurationError(
            f"{path}: field capabilities: expected some of {', '.join(sorted(vocabulary.capabilities))}, "
            f"actual {', '.join(sorted(unknown))}"
        )
    complaint = case.complaint()
    if complaint is not None:
        raise ConfigurationError(f"{path}: field {complaint}")
    return case
