"""`kazashi bench jlis`: every row is there with its reference, and what is reported follows from what was measured."""

from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from harness.bench import jlis_register, ocsp, register, wrk
from harness.bench.load import Result
from harness.bench.machine import cores, raw_signatures
from harness.bench.register import Figures
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
]
"""Of OCSP: those of lists take as long as a list of millions does, and have tests of their own."""


def test_a_short_run_has_every_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the screen and in the file; answers taken under load were verified, and rates are of this machine."""
    monkeypatch.setattr(ocsp, "Plan", lambda: ocsp_plan)
    monkeypatch.setattr(bench, "JLIS", [ocsp.rows])
    said = CliRunner().invoke(bench.app, ["jlis", "--json", str(tmp_path / "rows.json")])
    assert said.exit_code == 0, said.output
    rows = msgspec.json.decode((tmp_path / "rows.json").read_bytes())
    assert [row["name"] for row in rows if row["name"] in ROWS] == ROWS
    assert [line.split()[0] for line in said.output.splitlines() if line.split()[0] in ROWS] == ROWS
    found = {row["name"]: row for row in rows}
    for name in ("ocsp.rsa", "ocsp.p256", "ocsp.p256.protocol"):
        assert found[name]["met"] is (found[name]["ratio"] >= float(found[name]["target"].strip("≥ %")) / 100)
        assert found[name]["ratio"] == pytest.approx(found[name]["value"] / found[name]["reference"])
    inside = found["ocsp.rsa.inprocess"]
    assert inside["ratio"] == pytest.approx(inside["value"] / inside["reference"])


ocsp_plan = ocsp.Plan(rounds=1, seconds=0.3)


def test_a_target_is_met_or_missed() -> None:
    """At the share, and one step below it."""
    assert at_least("x", 88.0, "/s", (100.0, 0.88), 0.88).met
    assert not at_least("x", 87.0, "/s", (100.0, 0.87), 0.88).met


def test_what_went_by_on_the_wall() -> None:
    """Answers a second of the wall, and who had the core."""
    result = Result(answers=100, seconds=2.0, p50=0.1, p99=0.2, busy=0.3, samples=[])
    server = ocsp.Server(None, 0, [], [result], [0.55])  # type: ignore[arg-type]
    assert server.wall() == f"50/s on the wall: responder 55%, {ocsp.DRIVER} 30% of the core"


@pytest.mark.parametrize("there", [False, True])
def test_either_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool) -> None:  # noqa: FBT001  (a case)
    """With wrk and without it there are answers, and samples of them that were verified."""
    if there and not wrk.is_there():
        pytest.skip("wrk is not installed (apt-get install wrk)")
    monkeypatch.setattr(wrk, "is_there", lambda: there)
    with ocsp._served(tmp_path, cores()[0], "p256", "protocol") as server:
        assert server.load(1, cores()[0]) > 0
        ocsp._verify(server)
    assert len(server.samples) >= 2


WRK = """Running 1s test @ http://127.0.0.1:1/
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   500.00us   60.00us   2.00ms   99.00%
    Req/Sec    50.00k     1.00k   51.00k    50.00%
  Latency Distribution
     50%  210.00us
     75%  250.00us
     90%  300.00us
     99%    1.25ms
  50123 requests in 1.10s, 60.00MB read
Requests/sec:  45566.36
"""


def test_what_wrk_prints_is_read() -> None:
    """Count, seconds, and both quantiles in seconds."""
    found = wrk.read(WRK, 0.55)
    assert (found.answers, found.seconds, found.samples) == (50123, 1.1, [])
    assert [found.p50, found.p99, found.busy] == pytest.approx([0.00021, 0.00125, 0.5])
    slow = wrk.read(WRK.replace("    99%    1.25ms", "    99%    1.91s "), 0.55)  # on a machine with much else to do
    assert slow.p99 == pytest.approx(1.91)


@pytest.mark.parametrize(
    "said", [WRK + "  Non-2xx or 3xx responses: 3\n", WRK + "  Socket errors: connect 0, read 5\n", "unable to connect"]
)
def test_what_wrk_could_not_measure_is_no_figure(said: str) -> None:
    """Answers that were none are not counted as answers."""
    with pytest.raises(ConfigurationError, match="wrk: expected"):
        wrk.read(said, 0.5)


def test_rows_of_a_register() -> None:
    """Times against the target in proportion, and the median of the rounds' shares."""
    found = Figures(0.5, 0.9, 100, [(1.0, 2.0), (1.0, 2.0), (1.0, 2.0)], [(1.0, 2.0), (1.25, 4.0), (1.04, 2.1)])
    make, opened, answers, p99 = jlis_register.rows_of(found, 10_000)
    assert (make.name, make.met, make.target) == ("register.make", True, "≤ 0.6 s")
    assert (opened.name, opened.met) == ("register.open", False)
    assert (answers.name, answers.met) == ("register.answers", True)
    assert (p99.name, p99.met) == ("register.p99", True)
    assert [answers.ratio, p99.ratio] == pytest.approx([1 / 1.04, 2 / 2.1])


def test_a_register_is_measured(tmp_path: Path) -> None:
    """Made, opened again, and asked round by round beside one of a thousand."""
    found = register.main(tmp_path, 1500, 2)
    assert (len(found.few), len(found.many)) == (2, 2)
    assert all(0 < p50 <= p99 < 1 for p50, p99 in (*found.few, *found.many))
    assert min(found.make, found.open, found.megabytes) > 0


def test_an_algorithm_that_openssl_does_not_know() -> None:
    """One line that says what was expected."""
    with pytest.raises(ConfigurationError, match="expected a line"):
        raw_signatures("rsa17", 1, cores()[:1])
