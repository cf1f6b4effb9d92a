"""The requirement register: what a product has to do, where that is written, and how well it is founded."""

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
import yaml
from msgspec import Meta, Struct

from conformance.case import Text
from conformance.yaml_file import read_yaml
from harness.confidence import Confidence
from harness.errors import ConfigurationError

FILE = Path(__file__).parent / "requirements.yaml"
RequirementId = Annotated[str, Meta(pattern=r"^[A-Z]{2}-[A-Z]+-\d{3}$")]


class Level(StrEnum):
    """How binding it is (RFC 2119); with confidence `assumed` it is the suite's own policy."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class RequiredOf(StrEnum):
    """Which role it binds."""

    RELYING_PARTY = "relying-party"
    RESPONDER = "responder"
    CARD = "card"
    TAP_CLIENT = "tap-client"
    PLATFORM_CLIENT = "platform-client"


class Checked(StrEnum):
    """Whether somebody held the clause against its source."""

    READ = "read"
    """The clause was read in the standard's own text, and says what is required."""
    HEADING = "heading"
    """The clause exists in the standard's text under a heading that fits; its words were not compared."""
    NOT_AVAILABLE = "not available"
    """The source was not at hand when the register was made."""
    OURS = "ours"
    """No standard stands behind it that could be read: published, observed, or a policy of this suite."""


class Requirement(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing a product has to do."""

    id: RequirementId
    role: RequiredOf
    source: Annotated[str, Meta(min_length=3)]
    clause: Annotated[str, Meta(min_length=1)]
    checked: Checked
    level: Level
    confidence: Confidence
    text: Text
    note: Annotated[str, Meta(min_length=8)] | None = None
    """What the reading brought: where the requirement goes beyond the words, or the words beyond it."""
    boundary: Annotated[str, Meta(min_length=8)] | None = None
    """Just inside / just outside."""
    untestable: Annotated[str, Meta(min_length=8)] | None = None
    """Why no case can show it."""


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    requirements: list[dict[str, object]]


@cache
def level_of(requirement: str) -> Level:
    """Return the level of a requirement; MUST for one that is not in the register: nothing is forgiven by mistake."""
    row = load_register().get(requirement)
    return Level.MUST if row is None else row.level


def load_register(path: Path = FILE) -> dict[str, Requirement]:
    """Return the requirements by id, in the order of the file; ConfigurationError names file, id, field and rule."""
    try:
        rows = msgspec.convert(read_yaml(path), _File).requirements
    except yaml.YAMLError as fault:
        raise ConfigurationError(f"{path}: not YAML: {' '.join(str(fault).split())}") from fault
    except msgspec.ValidationError as fault:
        raise ConfigurationError(f"{path}: {fault}") from fault
    register: dict[str, Requirement] = {}
    for number, row in enumerate(rows, 1):
        where = f"{path}: {row.get('id', f'entry {number}')}"
        requirement = _requirement(row, where)
        if requirement.id in register:
            raise ConfigurationError(f"{where}: field id: expected each once, actual twice")
        register[requirement.id] = requirement
    return register


def _requirement(row: dict[str, object], where: str) -> Requirement:
    try:
        requirement = msgspec.convert(row, Requirement)
    except msgspec.ValidationError as fault:
        raise ConfigurationError(f"{where}: {fault}") from fault
    if requirement.confidence is Confidence.NORMATIVE and requirement.checked is Checked.OURS:
        raise ConfigurationError(f"{where}: field checked: a normative clause is not ours")
    if requirement.checked is Checked.NOT_AVAILABLE and requirement.note is None:
        raise ConfigurationError(f"{where}: field note: say why the text is not available")
    return requirement
