"""`kazashi card app`: applications of the free area, in a folder's card or in one of the world that is up. INVENTED."""

from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cardsim.folder import holds_card, load_card, look_at_card
from cardsim.slot import InsertedCard
from harness import card_apps
from harness.card_apps import AppKind, AppWanted
from harness.clock import host_now
from harness.commands.card_slots import read_octets
from harness.control_client import ControlClient
from harness.doors import control_app_messages as said
from harness.doors.control_app_operations import told
from harness.errors import ConfigurationError
from harness.home import home

app = typer.Typer(
    help="Applications of the free area: INVENTED / 条例利用領域のアプリケーション（創作）", no_args_is_help=True
)
Card = Annotated[str, typer.Argument(metavar="RESIDENT|DIR", help="whose card, or its folder / 住民の ID かフォルダー")]
Aid = Annotated[str, typer.Argument(metavar="AID", help="in hexadecimal, as `list` shows it / AID（16進）")]
AsJson = Annotated[bool, typer.Option("--json", help="for a program / JSON で出力")]
TEN_YEARS = 10


@app.command("list")
def list_apps(card: Card, *, json: AsJson = False) -> None:
    """List what is loaded, and the room that is left / ロード済みアプリケーションと空き容量"""
    if holds_card(Path(card)):
        profile, kept = look_at_card(Path(card))
        _show(told(profile.serial, card_apps.apps_of(profile, kept)), json=json)
        return
    with ControlClient(home()) as control:
        _show(control.apps(card), json=json)


@app.command()
def load(  # noqa: PLR0913  (each is an option of the command line)
    card: Card,
    kind: Annotated[
        AppKind, typer.Argument(help="a user id, or a user id and a counter / 利用者 ID のみ、またはカウンター付き")
    ],
    *,
    user_id: Annotated[str, typer.Option(help="the user id in it / 利用者 ID")],
    until: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="its last day; ten years from today / 有効期限")
    ] = None,
    aid: Annotated[
        str | None, typer.Option(metavar="HEX", help="by default that of its kind / AID（既定は種類ごと）")
    ] = None,
    label: Annotated[str | None, typer.Option(help="its name / 名称")] = None,
    pin: Annotated[str | None, typer.Option(help="four digits; none by default / 暗証番号（4桁）")] = None,
    count: Annotated[int, typer.Option(help="what the counter begins with / 初期値", min=0)] = 0,
    limit: Annotated[int, typer.Option(help="the most it holds / 上限", min=0)] = 0,
    notes: Annotated[int, typer.Option(help="bytes for the municipality's own use / 自治体用の領域", min=0)] = 0,
    json: AsJson = False,
) -> None:
    """Load a generic application / 汎用アプリケーションをロードする"""
    last_day = _read_day(until) if until else _in_ten_years()
    wanted = AppWanted(
        kind, user_id, last_day, read_octets(aid or "", "--aid"), label or "", pin or "", count, limit, notes
    )

    def there(control: ControlClient) -> said.AppList:
        message = said.NewApp(
            kind=kind,
            user_id=user_id,
            until=last_day,
            aid=aid or msgspec.UNSET,
            label=label or msgspec.UNSET,
            pin=pin or msgspec.UNSET,
            count=count,
            limit=limit,
            notes=notes,
        )
        return control.load_app(card, message)

    _do(card, lambda here: card_apps.load(here.profile, here.transmit, wanted), there, json=json)


@app.command()
def delete(card: Card, aid: Aid, *, json: AsJson = False) -> None:
    """Delete an application with all it holds / アプリケーションを削除する"""
    octets = read_octets(aid, "AID")
    _do(
        card,
        lambda here: card_apps.delete(here.profile, here.transmit, octets),
        lambda control: control.delete_app(card, aid),
        json=json,
    )


@app.command()
def change(  # noqa: PLR0913  (each is an option of the command line)
    card: Card,
    aid: Aid,
    *,
    by: Annotated[int, typer.Option(help="-1 is a ride, 100 are points; only the counter's key raises / 増減")],
    mark: Annotated[
        str | None, typer.Option(metavar="HEX", help="the terminal's own mark in the record / 端末の印")
    ] = None,
    pin: Annotated[str | None, typer.Option(help="of the application, where it has one / 暗証番号")] = None,
    json: AsJson = False,
) -> None:
    """Let a counter go down, as a ride or a payment does, or up / 回数・ポイントを増減する"""
    octets, stamp = read_octets(aid, "AID"), read_octets(mark or "", "--mark")
    if not by:
        raise ConfigurationError("--by 0: expected a change, such as -1 for a ride")
    _do(
        card,
        lambda here: card_apps.change(here.profile, here.transmit, octets, by, stamp, pin or ""),
        lambda control: control.change_app(
            card, said.AppChange(aid=aid, amount=by, mark=mark or msgspec.UNSET, pin=pin or msgspec.UNSET)
        ),
        json=json,
    )


def _do(
    card: str,
    here: Callable[[InsertedCard], None],
    there: Callable[[ControlClient], said.AppList],
    *,
    json: bool,
) -> None:
    """Do it to the card of a folder, which is this process's meanwhile, or let the world that is up do it."""
    if not holds_card(Path(card)):
        with ControlClient(home()) as control:
            _show(there(control), json=json)
        return
    profile, store = load_card(Path(card))
    with closing(store):
        at_counter = InsertedCard(profile, store)
        at_counter.power_on()
        here(at_counter)
        _show(told(profile.serial, card_apps.apps_of(profile, at_counter.kept)), json=json)


def _show(found: said.AppList, *, json: bool) -> None:
    if json:
        typer.echo(msgspec.json.encode(found).decode())
        return
    typer.echo(f"card {found.card}  room / 空き {found.room_left}  loads / ロード {found.loads}  INVENTED / 創作")
    for each in found.apps:
        pin = "  PIN" if each.pin else ""
        typer.echo(f"  {each.aid}  {each.label}  {each.user_id}  until / 期限 {each.until}{pin}")
        if each.counter is not None:
            record = each.counter
            typer.echo(f"    {record.value}/{record.limit}  changes / 変更 {record.changes}  mark / 印 {record.mark}")


def _in_ten_years() -> date:
    today = host_now().date()
    return today.replace(year=today.year + TEN_YEARS, day=min(today.day, 28))


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise ConfigurationError(f"--until {text!r}: expected YYYY-MM-DD, actual {fault}") from fault
