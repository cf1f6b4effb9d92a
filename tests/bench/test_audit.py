"""`kazashi bench audit`: every row is there, what is reported follows from what was measured, and it was stored."""

import sys
import types
from pathlib import Path

import pytest

from harness.bench import audit
from harness.bench.audit import Plan, Taken
from harness.errors import ConfigurationError

PLAN = Plan(rounds=1, rows=audit.BATCH)


def test_rows() -> None:
    """Rates, references and targets belong together; what was written verifies."""
    batched, waiting, threads, verified = audit.rows(PLAN)
    assert [row.name for row in (batched, waiting, threads, verified)] == [
        "audit.batched",
        "audit.waiting",
        "audit.waiting.threads",
        "audit.verify",
    ]
    for row, least in ((batched, 300_000), (waiting, 150_000)):
        assert row.value is not None
        assert row.reference is not None
        assert row.ratio == pytest.approx(row.value / row.reference)
        assert row.met is (row.value >= least)
        assert row.target == f"≥ {least:,}/s"
    assert (threads.met, verified.met) == (None, None)


def test_medians() -> None:
    """The middle of three rounds, in pairs; the target is met at its limit and not below."""
    pairs = [(Taken(100, 1, 1), Taken(100, each, 0.25)) for each in (0.5, 0.25, 0.2)]
    row = audit.row_of("name", pairs, 400.0, "")
    assert (row.value, row.reference, row.ratio, row.met) == (400, 100, 4, True)
    assert "400 per second of the processor" in row.note
    assert audit.row_of("name", pairs, 400.1, "").met is False


def test_rows_that_are_not_stored_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that drops rows would be fast: the bench counts what is there."""
    original = audit.load_subject(audit.TARGET)

    class Dropping(original.Writer):  # type: ignore[misc, name-defined]
        def record_all(self, entries: list[object]) -> int:
            return int(super().record_all(entries[:-1]))

    def open_writer(path: Path) -> object:
        return Dropping(original.open_writer(path).storage)

    subject = types.ModuleType("dropping")
    subject.__dict__.update({name: getattr(original, name) for name in audit.NAMES}, open_writer=open_writer)
    monkeypatch.setitem(sys.modules, "dropping", subject)
    with pytest.raises(ConfigurationError, match="rows stored"):
        list(audit.rows(PLAN, "python:dropping"))


@pytest.mark.parametrize(
    ("target", "says"),
    [("reference", "expected python:MODULE"), ("python:absent", "No module"), ("python:json", "actual without Entry")],
)
def test_unusable_target(target: str, says: str) -> None:
    """What is wrong with a target is said, and how to mend it where it is spelt wrongly."""
    with pytest.raises(ConfigurationError, match=says):
        audit.load_subject(target)
