"""`kazashi certify`."""

import secrets
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from conformance.catalogue_loader import Catalogue, load_catalogue
from conformance.certification import EXIT_CODES, Certification, certify
from conformance.judge import Judgement, Verdict
from conformance.report.words import WORDS
from conformance.report.write import write_reports
from conformance.roles.role_commands import IN_PROCESS_READER, RoleOptions, RunOptions, certify_role
from conformance.roles.vocabularies import VOCABULARIES
from conformance.setting import setting
from conformance.targets import product_named
from harness.commands.options import Timeout
from harness.contract.client import RelyingPartyClient
from harness.contract.faults import AdapterFault
from harness.contract.statement import Statement, load_statement
from harness.contract.targets import bound_target
from harness.contract.vocabulary import Capability
from harness.errors import ConfigurationError
from harness.home import key_pool

LANGUAGES = ("ja", "en")
CASE_WORDS = {Verdict.FAIL: "red", Verdict.PASS: "green"}


def certify_command(  # noqa: PLR0913  (each is an option of the command line)
    *,
    role: Annotated[
        str, typer.Option(help="relying-party, responder, card, tap-client / 製品の役割")
    ] = "relying-party",
    target: Annotated[
        str,
        typer.Option(
            help="reference, checker, http://host:port, command:PROGRAM, lines:PROGRAM or "
            "python:MODULE:FACTORY / 試験対象"
        ),
    ] = "reference",
    case: Annotated[
        list[str] | None,
        typer.Option(help="only this case and its twin (repeatable) / このケースと対のケースだけ（繰り返し可）"),
    ] = None,
    out: Annotated[Path, typer.Option(help="folder of the reports / 報告書の出力先")] = Path("out"),
    lang: Annotated[
        str, typer.Option(help="ja or en: which language the report shows first / 報告書で先に示す言語")
    ] = "ja",
    ics: Annotated[
        Path | None, typer.Option(help="the vendor's conformance statement: what the product does / 適合宣言書")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            help="residents and order of the cases follow from it; drawn if not given / 住民とケースの順を決める種",
            min=0,
        ),
    ] = None,
    issuer: Annotated[
        Path | None, typer.Option(help="responder: the authority's certificate (PEM) / 認証局証明書")
    ] = None,
    serials: Annotated[
        str,
        typer.Option(help="responder: good=1A,revoked=1B:keyCompromise,never=7F / 証明書番号と正しい状態"),
    ] = "",
    claims: Annotated[
        str, typer.Option(help="responder: what it can do: nonce,get,batch,lightweight / 対応する機能")
    ] = "",
    certificate: Annotated[
        Path | None, typer.Option(help="responder: the good certificate (PEM) / 有効な証明書")
    ] = None,
    reader: Annotated[
        str, typer.Option(help="card: inprocess, pcsc, or a reader's name; tap-client: pcsc or substitute / リーダー")
    ] = IN_PROCESS_READER,
    serial: Annotated[
        str | None,
        typer.Option(help="card: serial number of a real test card in a reader not ours / 試験用実カードの番号"),
    ] = None,
    card: Annotated[
        Path | None, typer.Option(help="card: file with its secrets (YAML) / カードの暗証番号等のファイル")
    ] = None,
    timeout: Timeout = 10.0,
) -> None:
    """Certify a product: run every applicable case and write index.html, report.json and junit.xml.

    製品の適合性を試験し、報告書を書き出す。終了コード: 0 適合 / 1 不適合 / 2 設定誤り / 3 試験環境の誤り / 4 判定不能
    """
    if lang not in LANGUAGES:
        raise ConfigurationError(f"--lang {lang!r}: expected ja or en")
    drawn = seed is None
    if seed is None:
        # A product that knew the order of the cases could play the answers back without looking.
        seed = secrets.randbelow(1 << 32)
    if role in VOCABULARIES:
        said = RoleOptions(target, timeout, issuer, serials, claims, certificate, reader, serial, card)
        raise typer.Exit(certify_role(role, said, RunOptions(tuple(case or ()), out, lang, seed, drawn)))
    catalogue = load_catalogue(role)
    if case:
        catalogue = catalogue.with_twins(case)
    console = Console(stderr=True)
    statement = None if ics is None else load_statement(ics)
    run = _run(catalogue, console, target=target, seed=seed, timeout=timeout, statement=statement)
    run = replace(run, seed_drawn=drawn)
    written = write_reports(run, out, language=lang)
    _tell(run, console, lang)
    for path in written:
        console.print(Text(f"  {path}"), soft_wrap=True)
    raise typer.Exit(EXIT_CODES[run.verdict])


def _run(  # noqa: PLR0913  (the options of the run)
    catalogue: Catalogue, console: Console, *, target: str, seed: int, timeout: float, statement: Statement | None
) -> Certification:
    product = product_named(target)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        keys = progress.add_task("keys / 鍵", total=None, visible=False)
        cases = progress.add_task("cases / 試験項目", total=len(catalogue.cases))

        def key_made(made: int, wanted: int) -> None:
            progress.update(keys, completed=made, total=wanted, visible=made < wanted)

        def case_judged(_: Judgement, number: int, total: int) -> None:
            progress.update(cases, completed=number, total=total)

        with bound_target(product, timeout=timeout) as binding, RelyingPartyClient(binding) as client:
            try:
                shifted = Capability.SET_TIME not in client.hello().capabilities
                with setting(
                    key_pool(), seed=seed, cases=len(catalogue.cases), shifted=shifted, progress=key_made
                ) as made:
                    return certify(
                        catalogue, client, made, target=target, seed=seed, progress=case_judged, statement=statement
                    )
            except AdapterFault as fault:
                raise ConfigurationError(str(fault)) from fault


def _tell(run: Certification, console: Console, language: str) -> None:
    """Say the verdict, and for each case that did not pass why: a line each, for whoever greps a log.

    What the product said is text, never markup.
    """
    for judgement in run.judgements.values():
        if judgement.verdict is Verdict.PASS:
            continue
        colour = CASE_WORDS.get(judgement.verdict, "yellow")
        title = judgement.case.title.in_language(language)
        console.print(
            Text.assemble((judgement.verdict.value, colour), f" {judgement.case.id}  {title}"), soft_wrap=True
        )
        for line in why(judgement):
            console.print(Text(f"    {line}"), soft_wrap=True)
    passed, not_applicable = run.count(Verdict.PASS), run.count(Verdict.NA)
    seed = f"seed {run.seed}" if run.seed_drawn else f"seed {run.seed} as given"
    console.print(
        Text(
            f"{run.product.product} {run.product.version}: {WORDS[run.verdict.value][language]} "
            f"({passed}/{len(run.judgements)} PASS, {not_applicable} NA, {seed})"
        ),
        soft_wrap=True,
    )
    if not_applicable and run.statement is None:
        console.print(Text(WORDS["unstated"][language]), soft_wrap=True)


def why(judgement: Judgement) -> list[str]:
    """Return what keeps a case from passing, a line each."""
    lines = [
        f"{check.name}: expected {check.expected}, actual {check.actual}"
        for check in judgement.checks
        if not check.held
    ]
    if judgement.missing:
        lines.append(f"not declared: {', '.join(capability.value for capability in judgement.missing)}")
    transcript = "" if judgement.observation is None else judgement.observation.transcript
    return [*lines, transcript] if transcript else lines
