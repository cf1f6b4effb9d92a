"""load.html: one file that opens offline, in Japanese and English: what was wrong first, then how it went over time."""

import shlex
from collections.abc import Sequence
from pathlib import Path

import jinja2

from harness.contract.vocabulary import Verb
from loadtests.ceiling.found import lines_of
from loadtests.course import Course, Row
from loadtests.mixes import find_mix
from loadtests.report.charts import Band, Line, Mark, chart
from loadtests.report.words import BECAUSE, VISITS, WORDS
from loadtests.result import Result, spelt
from loadtests.shapes import Shape
from loadtests.vocabulary import Signatures

NAME = "load.html"
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)


def page(result: Result, *, language: str = "ja") -> str:
    """Return the report; `language` (ja or en) is shown first, the other is one click away."""
    return _TEMPLATES.get_template("page.html").render(
        result=result,
        course=result.course,
        language=language,
        words=WORDS,
        because=BECAUSE,
        visits=VISITS,
        again=again(result),
        ceilings=[] if result.ceilings is None else lines_of(result.ceilings),
        charts=charts(result),
        spelt=spelt,
        mix=find_mix(result.asked.mix) if is_product(result) else None,
        think=thought(result),
        **knee_charts(result.course),
    )


def charts(result: Result) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return every chart over time with its title and legend (style, word); those without any data are left out."""
    course = result.course
    rows = [row for row in course.rows if row.at < result.asked.seconds]
    width = course.interval_seconds
    bands = [Band(fault.start, fault.end, fault.name) for fault in course.faults]
    across = [row.at + width / 2 for row in rows]

    def over_time(lines: Sequence[Line], title: str, *, logarithmic: bool = False, from_zero: bool = True) -> str:
        return chart(
            across, lines, bands=bands, logarithmic=logarithmic, from_zero=from_zero, describes=WORDS[title]["en"]
        )

    throughput = [Line("one", [row.verdicts / width for row in rows])]
    legend = [("one", "verdict line")]
    if result.asked.rate:
        throughput.insert(0, Line("four", [row.arrivals / width for row in rows]))
        legend.append(("four", "arrivals"))
    percentiles = [(style, name) for style, name in zip(("one", "two", "three", "four"), _PERCENTILES, strict=True)]
    failing = [(style, name) for style, name in _FAILURES if any(getattr(row, name) for row in rows)]
    found = [
        ("throughput", over_time(throughput, "throughput"), legend),
        (
            "latency",
            over_time(
                [Line(style, _percentile(rows, name)) for style, name in percentiles], "latency", logarithmic=True
            ),
            percentiles,
        ),
        (
            "failures",
            over_time([Line(style, [getattr(row, name) for row in rows]) for style, name in failing], "failures"),
            failing,
        ),
        (
            "questions",
            over_time([Line("one", [row.questions for row in rows])], "questions") if result.status_questions else "",
            [("one", "question line")],
        ),
        (
            "processor",
            over_time(
                [
                    Line("one", [row.processor for row in rows]),
                    Line("four", [row.generator for row in rows]),
                ],
                "processor",
            ),
            [("one", "of target"), ("four", "of generator")],
        ),
        ("memory", over_time([Line("one", [row.memory for row in rows])], "memory", from_zero=False), []),
        ("descriptors", over_time([Line("one", [row.descriptors for row in rows])], "descriptors"), []),
    ]
    return [each for each in found if each[1]]


def knee_charts(course: Course) -> dict[str, str]:
    """Return the two charts over load; empty where there was no ramp."""
    steps = course.steps
    if not steps:
        return {"knee_chart": "", "knee_latency": ""}
    levels = [0.0, *(step.level for step in steps)]
    knee = course.knee
    marks = [Mark(knee.level, f"knee / ニー {knee.level:g}")] if knee else []
    lines = [Line("one", [0.0, *(step.throughput for step in steps)], dots=True)]
    if knee is not None:
        lines.insert(0, Line("fit", [_fitted(course, level) for level in levels]))
    latencies = [
        Line("one", [None, *(step.p50 for step in steps)], dots=True),
        Line("three", [None, *(step.p99 for step in steps)], dots=True),
    ]
    return {
        "knee_chart": chart(levels, lines, marks=marks, describes=WORDS["steps"]["en"]),
        "knee_latency": chart(levels, latencies, marks=marks, logarithmic=True, describes=WORDS["steps latency"]["en"]),
    }


def is_product(result: Result) -> bool:
    """Return whether visits were by a mix: to anything but a product a mix lends only its share of bad ones."""
    return Verb.BEGIN.value in result.latency_ms


def thought(result: Result) -> str:
    """Return the pauses of a closed loop's users, in seconds; empty where they make none."""
    asked = result.asked
    least, most = find_mix(asked.mix).think
    is_thinking = asked.think and not asked.rate and most and is_product(result)
    return f"{least:g}–{most:g} s" if is_thinking else ""


def again(result: Result) -> str:
    """Return the command that makes such a run once more: what always counts, and whatever is not the default."""
    asked = result.asked
    words = ["./kazashi", "load", "run", "--target", asked.target, "--users", str(asked.users)]
    words += ["--seconds", str(asked.seconds), "--seed", str(asked.seed), "--mix", asked.mix]
    if asked.shape is not Shape.CONSTANT:
        words += ["--shape", asked.shape.value]
    if asked.rate:
        words += ["--rate", f"{asked.rate:g}"]
    for name in ("bad", "population", "signatures", "enrolled", "processes", "workers", "share", "world", "timeout"):
        value = getattr(asked, name)
        if value != _DEFAULTS.get(name, value):
            words += [f"--{name}", f"{value:g}" if isinstance(value, float) else str(value)]
    words += [] if asked.think else ["--no-think"]
    words += ["--i-own-this-target"] if asked.own else []
    for fault in asked.faults:
        words += ["--fault", fault]
    return shlex.join(words)


_DEFAULTS = {
    "bad": "",
    "population": "",
    "signatures": Signatures.KEY,
    "enrolled": 0,
    "processes": 1,
    "workers": 0,
    "share": "",
    "world": "",
    "timeout": 5.0,
}


def _fitted(course: Course, level: float) -> float | None:
    knee = course.knee
    if knee is None:
        return None
    return knee.slope_before * min(level, knee.level) + knee.slope_after * max(0.0, level - knee.level)


def _percentile(rows: list[Row], name: str) -> list[float | None]:
    """Return one percentile over time; nothing where nobody was answered."""
    return [getattr(row, name) if row.longest else None for row in rows]


_PERCENTILES = ("p50", "p90", "p99", "longest")
_FAILURES = (("wrong", "wrong"), ("three", "undecided"), ("four", "excused"), ("two", "errors"))
