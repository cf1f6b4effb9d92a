"""What the packages may not import, and which reasons the tests of outcomes reach."""

import ast
from pathlib import Path

import reference_impl
from reference_impl.verification.verdict import Decision, Reason, decision_for

ROOT = Path(reference_impl.__file__).parent


def imported(path: Path) -> set[str]:
    """The top-level names a module imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {each.name.split(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, path
            names.add((node.module or "").split(".")[0])
    return names


def test_nothing_of_the_harness_is_imported() -> None:
    """The relying party shares no code with those who judge it, nor do its tests."""
    others = {"cardsim", "harness", "conformance", "scenarios", "loadtests"}
    for path in [*ROOT.rglob("*.py"), *Path(__file__).parent.glob("*.py")]:
        assert not imported(path) & others, path


def test_verification_is_pure() -> None:
    """The core opens no socket, reads no clock, draws no randomness, writes no log; a lock is no effect."""
    effects = {"socket", "asyncio", "time", "random", "secrets", "logging", "os", "httpx", "sqlalchemy"}
    for path in (ROOT / "verification").rglob("*.py"):
        assert not imported(path) & effects, path


EXCUSED = {
    Reason.RENEWAL_PENDING: "needs the linking service of J-LIS, which a later issue brings",
    Reason.ENTITLEMENT: "contract 1.0 gives a service no entitlement rule",
}


def test_every_reason_is_reached_or_excused() -> None:
    """Each reason of the closed list occurs in a test of outcomes, or says why it cannot be reached yet."""
    text = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py") if path != Path(__file__))
    for reason in Reason:
        assert (f'"{reason}"' in text) != (reason in EXCUSED), reason


def test_decision_follows_from_the_reason() -> None:
    """OK accepts, an unavailable status may be tried again, a pending renewal waits, everything else is refused."""
    special = {
        Reason.OK: Decision.ACCEPT,
        Reason.STATUS_UNAVAILABLE: Decision.RETRY,
        Reason.RENEWAL_PENDING: Decision.PENDING,
    }
    for reason in Reason:
        assert decision_for(reason) is special.get(reason, Decision.REJECT)
