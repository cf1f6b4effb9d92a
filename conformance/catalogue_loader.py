"""The catalogue: every case file below `conformance/catalogue`, checked as a whole, with the hash of its content.

A file that breaks a rule is named with the field and the rule; a refusal without an accepted twin does not load.
"""

import hashlib
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec
import yaml

from conformance.case import Case
from conformance.made import OWN, WRONG
from conformance.register import load_register
from conformance.steps import JUDGEABLE
from conformance.yaml_file import read_yaml
from harness.contract.vocabulary import Reason
from harness.errors import ConfigurationError
from harness.jlis.wrong.vocabulary import Wrong

FOLDER = Path(__file__).parent / "catalogue"


C = TypeVar("C", bound="Paired")


class Paired(Protocol):
    """A case of any role, as far as it stands beside its twin."""

    @property
    def id(self) -> str:
        """Its place in the catalogue."""

    @property
    def twin(self) -> str | None:
        """The accepted case that differs in one thing."""

    @property
    def capabilities(self) -> Sequence[str]:
        """What a product has to have for it."""

    @property
    def is_refusal(self) -> bool:
        """Whether anything but being accepted is expected."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All cases of a role by id, in the order of their ids, and the SHA-256 of their compiled JSON (hex).

    `left_out` counts the cases that a selection took away; the hash stays that of all.
    """

    role: str
    cases: dict[str, Case]
    hash: str
    left_out: int = 0

    def with_twins(self, wanted: list[str]) -> "Catalogue":
        """Return the catalogue cut to the wanted ids and their twins; ConfigurationError for an unknown id."""
        cases = beside_twins(self.cases, wanted)
        return Catalogue(self.role, cases, self.hash, left_out=len(self.cases) - len(cases))


def beside_twins(cases: Mapping[str, C], wanted: Sequence[str]) -> dict[str, C]:
    """Return the wanted cases and their twins; ConfigurationError for an unknown id."""
    for case_id in wanted:
        if case_id not in cases:
            raise ConfigurationError(
                f"case {case_id!r}: expected one of the catalogue, actual none of that id; known: {', '.join(cases)}"
            )
    kept = {*wanted, *(twin for case_id in wanted if (twin := cases[case_id].twin))}
    return {key: case for key, case in cases.items() if key in kept}


def _check_reasons(path: Path, case: Case) -> None:
    """A second reason goes with a refusal only, and with the same decision; more than two make a case of anything."""
    also, most = case.expect.also, 2
    if len({case.expect.reason, *also}) != 1 + len(also) or len(also) > most:
        raise ConfigurationError(f"{path}: field expect.also: expected at most {most} other reasons, each once")
    if also and (not case.is_refusal or Reason.OK in also):
        raise ConfigurationError(f"{path}: field expect.also: expected reasons of a refusal, actual of an acceptance")


def _check_certificates(path: Path, case: Case) -> None:
    for number, step in enumerate((*case.steps, *case.afterwards)):
        made = getattr(step, "certificate", OWN)
        if made.startswith(WRONG) and made.removeprefix(WRONG) not in set(Wrong):
            raise ConfigurationError(
                f"{path}: field steps[{number}].certificate: expected wrong/ and one of "
                f"harness.jlis.wrong.vocabulary, actual {made!r}"
            )


def load_catalogue(role: str, folder: Path = FOLDER) -> Catalogue:
    """Return the catalogue of `role`; ConfigurationError names the file, the field and the rule that is broken."""
    files = sorted((folder / role).glob("**/*.yaml"))
    if not files:
        roles = ", ".join(sorted(path.name for path in folder.iterdir() if path.is_dir()))
        raise ConfigurationError(f"role {role!r}: expected one of: {roles}")
    register = load_register()
    cases = [load_case(path, folder / role, register) for path in files]
    by_id = {case.id: case for case in sorted(cases, key=lambda case: case.id)}
    for case in cases:
        check_twin(case, by_id)
    return Catalogue(role, by_id, hashlib.sha256(compiled(by_id)).hexdigest())


def compiled(cases: Mapping[str, Paired]) -> bytes:
    """Return the cases of a whole catalogue as one JSON: its octets are what the catalogue's hash is taken of."""
    return msgspec.json.encode(list(cases.values()))


def load_case(path: Path, folder: Path, register: Container[str]) -> Case:
    """Return the case of one file; ConfigurationError names the file, the field and the rule that is broken."""
    try:
        case = msgspec.convert(read_yaml(path), Case)
    except yaml.YAMLError as fault:
        raise ConfigurationError(f"{path}: not YAML: {' '.join(str(fault).split())}") from fault
    except msgspec.ValidationError as fault:
        raise ConfigurationError(f"{path}: {fault}") from fault
    expected = path.relative_to(folder).with_suffix("").as_posix()
    if case.id != expected:
        raise ConfigurationError(f"{path}: field id: expected {expected!r} (the file's own place), actual {case.id!r}")
    if (case.expect.reason is Reason.OK) == case.is_refusal:
        raise ConfigurationError(f"{path}: field expect: reason OK goes with accept and with nothing else")
    questions = case.expect.questions
    said = (questions.none, questions.open, questions.at_least is not None, questions.in_case is not None)
    if sum(said) != 1:
        raise ConfigurationError(
            f"{path}: field expect.questions: expected exactly one of `none: true`, `at_least`, `in_case`, `open: true`"
        )
    _check_reasons(path, case)
    _check_certificates(path, case)
    if case.requirement not in register:
        raise ConfigurationError(f"{path}: field requirement: no requirement has the id {case.requirement!r}")
    if not isinstance(case.steps[-1], JUDGEABLE):
        raise ConfigurationError(
            f"{path}: field steps: the last step is the judged one: expected one that the product is asked, actual "
            f"{type(case.steps[-1]).__name__.lower()}, which is a thing of the world"
        )
    return case


def check_twin(case: Paired, cases: Mapping[str, Paired]) -> None:
    """A refusal proves its cause only beside an accepted case that differs in one thing (CONFORMANCE.md)."""
    where = f"{case.id}: field twin"
    if case.is_refusal and case.twin is None:
        raise ConfigurationError(f"{where}: a refusal needs an accepted twin; name one")
    if case.twin is None:
        return
    twin = cases.get(case.twin)
    if twin is None:
        raise ConfigurationError(f"{where}: no case has the id {case.twin!r}")
    if twin.is_refusal:
        raise ConfigurationError(f"{where}: {case.twin} is a refusal; a twin is an accepted case")
    if not set(twin.capabilities) <= set(case.capabilities):
        # Else a product could be asked for the refusal whose twin is not applicable to it.
        more = ", ".join(sorted(set(twin.capabilities) - set(case.capabilities)))
        raise ConfigurationError(f"{where}: {case.twin} needs {more}, which {case.id} does not; twins need no more")
