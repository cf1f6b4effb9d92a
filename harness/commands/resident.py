"""`kazashi resident`: the people of the world that is up, and what befalls them."""

from datetime import date, datetime
from typing import Annotated

import msgspec
import typer

from harness.commands.words import read_word, show_instant
from harness.contract.messages import Message
from harness.contract.vocabulary import Kind
from harness.control_client import ControlClient
from harness.doors.control_messages import (
    CertificateState,
    CrowdWanted,
    LifeEventWanted,
    Move,
    NewResident,
    Nothing,
    ResidentState,
    Revoke,
)
from harness.errors import ConfigurationError
from harness.events import Changes
from harness.home import home
from harness.jlis.life_events import LifeEvent
from harness.jlis.marks import QUARTER_HOURS
from harness.jlis.ocsp import GRID
from harness.jlis.reasons import RevocationReason

NO_CHANGES = Changes()
app = typer.Typer(help="The residents of the world that is up / 起動中の世界の住民", no_args_is_help=True)
Id = Annotated[str, typer.Argument(metavar="ID", help="such as r000001 / 住民の ID")]
AsJson = Annotated[bool, typer.Option("--json", help="for a program / JSON で出力")]


@app.command("list")
def list_residents(*, json: AsJson = False) -> None:
    """List everybody with their certificates / 住民の一覧"""
    with ControlClient(home()) as control:
        residents = control.residents()
    if json:
        typer.echo(msgspec.json.encode(residents).decode())
        return
    for resident in residents:
        _show(resident, json=False)


@app.command()
def new(  # noqa: PLR0913  (the fields of a resident)
    *,
    name: Annotated[str | None, typer.Option(help="name / 氏名")] = None,
    birth_date: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="birth date / 生年月日")] = None,
    sex: Annotated[str | None, typer.Option(help="1 male, 2 female, 3 unknown / 性別")] = None,
    municipality: Annotated[str | None, typer.Option(help="市区町村コード, such as 48201 or 13113")] = None,
    address: Annotated[str | None, typer.Option(help="address / 住所")] = None,
    card_expiry: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="last day of the card / カードの有効期限")
    ] = None,
    card: Annotated[bool, typer.Option(help="hand over a card at once / カードを交付する")] = True,
    json: AsJson = False,
) -> None:
    """Register somebody; what is not given follows from the seed / 住民を登録する"""
    given = {
        "name": name,
        "birth_date": read_day(birth_date),
        "sex": sex,
        "municipality": municipality,
        "address": address,
        "card_expiry": read_day(card_expiry),
    }
    said = {field: value for field, value in given.items() if value is not None}
    wanted = msgspec.structs.replace(NewResident(card=card), **said)
    with ControlClient(home()) as control:
        made = control.new_resident(wanted)
    _show(made, json=json)
    if made.certificates and not json:
        known = QUARTER_HOURS.at(made.certificates[0].issued - datetime.resolution) + GRID
        typer.echo(f"  OCSP knows the certificates from {show_instant(known)} / OCSP への反映")


@app.command()
def lose(resident_id: Id, *, json: AsJson = False) -> None:
    """Report a card lost: both certificates are put on hold / 紛失による一時停止"""
    _happen(resident_id, "lose", Nothing(), json=json)


@app.command()
def move(
    resident_id: Id,
    *,
    municipality: Annotated[
        str | None, typer.Option(help="such as 13113; by default one of 48201, 48202 / 市区町村コード")
    ] = None,
    json: AsJson = False,
) -> None:
    """Move house: the signature certificate is revoked / 転居・転入"""
    _happen(resident_id, "move", Move() if municipality is None else Move(municipality=municipality), json=json)


@app.command()
def revoke(
    resident_id: Id,
    *,
    kind: Annotated[Kind, typer.Option(help="auth 利用者証明用, sign 署名用")],
    reason: Annotated[
        RevocationReason, typer.Option(help="reason / 失効事由")
    ] = RevocationReason.CESSATION_OF_OPERATION,
    json: AsJson = False,
) -> None:
    """Revoke one certificate / 電子証明書を失効させる"""
    _happen(resident_id, "revoke", Revoke(kind=kind, reason=reason), json=json)


@app.command()
def rename(resident_id: Id, name: Annotated[str, typer.Argument(help="name / 氏名")], *, json: AsJson = False) -> None:
    """Change a name: the signature certificate is revoked / 氏名の変更"""
    _befall(resident_id, LifeEvent.NAME_CHANGED, Changes(name=name), json=json)


@app.command()
def renew(resident_id: Id, *, json: AsJson = False) -> None:
    """Renew both certificates of the card / 電子証明書の更新"""
    _befall(resident_id, LifeEvent.RENEWED, json=json)


@app.command()
def die(resident_id: Id, *, json: AsJson = False) -> None:
    """Let somebody die: every certificate is revoked / 死亡"""
    _befall(resident_id, LifeEvent.DIED, json=json)


@app.command()
def phone(resident_id: Id, *, json: AsJson = False) -> None:
    """Bind a phone: a pair of certificates is issued for it / スマホ用電子証明書の発行"""
    _befall(resident_id, LifeEvent.PHONE_BOUND, json=json)


@app.command()
def happen(
    resident_id: Id,
    what: Annotated[
        str,
        typer.Argument(metavar="EVENT", help=f"{', '.join(LifeEvent)}; see docs/life-cycle.md / ライフイベント"),
    ],
    *,
    changes: Annotated[
        str | None,
        typer.Option(metavar="JSON", help='what stands otherwise then, such as {"address": "…"} / 変更後の記載'),
    ] = None,
    reason: Annotated[
        RevocationReason | None,
        typer.Option(metavar="REASON", help=f"another than the table's: {', '.join(RevocationReason)} / 失効事由"),
    ] = None,
    json: AsJson = False,
) -> None:
    """Let any event of the life cycle befall a resident / ライフイベントを起こす"""
    _befall(resident_id, read_word(LifeEvent, what, "event"), read_changes(changes), reason, json=json)


@app.command()
def certificates(resident_id: Id, *, json: AsJson = False) -> None:
    """List every certificate somebody ever had, on cards and in phones / 過去を含む証明書の一覧"""
    with ControlClient(home()) as control:
        found = control.certificates(resident_id)
    for line in [msgspec.json.encode(found).decode()] if json else map(_certificate, found):
        typer.echo(line)


@app.command()
def crowd(
    count: Annotated[int, typer.Argument(min=1, max=1_000_000, help="people / 人数")],
    *,
    keys: Annotated[int, typer.Option(min=1, max=10_000, help="keys that they share / 共有する鍵の数")] = 100,
) -> None:
    """Register many people at once for load; their certificates share keys / 負荷試験用の住民を一括登録"""
    with ControlClient(home()) as control:
        typer.echo(control.new_crowd(CrowdWanted(count=count, keys=keys)))


def read_changes(text: str | None) -> Changes:
    """Return what changes in the resident register, from JSON."""
    if text is None:
        return Changes()
    try:
        return msgspec.json.decode(text, type=Changes)
    except msgspec.MsgspecError as fault:
        known = ", ".join(Changes.__struct_fields__)
        raise ConfigurationError(f"changes {text!r}: expected JSON with some of {known}, actual {fault}") from fault


def read_day(text: str | None) -> date | None:
    """Return a day written YYYY-MM-DD."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise ConfigurationError(f"day {text!r}: expected YYYY-MM-DD, actual {fault}") from fault


def _befall(
    resident_id: str,
    what: LifeEvent,
    changes: Changes = NO_CHANGES,
    reason: RevocationReason | None = None,
    *,
    json: bool,
) -> None:
    wanted = LifeEventWanted(what=what, changes=changes, reason=msgspec.UNSET if reason is None else reason)
    with ControlClient(home()) as control:
        _show(control.befall(resident_id, wanted), json=json)


def _happen(resident_id: str, event: str, message: Message, *, json: bool) -> None:
    with ControlClient(home()) as control:
        _show(control.happen(resident_id, event, message), json=json)


def _show(state: ResidentState, *, json: bool) -> None:
    if json:
        typer.echo(msgspec.json.encode(state).decode())
        return
    who = state.resident
    typer.echo(f"{who.id}  {who.name}  {who.birth_date}  {who.municipality}  {who.address}")
    for certificate in state.certificates:
        typer.echo(f"  {_certificate(certificate)}")


def _certificate(state: CertificateState) -> str:
    life = f"{show_instant(state.issued)} – {show_instant(state.not_after)}"
    what = f"{state.kind.value}/{state.medium.value} G{state.generation}"
    if state.revoked is None or state.reason is None:
        return f"{what}  {state.serial}  {life}"
    return f"{what}  {state.serial}  {life}  {state.reason.value} {show_instant(state.revoked)}"
