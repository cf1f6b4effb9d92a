"""Results that no run made: what reports are tried on."""

import random
from datetime import UTC, datetime

from loadtests.counter import CounterCheck
from loadtests.course import course_of
from loadtests.disturbance import DoneFault
from loadtests.growth import MIB
from loadtests.observation import Seen
from loadtests.options import Options
from loadtests.result import Latency, Result, Verdicts
from loadtests.series import VISIT
from loadtests.shapes import Shape, level_at, plateaus
from loadtests.tally import Tally, WrongVerdict
from loadtests.truth import Ruled, Ruling
from loadtests.watch import Sample

ACCEPTED = Ruled(Ruling.RIGHT, "accept OK", "accept OK", bad=False)
REFUSED = Ruled(Ruling.RIGHT, "reject REVOKED", "reject REVOKED", bad=True)
WRONG = Ruled(Ruling.WRONG, "reject REVOKED", "accept OK", bad=True)
CAPACITY = 60.0
BEGAN = 1000.0


def made_result(
    *,
    seconds: int = 40,
    shape: Shape = Shape.CONSTANT,
    users: int = 20,
    rate: float = 0.0,
    latency: float = 0.05,
    throughput: float = 50.0,
    wobble: float = 0.05,
    seed: int = 1,
    holds: float = 0.6,
    fault: tuple[float, float] | None = None,
    wrong: int = 0,
    product: str = "made 1",
) -> Result:
    """A run of so many verdicts a second and such a latency, each with some wobble; a ramp bends at `holds` of it."""
    asked = Options(
        target="reference", users=users, seconds=seconds, seed=1, timeout=5.0, shape=shape, rate=rate,
        faults=() if fault is None else (f"jlis-gone@{fault[0]:g}+{fault[1] - fault[0]:g}",),
    )  # fmt: skip
    chance = random.Random(seed)  # noqa: S311  (a repeatable draw, no secrets)
    tally = Tally(began=BEGAN, seconds=float(seconds))
    course, samples = plateaus(shape, rate or users, seconds), []
    questions = 0
    for second in range(seconds):
        level = level_at(course, second) or 0.0
        amount = min(throughput, throughput * level / (holds * (rate or users))) if shape is Shape.RAMP else throughput
        count = 0 if fault and fault[0] <= second < fault[1] else max(1, round(amount * (1 + chance.gauss(0, wobble))))
        interval = tally.series.at(second + 0.5)
        interval.arrivals = round(rate or count)
        interval.requests = 2 * count
        interval.rulings[Ruling.RIGHT] = count
        tally.requests += 2 * count
        questions += count
        tally._until, tally._now = 1e18, interval  # the clock of a run that never was
        for _ in range(max(count, 1)):
            tally.took(VISIT, latency * chance.lognormvariate(0, 0.3))
        if not count:
            interval.rulings[Ruling.EXCUSED] = 20
        samples.append(Sample(BEGAN + second, second * 0.8, round((200 + second % 3) * MIB), 40, 9, 2, questions))
    for _ in range(wrong):
        tally.judged("revoked", "r000001", "a-session", WRONG)
    seen = Seen(
        target=samples,
        generator=samples,
        faults=[DoneFault("jlis-gone", BEGAN + fault[0], BEGAN + fault[1])] if fault else [],
        counter=CounterCheck(tally.requests, tally.requests, tally.requests),
    )
    told = course_of(asked, tally, seen)
    because = tally.shortcomings()[:1] if wrong else []
    verdicts = sum(each.verdicts for each in tally.series.intervals)
    return Result(
        asked=asked,
        product=product,
        clock="frozen",
        instant=datetime(2026, 12, 8, 1, 7, tzinfo=UTC),
        coarse_reasons=False,
        verdict="fail" if because else "pass",
        because=because,
        seconds=float(seconds),
        requests=tally.requests,
        requests_per_second=tally.requests / seconds,
        verdicts_per_second=verdicts / seconds,
        latency_ms={"begin": Latency(1.0, 2.0)},
        verdicts=[Verdicts("good", "accept OK", "accept OK", Ruling.RIGHT, verdicts)],
        wrong_verdicts=wrong,
        undecided=0,
        errors=0,
        error_kinds={"<script>alert(1)</script>": 1} if wrong else {},
        bad_share=0.01,
        asked_bad_share=0.01,
        holders="nobody",
        status_questions=questions,
        wrong=[WrongVerdict("revoked", "r000001", "a-session", "reject REVOKED", "accept OK")] if wrong else [],
        excused=20 if fault else 0,
        course=told,
    )
