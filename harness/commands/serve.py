"""`kazashi serve DOOR`: one door of a world as a process of its own, over a store that many processes share."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from harness.announcement import Announcement, as_json, own_token, write_private
from harness.commands.tls_door import jlis_over_tls
from harness.commands.up import told_to_end
from harness.commands.words import show_instant, show_rows
from harness.doors.control import ControlDoor
from harness.doors.control_fault_operations import FAULT_OPERATIONS
from harness.doors.control_operations import OPERATIONS
from harness.doors.control_policy_operations import POLICY_OPERATIONS
from harness.doors.jlis import JlisDoor, Part
from harness.doors.server import Served
from harness.errors import ConfigurationError
from harness.home import home, key_pool
from harness.kept_cards import cards_of
from harness.slots import MOST_SLOTS, Slots
from harness.store.address import read_place
from harness.world import World

JOURNAL = "/v1/journal"
OF_THE_PROCESS = tuple(
    row for row in OPERATIONS if row in {*FAULT_OPERATIONS, *POLICY_OPERATIONS} or row.path == JOURNAL
)
"""What lives in the memory of the process of the fake J-LIS: it serves that part of the control API itself."""
OF_ITS_OWN = tuple(row for row in OPERATIONS if row not in OF_THE_PROCESS)
"""What the control door can do without that process."""


class Door(StrEnum):
    """Which door: the whole fake J-LIS, one of its services, or the control API."""

    JLIS = "jlis"
    OCSP = "ocsp"
    CRL = "crl"
    SERVICES = "services"
    CONTROL = "control"


PARTS = {Door.JLIS: tuple(Part), Door.OCSP: (Part.OCSP,), Door.CRL: (Part.CRL,), Door.SERVICES: (Part.SERVICES,)}
"""What each door of the fake J-LIS serves."""


def serve(  # noqa: PLR0913  (each is an option of the command line)
    door: Annotated[Door, typer.Argument(help="which door / 起動する窓口")],
    *,
    store: Annotated[str, typer.Option(metavar="URL|FILE", help="the world's store / 世界の保存先")],
    port: Annotated[int, typer.Option(help="0 is any / 待ち受けポート")] = 0,
    port_control: Annotated[
        int | None,
        typer.Option(help="of the fake J-LIS: where its journal, faults and policies are / 記録・障害・方針の窓口"),
    ] = None,
    readers: Annotated[
        int, typer.Option(help="reader slots of the control door / リーダーの数", min=1, max=MOST_SLOTS)
    ] = 1,
    tls: Annotated[bool, typer.Option("--tls", help="mutual TLS at the fake J-LIS / 相互 TLS 認証")] = False,
    client_ca: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="with --tls: clients of these authorities, too (PEM) / 受け入れるクライアントの認証局"
        ),
    ] = None,
    json: Annotated[Path | None, typer.Option(help="write the addresses to this file / アドレスの出力先")] = None,
) -> None:
    """Serve one door of a world that others serve, too, until Ctrl-C: fake J-LIS, one service of it, or control API.

    `kazashi world new --store URL` makes the world. Every process needs the same KAZASHI_HOME: the keys are there.
    Journal, faults and OCSP policies belong to each process of the fake J-LIS: it serves that part of the control API
    itself, on a second port, and `kazashi jlis … --of FILE` speaks to it, where FILE is what its --json wrote.

    一つの世界の窓口(疑似 J-LIS または管理 API)を独立したプロセスとして動かす。
    """
    place = read_place(store)
    if port_control is not None and door is Door.CONTROL:
        raise ConfigurationError("serve: expected --port-control with the fake J-LIS; the control door has --port")
    if (tls and door is Door.CONTROL) or (client_ca and not tls):
        raise ConfigurationError("serve: expected --tls with the fake J-LIS, and --client-ca with --tls; leave it out")
    with ExitStack() as open_now, told_to_end() as told:
        world = open_now.enter_context(closing(World.open(key_pool(), place)))
        if door in PARTS:
            jlis = JlisDoor(world, parts=PARTS[door])
            addresses = open_now.enter_context(_jlis(world, jlis, port, port_control or 0, client_ca, tls=tls))
        else:
            addresses = open_now.enter_context(_control(world, port, Slots(readers, cards=cards_of(place))))
        if json is not None:
            write_private(json, as_json(addresses))
        for line in show_rows([*addresses.items(), ("clock", show_instant(world.clock.now()))]):
            typer.echo(line)
        typer.echo("Ctrl-C ends it / Ctrl-C で終了")
        told.wait()


@contextmanager
def _jlis(  # noqa: PLR0913  (what the door is made of)
    world: World, jlis: JlisDoor, port: int, port_control: int, client_ca: Path | None, *, tls: bool
) -> Iterator[dict[str, str]]:
    """Yield the addresses of a fake J-LIS, and of the part of the control API that is about this process."""
    with ExitStack() as open_now:
        if tls:
            addresses = open_now.enter_context(jlis_over_tls(jlis, port, client_ca))
        else:
            served = open_now.enter_context(Served(jlis.app, port=port, garbled=jlis.garbled))
            addresses = jlis.addresses(served.url)
        token, file = open_now.enter_context(own_token(home()))
        control = ControlDoor(world, token, faults=jlis.faults, operations=OF_THE_PROCESS)
        served = open_now.enter_context(Served(control.app, port=port_control, garbled=control.garbled))
        yield {**addresses, "control": served.url, "token": file.as_uri()}


@contextmanager
def _control(world: World, port: int, readers: Slots) -> Iterator[dict[str, str]]:
    """Yield the address of the control door, announced in the home."""
    with Announcement(home()) as announcement, readers as slots:
        addresses: dict[str, str] = {}
        control = ControlDoor(world, announcement.token, slots=slots, operations=OF_ITS_OWN, addresses=addresses)
        with Served(control.app, port=port, garbled=control.garbled) as served:
            addresses |= {"control": served.url, "token": announcement.token_file.as_uri()}
            announcement.publish(addresses)
            yield addresses
