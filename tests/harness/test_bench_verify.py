"""`kazashi bench verify`: the rows of a verification core, its target by name, and the chart."""

import xml.etree.ElementTree as ET
from pathlib import Path

import httpx
import msgspec
import pytest

from harness.bench import chart, verify, verify_http, verify_material
from harness.bench.empty_door import EMPTY
from harness.bench.row import Row
from harness.bench.verify_run import ROWS, Figures, find, rate
from harness.errors import ConfigurationError

SVG = "{http://www.w3.org/2000/svg}"


def test_rows_are_measured_and_say_what_they_are(tmp_path: Path) -> None:
    """A short run has every row with a figure, its reference, and every presentation accepted."""
    material = verify_material.make(tmp_path, attempts=20)
    (tmp_path / "material").write_bytes(msgspec.msgpack.encode(material))
    subject = find(verify.TARGET)(material)
    figures = {}
    for row in ROWS:
        expected = 10_000 if row == "status.batch" else 20
        figures[row] = [rate(lambda row=row: subject.round(row), expected, 0.001)]  # type: ignore[misc]
    found = {row.name: row for row in verify.rows_of(Figures([50_000.0], figures, {"peer": 500.0, "none": "why"}))}
    assert found.keys() == {"openssl speed", *ROWS, "peer", "none"}
    assert all(found[row].value and found[row].ratio and found[row].target for row in ROWS)
    assert (found["none"].value, found["none"].note) == (None, "why")


def test_share_is_of_the_signatures_that_are_verified() -> None:
    """A tap verifies two signatures: half as many taps as raw verifications are the whole of what is possible."""
    rates = {row: [25_000.0] for row in ROWS}
    found = {row.name: row for row in verify.rows_of(Figures([50_000.0], rates, {}))}
    assert (found["tap.full"].ratio, found["tap.full"].met) == (1.0, True)
    assert (found["login.returning"].ratio, found["login.returning"].met) == (0.5, False)
    assert (found["login.first_seen"].ratio, found["login.first_seen"].met) == (0.5, True)


def test_refused_presentation_ends_the_bench() -> None:
    """A core that refuses what is right is not measured."""
    with pytest.raises(ConfigurationError, match="expected 20 accepted, actual 19"):
        rate(lambda: lambda: 19, 20, 0.001)


@pytest.mark.parametrize("target", ["reference_impl.measured:Measured", "python:reference_impl.measured", "go:x:y"])
def test_target_names_module_and_class(target: str) -> None:
    """Another form of a target is refused with both sides."""
    with pytest.raises(ConfigurationError, match="expected python:module:Class, actual"):
        find(target)


def test_chart_draws_a_bar_for_each_share(tmp_path: Path) -> None:
    """As wide as the share, with a line where the target is, colour and word for met or missed; text is escaped."""
    rows = [
        Row("met & <so>", 1.0, "x/s", 2.0, 0.5, "≥ 40%", met=True),
        Row("missed", 1.0, "x/s", 2.0, 0.25, "≥ 50%", met=False),
        Row("without", None, "x/s"),
        Row("more than all", 3.0, "x/s", 1.0, 3.0),
    ]
    chart.write(rows, "title", tmp_path / "chart.svg")
    root = ET.fromstring((tmp_path / "chart.svg").read_text(encoding="utf-8"))  # noqa: S314  (made here)
    bars = root.findall(f"{SVG}g")
    assert [bar.findtext(f"{SVG}text") for bar in bars] == ["met & <so>", "missed"]
    widths = [float(bar.find(f"{SVG}rect").attrib["width"]) for bar in bars]  # type: ignore[union-attr]
    assert widths[0] == 2 * widths[1]
    assert ["met" in bar.findall(f"{SVG}text")[1].text for bar in bars] == [True, False]  # type: ignore[operator]
    fills = [bar.find(f"{SVG}rect").attrib["fill"] for bar in bars]  # type: ignore[union-attr]
    assert len(set(fills)) == 2
    assert all(bar.find(f"{SVG}line") is not None for bar in bars)


def test_empty_doors_answer_each_request(tmp_path: Path) -> None:
    """On uvicorn and on the bare protocol: HTTP 200 with a body of the length that is said, again and again."""
    silent = ConfigurationError("expected a port")
    for door in verify_http.DOORS:
        with verify_http.served(tmp_path, EMPTY, door, silent=silent) as (_, port):
            with httpx.Client(trust_env=False) as client:
                said = [client.post(f"http://127.0.0.1:{port}/login", content=b"x" * 3000) for _ in range(3)]
            assert [(each.status_code, each.json()["reason"]) for each in said] == [(200, "OK")] * 3


@pytest.mark.parametrize(("rate", "met"), [(16_000.0, True), (15_000.0, False)])
def test_logins_over_http_are_measured_by_what_the_machine_can(rate: float, met: object) -> None:
    """An empty uvicorn of 35 k and OpenSSL of 40 k leave 18.7 k together; of 31 k the target is 26 k."""
    row = verify_http.share_row("asgi", rate, 40_000.0, 35_000.0)
    assert row.reference == pytest.approx(18_666.7, abs=0.1)
    assert row.ratio == pytest.approx(rate / 18_666.7, rel=1e-4)
    assert (row.target, row.met) == ("≥ 84%", met)
    assert "26,000 where the reference is 31,000" in row.note
