"""`kazashi certify`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from conformance.catalogue_loader import Catalogue, load_catalogue
from conformance.certification import EXIT_CODES, Certification, certify
from conformance.judge import Judgement, Verdict
from conformance.report.words import WORDS
from conformance.report.write import write_reports
from conformance.setting import setting
from conformance.targets import product_named
from harness.contract.client import RelyingPartyClient, Unreachable
from harness.contract.targets import running_target
from harness.errors import ConfigurationError
from harness.home import key_pool

LANGUAGES = ("ja", "en")
CASE_WORDS = {Verdict.FAIL: "red", Verdict.PASS: "green"}


def certify_command(  # noqa: PLR0913  (each is an option of the command line)
    *,
    role: Annotated[str, typer.Option(help="role of the product / 製品の役割")] = "relying-party",
    target: Annotated[
        str, typer.Option(help="reference, checker, http://host:port, or command:PROGRAM / 試験対象")
    ] = "reference",
    case: Annotated[list[str] | None, typer.Option(help="only this case and its twin (repeatable)")] = None,
    out: Annotated[Path, typer.Option(help="folder of the reports / 報告書の出力先")] = Path("out"),
    lang: Annotated[str, typer.Option(help="ja or en: which language the report shows first")] = "ja",
    seed: Annotated[int, typer.Option(help="residents and order of the cases follow from it", min=0)] = 1,
    timeout: Annotated[float, typer.Option(help="seconds the product may take for one answer", min=0.1)] = 10.0,
) -> None:
    """Certify a product: run every applicable case and write index.html, report.json and junit.xml.

    製品の適合性を試験し、報告書を書き出す。終了コード: 0 適合 / 1 不適合 / 2 設定誤り / 3 試験環境の誤り / 4 判定不能
    """
    if lang not in LANGUAGES:
        raise ConfigurationError(f"--lang {lang!r}: expected ja or en")
    catalogue = load_catalogue(role)
    if case:
        catalogue = catalogue.with_twins(case)
    console = Console(stderr=True)
    run = _run(catalogue, console, target=target, seed=seed, timeout=timeout)
    _tell(run, console, lang)
    for path in write_reports(run, out, language=lang):
        console.print(f"  {path}", highlight=False, soft_wrap=True)
    raise typer.Exit(EXIT_CODES[run.verdict])


def _run(catalogue: Catalogue, console: Console, *, target: str, seed: int, timeout: float) -> Certification:
    product = product_named(target)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        keys = progress.add_task("keys / 鍵", total=None, visible=False)
        cases = progress.add_task("cases / 試験項目", total=len(catalogue.cases))

        def key_made(made: int, wanted: int) -> None:
            progress.update(keys, completed=made, total=wanted, visible=made < wanted)

        def case_judged(_: Judgement, number: int, total: int) -> None:
            progress.update(cases, completed=number, total=total)

        with (
            setting(key_pool(), seed=seed, cases=len(catalogue.cases), progress=key_made) as world,
            running_target(product) as address,
            RelyingPartyClient(address, timeout=timeout) as client,
        ):
            try:
                return certify(
                    catalogue,
                    client,
                    world.world,
                    world.hostile,
                    addresses=world.addresses,
                    target=target,
                    seed=seed,
                    progress=case_judged,
                )
            except Unreachable as fault:
                raise ConfigurationError(str(fault)) from fault


def _tell(run: Certification, console: Console, language: str) -> None:
    """Say the verdict, and for each case that did not pass why."""
    for judgement in run.judgements.values():
        if judgement.verdict is Verdict.PASS:
            continue
        colour = CASE_WORDS.get(judgement.verdict, "yellow")
        title = judgement.case.title.in_language(language)
        console.print(f"[{colour}]{judgement.verdict.value}[/] {judgement.case.id}  {title}", highlight=False)
        for check in judgement.checks:
            if not check.held:
                console.print(f"    {check.name}: expected {check.expected}, actual {check.actual}", highlight=False)
        if judgement.observation is not None and judgement.observation.transcript:
            console.print(f"    {judgement.observation.transcript}", highlight=False, markup=False)
    passed = sum(judgement.verdict is Verdict.PASS for judgement in run.judgements.values())
    console.print(
        f"{run.product.product} {run.product.version}: {WORDS[run.verdict.value][language]} "
        f"({passed}/{len(run.judgements)} PASS)",
        highlight=False,
    )
