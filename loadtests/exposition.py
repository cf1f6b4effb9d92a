"""The generator's own numbers in Prometheus' text format (version 0.0.4). Pure."""

from collections.abc import Iterator

from loadtests.histogram import middle_of
from loadtests.tally import Tally

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""


def exposition(tally: Tally) -> str:
    """Return everything that was counted so far."""
    return "".join(_lines(tally))


def _lines(tally: Tally) -> Iterator[str]:
    yield from _head("kazashi_load_requests_total", "counter", "Requests sent.")
    yield f"kazashi_load_requests_total {tally.requests}\n"
    yield from _head("kazashi_load_verdicts_total", "counter", "Outcomes, by purpose, kind of visit and ruling.")
    counts: dict[tuple[str, str, str], int] = {}
    for line in tally.lines:
        key = (line.purpose, line.kind, line.ruled.ruling.value)
        counts[key] = counts.get(key, 0) + line.count
    for (purpose, kind, ruling), count in sorted(counts.items()):
        labels = f'purpose="{_escape(purpose)}",kind="{_escape(kind)}",ruling="{_escape(ruling)}"'
        yield f"kazashi_load_verdicts_total{{{labels}}} {count}\n"
    yield from _head(
        "kazashi_load_errors_total", "counter", "Answers that failed to come, by whether that was excused."
    )
    yield f'kazashi_load_errors_total{{excused="false"}} {sum(tally.errors.values())}\n'
    yield f'kazashi_load_errors_total{{excused="true"}} {sum(tally.excused.values())}\n'
    yield from _head("kazashi_load_late_total", "counter", "Visits of an open loop that began after their instant.")
    yield f"kazashi_load_late_total {tally.late}\n"
    yield from _head("kazashi_load_seconds", "histogram", "Latency, by verb and of whole visits.")
    for name in tally.series.names():
        histogram = tally.series.latencies(name)
        for limit in BUCKETS:
            within = sum(count for bucket, count in histogram.counts.items() if middle_of(bucket) / 1e6 <= limit)
            yield f'kazashi_load_seconds_bucket{{of="{_escape(name)}",le="{limit}"}} {within}\n'
        yield f'kazashi_load_seconds_bucket{{of="{_escape(name)}",le="+Inf"}} {histogram.total}\n'
        yield f'kazashi_load_seconds_sum{{of="{_escape(name)}"}} {histogram.mean() * histogram.total:.6f}\n'
        yield f'kazashi_load_seconds_count{{of="{_escape(name)}"}} {histogram.total}\n'


def _head(name: str, kind: str, about: str) -> Iterator[str]:
    yield f"# HELP {name} {about}\n# TYPE {name} {kind}\n"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
