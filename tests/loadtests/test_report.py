"""What a run leaves behind: the page, the history, the difference of two runs, the numbers for Prometheus."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console

from harness.commands.report import compare
from harness.errors import ConfigurationError
from loadtests.exposition import exposition
from loadtests.noise import Figure
from loadtests.report.charts import Line, chart
from loadtests.report.compare import REPORTS, Finding, differences
from loadtests.report.history import FEWEST_RUNS, kind_of, read_history, remember, spread_between, up_to
from loadtests.report.page import page
from loadtests.report.words import BECAUSE, WORDS
from loadtests.report.write import write_report
from loadtests.result import Result
from loadtests.shapes import Shape
from loadtests.tally import Shortcoming, Tally
from loadtests.vocabulary import Signatures
from tests.loadtests.made_results import ACCEPTED, WRONG, made_result

VOID = {"meta", "input", "br"}


class Wellformed(HTMLParser):
    """Every element that is opened is closed, in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        """One begins."""
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        """One that is empty."""
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """One ends."""
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("rate", [0.0, 60.0])
@pytest.mark.parametrize("shape", Shape)
def test_page_is_whole_and_fetches_nothing(shape: Shape, rate: float, language: str) -> None:
    """Every shape in both loops and both languages: well-formed, and no address of anything outside the file."""
    text = page(made_result(shape=shape, rate=rate, fault=(10.0, 14.0)), language=language)
    parser = Wellformed()
    parser.feed(text)
    assert parser.open == []
    assert parser.seen.count("svg") == (9 if shape is Shape.RAMP else 7)
    assert not re.search(r"(https?:)?//(?!\))", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))
    assert f'<html lang="{language}">' in text


def test_page_tells_what_was_wrong_and_trusts_no_text() -> None:
    """The wrong verdict with its session; what a product answered is text and never markup."""
    text = page(made_result(wrong=3))
    assert "a-session" in text
    assert "NOT PASSED" in text
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_page_shows_the_knee_of_a_ramp_and_says_when_there_is_none() -> None:
    """The made target holds sixty per cent of its users."""
    knee = made_result(shape=Shape.RAMP, wobble=0.01).course.knee
    assert knee is not None
    assert knee.level == pytest.approx(12, abs=1.7)
    assert f"ニー {knee.level:g}" in page(made_result(shape=Shape.RAMP, wobble=0.01))
    assert WORDS["no knee"]["en"] in page(made_result(shape=Shape.RAMP, holds=1.0, wobble=0.01))


def test_every_word_has_both_languages() -> None:
    """Every reason why a run did not pass, too."""
    assert all(each["ja"] and each["en"] for each in WORDS.values())
    assert set(BECAUSE) == set(Shortcoming)


def test_chart_breaks_where_nothing_was_measured() -> None:
    """A gap is no zero: two strokes, and what stands alone is a dot."""
    drawn = chart([0, 1, 2, 3, 4, 5], [Line("one", [1.0, 2.0, None, 3.0, 4.0, None])])
    assert drawn.count("<polyline") == 2
    assert chart([0, 1, 2], [Line("one", [None, 5.0, None])]).count("<circle") == 1
    assert chart([], []) == chart([1.0], [Line("one", [None])]) == ""


@pytest.mark.parametrize("values", [[0.0, 0.0], [5.0, 5.0], [1e-9, 1e9], [0.001, 0.001]])
@pytest.mark.parametrize("logarithmic", [True, False])
@pytest.mark.parametrize("from_zero", [True, False])
def test_chart_of_odd_values_stays_on_the_paper(values: list[float], *, logarithmic: bool, from_zero: bool) -> None:
    """Nothing, one level, eighteen decades."""
    drawn = chart([0.0, 1.0], [Line("one", values)], logarithmic=logarithmic, from_zero=from_zero)
    heights = [float(y) for points in re.findall(r'points="([^"]+)"', drawn) for y in re.findall(r",([\d.]+)", points)]
    assert all(0 <= height <= 240 for height in heights)
    assert "nan" not in drawn


def finding_of(before: Result, after: Result, between: dict[str, float] | None = None) -> dict[str, Finding]:
    """How each figure went."""
    return {each.name: each.finding for each in differences(before, after, between or {})}


@pytest.mark.parametrize("seed", range(2, 8))
def test_two_runs_of_the_same_target_differ_by_noise(seed: int) -> None:
    """Nothing but the wobble differs, and it is said to be no more."""
    found = finding_of(made_result(wobble=0.1), made_result(wobble=0.1, seed=seed))
    assert set(found.values()) == {Finding.SAME}


def test_slower_target_is_found_and_so_is_a_faster_one() -> None:
    """Thirty per cent are no noise of five; which way is up depends on the figure."""
    before, slower = made_result(), made_result(throughput=35.0, latency=0.065, seed=2)
    assert set(finding_of(before, slower).values()) == {Finding.WORSE}
    assert set(finding_of(slower, before).values()) == {Finding.BETTER}


def test_spread_between_runs_counts_where_it_is_larger() -> None:
    """Ten per cent slower is worse by the noise within; not where runs differ by twenty from start to start."""
    before, after = made_result(wobble=0.01), made_result(wobble=0.01, throughput=45.0, seed=2)
    assert finding_of(before, after)["verdicts_per_second"] is Finding.WORSE
    assert finding_of(before, after, {"verdicts_per_second": 0.2})["verdicts_per_second"] is Finding.SAME


def test_run_too_short_for_its_noise_says_so() -> None:
    """Of five seconds nothing can be said, unless the history knows."""
    before, after = made_result(seconds=5), made_result(seconds=5, throughput=20.0)
    assert set(finding_of(before, after).values()) == {Finding.UNKNOWN}
    assert finding_of(before, after, {"verdicts_per_second": 0.05})["verdicts_per_second"] is Finding.WORSE


def test_history_knows_the_spread_of_runs_of_one_kind(tmp_path: Path) -> None:
    """Throughputs 48, 50 and 52 have a standard deviation of 4 %; another product and another kind play no part."""
    runs = [made_result(throughput=value, wobble=0.0) for value in (48.0, 50.0, 52.0)]
    others = [made_result(throughput=500.0, product="other 1"), made_result(throughput=5.0, users=7)]
    for run in [*runs, *others]:
        remember(run, tmp_path)
    history = read_history(tmp_path / "history.jsonl")
    assert len(history) == 5
    assert spread_between(history, kind_of(runs[0].asked))["verdicts_per_second"] == pytest.approx(0.04)
    assert spread_between(history[: FEWEST_RUNS - 1], kind_of(runs[0].asked)) == {}


def test_broken_history_is_named_by_its_line(tmp_path: Path) -> None:
    """Not passed over: the spread would be another."""
    remember(made_result(seconds=12), tmp_path)
    with (tmp_path / "history.jsonl").open("a") as file:
        file.write("rubbish\n")
    with pytest.raises(ConfigurationError, match=r"history\.jsonl:2"):
        read_history(tmp_path / "history.jsonl")


def told(before: Path, after: Path) -> tuple[int, str]:
    """The exit code of `kazashi report diff`, and what it shows."""
    console = Console(record=True, width=160)
    code = compare(before, after, [REPORTS], console)
    return code, console.export_text()


def test_diff_of_two_folders(tmp_path: Path) -> None:
    """Exit 0 inside the noise, 1 for a worse run and for one that no longer passes; each in words."""
    runs = {
        "a": made_result(),
        "same": made_result(seed=4),
        "slow": made_result(throughput=30.0, latency=0.1),
        "wrong": made_result(wrong=1),
    }
    for name, run in runs.items():
        written = write_report(run, tmp_path / name)
        assert [path.name for path in written] == ["load.json", "load.html", "history.jsonl"]
    code, text = told(tmp_path / "a", tmp_path / "same" / "load.json")
    assert (code, "inside the noise / ばらつきの範囲内" in text) == (0, True)
    code, text = told(tmp_path / "a", tmp_path / "slow")
    assert (code, "worse / 悪化" in text) == (1, True)
    assert told(tmp_path / "a", tmp_path / "wrong")[0] == 1
    assert told(tmp_path / "wrong", tmp_path / "a")[0] == 0


def test_regression_is_no_part_of_its_own_noise(tmp_path: Path) -> None:
    """Six runs in one folder, the last at half the rate: what came before it is the noise, and it is worse."""
    for seed in range(5):
        write_report(made_result(seed=seed), tmp_path / "a")
    before = tmp_path / "before.json"
    shutil.copy(tmp_path / "a" / "load.json", before)
    write_report(made_result(throughput=25.0, latency=0.1, seed=9), tmp_path / "a")
    (tmp_path / "a" / "before.json").write_bytes(before.read_bytes())
    code, text = told(tmp_path / "a" / "before.json", tmp_path / "a")
    assert (code, "worse / 悪化" in text) == (1, True)


def test_noise_is_of_runs_that_passed_up_to_the_first_one(tmp_path: Path) -> None:
    """Not of those that failed, nor of any that came later; a run without a line of its own has all."""
    runs = [made_result(seed=1), made_result(wrong=1, seed=2), made_result(seed=3), made_result(seed=4)]
    for run in runs:
        remember(run, tmp_path)
    history = read_history(tmp_path / "history.jsonl")
    assert up_to(runs[2], history) == [history[0], history[2]]
    assert up_to(made_result(seed=5), history) == [history[0], *history[2:]]


@pytest.mark.parametrize(
    "other",
    [{"think": False}, {"signatures": Signatures.CARD}, {"population": "1000000"}, {"enrolled": 5}, {"workers": 2}],
)
def test_runs_of_another_kind_are_not_compared(other: dict[str, Any]) -> None:
    """With pauses and without, by keys and by cards, of many holders and few."""
    asked = made_result().asked
    assert kind_of(asked) != kind_of(msgspec.structs.replace(asked, **other))


def test_diff_of_what_cannot_be_compared_is_a_configuration_fault(tmp_path: Path) -> None:
    """Another load, no load.json, no JSON, nothing there: one line that says so."""
    for name, run in {"a": made_result(), "b": made_result(users=40)}.items():
        write_report(run, tmp_path / name)
    with pytest.raises(ConfigurationError, match="users 20 and 40"):
        told(tmp_path / "a", tmp_path / "b")
    (tmp_path / "c.json").write_text("{}")
    (tmp_path / "d.json").write_text("rubbish")
    for other in ("c.json", "d.json", "nowhere"):
        with pytest.raises(ConfigurationError):
            told(tmp_path / "a", tmp_path / other)


def test_load_json_is_bounded() -> None:
    """A run of a day has no more rows than one of a quarter of an hour."""
    short = made_result(seconds=30)
    size = len(msgspec.json.encode(short.course.rows[0]))
    assert size * 900 < 400_000


def test_figures_know_which_way_is_up() -> None:
    """More verdicts are better, and more milliseconds are not."""
    figures = made_result().course.figures
    assert {name: each.more_is_better for name, each in figures.items()} == {
        "verdicts_per_second": True,
        "visit_p50_ms": False,
        "visit_p99_ms": False,
    }
    assert isinstance(figures["visit_p50_ms"], Figure)


def test_generator_tells_its_numbers() -> None:
    """Requests, rulings, errors and latencies in Prometheus' text format; buckets grow, and end with all."""
    tally = Tally()
    for _ in range(3):
        tally.asked()
    tally.judged("good", "r1", "s", ACCEPTED)
    tally.judged('odd "kind"', "r1", "s", WRONG)
    tally.failed("begin: no answer")
    tally.failed("begin: no answer", excused=True)
    for seconds in (0.003, 0.3, 30.0):
        tally.took("begin", seconds)
    lines = exposition(tally).splitlines()
    assert "kazashi_load_requests_total 3" in lines
    assert 'kazashi_load_verdicts_total{purpose="login",kind="good",ruling="right"} 1' in lines
    assert 'kazashi_load_verdicts_total{purpose="login",kind="odd \\"kind\\"",ruling="wrong"} 1' in lines
    assert 'kazashi_load_errors_total{excused="false"} 1' in lines
    assert 'kazashi_load_errors_total{excused="true"} 1' in lines
    buckets = [int(line.rpartition(" ")[2]) for line in lines if line.startswith("kazashi_load_seconds_bucket")]
    assert (buckets, buckets[0], buckets[-2:]) == (sorted(buckets), 1, [2, 3])
    assert all(
        re.fullmatch(r'# (HELP|TYPE) .+|\w+(\{(\w+="[^\n]*")(,\w+="[^\n]*")*\})? [\d.]+', line) for line in lines
    )
