"""`kazashi card insert`, `swap`, `conditions` …: the reader slots of the world that is up, and the cards in them."""

from typing import Annotated

import msgspec
import typer

from cardsim.readers.conditions import TwoCards
from cardsim.readers.interface import Interface, UidAnswer
from cardsim.readers.latency import PROFILES, Cost
from cardsim.slot import Tear
from harness.commands.which_card import FormOption, OptionOption, OtherOption, VariantOption, which
from harness.commands.words import show_rows
from harness.control_client import ControlClient
from harness.doors.control_slot_messages import SlotConditions, SlotState, TakenOutState, WeakFieldState
from harness.errors import ConfigurationError
from harness.home import home
from harness.presented import Form

Whose = Annotated[str, typer.Argument(metavar="RESIDENT", help="such as r000001 / 住民の ID")]
FirstEmpty = Annotated[str | None, typer.Option(help="the first empty one by default / スロット（既定は最初の空き）")]
FirstFull = Annotated[
    str | None, typer.Option(help="the first with a card by default / スロット（既定は最初のカード入り）")
]


def insert(  # noqa: PLR0913  (each is an option of the command line)
    resident: Whose,
    *,
    slot: FirstEmpty = None,
    beside: Annotated[bool, typer.Option("--beside", help="beside the card in a contactless slot / 2枚目")] = False,
    form: FormOption = Form.CARD,
    variant: VariantOption = None,
    other: OtherOption = None,
    option: OptionOption = None,
) -> None:
    """Put a resident's card into a reader slot of the world that is up / カードをリーダーに置く"""
    with ControlClient(home()) as control:
        found = slot or _first(control.slots(), occupied=beside)
        _show_slot(control.insert(found, resident, which(form, variant, other, option), beside=beside))


def swap(  # noqa: PLR0913  (each is an option of the command line)
    resident: Whose,
    *,
    slot: FirstFull = None,
    form: FormOption = Form.CARD,
    variant: VariantOption = None,
    other: OtherOption = None,
    option: OptionOption = None,
) -> None:
    """Put a resident's card in the place of the one that is there / カードを入れ替える"""
    with ControlClient(home()) as control:
        found = slot or _first(control.slots(), occupied=True)
        _show_slot(control.swap(found, resident, which(form, variant, other, option)))


def conditions(  # noqa: PLR0913  (each is an option of the command line)
    *,
    slot: Annotated[str | None, typer.Option(help="the first by default / スロット")] = None,
    interface: Annotated[
        Interface, typer.Option(help="how the slot touches its card / 接触・非接触")
    ] = Interface.CONTACT,
    latency: Annotated[str, typer.Option(help=f"one of {', '.join(PROFILES)} / 待ち時間")] = "fast",
    atr: Annotated[
        str | None, typer.Option(metavar="HEX", help="instead of the ordinary one / 別の ATR（16進）")
    ] = None,
    pupi_in_atr: Annotated[
        bool, typer.Option("--pupi-in-atr", help="the reader puts the PUPI into the ATR / ATR に PUPI を入れる")
    ] = False,
    uid: Annotated[UidAnswer, typer.Option(help="what FFCA000000 answers / FFCA000000 への応答")] = UidAnswer.NUMBER,
    loss: Annotated[float, typer.Option(help="share of frames a weak field loses / 失われる割合", min=0, max=1)] = 0,
    retries: Annotated[int, typer.Option(help="how often the reader repeats / 再送の回数", min=0, max=20)] = 2,
    tear_at: Annotated[
        int, typer.Option(help="the card is taken out at this command; 0 never / 引き抜くコマンドの番号", min=0)
    ] = 0,
    tear: Annotated[Tear, typer.Option(help="and at which moment of it / 引き抜く時点")] = Tear.AFTER,
    two_cards: Annotated[TwoCards, typer.Option(help="who answers of two / 2枚あるとき")] = TwoCards.NEITHER,
    seed: Annotated[int, typer.Option(help="of numbers and lost frames / 乱数の種")] = 0,
) -> None:
    """Say how card and reader meet in a slot of the world that is up: all of it, each time.

    スロットの読み取り条件(接触・非接触、待ち時間、弱い電波、引き抜き)を設定する。
    """
    wanted = SlotConditions(
        interface=interface,
        latency=latency,
        atr=None if atr is None else read_octets(atr, "--atr").hex().upper(),
        pupi_in_atr=pupi_in_atr,
        uid=uid,
        weak=WeakFieldState(loss=loss, retries=retries, seed=seed) if loss else None,
        taken_out=TakenOutState(at=tear_at, when=tear) if tear_at else None,
        two_cards=two_cards,
        seed=seed,
    )
    with ControlClient(home()) as control:
        _show_slot(control.set_conditions(slot or control.slots()[0].name, wanted))


def latency(*, json: Annotated[bool, typer.Option("--json", help="for a program / JSON で出力")] = False) -> None:
    """Show the latency profiles, each figure with its source or the label "assumed" / 待ち時間と根拠の一覧"""
    if json:
        typer.echo(msgspec.json.encode(list(PROFILES.values())).decode())
        return
    for profile in PROFILES.values():
        typer.echo(f"{profile.name}  {profile.japanese}")
        costs = {
            name: cost
            for name, cost in msgspec.structs.asdict(profile).items()
            if isinstance(cost, Cost) and cost.seconds
        }
        rows = [
            (f"  {name}", f"{cost.seconds * 1000:g} ms  {cost.basis.value} / {cost.basis.japanese}: {cost.why}")
            for name, cost in costs.items()
        ]
        for line in show_rows(rows):
            typer.echo(line)


def reset(
    *,
    slot: FirstFull = None,
    cold: Annotated[bool, typer.Option("--cold", help="take its power away first / 電源を切ってから")] = False,
) -> None:
    """Reset the card in a slot, warm or cold, and show its ATR / カードをリセットする"""
    with ControlClient(home()) as control:
        found = slot or _first(control.slots(), occupied=True)
        powered = any(each.name == found and each.powered for each in control.slots())
        atr = control.power_on(found) if cold or not powered else control.reset(found)
        typer.echo(atr.hex().upper())


def power_off(*, slot: FirstFull = None) -> None:
    """Take the power of the card in a slot away / カードの電源を切る"""
    with ControlClient(home()) as control:
        _show_slot(control.power_off(slot or _first(control.slots(), occupied=True)))


def send(
    commands: Annotated[list[str], typer.Argument(metavar="HEX…", help="commands, one after the other / コマンド")],
    *,
    slot: FirstFull = None,
) -> None:
    """Send commands to the card in a slot, which gets power if it has none, and show the answers / コマンドを送る"""
    read = [read_octets(command, "command") for command in commands]
    with ControlClient(home()) as control:
        found = slot or _first(control.slots(), occupied=True)
        if not any(each.name == found and each.powered for each in control.slots()):
            control.power_on(found)
        for command in read:
            typer.echo(control.transmit(found, command).hex().upper())


def remove(*, slot: FirstFull = None) -> None:
    """Take the card out of a reader slot of the world that is up / カードをリーダーから外す"""
    with ControlClient(home()) as control:
        found = slot or _first(control.slots(), occupied=True)
        _show_slot(control.remove(found))


def slots(*, json: Annotated[bool, typer.Option("--json", help="for a program / JSON で出力")] = False) -> None:
    """List the reader slots of the world that is up and the cards in them / リーダーとカードの一覧"""
    with ControlClient(home()) as control:
        found = control.slots()
    if json:
        typer.echo(msgspec.json.encode(found).decode())
        return
    for slot in found:
        _show_slot(slot)


def add_to(app: typer.Typer) -> None:
    """Add these commands to a group."""
    for command in (insert, swap, remove, slots, conditions, latency, reset, power_off, send):
        app.command(command.__name__.replace("_", "-"))(command)


def read_octets(text: str, what: str) -> bytes:
    """Return octets written in hexadecimal, with or without spaces."""
    try:
        return bytes.fromhex(text)
    except ValueError as fault:
        raise ConfigurationError(f"{what} {text!r}: expected octets in hexadecimal, {fault}") from fault


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
