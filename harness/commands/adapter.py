"""`kazashi adapter`: a starter for a new adapter, the smoke test, and the draft of a conformance statement."""

import json
from pathlib import Path
from typing import Annotated

import msgspec
import typer
import yaml

from harness.adapters.starter import starters_of, write_starter
from harness.commands.findings import require_language, show_findings
from harness.commands.options import Timeout
from harness.contract.binding import Binding
from harness.contract.check import SLOW, Finding, check_other_role
from harness.contract.check_relying_party import check_relying_party
from harness.contract.client import PlatformClient, RelyingPartyClient, TapClient
from harness.contract.faults import AdapterFault
from harness.contract.statement import Statement
from harness.contract.targets import TIMEOUT, bound_target, parse_target
from harness.contract.vocabulary import Role
from harness.doctor.product import preflight_world
from harness.errors import ConfigurationError

BROKEN = 1

app = typer.Typer(help="An adapter for your product / 製品のための接続部", no_args_is_help=True)
Target = Annotated[
    str, typer.Option(help="http://…, command:PROGRAM, lines:PROGRAM or python:MODULE:FACTORY / 試験対象")
]


@app.command("new")
def new(
    *,
    lang: Annotated[str, typer.Option(help="python, java, csharp, go or typescript / 言語")],
    out: Annotated[Path, typer.Option(help="a new folder for the starter / 出力先")],
    role: Annotated[Role, typer.Option(help="relying-party, or tap-client (python) / 製品の役割")] = Role.RELYING_PARTY,
) -> None:
    """Write a starter: a small, complete adapter around a stub product, with a README in Japanese and English.

    接続部のひな形(スタブ製品付き)を書き出す。
    """
    written = write_starter(lang, out, starters=starters_of(role.value))
    for path in written:
        typer.echo(f"  {path}")
    typer.echo(f"{len(written)} files; next / 次に: {out / 'README.md'}")


@app.command("check")
def check(  # noqa: PLR0913  (each is an option of the command line)
    *,
    target: Target,
    role: Annotated[Role, typer.Option(help="role of the product / 製品の役割")] = Role.RELYING_PARTY,
    lang: Annotated[str, typer.Option(help="ja or en: the language of the advice / 助言の言語")] = "ja",
    timeout: Timeout = TIMEOUT,
    slow: Annotated[
        float, typer.Option(help="seconds from which an answer is reported as slow / 遅いとみなす秒数", min=0.0)
    ] = SLOW,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="write the findings to this file / 結果の出力先")
    ] = None,
) -> None:
    """Smoke test: does the adapter keep the contract? Exit code 0 if so, 1 if something has to be changed.

    接続部の簡易点検。終了コード: 0 問題なし / 1 要修正 / 2 設定誤り
    """
    require_language(lang)
    with bound_target(parse_target(target), timeout=timeout) as binding:
        findings = _checked(binding, role, slow)
    clean = show_findings(findings, lang)
    if json_file is not None:
        _write(json_file, json.dumps(msgspec.to_builtins(findings), ensure_ascii=False, indent=2))
    if not clean:
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
        msgspec.convert(draft, Statement)
    except msgspec.ValidationError as fault:
        raise ConfigurationError(f"--vendor {vendor!r}: {fault}; name who signs the statement off") from fault
    _write(out, yaml.safe_dump(draft, allow_unicode=True, sort_keys=False))
    typer.echo(f"  {out}")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise ConfigurationError(f"{path}: expected a file to write, actual {fault.strerror}; name another") from fault


def _checked(binding: Binding, role: Role, slow: float) -> list[Finding]:
    if role is Role.TAP_CLIENT:
        return check_other_role(binding, TapClient(binding), slow=slow)
    if role is Role.PLATFORM_CLIENT:
        return check_other_role(binding, PlatformClient(binding), slow=slow)
    with preflight_world() as made:
        return check_relying_party(binding, made.configuration, made.visitor.authentication_certificate, slow=slow)
