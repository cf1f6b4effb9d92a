"""`kazashi jlis policy`: how the OCSP responders of the fake J-LIS speak, and when they are closed."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from harness.commands.options import Of
from harness.commands.words import read_instant, show_instant
from harness.contract.vocabulary import Kind
from harness.control_client import ControlClient
from harness.doors.control_policy_messages import ClosedOnce, DailyWindow, OcspPolicy, OcspPolicyChange, ValidFor
from harness.errors import ConfigurationError
from harness.jlis.ocsp_policy import Closed, NamedBy, NeverIssued, NonceRule, ResponderKey, SignedRequests

app = typer.Typer(help="How OCSP responders speak, and when they are closed / OCSP 応答者の方針", no_args_is_help=True)
Of_a_kind = Annotated[Kind | None, typer.Argument(metavar="KIND", help="auth or sign; both by default / 種別")]
_LISTS = {"requestors": "requestor", "once": "once", "daily": "daily"}


@app.command()
def show(
    kind: Of_a_kind = None,
    *,
    of: Of = None,
    json: Annotated[bool, typer.Option("--json", help="for a program / JSON で出力")] = False,
) -> None:
    """Show how they speak / 方針を表示する"""
    _tell(kind, of, ControlClient.ocsp_policy, json=json)


@app.command("set")
def change(  # noqa: PLR0913  (the fields of a policy)
    kind: Annotated[Kind, typer.Argument(metavar="KIND", help="auth or sign / 種別")],
    *,
    most_questions: Annotated[int | None, typer.Option(help="of one request, 1 to 256 / 一括問合せの上限")] = None,
    nonces: Annotated[NonceRule | None, typer.Option(help="what becomes of a nonce / ノンスの扱い")] = None,
    signed_requests: Annotated[SignedRequests | None, typer.Option(help="signed requests / 署名付き要求")] = None,
    requestor: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="who may sign (PEM or DER); again for more / 要求者の証明書"),
    ] = None,
    named_by: Annotated[NamedBy | None, typer.Option(help="responderID / 応答者の名乗り方")] = None,
    responder_key: Annotated[ResponderKey | None, typer.Option(help="of the delegate / 応答者の鍵")] = None,
    deterministic: Annotated[
        bool | None, typer.Option("--deterministic/--random", help="P-256 by RFC 6979 / 決定的な署名")
    ] = None,
    never_issued: Annotated[NeverIssued | None, typer.Option(help="of such a serial / 未発行の番号への応答")] = None,
    valid: Annotated[ValidFor | None, typer.Option(help="thisUpdate to nextUpdate / 有効期間")] = None,
    presigned: Annotated[
        bool | None,
        typer.Option("--presigned/--fresh", help="reuse of answers that were signed before / 署名済み応答の再利用"),
    ] = None,
    daily: Annotated[
        list[str] | None,
        typer.Option(metavar="HH:MM-HH:MM[=HOW]", help="closed each day, Japan's time; again for more / 毎日の休止"),
    ] = None,
    once: Annotated[
        list[str] | None,
        typer.Option(metavar="FROM/UNTIL[=HOW]", help="closed once; again for more / 一度だけの休止"),
    ] = None,
    clear: Annotated[
        list[str] | None, typer.Option(metavar="LIST", help="empty requestor, daily or once / 一覧を空にする")
    ] = None,
    of: Of = None,
) -> None:
    """Let the responder of a kind speak otherwise from now on; what is not named stays.

    HOW is try_later (default), unavailable or refused. A list that is named replaces the whole list. The policy is the
    running process's: it begins with the defaults again when that is started anew.

    以後の応答の方針を変える。指定しない項目は変わらない。再起動すると既定に戻る。
    """
    given: dict[str, Any] = {
        "most_questions": most_questions,
        "nonces": nonces,
        "signed_requests": signed_requests,
        "requestors": [_certificate(file) for file in requestor] if requestor else None,
        "named_by": named_by,
        "responder_key": responder_key,
        "deterministic": deterministic,
        "never_issued": never_issued,
        "valid": valid,
        "presigned": presigned,
        "once": [_once(text) for text in once] if once else None,
        "daily": [_daily(text) for text in daily] if daily else None,
    }
    wanted = {name: value for name, value in given.items() if value is not None}
    for name in clear or []:
        field = next((field for field, option in _LISTS.items() if option == name), None)
        if field is None or field in wanted:
            raise ConfigurationError(f"--clear {name}: expected requestor, daily or once, and not --{name} beside it")
        wanted[field] = []
    try:
        message = msgspec.convert(wanted, OcspPolicyChange)
    except msgspec.ValidationError as broken:
        raise ConfigurationError(f"policy: {broken}; `kazashi jlis policy set --help` tells what can be") from broken
    with ControlClient.found(of) as control:
        _show(control.change_ocsp_policy(kind, message))


@app.command()
def reset(kind: Of_a_kind = None, *, of: Of = None) -> None:
    """Let them speak as in the beginning / 既定の方針に戻す"""
    _tell(kind, of, ControlClient.reset_ocsp_policy)


def _tell(
    kind: Kind | None, of: Path | None, ask: Callable[[ControlClient, Kind], OcspPolicy], *, json: bool = False
) -> None:
    with ControlClient.found(of) as control:
        policies = [ask(control, each) for each in Kind if kind in {None, each}]
    if json:
        typer.echo(msgspec.json.encode(policies).decode())
        return
    for policy in policies:
        _show(policy)


def _certificate(file: Path) -> bytes:
    """Return the certificate (DER) of a file in PEM or DER."""
    try:
        octets = file.read_bytes()
        is_pem = octets.lstrip().startswith(b"-----")
        found = x509.load_pem_x509_certificate(octets) if is_pem else x509.load_der_x509_certificate(octets)
    except (OSError, ValueError, x509.InvalidVersion) as fault:
        raise ConfigurationError(f"{file}: expected a certificate in PEM or DER, actual {fault}") from fault
    return found.public_bytes(Encoding.DER)


def _once(text: str) -> ClosedOnce:
    span, closed = _how(text)
    since, slash, until = span.partition("/")
    if not slash:
        raise ConfigurationError(f"--once {text!r}: expected two instants like 2026-12-01T09:00/2026-12-01T17:00")
    return ClosedOnce(since=read_instant(since), until=read_instant(until), closed=closed)


def _daily(text: str) -> DailyWindow:
    span, closed = _how(text)
    since, dash, until = span.partition("-")
    if not dash:
        raise ConfigurationError(f"--daily {text!r}: expected two times like 03:00-05:30")
    return DailyWindow(since=since, until=until, closed=closed)


def _how(text: str) -> tuple[str, Closed]:
    span, _, how = text.partition("=")
    try:
        return span, Closed(how) if how else Closed.TRY_LATER
    except ValueError as fault:
        raise ConfigurationError(f"{text!r}: expected one of {', '.join(Closed)} after `=`, actual {how!r}") from fault


def _show(policy: OcspPolicy) -> None:
    typer.echo(f"{policy.kind.value}")
    said = msgspec.structs.asdict(policy)
    for name in ("most_questions", "nonces", "signed_requests", "named_by", "responder_key", "never_issued", "valid"):
        typer.echo(f"  {name.replace('_', '-'):16} {said[name]}")
    for name in ("deterministic", "presigned"):
        typer.echo(f"  {name:16} {'yes / はい' if said[name] else 'no / いいえ'}")
    for der in policy.requestors:
        typer.echo(f"  {'requestor':16} {x509.load_der_x509_certificate(der).subject.rfc4514_string()}")
    for once in policy.once:
        typer.echo(f"  {'closed once':16} {show_instant(once.since)} to {show_instant(once.until)}  {once.closed}")
    for daily in policy.daily:
        typer.echo(f"  {'closed daily':16} {daily.since} to {daily.until}  {daily.closed}")
