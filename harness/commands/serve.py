"""`kazashi serve DOOR`: one door of a world as a process of its own, over a store that many processes share."""

from contextlib import ExitStack, closing
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from harness.announcement import Announcement, as_json, write_private
from harness.commands.up import told_to_end
from harness.commands.words import show_instant
from harness.doors.control import ControlDoor
from harness.doors.control_fault_operations import FAULT_OPERATIONS
from harness.doors.control_operations import OPERATIONS
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.home import home, key_pool
from harness.kept_cards import cards_of
from harness.slots import MOST_SLOTS, Slots
from harness.store.address import read_place
from harness.world import World

JOURNAL = "/v1/journal"
OF_ITS_OWN = tuple(row for row in OPERATIONS if row not in FAULT_OPERATIONS and row.path != JOURNAL)
"""What the control door can do without the process of the fake J-LIS: journal and faults live in that one's memory."""


class Door(StrEnum):
    """Which door."""

    JLIS = "jlis"
    CONTROL = "control"


def serve(
    door: Annotated[Door, typer.Argument(help="which door / 起動する窓口")],
    *,
    store: Annotated[str, typer.Option(metavar="URL|FILE", help="the world's store / 世界の保存先")],
    port: Annotated[int, typer.Option(help="0 is any / 待ち受けポート")] = 0,
    readers: Annotated[int, typer.Option(help="reader slots of the control door", min=1, max=MOST_SLOTS)] = 1,
    json: Annotated[Path | None, typer.Option(help="write the addresses to this file / アドレスの出力先")] = None,
) -> None:
    """Serve one door of a world that others serve, too, until Ctrl-C: fake J-LIS or control API.

    `kazashi world new --store URL` makes the world. Every process needs the same KAZASHI_HOME: the keys are there.
    The control API that is served alone has neither journal nor faults: they belong to the process of the fake J-LIS.

    一つの世界の窓口(疑似 J-LIS または管理 API)を独立したプロセスとして動かす。
    """
    place = read_place(store)
    with ExitStack() as open_now, told_to_end() as told:
        world = open_now.enter_context(closing(World.open(key_pool(), place)))
        if door is Door.JLIS:
            jlis = JlisDoor(world)
            served = open_now.enter_context(Served(jlis.app, port=port, garbled=jlis.garbled))
            addresses = jlis.addresses(served.url)
        else:
            announcement = open_now.enter_context(Announcement(home()))
            slots = open_now.enter_context(Slots(readers, cards=cards_of(place)))
            control = ControlDoor(world, announcement.token, slots=slots, operations=OF_ITS_OWN)
            served = open_now.enter_context(Served(control.app, port=port, garbled=control.garbled))
            addresses = {"control": served.url, "token": announcement.token_file.as_uri()}
            announcement.publish(addresses)
        if json is not None:
            write_private(json, as_json(addresses))
        for name, url in addresses.items():
            typer.echo(f"{name:14} {url}")
        typer.echo(f"{'clock':14} {show_instant(world.clock.now())}")
        typer.echo("Ctrl-C ends it / Ctrl-C で終了")
        told.wait()
