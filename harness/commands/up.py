"""`kazashi up`: the whole world with its doors and the reference relying party, until Ctrl-C or SIGTERM."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from cardsim.readers.conditions import Conditions, parse_conditions
from cardsim.readers.vpcd import Address, parse_address
from harness.announcement import Announcement, as_json, write_private
from harness.clock import ClockMode, host_now
from harness.commands import options
from harness.commands import practice as practised
from harness.commands.follower import Follower
from harness.commands.ldap_door import jlis_over_ldap, read_places
from harness.commands.tls_door import jlis_over_tls
from harness.commands.words import read_instant, show_instant, show_rows
from harness.contract.client import RelyingPartyClient
from harness.contract.configuration import configuration
from harness.contract.faults import AdapterFault
from harness.contract.launch import LaunchedProduct
from harness.contract.targets import REFERENCE_COMMAND
from harness.contract.vocabulary import Kind
from harness.doors.control import ControlDoor
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.errors import ConfigurationError
from harness.home import home, key_pool
from harness.kept_cards import cards_of
from harness.keys import KeyPool
from harness.population import PopulationProfile
from harness.slots import MOST_SLOTS, Slots
from harness.store.address import Place, read_place, show_place
from harness.world import KEYS_PER_CARD, World

BEFORE = timedelta(days=1)
"""How long before the world opens its first residents got their cards: lists and OCSP know them then."""
DEFAULT_SEED = 1
PLAIN = PopulationProfile.PLAIN
LOOK_SECONDS = 1.0
ENDED_BY_ITSELF = 3


def up(  # noqa: PLR0913  (each is an option of the command line)
    *,
    port: Annotated[int, typer.Option(help="port of the fake J-LIS; 0 is any / 疑似 J-LIS")] = 0,
    port_control: Annotated[int, typer.Option(help="port of the control API; 0 is any / 管理 API")] = 0,
    port_relying_party: Annotated[int, typer.Option(help="port of the relying party; 0 is any / 検証者")] = 0,
    store: options.Store = None,
    seed: options.Seed = None,
    residents: options.Residents = options.RESIDENTS,
    running: options.Running = None,
    at: options.At = None,
    readers: Annotated[int, typer.Option(help="reader slots / リーダーの数", min=1, max=MOST_SLOTS)] = 1,
    vpcd: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST:PORT", help="show a slot in this vpcd's PC/SC reader; again for more / 仮想リーダー"
        ),
    ] = None,
    slot: Annotated[
        list[str] | None,
        typer.Option(
            metavar="INTERFACE[:LATENCY]",
            help="of the first slot; again for more; such as contactless:nfc-phone / スロットの種類と待ち時間",
        ),
    ] = None,
    tls: Annotated[
        bool, typer.Option("--tls", help="a second door of the fake J-LIS, with mutual TLS / 相互 TLS 認証の窓口も開く")
    ] = False,
    port_tls: Annotated[int, typer.Option(help="its port; 0 is any / ポート")] = 0,
    client_ca: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="with --tls: clients of these authorities, too (PEM) / 受け入れるクライアントの認証局"
        ),
    ] = None,
    ldap: Annotated[
        bool,
        typer.Option("--ldap", help="the lists in a directory, too (needs slapd) / 失効リストの LDAP サーバも開く"),
    ] = False,
    port_ldap: Annotated[int, typer.Option(help="its port; 0 is any / ポート")] = 0,
    ldap_municipality: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="with --ldap: of this one only; again for more / 対象の市区町村"),
    ] = None,
    population: options.Population = PLAIN,
    leap_birthday: practised.Leap = None,
    kana: practised.Kana = None,
    production_policies: practised.Production = None,
    free_area: practised.FreeArea = None,
    crl_mode: practised.Mode = None,
    crl_publication: practised.Publication = None,
    crl_valid: practised.Valid = None,
    crl_swap: practised.SwapWindow = None,
    json: Annotated[Path | None, typer.Option(help="write the addresses to this file / アドレスの出力先")] = None,
) -> None:
    """Run the whole world until Ctrl-C: fake J-LIS, control API, reference relying party.

    世界全体(疑似 J-LIS、管理 API、検証者の参照実装)を Ctrl-C まで動かす。
    """
    instant = None if at is None else read_instant(at)
    place = None if store is None else read_place(store)
    shown = [parse_address(address) for address in vpcd or []]
    wanted = practised.Wanted(
        leap_birthday=leap_birthday,
        kana=kana,
        production_policies=production_policies,
        free_area=free_area,
        crl_mode=crl_mode,
        crl_publication=crl_publication,
        crl_valid=crl_valid,
        crl_swap=crl_swap,
    )
    places = read_places(ldap_municipality, ldap=ldap)
    under = _read_conditions(slot or [])
    with ExitStack() as doors, told_to_end() as told:
        announcement = doors.enter_context(Announcement(home()))
        world = doors.enter_context(opened(place, seed, instant, residents, population, wanted))
        set_going(world, instant, running)
        slots = doors.enter_context(_slots(readers, shown, place, under))
        jlis = JlisDoor(world)
        served = doors.enter_context(Served(jlis.app, port=port, garbled=jlis.garbled))
        command = [*REFERENCE_COMMAND, "--port", str(port_relying_party)]
        product = doors.enter_context(LaunchedProduct(command))
        client = doors.enter_context(RelyingPartyClient.at(product.address))
        addresses = jlis.addresses(served.url)
        over_tls = doors.enter_context(jlis_over_tls(jlis, port_tls, client_ca)) if tls else {}
        _introduce(client, world, addresses)
        follower = doors.enter_context(Follower(client, world.clock, _tell))
        directory = doors.enter_context(jlis_over_ldap(world, port_ldap, places, _tell)) if ldap else None

        def follow() -> None:
            follower.follow()
            if directory is not None:
                directory.look()

        everything: dict[str, str] = {}
        control = ControlDoor(
            world,
            announcement.token,
            faults=jlis.faults,
            slots=slots,
            clock_moved=follow,
            addresses=everything,
        )
        management = doors.enter_context(Served(control.app, port=port_control, garbled=control.garbled))
        everything |= {
            "control": management.url,
            "ocsp": addresses[f"ocsp-{Kind.AUTH.value}"],
            **addresses,
            **{f"tls-{name}": url for name, url in over_tls.items()},
            **({} if directory is None else {"ldap": directory.directory.url}),
            "relying_party": product.address,
            "token": announcement.token_file.as_uri(),
        }
        announcement.publish(everything)
        if json is not None:
            write_private(json, as_json(everything))
        _show(everything, world, slots)
        _wait(told, product)


def _introduce(client: RelyingPartyClient, world: World, addresses: dict[str, str]) -> None:
    try:
        client.hello()
        client.configure(configuration(world, addresses))
    except AdapterFault as fault:
        raise ConfigurationError(f"relying party: {fault}") from fault


@contextmanager
def opened(  # noqa: PLR0913, PLR0917  (what a world is made of)
    store: Place,
    seed: int | None,
    at: datetime | None,
    residents: int,
    population: PopulationProfile = PLAIN,
    wanted: practised.Wanted | None = None,
) -> Iterator[World]:
    """Yield the stored world, or a new one that opens at `at` with residents who have had their cards for a day."""
    keys = key_pool()
    start = (at or host_now()) - BEFORE
    wanted_seed = DEFAULT_SEED if seed is None else seed
    wanted = wanted or practised.Wanted()
    world = World.create(
        keys, seed=wanted_seed, start=start, store=store, practice=wanted.practice, population=population
    )
    try:
        wanted.check(world.jlis.practice, show_place(store))
        if seed is not None and world.seed != seed:
            name = show_place(store)
            raise ConfigurationError(f"{name}: expected a world of seed {seed}, actual {world.seed}; leave --seed out")
        if world.clock.epoch == 0:  # never set: nobody has lived in it yet
            _prepare(keys, KEYS_PER_CARD * residents)
            for _ in range(residents - world.size()):
                world.new_resident(with_card=True)
        yield world
    finally:
        world.close()


def _prepare(keys: KeyPool, count: int) -> None:
    """Make the keys that are missing; a bar shows how far it is, and none when there is nothing to do."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("keys / 鍵", total=None, visible=False)
        keys.prepare(count, lambda made, wanted: progress.update(bar, completed=made, total=wanted, visible=True))


def set_going(world: World, at: datetime | None, running: bool | None) -> None:  # noqa: FBT001  (an option)
    """Set the clock where it was asked for: frozen before it is set, so that it stands at that very instant."""
    fresh = world.clock.epoch == 0
    mode = world.clock.row.mode
    if running is False and mode is ClockMode.RUNNING:
        world.clock.freeze()
    if fresh or at is not None:
        world.clock.set(at or host_now())
    if mode is ClockMode.FROZEN and (running or (fresh and running is None)):
        world.clock.run()


@contextmanager
def told_to_end() -> Iterator[threading.Event]:
    """Yield what Ctrl-C and SIGTERM set; within the block neither ends the process by itself."""
    told = threading.Event()

    def hear(_number: int, _frame: FrameType | None) -> None:
        told.set()

    before = {number: signal.signal(number, hear) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait(told: threading.Event, product: LaunchedProduct) -> None:
    """Return when told to end; a relying party that ended by itself ends the world, with its last words."""
    while not told.wait(LOOK_SECONDS):
        if os.waitid(os.P_PID, product.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            _tell(f"the relying party ended by itself; its last words: {product.output_tail(5)!r}")
            raise typer.Exit(ENDED_BY_ITSELF)


def _slots(number: int, readers: list[Address], store: Place, under: list[Conditions]) -> Slots:
    """Return the slots; the tries that their cards spent are kept where the world is kept."""
    for reader in readers:
        if (warning := reader.warning()) is not None:
            _tell(warning)
    return Slots(number, cards=cards_of(store), readers=readers, conditions=under)


def _read_conditions(written: list[str]) -> list[Conditions]:
    try:
        return [parse_conditions(text) for text in written]
    except ValueError as fault:
        raise ConfigurationError(str(fault)) from fault


def _show(addresses: dict[str, str], world: World, slots: Slots) -> None:
    how = "running / 進行中" if world.clock.row.mode is ClockMode.RUNNING else "frozen / 停止中"
    rows = [
        *addresses.items(),
        ("clock", f"{show_instant(world.clock.now())} {how}"),
        ("residents", f"{world.size()}"),
        *(("slot", slot.name + (f" at {slot.reader}" if slot.reader else "")) for slot in slots),
    ]
    for line in show_rows(rows):
        typer.echo(line)
    typer.echo("Ctrl-C ends it / Ctrl-C で終了")


def _tell(what: str) -> None:
    typer.echo(f"kazashi: {what}", err=True)
