"""`kazashi card`: cards as folders, which a process can serve to a PC/SC reader."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from cryptography.x509.oid import NameOID

from cardsim.applications import jpki
from cardsim.faults import CardUnreadable
from cardsim.files import File
from cardsim.folder import holds_card, look_at_card, save_card
from cardsim.profile import Profile, pins_of
from cardsim.readers import vpcd
from cardsim.readers.conditions import TwoCards
from cardsim.readers.interface import Interface
from cardsim.readers.latency import PROFILES
from cardsim.slot import Tear
from harness.announcement import ADDRESSES
from harness.clock import host_now
from harness.commands.card_face import face
from harness.commands.card_trace import trace
from harness.commands.words import read_instant, show_instant
from harness.contract.vocabulary import Kind
from harness.control_client import ControlClient
from harness.doors.control_messages import NewResident
from harness.doors.control_slot_messages import SlotConditions, SlotState, TakenOutState, WeakFieldState
from harness.errors import ConfigurationError
from harness.home import home, key_pool
from harness.trust.material import material
from harness.world import World

app = typer.Typer(help="Cards as folders / フォルダーに保存したカード", no_args_is_help=True)
app.command()(face)
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="the card's folder / カードのフォルダー")]
ANCHORS = "anchors"


@app.command()
def new(
    folder: Folder,
    *,
    resident: Annotated[str | None, typer.Option(help="whose card; a new resident by default")] = None,
    throw_away: Annotated[bool, typer.Option(help="of a world of its own, even when one is up")] = False,
    seed: Annotated[int, typer.Option(help="throw-away world: who the holder is", min=0)] = 1,
    at: Annotated[str | None, typer.Option(help="throw-away world: when it is handed over")] = None,
) -> None:
    """Write a card and the anchors to trust: of the world that is up, otherwise of a throw-away one.

    カードと信頼の起点をフォルダーに書き出す。
    """
    if holds_card(folder):  # asked before anybody is registered for a card that cannot be saved
        raise CardUnreadable(f"{folder} already holds a card: choose another folder")
    if (home() / ADDRESSES).exists() and not throw_away:
        holder, profile, anchors = _of_running_world(resident)
        whose = f"{holder} in the world that is up / 起動中の世界"
    elif resident is not None:
        raise ConfigurationError(f"--resident {resident}: expected a world that is up; start one with `kazashi up`")
    else:
        profile, anchors = _of_throw_away_world(seed, at)
        whose = "a throw-away world / 使い捨ての世界"
    save_card(profile, folder)
    _save_anchors(anchors, folder / ANCHORS)
    typer.echo(f"{folder}: card {profile.serial} of {whose}; PIN 1234, password ABC123")


@app.command()
def serve(
    folder: Folder,
    *,
    address: Annotated[
        str, typer.Option("--vpcd", metavar="HOST:PORT", help="where vpcd listens / vpcd の宛先")
    ] = f"127.0.0.1:{vpcd.DEFAULT_PORT}",
    reconnect: Annotated[bool, typer.Option(help="look for the reader again when it leaves / 再接続する")] = True,
    trace: Annotated[Path | None, typer.Option(help="append the masked trace to this file")] = None,
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
    elements = profile.applications[jpki.AID].elements
    for fid in (jpki.AUTH_CERTIFICATE, jpki.SIGN_CERTIFICATE):
        file = elements[fid]
        if isinstance(file, File) and file.body.startswith(b"\x30"):
            typer.echo(f"  {fid:04X} {file.name}: {_certificate(file.body)}")
    for pin in pins_of(profile):
        typer.echo(f"  {pin.fid:04X} {pin.name}: {kept.pins[pin.kept_as].left}/{pin.tries}")


@app.command()
def insert(
    resident: Annotated[str, typer.Argument(metavar="RESIDENT", help="such as r000001")],
    *,
    slot: Annotated[str | None, typer.Option(help="the first empty one by default")] = None,
    beside: Annotated[bool, typer.Option("--beside", help="beside the card in a contactless slot / 2枚目")] = False,
) -> None:
    """Put a resident's card into a reader slot of the world that is up / カードをリーダーに置く"""
    with ControlClient(home()) as control:
        found = slot or _first(control.slots(), occupied=beside)
        _show_slot(control.insert(found, resident, beside=beside))


@app.command()
def swap(
    resident: Annotated[str, typer.Argument(metavar="RESIDENT", help="such as r000001")],
    *,
    slot: Annotated[str | None, typer.Option(help="the first with a card by default")] = None,
) -> None:
    """Put a resident's card in the place of the one that is there / カードを入れ替える"""
    with ControlClient(home()) as control:
        found = slot or _first(control.slots(), occupied=True)
        _show_slot(control.swap(found, resident))


@app.command()
def conditions(  # noqa: PLR0913  (each is an option of the command line)
    *,
    slot: Annotated[str | None, typer.Option(help="the first by default / スロット")] = None,
    interface: Annotated[Interface, typer.Option(help="how the slot touches its card")] = Interface.CONTACT,
    latency: Annotated[str, typer.Option(help=f"one of {', '.join(PROFILES)} / 待ち時間")] = "fast",
    loss: Annotated[float, typer.Option(help="share of frames a weak field loses / 失われる割合", min=0, max=1)] = 0,
    retries: Annotated[int, typer.Option(help="how often the reader repeats", min=0, max=20)] = 2,
    tear_at: Annotated[int, typer.Option(help="the card is taken out at this command; 0 never", min=0)] = 0,
    tear: Annotated[Tear, typer.Option(help="and at which moment of it / 引き抜く時点")] = Tear.AFTER,
    two_cards: Annotated[TwoCards, typer.Option(help="who answers of two / 2枚あるとき")] = TwoCards.NEITHER,
    seed: Annotated[int, typer.Option(help="of numbers and lost frames")] = 0,
) -> None:
    """Say how card and reader meet in a slot of the world that is up: all of it, each time.

    スロットの読み取り条件(接触・非接触、待ち時間、弱い電波、引き抜き)を設定する。
    """
    wanted = SlotConditions(
        interface=interface,
        latency=latency,
        weak=WeakFieldState(loss, retries, seed) if loss else None,
        taken_out=TakenOutState(tear_at, tear) if tear_at else None,
        two_cards=two_cards,
        seed=seed,
    )
    with ControlClient(home()) as control:
        _show_slot(control.set_conditions(slot or control.slots()[0].name, wanted))


@app.command()
def remove(*, slot: Annotated[str | None, typer.Option(help="the first with a card by default")] = None) -> None:
    """Take the card out of a reader slot of the world that is up / カードをリーダーから外す"""
    with ControlClient(home()) as control:
        found = slot or _first(control.slots(), occupied=True)
        _show_slot(control.remove(found))


@app.command()
def slots(*, json: Annotated[bool, typer.Option("--json", help="for a program / JSON で出力")] = False) -> None:
    """List the reader slots of the world that is up and the cards in them / リーダーとカードの一覧"""
    with ControlClient(home()) as control:
        found = control.slots()
    if json:
        typer.echo(msgspec.json.encode(found).decode())
        return
    for slot in found:
        _show_slot(slot)


app.command()(trace)


def _first(found: list[SlotState], *, occupied: bool) -> str:
    """Return the first slot that has a card, or the first that has none."""
    for slot in found:
        if (slot.card is not None) is occupied:
            return slot.name
    if occupied:
        raise ConfigurationError("slots: expected a card in one, actual all empty; `kazashi card insert` one first")
    raise ConfigurationError("slots: expected an empty one, actual none; `kazashi card remove` one, or `up --readers`")


def _show_slot(slot: SlotState) -> None:
    card = "empty / 空" if slot.card is None else f"card {slot.card} of {slot.resident}"
    reader = "" if slot.reader is None else f"  reader {slot.reader}{'' if slot.connected else ' not connected'}"
    how = slot.conditions
    under = (
        "" if how.interface is Interface.CONTACT and how.latency == "fast" else f"  {how.interface.value}:{how.latency}"
    )
    beside = "" if slot.beside is None else f"  beside it {slot.beside}'s"
    typer.echo(f"{slot.name}  {card}{beside}{reader}{under}")


def _of_running_world(resident: str | None) -> tuple[str, Profile, dict[str, bytes]]:
    with ControlClient(home()) as control:
        found = resident or control.new_resident(NewResident()).resident.id
        profile = msgspec.json.decode(msgspec.json.encode(control.card(found).profile), type=Profile)
        anchors = control.anchors()
    written = {
        **{authority.name: authority.der for authority in material(anchors).authorities},
        **{f"card-issuer-{anchor.key_id.hex()}": anchor.key for anchor in anchors.card_issuers},
    }
    return found, profile, written


def _of_throw_away_world(seed: int, at: str | None) -> tuple[Profile, dict[str, bytes]]:
    world = World.create(key_pool(), seed=seed, start=host_now() if at is None else read_instant(at))
    profile = world.issue_card(world.new_resident().id).profile
    trust = world.trust()
    world.close()
    return profile, {
        **{f"{kind}-ca": trust.authorities[kind] for kind in (Kind.AUTH.value, Kind.SIGN.value)},
        **{f"card-issuer-{key_id.hex()}": key for key_id, key in trust.card_issuers},
    }


def _save_anchors(anchors: dict[str, bytes], folder: Path) -> None:
    """Write authority certificates and card-issuer keys as PEM; a key's id stands in its name."""
    try:
        folder.mkdir(exist_ok=True)
        for name, der in anchors.items():
            (folder / f"{name}.pem").write_bytes(_pem(der))
    except OSError as fault:
        raise ConfigurationError(f"{folder}: expected a folder to write, actual {fault.strerror}") from fault


def _pem(der: bytes) -> bytes:
    try:
        return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
    except ValueError:
        return load_der_public_key(der).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _certificate(body: bytes) -> str:
    length = 4 + int.from_bytes(body[2:4], "big")
    certificate = x509.load_der_x509_certificate(body[:length])
    name = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    return f"{certificate.serial_number:x}  {name!s}  until {show_instant(certificate.not_valid_after_utc)}"
