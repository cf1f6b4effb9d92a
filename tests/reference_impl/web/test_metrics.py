"""The numbers: shared by processes, whole however great, in the text format that Prometheus reads."""

import re
from contextlib import closing
from pathlib import Path

from reference_impl.web.metrics import Family, Metrics, size_of
from reference_impl.web.problems import ProblemReason

ROUTES = ("/a", "/b/{c}")
SAMPLE = re.compile(
    r'^(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?P<labels>\{[a-z_]+="[^"\\\n]*"(?:,[a-z_]+="[^"\\\n]*")*\})? (?P<value>\S+)$'
)
"""A line of the exposition format 0.0.4, without time stamp and without what needs escaping."""


def samples(text: str) -> dict[str, float]:
    """Values by name with labels; every line is a comment or a sample, and the last one ends."""
    assert text.endswith("\n")
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            parsed = SAMPLE.match(line)
            assert parsed is not None, line
            found[parsed["name"] + (parsed["labels"] or "")] = float(parsed["value"])
    return found


def test_every_family_is_announced_once_before_its_samples() -> None:
    """HELP and TYPE, once; samples of a family stand together."""
    with closing(Metrics(ROUTES)) as metrics:
        metrics.ended("/a", 200, 0.003)
        lines = metrics.text().splitlines()
    for family in Family:
        assert [line.split()[1] for line in lines if line.startswith("#") and line.split()[2] == family] == [
            "HELP",
            "TYPE",
        ]
    order = [re.sub(r"(_bucket|_sum|_count)?(\{.*)? \S+$", "", line) for line in lines if not line.startswith("#")]
    runs = [name for position, name in enumerate(order) if position == 0 or order[position - 1] != name]
    assert len(runs) == len(set(runs))


def test_buckets_are_cumulative() -> None:
    """Each has what the smaller ones have; the last one is the count; the sum is of seconds."""
    with closing(Metrics(ROUTES)) as metrics:
        for seconds in (0.001, 0.005, 0.2, 99.0):
            metrics.ended("/a", 200, seconds)
        found = samples(metrics.text())
    buckets = [
        found[f'kazashi_request_seconds_bucket{{route="/a",le="{le}"}}']
        for le in ("0.005", "0.1", "0.25", "10.0", "+Inf")
    ]
    assert buckets == [2, 2, 3, 3, 4]
    assert found['kazashi_request_seconds_count{route="/a"}'] == 4
    assert abs(found['kazashi_request_seconds_sum{route="/a"}'] - 99.206) < 1e-9


def test_great_numbers_are_whole() -> None:
    """Twelve million requests and one are not twelve million."""
    with closing(Metrics(ROUTES)) as metrics:
        metrics._add(Family.REQUESTS, (("route", "/a"), ("status", "200")), 12_000_000)
        metrics.ended("/a", 200, 0.1)
        assert 'kazashi_requests_total{route="/a",status="200"} 12000001\n' in metrics.text()


def test_processes_are_added_up_and_replaced(tmp_path: Path) -> None:
    """Each counts in its own row; one that takes a dead one's place goes on, with nothing under way."""
    file = tmp_path / "counters"
    file.write_bytes(bytes(size_of(ROUTES, 2)))
    with closing(Metrics(ROUTES, 0, 2, file)) as one:
        with closing(Metrics(ROUTES, 1, 2, file)) as dying:
            one.problem(ProblemReason.OVERLOADED)
            dying.problem(ProblemReason.OVERLOADED)
            dying.verdict("login", "OK")
            dying.begun()
            dying.begun()
            dying.ended("/b/{c}", 503, 0.1)
        assert samples(one.text())["kazashi_requests_in_flight"] == 1
        with closing(Metrics(ROUTES, 1, 2, file)) as successor:
            successor.verdict("login", "OK")
            for each in (one, successor):
                found = samples(each.text())
                assert found["kazashi_requests_in_flight"] == 0
                assert found['kazashi_problems_total{reason="OVERLOADED"}'] == 2
                assert found['kazashi_verdicts_total{purpose="login",reason="OK"}'] == 2
                assert found['kazashi_worker_requests_total{worker="1"}'] == 1


def test_caller_makes_no_series() -> None:
    """A route or status that is not known beforehand is counted nowhere, and nothing breaks."""
    with closing(Metrics(ROUTES)) as metrics:
        metrics.ended('/x"\n', 418, 0.1)
        found = samples(metrics.text())
    assert not [name for name in found if "418" in name or "x" in name.partition("route=")[2]]
