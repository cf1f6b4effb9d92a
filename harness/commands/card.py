"""`kazashi card`: cards as folders, which a process can serve to a PC/SC reader, and cards in the slots of a world."""

from pathlib import Path
from typing import Annotated

import typer
from cryptography import x509
from cryptography.x509.oid import NameOID

from cardsim.applications import jpki, next_generation
from cardsim.faults import CardUnreadable
from cardsim.files import File
from cardsim.folder import holds_card, look_at_card, save_card
from cardsim.profile import Profile, Token, pins_of
from cardsim.readers import vpcd
from harness.announcement import ADDRESSES
from harness.commands import card_app, card_slots
from harness.commands.card_face import face
from harness.commands.card_making import ANCHORS, der_of, of_running_world, of_throw_away_world, save_anchors
from harness.commands.card_trace import trace
from harness.commands.which_card import FormOption, OptionOption, OtherOption, VariantOption, options, variants, which
from harness.commands.words import show_instant
from harness.errors import ConfigurationError
from harness.home import home
from harness.presented import FORMS, TOKENS, Form, told_by_serial
from harness.printed_card import save_printed

app = typer.Typer(help="Cards, in folders and in readers / カード（フォルダー・リーダー）", no_args_is_help=True)
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="the card's folder / カードのフォルダー")]


@app.command()
def new(  # noqa: PLR0913  (each is an option of the command line)
    folder: Folder,
    *,
    resident: Annotated[str | None, typer.Option(help="whose card; a new resident by default / 住民の ID")] = None,
    throw_away: Annotated[
        bool, typer.Option(help="of a world of its own, even when one is up / 使い捨ての世界のカード")
    ] = False,
    seed: Annotated[int, typer.Option(help="throw-away world: who the holder is / 使い捨ての世界の種", min=0)] = 1,
    at: Annotated[
        str | None, typer.Option(help="throw-away world: when it is handed over / 使い捨ての世界での交付日時")
    ] = None,
    form: FormOption = Form.CARD,
    variant: VariantOption = None,
    other: OtherOption = None,
    option: OptionOption = None,
    free_area: Annotated[
        bool, typer.Option("--free-area", help="with a free area for `card app`: INVENTED / 条例利用領域（創作）")
    ] = False,
) -> None:
    """Write a card and the anchors to trust: of the world that is up, otherwise of a throw-away one.

    カードと信頼の起点をフォルダーに書き出す。
    """
    if holds_card(folder):  # asked before anybody is registered for a card that cannot be saved
        raise CardUnreadable(f"{folder} already holds a card: choose another folder")
    if free_area and form is not Form.CARD:
        raise ConfigurationError(f"--free-area: expected --form card, actual {form}: of others no free area is known")
    wanted = which(form, variant, other, option)
    if (home() / ADDRESSES).exists() and not throw_away:
        made = of_running_world(resident, wanted, free_area=free_area)
        whose = f"{made.holder} in the world that is up / 起動中の世界"
    elif resident is not None:
        raise ConfigurationError(f"--resident {resident}: expected a world that is up; start one with `kazashi up`")
    else:
        made = of_throw_away_world(seed, at, wanted, free_area=free_area)
        whose = "a throw-away world / 使い捨ての世界"
    save_card(made.profile, folder)
    if made.printed is not None:
        save_printed(made.printed, folder)
    save_anchors(made.anchors, folder / ANCHORS)
    typer.echo(f"{folder}: card {made.profile.serial} of {whose}; PIN 1234, password ABC123")
    for line in _labels(made.profile):
        typer.echo(line)


@app.command()
def serve(
    folder: Folder,
    *,
    address: Annotated[
        str, typer.Option("--vpcd", metavar="HOST:PORT", help="where vpcd listens / vpcd の宛先")
    ] = f"127.0.0.1:{vpcd.DEFAULT_PORT}",
    reconnect: Annotated[bool, typer.Option(help="look for the reader again when it leaves / 再接続する")] = True,
    trace: Annotated[
        Path | None, typer.Option(help="append the masked trace to this file / コマンドの記録の出力先")
    ] = None,
) -> None:
    """Put a card into a vpcd reader until Ctrl-C / カードを仮想リーダーに置く"""
    if holds_card(folder):  # otherwise there is a fault to tell, and nothing to wait for
        patience = f"{vpcd.CONNECT_SECONDS:g}"
        typer.echo(
            f"kazashi: a reader at {address}? Up to {patience} s / リーダーを待っています(最大{patience}秒)", err=True
        )
    again = ["--reconnect"] if reconnect else []
    traced = [] if trace is None else ["--trace", str(trace)]
    raise typer.Exit(vpcd.main(["--card", str(folder), "--vpcd", address, *again, *traced]))


@app.command()
def show(folder: Folder) -> None:
    """Show what is on a card and how many tries are left; a card that is being served stays so.

    カードの内容と暗証番号の残り回数を表示する。
    """
    profile, kept = look_at_card(folder)
    typer.echo(f"card {profile.serial}  ATR {profile.atr.hex().upper()}")
    for line in _labels(profile):
        typer.echo(f"  {line}")
    for fid, name, body in _certificates(profile):
        typer.echo(f"  {fid:04X} {name}: {_certificate(body)}")
    for pin in pins_of(profile):
        typer.echo(f"  {pin.fid:04X} {pin.name}: {kept.pins[pin.kept_as].left}/{pin.tries}")
    if profile.free_area is not None:
        loaded = ", ".join(each.label for each in kept.loaded.values()) or "empty / 空"
        typer.echo(f"  free area / 条例利用領域 (INVENTED / 創作): {loaded}")


app.command()(face)
app.command()(trace)
app.command()(variants)
app.command()(options)
app.add_typer(card_app.app, name="app")
card_slots.add_to(app)


def _labels(profile: Profile) -> list[str]:
    """Return what is to be known of a card that is no ordinary one, a line each."""
    said = [told_by_serial(profile.serial)]
    said += [FORMS[form] for form, token in TOKENS.items() if token is profile.token is not Token.CARD]
    return [f"{japanese} / {english}" for japanese, english in filter(None, said)]


def _certificates(profile: Profile) -> list[tuple[int, str, bytes]]:
    """Return the holder's certificates: identifier, name and body of their files."""
    today = (jpki.AID, (jpki.AUTH_CERTIFICATE, jpki.SIGN_CERTIFICATE))
    following = (
        next_generation.AUTHENTICATION_AID,
        (next_generation.AUTH_CERTIFICATE, next_generation.SIGN_CERTIFICATE),
    )
    aid, fids = following if following[0] in profile.applications else today
    files = [profile.applications[aid].elements[fid] for fid in fids]
    return [
        (file.fid, file.name, file.body) for file in files if isinstance(file, File) and file.body.startswith(b"\x30")
    ]


def _certificate(body: bytes) -> str:
    """Return number, name and end of a certificate; of a forged card it may be none."""
    try:
        certificate = x509.load_der_x509_certificate(der_of(body))
        name = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    except (ValueError, IndexError) as fault:
        return f"no certificate / 証明書として読めない: {fault}"
    return f"{certificate.serial_number:x}  {name!s}  until {show_instant(certificate.not_valid_after_utc)}"
