"""`kazashi bench`: how fast it is on this machine, target, value, reference and ratio side by side."""

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from harness.bench import audit as audit_bench
from harness.bench import card as card_bench
from harness.bench import jlis_crl, jlis_register, ocsp, verify_crl
from harness.bench import verify as verify_bench
from harness.bench.chart import write as write_chart
from harness.bench.row import Row

app = typer.Typer(help="Speed on this machine / この機械での速さ", no_args_is_help=True)
Rows = Callable[[ocsp.Plan], Iterator[Row]]


def list_rows(plan: ocsp.Plan) -> Iterator[Row]:
    """Yield the rows of revocation lists and of issuing."""
    return jlis_crl.rows(plan.full)


def register_rows(plan: ocsp.Plan) -> Iterator[Row]:
    """Yield the rows of a register of many."""
    return jlis_register.rows(plan.full, plan.rounds)


JLIS: list[Rows] = [ocsp.rows, register_rows, list_rows]
"""What `kazashi bench jlis` measures, in this order."""


@app.callback()
def bench() -> None:
    """Speed on this machine / この機械での速さ"""


@app.command()
def jlis(
    *,
    full: Annotated[bool, typer.Option("--full", help="more rounds, for figures to quote / 回数を増やす")] = False,
    json: Annotated[Path | None, typer.Option("--json", help="write the rows there / 結果の書き出し先")] = None,
) -> None:
    """The fake J-LIS: OCSP answers and certificates a second / 疑似 J-LIS の速さ"""
    plan = ocsp.Plan(rounds=9, seconds=2.0, full=True) if full else ocsp.Plan()
    found: list[Row] = []
    typer.echo(
        "kazashi: measuring; the first rows come together, after about a minute / 測定中(最初の行まで約1分)", err=True
    )
    for measure in JLIS:
        for row in measure(plan):
            typer.echo(_line(row))
            found.append(row)
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode([row.as_json() for row in found])))


@app.command()
def card(
    *,
    full: Annotated[bool, typer.Option("--full", help="more rounds, for figures to quote / 回数を増やす")] = False,
    json: Annotated[Path | None, typer.Option("--json", help="write the rows there / 結果の書き出し先")] = None,
) -> None:
    """The card: APDUs through PC/SC and in process, signatures, memory / カードの速さ"""
    plan = card_bench.Plan(rounds=9, commands=20_000, seconds=2) if full else card_bench.Plan()
    found: list[Row] = []
    for row in card_bench.rows(plan):
        typer.echo(_line(row))
        found.append(row)
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode([row.as_json() for row in found])))


@app.command()
def verify(
    *,
    full: Annotated[bool, typer.Option("--full", help="more rounds, for figures to quote / 回数を増やす")] = False,
    json: Annotated[Path | None, typer.Option("--json", help="write the rows there / 結果の書き出し先")] = None,
    chart: Annotated[Path | None, typer.Option("--chart", help="draw them there, SVG / 図の書き出し先")] = None,
    target: Annotated[str, typer.Option("--target", help="python:module:Class / 測定対象")] = verify_bench.TARGET,
) -> None:
    """The verification core: logins, taps, statuses and lists a second, beside OpenSSL / 検証コアの速さ"""
    plan = verify_bench.Plan(9, 1.0, target=target) if full else verify_bench.Plan(target=target)
    found: list[Row] = []
    typer.echo("kazashi: measuring; the first rows come together, after a minute / 測定中(最初の行まで約1分)", err=True)
    for row in chain(verify_bench.rows(plan), verify_crl.rows(full)):
        typer.echo(_line(row))
        found.append(row)
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode([row.as_json() for row in found])))
    if chart is not None:
        write_chart(found, "kazashi bench verify: share of the reference / 基準に対する割合", chart)


@app.command()
def audit(
    *,
    full: Annotated[bool, typer.Option("--full", help="more rounds, for figures to quote / 回数を増やす")] = False,
    target: Annotated[str, typer.Option("--target", help="python:MODULE / 対象")] = audit_bench.TARGET,
    json: Annotated[Path | None, typer.Option("--json", help="write the rows there / 結果の書き出し先")] = None,
) -> None:
    """The audit: rows hashed, chained and on the disk a second / 監査記録の速さ"""
    plan = audit_bench.Plan(rounds=9) if full else audit_bench.Plan()
    found: list[Row] = []
    for row in audit_bench.rows(plan, target):
        typer.echo(_line(row))
        found.append(row)
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode([row.as_json() for row in found])))


def _line(row: Row) -> str:
    value, reference = ("-" if each is None else _figure(each) for each in (row.value, row.reference))
    ratio = "" if row.ratio is None else f"{row.ratio:.1%}"
    met = {None: "", True: "met / 達成", False: "missed / 未達"}[row.met]
    return f"{row.name:24}{value or '-':>12} {row.unit:15}{reference:>10} {ratio:>8}  {row.target:10}{met:14}{row.note}"


def _figure(value: float) -> str:
    """Return three digits or more of a figure."""
    return f"{value:.3f}" if value < 10 else f"{value:,.1f}" if value < 1000 else f"{value:,.0f}"
