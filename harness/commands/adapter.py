"""`kazashi adapter`: a starter for a new adapter, the smoke test, and the draft of a conformance statement."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer
import yaml
from rich.console import Console
from rich.text import Text

from harness.adapters.starter import write_starter
from harness.clock import host_now
from harness.contract.check import SLOW, Finding, check_relying_party
from harness.contract.client import RelyingPartyClient
from harness.contract.configuration import configuration
from harness.contract.faults import AdapterFault
from harness.contract.messages import Configure
from harness.contract.targets import TIMEOUT, bound_target, parse_target
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.errors import ConfigurationError
from harness.home import key_pool
from harness.world import World

LANGUAGES = ("ja", "en")
BROKEN = 1
SEED = 1

app = typer.Typer(help="An adapter for your product / 製品のための接続部", no_args_is_help=True)
Target = Annotated[
    str, typer.Option(help="http://…, command:PROGRAM, lines:PROGRAM or python:MODULE:FACTORY / 試験対象")
]


@app.command("new")
def new(
    *,
    lang: Annotated[str, typer.Option(help="python, java, csharp, go or typescript / 言語")],
    out: Annotated[Path, typer.Option(help="a new folder for the starter / 出力先")],
) -> None:
    """Write a starter: a small, complete adapter around a stub product, with a README in Japanese and English.

    接続部のひな形(スタブ製品付き)を書き出す。
    """
    written = write_starter(lang, out)
    for path in written:
        typer.echo(f"  {path}")
    typer.echo(f"{len(written)} files; next / 次に: {out / 'README.md'}")


@app.command("check")
def check(
    *,
    target: Target,
    lang: Annotated[str, typer.Option(help="ja or en: the language of the advice")] = "ja",
    timeout: Annotated[float, typer.Option(help="seconds the product may take for one answer", min=0.1)] = TIMEOUT,
    slow: Annotated[float, typer.Option(help="seconds from which an answer is reported as slow", min=0.0)] = SLOW,
    json_file: Annotated[Path | None, typer.Option("--json", help="write the findings to this file")] = None,
) -> None:
    """Smoke test: does the adapter keep the contract? Exit code 0 if so, 1 if something has to be changed.

    接続部の簡易点検。終了コード: 0 問題なし / 1 要修正 / 2 設定誤り
    """
    if lang not in LANGUAGES:
        raise ConfigurationError(f"--lang {lang!r}: expected ja or en")
    with _some_world() as (told, certificate), bound_target(parse_target(target), timeout=timeout) as binding:
        findings = check_relying_party(binding, told, certificate, slow=slow)
    _show(findings, lang)
    if json_file is not None:
        json_file.write_text(json.dumps(msgspec.to_builtins(findings), ensure_ascii=False, indent=2), encoding="utf-8")
    if not all(finding.held for finding in findings):
        raise typer.Exit(BROKEN)


@app.command("statement")
def statement(
    *,
    target: Target,
    vendor: Annotated[str, typer.Option(help="who signs it off / 宣言者")],
    out: Annotated[Path, typer.Option(help="the file to write / 出力先")] = Path("statement.yaml"),
) -> None:
    """Draft the conformance statement (ICS, 適合宣言書) from what the product says of itself; read it before use."""
    with bound_target(parse_target(target)) as binding:
        try:
            product = RelyingPartyClient(binding).hello()
        except AdapterFault as fault:
            raise ConfigurationError(str(fault)) from fault
    draft = {"vendor": vendor, "product": msgspec.to_builtins(product)}
    try:
        out.write_text(yaml.safe_dump(draft, allow_unicode=True, sort_keys=False), encoding="utf-8")
    except OSError as fault:
        raise ConfigurationError(f"{out}: expected a file to write, actual {fault.strerror}; name another") from fault
    typer.echo(f"  {out}")


@contextmanager
def _some_world() -> Iterator[tuple[Configure, bytes]]:
    """Yield what a product is told of a world, and the certificate of one who lives in it."""
    world = World.create(key_pool(), seed=SEED, start=host_now())
    try:
        certificate = world.issue_card(world.new_resident().id).auth_certificate
        door = JlisDoor(world)
        with Served(door.app, garbled=door.garbled) as served:
            yield configuration(world, door.addresses(served.url)), certificate
    finally:
        world.close()


def _show(findings: list[Finding], language: str) -> None:
    """Print a line for each finding; where something has to change, what was expected, what came, and what to do."""
    console = Console()
    for finding in findings:
        console.print(Text.assemble(("ok  ", "green") if finding.held else ("NG  ", "bold red"), finding.name))
        if not finding.held:
            advice = finding.advice.ja if language == "ja" else finding.advice.en
            console.print(Text(f"    expected / 期待: {finding.expected}\n    actual / 実際:   {finding.actual}"))
            console.print(Text.assemble("    → ", (advice, "bold")))
    broken = sum(not finding.held for finding in findings)
    typer.echo(f"{len(findings) - broken} ok, {broken} to change / 要修正 {broken}")
