"""`kazashi certify`."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from conformance.applicability import declared_by, obstacles
from conformance.catalogue_loader import Catalogue, compiled, load_catalogue
from conformance.certification import EXIT_CODES, Certification, certify
from conformance.evidence.bundle import sign_evidence
from conformance.evidence.expected_failures import require_known
from conformance.evidence.handed_in import described_watches, expected_file, resumable, signing_key, statement_file
from conformance.evidence.kept_judgements import RELYING_PARTY
from conformance.evidence.resuming import world_seed
from conformance.evidence.run_journal import interrupted
from conformance.evidence.run_options import RunOptions
from conformance.evidence.sittings import Sittings, sittings_of
from conformance.evidence.told_times import RecordedTimes
from conformance.judge import Judgement
from conformance.privacy.beside import heard_target, oracle_beside
from conformance.privacy.oracle import Oracle, unsearched
from conformance.report.words import WORDS
from conformance.report.write import write_reports
from conformance.roles.role_commands import IN_PROCESS_READER, RoleOptions, certify_role
from conformance.roles.vocabularies import VOCABULARIES
from conformance.setting import setting
from conformance.targets import product_named
from conformance.telling import tell, tell_written
from harness.commands.options import Timeout
from harness.contract.faults import AdapterFault
from harness.contract.statement import check_statement
from harness.contract.vocabulary import Capability
from harness.errors import ConfigurationError
from harness.home import key_pool

LANGUAGES = ("ja", "en")


def certify_command(  # noqa: PLR0913  (each is an option of the command line)
    *,
    role: Annotated[
        str, typer.Option(help="relying-party, responder, card, tap-client, platform-client / 製品の役割")
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
        str,
        typer.Option(help="card: inprocess, contactless, pcsc, a name; tap-client: pcsc, substitute / リーダー"),
    ] = IN_PROCESS_READER,
    serial: Annotated[
        str | None,
        typer.Option(help="card: serial number of a real test card in a reader not ours / 試験用実カードの番号"),
    ] = None,
    card: Annotated[
        Path | None, typer.Option(help="card: file with its secrets (YAML) / カードの暗証番号等のファイル")
    ] = None,
    expected: Annotated[
        Path | None,
        typer.Option(help="failures that are known, each with reason, owner, link and end / 想定済みの不適合の一覧"),
    ] = None,
    sign: Annotated[
        Path | None,
        typer.Option(
            help="sign the evidence with this key (`report key`) and write evidence.zip / 証拠一式に署名する鍵"
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="go on with the interrupted run in --out / 中断した試験を再開")
    ] = False,
    watch: Annotated[
        list[str] | None,
        typer.Option(
            help="where the product writes: logs=PATH, database=PATH, traces=PATH, captures=FILE.pcap (repeatable): "
            "searched for what belongs to residents / 製品の書き込み先（個人情報の検査対象）"
        ),
    ] = None,
    timeout: Timeout = 10.0,
) -> None:
    """Certify a product: run every applicable case and write index.html, report.json and junit.xml.

    製品の適合性を試験し、報告書を書き出す。終了コード: 0 適合 / 1 不適合 / 2 設定誤り / 3 試験環境の誤り / 4 判定不能
    """
    if lang not in LANGUAGES:
        raise ConfigurationError(f"--lang {lang!r}: expected ja or en")
    asked = _asked(
        RunOptions(
            cases=tuple(case or ()),
            out=out,
            language=lang,
            seed=-1 if seed is None else seed,
            seed_drawn=seed is None,
            statement=None if ics is None else statement_file(ics),
            expected=None if expected is None else expected_file(expected),
            key=None if sign is None else signing_key(sign),
            resume=resume,
        )
    )
    console = Console(stderr=True)
    with resumable(out, console):
        if role in VOCABULARIES:
            said = RoleOptions(
                target, timeout, issuer, serials, claims, certificate, reader, serial, card, tuple(watch or ())
            )
            code = certify_role(role, said, asked)
        else:
            code = _certify(load_catalogue(role), console, asked, target=target, timeout=timeout, watch=watch or ())
    raise typer.Exit(code)


def _asked(asked: RunOptions) -> RunOptions:
    """Return the options with the seed of the interrupted run, the given one, or a drawn one."""
    if asked.resume:
        kept, sittings = interrupted(asked.out)
        same = asked.seed_drawn or asked.seed == kept.seed
        seed, drawn = (kept.seed, kept.seed_drawn) if same else (asked.seed, False)
        return replace(asked, seed=seed, seed_drawn=drawn, sitting=sittings + 1)
    # A product that knew the order of the cases could play the answers back without looking.
    return replace(asked, seed=secrets.randbelow(1 << 32)) if asked.seed_drawn else asked


def _certify(  # noqa: PLR0913  (what a run is made of)
    whole: Catalogue, console: Console, asked: RunOptions, *, target: str, timeout: float, watch: Sequence[str]
) -> int:
    """Return the exit code of a run of the role relying-party, whose reports are written and whose verdict is told."""
    if asked.expected is not None:
        require_known(asked.expected.read, whole.cases, asked.expected.where)
    catalogue = whole.with_twins(list(asked.cases)) if asked.cases else whole
    with (
        oracle_beside(product_named(target), watch) as (watched, oracle),
        heard_target(watched, oracle, timeout=timeout) as binding,
        RecordedTimes(binding) as client,
    ):
        try:
            product = client.hello()
            if asked.statement is not None:
                check_statement(asked.statement.statement, product)
            identity = asked.identity(
                role=whole.role,
                catalogue_hash=whole.hash,
                target=target,
                options=described_watches(watch),
                product=msgspec.to_builtins(product),
            )
            with sittings_of(identity, RELYING_PARTY, catalogue.cases, asked) as sittings:
                run = _play(catalogue, client, console, asked, sittings, target=target, oracle=oracle)
                written = write_reports(run, asked.out, language=asked.language)
                if asked.key is not None:
                    written.append(sign_evidence(asked, identity, compiled(whole.cases), written))
        except AdapterFault as fault:
            raise ConfigurationError(str(fault)) from fault
    tell(run, f"{run.product.product} {run.product.version}", why, console, asked.language)
    if run.searched is not None and (unwatched := unsearched(run.searched)):
        places = ", ".join(place.value for place in unwatched)
        console.print(Text(f"  {WORDS['unsearched'][asked.language]}: {places}"), soft_wrap=True)
    tell_written(written, console)
    return EXIT_CODES[run.verdict]


def _play(  # noqa: PLR0913  (what a sitting is made of)
    catalogue: Catalogue,
    client: RecordedTimes,
    console: Console,
    asked: RunOptions,
    sittings: Sittings[Judgement],
    *,
    target: str,
    oracle: Oracle,
) -> Certification:
    """Return the whole run after the present sitting."""
    until_the_end: dict[str, Sequence[str]] = {}
    part = replace(catalogue, cases={case: catalogue.cases[case] for case in sittings.to_play})
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        keys = progress.add_task("keys / 鍵", total=None, visible=False)
        cases = progress.add_task("cases / 試験項目", total=len(part.cases))

        def key_made(made: int, wanted: int) -> None:
            progress.update(keys, completed=made, total=wanted, visible=made < wanted)

        def case_judged(judgement: Judgement, number: int, _: int) -> None:
            if judgement.case.searched:  # judged when everything has been searched: an interruption leaves it open
                until_the_end[judgement.case.id] = client.instants_taken()
            else:
                sittings.keep(judgement.case.id, judgement, client.instants_taken())
            progress.update(cases, completed=number)

        product = client.hello()
        shifted = Capability.SET_TIME not in product.capabilities
        declared = declared_by(product)
        asked_of_it = sum(not any(obstacles(case, declared, at_once=True)) for case in part.cases.values())
        seed = world_seed(asked.seed, asked.sitting)
        with setting(
            key_pool(), seed=seed, cases=asked_of_it, shifted=shifted, progress=key_made, oracle=oracle
        ) as made:
            sittings.sit_down("shifted" if shifted else "controlled")
            run = certify(
                part,
                client,
                made,
                target=target,
                seed=asked.seed,
                progress=case_judged,
                statement=None if asked.statement is None else asked.statement.statement,
                oracle=oracle,
            )
            for case, instants in until_the_end.items():
                sittings.keep(case, run.judgements[case], instants)
    return sittings.concluded(run, catalogue)


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
