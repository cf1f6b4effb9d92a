"""What a run was like over time, as load.json tells it: rows, totals, knee, faults, growth, figures. Pure."""

from bisect import bisect_right
from collections.abc import Callable

from msgspec import Struct

from loadtests.counter import CounterCheck
from loadtests.disturbance import DoneFault
from loadtests.growth import MIB, Growth, descriptor_growth, memory_growth
from loadtests.histogram import Histogram
from loadtests.knee import Knee, Step, find_knee, steps_of
from loadtests.noise import Figure, figures, knee_figures, latency_of
from loadtests.observation import Seen
from loadtests.options import Options
from loadtests.recovery import rate_before, recovered_after
from loadtests.series import Series
from loadtests.shapes import Shape, plateaus
from loadtests.tally import Shortcoming, Tally
from loadtests.truth import Ruling
from loadtests.watch import Sample

Quantity = Callable[[Sample], float]


class Spread(Struct, frozen=True):
    """The latencies of a verb, or of whole visits, in milliseconds."""

    count: int
    mean: float
    p50: float
    p90: float
    p99: float
    p999: float
    longest: float


class Row(Struct, frozen=True):
    """One interval; `at` is its beginning in seconds since the load began. Latencies are in milliseconds."""

    at: float
    arrivals: int
    requests: int
    verdicts: int
    wrong: int
    undecided: int
    excused: int
    errors: int
    p50: float
    p90: float
    p99: float
    longest: float
    questions: float | None
    """OCSP questions of a verification; None where there was none, or nobody looked."""
    processor: float | None
    """Of the target's processes, in cores."""
    memory: float | None
    """MiB."""
    descriptors: float | None
    generator: float | None
    """Of Locust's processes, in cores."""


class ToldFault(Struct, frozen=True):
    """One fault; seconds since the load began."""

    name: str
    start: float
    end: float
    before: float | None
    """Verdicts a second before it; None: too little was seen."""
    recovered_after: float | None
    """Seconds from its end; None: not within what is allowed, or the run ended before."""
    allowed: float

    @property
    def recovered(self) -> bool:
        """Whether the target was itself again in time."""
        return self.recovered_after is not None and self.recovered_after <= self.allowed


class Course(Struct, frozen=True):
    """Everything over time."""

    interval_seconds: float
    latency_of: str
    """Whose latencies the rows and the figures have."""
    rows: list[Row]
    latencies_ms: dict[str, Spread]
    figures: dict[str, Figure]
    steps: list[Step]
    knee: Knee | None
    faults: list[ToldFault]
    growth: list[Growth]
    counter: CounterCheck | None
    late: int
    unbegun: int
    unmade: int = 0
    """Faults that were asked for and not made, or not for as long."""
    unwatched: bool = False
    """A soak of which no growth could be judged."""

    def shortcomings(self) -> list[Shortcoming]:
        """Return why the run did not pass, beside what the tally says."""
        found = {
            Shortcoming.NOT_RECOVERED: not all(fault.recovered for fault in self.faults),
            Shortcoming.NOT_MADE: self.unmade > 0,
            Shortcoming.UNWATCHED: self.unwatched,
            Shortcoming.GROWS: any(each.grows for each in self.growth),
            Shortcoming.COUNTER: self.counter is not None and not self.counter.agrees,
        }
        return [shortcoming for shortcoming, holds in found.items() if holds]


def course_of(asked: Options, tally: Tally, seen: Seen) -> Course:
    """Return the course of a run."""
    series, name = tally.series, latency_of(tally.series)
    levels = plateaus(asked.shape, asked.rate or asked.users, asked.seconds)
    is_ramp = asked.shape is Shape.RAMP and not tally.interrupted
    steps = steps_of(series, levels, name) if is_ramp else []
    knee = find_knee(steps)
    told = figures(series.between(0, asked.seconds), name, levels, asked.seed)
    growth = _growth(seen.target) if asked.shape is Shape.SOAK else []
    return Course(
        interval_seconds=series.width,
        latency_of=name,
        rows=_rows(tally, name, asked.seconds, seen),
        latencies_ms={each: spread(series.latencies(each)) for each in series.names()},
        figures=told if knee is None else told | knee_figures(knee, series, levels, asked.seed),
        steps=steps,
        knee=knee,
        faults=[_told(fault, tally, asked.seconds) for fault in seen.faults],
        growth=growth,
        counter=seen.counter,
        late=tally.late,
        unbegun=tally.unbegun,
        unmade=0 if tally.interrupted else len(asked.faults) - sum(fault.whole for fault in seen.faults),
        unwatched=asked.shape is Shape.SOAK and not growth and not tally.interrupted,
    )


def spread(histogram: Histogram) -> Spread:
    """Return what is told of latencies."""
    p50, p90, p99, p999 = (round(histogram.quantile(share) * 1000, 4) for share in (0.5, 0.9, 0.99, 0.999))
    mean, longest = round(histogram.mean() * 1000, 4), round(histogram.longest * 1000, 4)
    return Spread(histogram.total, mean, p50, p90, p99, p999, longest)


def _rows(tally: Tally, name: str, seconds: float, seen: Seen) -> list[Row]:
    series, rows = tally.series, []
    ours, theirs = _Rates(seen.target), _Rates(seen.generator)
    for index, interval in enumerate(series.intervals):
        at = index * series.width
        if at >= seconds and not interval.requests and not interval.verdicts and not interval.errors:
            continue  # the time in which the last visits end
        start = tally.began + at
        latencies = spread(interval.latencies.get(name, Histogram()))
        questions = ours.of(lambda sample: float(sample.questions), start, start + series.width)
        last = ours.last(start + series.width)
        rows.append(
            Row(
                at=at,
                arrivals=interval.arrivals,
                requests=interval.requests,
                verdicts=interval.verdicts,
                wrong=interval.rulings.get(Ruling.WRONG, 0),
                undecided=interval.rulings.get(Ruling.UNDECIDED, 0),
                excused=interval.excused + interval.rulings.get(Ruling.EXCUSED, 0),
                errors=interval.errors,
                p50=latencies.p50,
                p90=latencies.p90,
                p99=latencies.p99,
                longest=latencies.longest,
                questions=_ratio(questions, interval.outcomes),
                processor=_ratio(ours.of(lambda sample: sample.processor, start, start + series.width), series.width)
                if last is not None and last.processes
                else None,
                memory=round(last.memory / MIB, 2) if last is not None and last.processes else None,
                descriptors=last.descriptors if last is not None and last.processes else None,
                generator=_ratio(theirs.of(lambda sample: sample.processor, start, start + series.width), series.width),
            )
        )
    return rows


class _Rates:
    """Samples that are looked up by their instants; between two of them a quantity is taken to go evenly."""

    def __init__(self, samples: list[Sample]) -> None:
        self._samples, self._instants = samples, [sample.at for sample in samples]

    def of(self, quantity: Quantity, start: float, end: float) -> float | None:
        """Return by how much a quantity grew between two instants; None where nobody looked."""
        if not self._samples or start < self._instants[0] or end > self._instants[-1]:
            return None
        return self._at(quantity, end) - self._at(quantity, start)

    def last(self, instant: float) -> Sample | None:
        """Return the last sample before an instant."""
        index = bisect_right(self._instants, instant) - 1
        return self._samples[index] if index >= 0 else None

    def _at(self, quantity: Quantity, instant: float) -> float:
        after = min(bisect_right(self._instants, instant), len(self._samples) - 1)
        left, right = self._samples[max(after - 1, 0)], self._samples[after]
        if right.at <= left.at:
            return quantity(right)
        share = (instant - left.at) / (right.at - left.at)
        return quantity(left) + share * (quantity(right) - quantity(left))


def _ratio(amount: float | None, of: float) -> float | None:
    return None if amount is None or not of else round(amount / of, 3)


def _told(fault: DoneFault, tally: Tally, seconds: float) -> ToldFault:
    series: Series = tally.series.between(0, seconds)
    start, end = fault.start - tally.began, fault.end - tally.began
    rate = rate_before(series, start)
    return ToldFault(
        fault.name, round(start, 3), round(end, 3), None if rate is None else round(rate, 2),
        recovered_after(series, start, end), fault.allowed,
    )  # fmt: skip


def _growth(samples: list[Sample]) -> list[Growth]:
    alive = [sample for sample in samples if sample.processes]
    seconds = [sample.at for sample in alive]
    found = (
        memory_growth(seconds, [sample.memory / MIB for sample in alive]),
        descriptor_growth(seconds, [float(sample.descriptors) for sample in alive]),
    )
    return [each for each in found if each is not None]
