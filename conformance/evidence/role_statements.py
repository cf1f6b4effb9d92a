"""Whether a conformance statement is about the target of a run of the roles responder, card and tap-client."""

from typing import Any

from conformance.roles.role_run import Bench
from harness.contract.statement import Statement
from harness.contract.tap_messages import TapFunction, TapIntroduction
from harness.errors import ConfigurationError

FUNCTIONS = frozenset(each.value for each in TapFunction)


def require_fitting(statement: Statement, role: str, bench: Bench[Any]) -> None:
    """Return when the statement says what the bench found; ConfigurationError names each difference.

    A product with an adapter is compared with its `hello`. A responder and a card say nothing of themselves: there the
    statement has to name exactly what the command line lets be asked, no more (it would go untested) and no less.
    """
    stated = statement.product
    if stated.__struct_config__.tag != role:
        raise ConfigurationError(
            f"--ics: field product.role: expected {role}, actual {stated.__struct_config__.tag}; name another statement"
        )
    found, differences = set(bench.capabilities), []
    if isinstance(stated, TapIntroduction):
        found &= FUNCTIONS
        if f"{stated.product} {stated.version}" != bench.product:
            differences.append(f"product: statement '{stated.product} {stated.version}', target {bench.product!r}")
    said = {str(each) for each in stated.capabilities}
    if said - found:
        differences.append(f"capabilities that cannot be asked in this run: {', '.join(sorted(said - found))}")
    if found - said:
        differences.append(f"capabilities that the statement leaves out: {', '.join(sorted(found - said))}")
    if differences:
        raise ConfigurationError(
            f"the conformance statement is not about this target: {'; '.join(differences)}; mend it or the options"
        )
