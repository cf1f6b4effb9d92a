"""`kazashi jlis`: the faults of the fake J-LIS of the world that is up, and how its responders speak."""

from typing import Annotated

import msgspec
import typer

from harness.commands import jlis_policy
from harness.commands.options import Of
from harness.commands.words import read_instant, read_word, show_instant
from harness.control_client import ControlClient
from harness.doors.control_fault_messages import FaultState, NewFault
from harness.errors import ConfigurationError
from harness.jlis.fault_grammar import Fault, FaultDoor

app = typer.Typer(help="The fake J-LIS of the world that is up / 起動中の疑似 J-LIS", no_args_is_help=True)
app.add_typer(jlis_policy.app, name="policy")


@app.command()
def fault(  # noqa: PLR0913  (the fields of a fault)
    kind: Annotated[str, typer.Argument(metavar="FAULT", help=f"one of {', '.join(Fault)} / 障害の種類")],
    *,
    door: Annotated[
        FaultDoor, typer.Option(metavar="DOOR", help=f"whose answers: {', '.join(FaultDoor)} / 対象の窓口")
    ] = FaultDoor.OCSP_AUTH,
    serial: Annotated[str | None, typer.Option(help="of this certificate only, in hex / 証明書の番号")] = None,
    count: Annotated[int | None, typer.Option(help="the next so many answers; all by default / 回数", min=1)] = None,
    seconds: Annotated[float | None, typer.Option(help="how late, stale or early / 秒数")] = None,
    since: Annotated[str | None, typer.Option(help="from this instant of the world on / 開始時刻")] = None,
    until: Annotated[str | None, typer.Option(help="before this instant of the world / 終了時刻")] = None,
    probability: Annotated[float | None, typer.Option(help="how likely, 0 to 1; certain by default / 確率")] = None,
    seed: Annotated[int | None, typer.Option(help="which requests are met follows from it / 乱数の種", min=0)] = None,
    of: Of = None,
) -> None:
    """Let answers be wrong from now on, in one way / 以後の応答に障害を起こす"""
    wanted = read_word(Fault, kind, "fault")
    given = {
        "serial": None if serial is None else serial.lower(),
        "count": count,
        "seconds": seconds,
        "since": None if since is None else read_instant(since),
        "until": None if until is None else read_instant(until),
        "probability": probability,
        "seed": seed,
    }
    said = {name: value for name, value in given.items() if value is not None}
    try:
        order = msgspec.convert({"fault": wanted, "door": door, **said}, NewFault)
    except msgspec.ValidationError as broken:
        raise ConfigurationError(f"fault {wanted}: {broken}") from broken
    with ControlClient.found(of) as control:
        _show(control.set_fault(order))


@app.command()
def faults(*, of: Of = None) -> None:
    """List the faults that stand / 障害の一覧"""
    with ControlClient.found(of) as control:
        for state in control.faults():
            _show(state)


@app.command()
def clear(
    fault_id: Annotated[str | None, typer.Argument(metavar="ID", help="all by default / 既定はすべて")] = None,
    *,
    of: Of = None,
) -> None:
    """Take one fault or all of them away / 障害を取り除く"""
    with ControlClient.found(of) as control:
        for state in control.clear_faults() if fault_id is None else [control.remove_fault(fault_id)]:
            _show(state)


def _show(state: FaultState) -> None:
    words = [state.id, state.fault.value, f"at {state.door.value}"]
    words += [f"of {state.serial}"] if state.serial is not None else []
    words += [f"{state.seconds:g} s"] if state.seconds is not None else []
    words += [f"from {show_instant(state.since)}"] if state.since is not None else []
    words += [f"until {show_instant(state.until)}"] if state.until is not None else []
    words += [f"probability {state.probability:g} seed {state.seed}"] if state.probability is not None else []
    words += [f"given {state.given}", "left all" if state.left is None else f"left {state.left}"]
    typer.echo("  ".join(words))
