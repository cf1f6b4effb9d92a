"""`kazashi bench jlis`: every row is there with its reference, and what is reported follows from what was measured."""

from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from harness.bench import ocsp
from harness.bench.load import Result
from harness.bench.machine import cores, raw_signatures
from harness.bench.row import at_least
from harness.commands import bench
from harness.errors import ConfigurationError

ROWS = [
    "ocsp.rsa",
    "ocsp.rsa.inprocess",
    "ocsp.rsa.openssl",
    "ocsp.p256",
    "ocsp.p256.inprocess",
    "ocsp.p256.openssl",
    "ocsp.p256.protocol",
    "ocsp.presigned",
    "ocsp.presigned.p99",
    "ocsp.clock",
]
"""Of OCSP: those of lists take as long as a list of millions does, and have tests of their own."""


def test_a_short_run_has_every_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the screen and in the file; answers taken under load were verified, and rates are of this machine."""
    monkeypatch.setattr(ocsp, "Plan", lambda: ocsp_plan)
    monkeypatch.setattr(bench, "JLIS", [ocsp.rows, ocsp.clock_row])
    said = CliRunner().invoke(bench.app, ["jlis", "--json", str(tmp_path / "rows.json")])
    assert said.exit_code == 0, said.output
    rows = msgspec.json.decode((tmp_path / "rows.json").read_bytes())
    assert [row["name"] for row in rows if row["name"] in ROWS] == ROWS
    assert [line.split()[0] for line in said.output.splitlines() if line.split()[0] in ROWS] == ROWS
    found = {row["name"]: row for row in rows}
    for name in ("ocsp.rsa", "ocsp.p256", "ocsp.p256.protocol"):
        assert found[name]["met"] is (found[name]["ratio"] >= float(found[name]["target"].strip("≥ %")) / 100)
        assert found[name]["ratio"] == pytest.approx(found[name]["value"] / found[name]["reference"])
    assert 0 < found["ocsp.rsa.inprocess"]["ratio"] < 1.5


ocsp_plan = ocsp.Plan(rounds=1, seconds=0.3)


def test_a_target_is_met_or_missed() -> None:
    """At the share, and one step below it."""
    assert at_least("x", 88.0, "/s", (100.0, 0.88), 0.88).met
    assert not at_least("x", 87.0, "/s", (100.0, 0.87), 0.88).met


@pytest.mark.parametrize(
    ("busy", "load", "who"),
    [(0.95, 0.3, "the responder"), (0.5, 0.95, "the load generator"), (0.5, 0.5, "neither")],
)
def test_who_was_the_limit(busy: float, load: float, who: str) -> None:
    """Whoever kept a core busy; neither where other work did."""
    result = Result(answers=100, seconds=1.0, p50=0.1, p99=0.2, busy=load, samples=[])
    server = ocsp.Server(None, 0, [], [result], [busy])  # type: ignore[arg-type]
    assert f"limited by {who}" in server.limited_by()


def test_an_algorithm_that_openssl_does_not_know() -> None:
    """One line that says what was expected."""
    with pytest.raises(ConfigurationError, match="expected a line"):
        raw_signatures("rsa17", 1, cores()[:1])
