"""Counters that all processes of a service share, told in Prometheus' text format (version 0.0.4).

Each process has a row of numbers in one mapped file and adds to its own alone, in its event loop; whoever is asked for
`/metrics` adds the rows up. Every series is known beforehand, so a process that takes a dead one's place goes on where
that one was, and no caller can make a series.
"""

import mmap
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final

from reference_impl import VERSION
from reference_impl.verification.purpose import Purpose
from reference_impl.verification.verdict import Reason
from reference_impl.web.problems import MEANINGS, ProblemReason

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
STATUSES: Final = tuple(sorted({200, 201, *(each.status for each in MEANINGS.values())}))
_EIGHT: Final = 8

Labels = tuple[tuple[str, str], ...]
Key = tuple[str, Labels]


class Family(StrEnum):
    """The metrics, in the order in which they are told."""

    REQUESTS = "kazashi_requests_total"
    VERDICTS = "kazashi_verdicts_total"
    PROBLEMS = "kazashi_problems_total"
    SECONDS = "kazashi_request_seconds"
    IN_FLIGHT = "kazashi_requests_in_flight"
    BY_WORKER = "kazashi_worker_requests_total"


HELP: Final[dict[Family, tuple[str, str]]] = {
    Family.REQUESTS: ("counter", "Requests answered, by route and HTTP status."),
    Family.VERDICTS: ("counter", "Verdicts, by purpose and reason; OK is an acceptance."),
    Family.PROBLEMS: ("counter", "Requests that could not be served, by reason."),
    Family.SECONDS: ("histogram", "Seconds from the head of a request to its answer, by route."),
    Family.IN_FLIGHT: ("gauge", "Requests being answered now."),
    Family.BY_WORKER: ("counter", "Requests answered, by process."),
}


class Metrics:
    """The numbers of one process among several; `routes` are the templates of the addresses."""

    def __init__(self, routes: Iterable[str], worker: int = 0, workers: int = 1, file: Path | None = None) -> None:
        self._keys = [*_series(routes)]
        self._places = {key: place for place, key in enumerate(self._keys)}
        self._worker, self._workers = worker, workers
        size = len(self._keys) * workers * _EIGHT
        self._map = _map(size, file)
        self._numbers = memoryview(self._map).cast("d")
        self._set(Family.IN_FLIGHT, (), 0.0)

    def begun(self) -> None:
        """A request has come."""
        self._add(Family.IN_FLIGHT, (), 1.0)

    def ended(self, route: str, status: int, seconds: float) -> None:
        """It was answered."""
        self._add(Family.IN_FLIGHT, (), -1.0)
        self._add(Family.BY_WORKER, (), 1.0)
        self._add(Family.REQUESTS, (("route", route), ("status", str(status))), 1.0)
        self._add(Family.SECONDS, (("route", route), ("le", "sum")), seconds)
        bucket = next((str(limit) for limit in BUCKETS if seconds <= limit), "+Inf")
        self._add(Family.SECONDS, (("route", route), ("le", bucket)), 1.0)

    def verdict(self, purpose: str, reason: str) -> None:
        """An attempt ended."""
        self._add(Family.VERDICTS, (("purpose", purpose), ("reason", reason)), 1.0)

    def problem(self, reason: ProblemReason) -> None:
        """A request could not be served."""
        self._add(Family.PROBLEMS, (("reason", reason),), 1.0)

    def text(self) -> str:
        """All processes together."""
        return "".join(self._lines())

    def close(self) -> None:
        """Lets the file go."""
        self._numbers.release()
        self._map.close()

    def _add(self, family: Family, labels: Labels, number: float) -> None:
        place = self._places.get((family, labels))
        if place is not None:  # a status or route of tomorrow is missed in the numbers, and served
            self._numbers[self._worker * len(self._keys) + place] += number

    def _set(self, family: Family, labels: Labels, number: float) -> None:
        self._numbers[self._worker * len(self._keys) + self._places[family, labels]] = number

    def _sum(self, key: Key) -> float:
        place = self._places[key]
        return sum(self._numbers[worker * len(self._keys) + place] for worker in range(self._workers))

    def _lines(self) -> Iterator[str]:
        yield f'# TYPE kazashi_build_info gauge\nkazashi_build_info{{version="{VERSION}"}} 1\n'
        for family in Family:
            kind, about = HELP[family]
            yield f"# HELP {family} {about}\n# TYPE {family} {kind}\n"
            of_family = [key for key in self._keys if key[0] == family]
            if family is Family.BY_WORKER:
                place = self._places[of_family[0]]
                for worker in range(self._workers):
                    yield f'{family}{{worker="{worker}"}} {self._numbers[worker * len(self._keys) + place]:.0f}\n'
            elif family is Family.SECONDS:
                yield from self._histograms(sorted({labels[0][1] for _, labels in of_family}))
            else:
                for key in of_family:
                    number = self._sum(key)
                    if number or not key[1]:
                        yield f"{family}{_spell(key[1])} {number:.0f}\n"

    def _histograms(self, routes: list[str]) -> Iterator[str]:
        for route in routes:
            count = 0.0
            for bucket in (*map(str, BUCKETS), "+Inf"):
                labels = (("route", route), ("le", bucket))
                count += self._sum((Family.SECONDS, labels))
                yield f"{Family.SECONDS}_bucket{_spell(labels)} {count:.0f}\n"
            of_route = (("route", route),)
            total = self._sum((Family.SECONDS, (*of_route, ("le", "sum"))))
            yield f"{Family.SECONDS}_sum{_spell(of_route)} {total!r}\n"
            yield f"{Family.SECONDS}_count{_spell(of_route)} {count:.0f}\n"


def size_of(routes: Iterable[str], workers: int) -> int:
    """How many octets the file of so many processes has."""
    return len([*_series(routes)]) * workers * _EIGHT


def _series(routes: Iterable[str]) -> Iterator[Key]:
    yield Family.IN_FLIGHT, ()
    yield Family.BY_WORKER, ()
    for reason in ProblemReason:
        yield Family.PROBLEMS, (("reason", reason),)
    for purpose in (*Purpose, "unlink", "reconcile", "instead"):
        for why in Reason:
            yield Family.VERDICTS, (("purpose", purpose), ("reason", why))
    for route in routes:
        for status in STATUSES:
            yield Family.REQUESTS, (("route", route), ("status", str(status)))
        for bucket in (*map(str, BUCKETS), "+Inf", "sum"):
            yield Family.SECONDS, (("route", route), ("le", bucket))


def _spell(labels: Labels) -> str:
    return "{" + ",".join(f'{name}="{value}"' for name, value in labels) + "}" if labels else ""


def _map(size: int, file: Path | None) -> mmap.mmap:
    if file is None:
        return mmap.mmap(-1, size)
    with file.open("r+b") as opened:
        return mmap.mmap(opened.fileno(), size)
