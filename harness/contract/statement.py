"""The conformance statement (ICS, 適合宣言書): what a vendor says that a product does, signed off before a run.

`hello` answers with a draft of it. A run with the statement judges the product within it: a case that needs a
capability which both the statement and the product leave out is not applicable, and counted.
"""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import yaml
from msgspec import Meta

from harness.contract.bare_introductions import CardIntroduction, ResponderIntroduction
from harness.contract.messages import Introduction, Message, Name
from harness.contract.platform_messages import PlatformIntroduction
from harness.contract.tap_messages import TapIntroduction
from harness.errors import ConfigurationError

AnyIntroduction = Introduction | TapIntroduction | PlatformIntroduction
"""The answer to `hello`, by role."""
AnyTarget = AnyIntroduction | ResponderIntroduction | CardIntroduction
"""Whatever a statement can be about."""


class Statement(Message, frozen=True):
    """The statement; `product` is word for word what the product answers to `hello`, where it has one."""

    vendor: Name
    product: AnyTarget
    remarks: Annotated[str, Meta(max_length=4000)] = ""


def load_statement(path: Path) -> Statement:
    """Return the statement in a YAML or JSON file; ConfigurationError names the file, the field and the rule."""
    try:
        octets = path.read_bytes()
    except OSError as fault:
        raise ConfigurationError(f"{path}: {fault.strerror}; name a conformance statement with --ics") from fault
    return read_statement(octets, path)


def read_statement(octets: bytes, where: Path | str) -> Statement:
    """Return the statement that the octets hold; ConfigurationError names the place, the field and the rule."""
    try:
        plain = yaml.safe_load(octets.decode("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as fault:
        raise ConfigurationError(f"{where}: not YAML: {' '.join(str(fault).split())}") from fault
    try:
        return msgspec.convert(plain, Statement)
    except msgspec.ValidationError as fault:
        raise ConfigurationError(f"{where}: {fault}; see docs/contract.md") from fault


def check_statement(statement: Statement, said: AnyIntroduction) -> None:
    """Return when the product says of itself what the statement says; ConfigurationError names each difference."""
    stated, actual = _plain(statement.product), _plain(said)
    differences = [
        f"{field}: statement {stated.get(field)!r}, product {actual.get(field)!r}"
        for field in sorted(stated.keys() | actual.keys())
        if stated.get(field) != actual.get(field)
    ]
    if differences:
        raise ConfigurationError(
            f"the conformance statement is not about this product: {'; '.join(differences)}; mend one of them"
        )


def _plain(introduction: AnyTarget) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(introduction)
    return {**fields, "capabilities": sorted(fields["capabilities"])}
