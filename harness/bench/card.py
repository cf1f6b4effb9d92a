"""Rows of `kazashi bench card`: a card behind pcscd, a card in process, its signatures, and ten thousand of them.

apdu.pcsc           READ BINARY of 256 bytes: pyscard → pcscd → vpcd → card; the reference is vsmartcard's vicc
apdu.inprocess      SELECT and READ BINARY through the pure step, commands parsed
apdu.inprocess.bytes   the same from bytes to bytes, through a slot
verify.durable      a right PIN: two states on the disk; the reference is twice what the disk can synchronise
sign                signatures of one card, beside `openssl speed` of the same seconds on the same core
cards.memory        resident memory of 10,000 cards, their keys from a pool of 64 or their own; fresh and tapped
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path
from statistics import median

from cardsim.apdu import parse_command
from cardsim.card import fresh_kept, power_on, step
from cardsim.folder import load_card, save_card
from cardsim.profile import Profile
from cardsim.slot import InsertedCard
from cardsim.store import write_durably
from harness.bench import card_peer
from harness.bench.machine import cores, raw_signatures
from harness.bench.row import Row, at_least
from harness.clock import host_now
from harness.errors import ConfigurationError
from harness.home import key_pool
from harness.pcsc_lane.faults import LaneUnavailable
from harness.pcsc_lane.lane import running_lane
from harness.pcsc_lane.rate import measure_read_binary, on_one_cpu
from harness.world import World

PCSC_LEAST, STEP_LEAST, SIGN_LEAST = 9_000.0, 1_000_000.0, 0.90
POOLED_MOST, OWN_MOST = 60.0, 200.0
"""PERFORMANCE.md, "The card"; megabytes."""
CARDS = 10_000
SELECT = bytes.fromhex("00A4040C0AD392F000260100000001")
SELECT_FILE, READ = bytes.fromhex("00A4020C02000A"), bytes.fromhex("00B0000000")
VERIFY = bytes.fromhex("002000980431323334")
_MEGABYTE = 1e6
_DIGEST_INFO = bytes.fromhex("3031300D060960864801650304020105000420") + bytes(32)
SIGN = bytes.fromhex("802A009733") + _DIGEST_INFO + b"\x00"


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to measure."""

    rounds: int = 3
    commands: int = 5_000
    """Through PC/SC; in process a hundred times as many."""
    seconds: int = 1
    """Of each round of signatures."""
    cards: int = CARDS


def rows(plan: Plan) -> Iterator[Row]:
    """Yield every row."""
    profile = _profile()
    yield pcsc_row(plan, profile)
    yield from step_rows(plan, profile)
    yield durable_row(plan, profile)
    yield sign_row(plan, profile)
    yield from memory_rows("pooled", plan.cards, POOLED_MOST)
    yield from memory_rows("own", plan.cards, OWN_MOST)


def pcsc_row(plan: Plan, profile: Profile) -> Row:
    """Return the rate through PC/SC, client, pcscd and card on one core; without pcscd the row says why."""
    target = f"≥ {PCSC_LEAST:,.0f}/s"
    try:
        with on_one_cpu(), running_lane() as lane, tempfile.TemporaryDirectory() as folder:
            save_card(profile, Path(folder) / "card")
            card = lane.insert(Path(folder) / "card")
            with lane.connected() as connection:
                measure_read_binary(connection, plan.commands // 10)
                rate = median(measure_read_binary(connection, plan.commands) for _ in range(plan.rounds))
            card.remove()
            peer, note = card_peer.vicc_rate(lane, plan.commands // 100)
    except LaneUnavailable as fault:
        return Row("apdu.pcsc", None, "APDU/s", target=target, note=str(fault))
    return Row(
        "apdu.pcsc", rate, "APDU/s", peer, None if peer is None else rate / peer, target, rate >= PCSC_LEAST, note
    )


def step_rows(plan: Plan, profile: Profile) -> Iterator[Row]:
    """Yield the rate of the pure step, and of a slot from bytes to bytes; the second has no target of its own."""
    commands = [parse_command(raw) for raw in (SELECT, SELECT_FILE, READ, READ)]
    times = 25 * plan.commands

    def pure() -> None:
        state = power_on(profile, fresh_kept(profile))
        for command in chain.from_iterable(repeat(commands, times)):
            state, answer = step(profile, state, command)
        if len(answer.data) != 256:
            raise ConfigurationError(f"bench: expected 256 bytes of the certificate, actual {len(answer.data)}")

    def through_a_slot() -> None:
        card = InsertedCard.unused(profile)
        card.power_on()
        for raw in chain.from_iterable(repeat((SELECT, SELECT_FILE, READ, READ), times)):
            card.transmit(raw)

    rate = median(_rate(pure, 4 * times, time.process_time) for _ in range(plan.rounds))
    note = "SELECT application, SELECT file, READ BINARY 256 twice; a second of one core"
    yield Row("apdu.inprocess", rate, "APDU/s", target=f"≥ {STEP_LEAST:,.0f}/s", met=rate >= STEP_LEAST, note=note)
    whole = median(_rate(through_a_slot, 4 * times, time.process_time) for _ in range(plan.rounds))
    yield Row("apdu.inprocess.bytes", whole, "APDU/s", rate, whole / rate, note="parsed, locked, answered as bytes")


def durable_row(plan: Plan, profile: Profile) -> Row:
    """Return right PINs a second where tries are on the disk; there is no target but the disk itself."""
    count = max(20, plan.commands // 50)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "card"
        save_card(profile, folder)
        card = InsertedCard(*load_card(folder))
        card.power_on()
        card.transmit(SELECT)
        content = (folder / "kept.json").read_bytes()
        ratios, rates, raws = [], [], []
        for _ in range(plan.rounds):
            raws.append(_rate(lambda: write_often(Path(name) / "raw", content, 2 * count), count))
            rates.append(_rate(lambda: [card.transmit(VERIFY) for _ in range(count)], count))
            ratios.append(rates[-1] / raws[-1])
        card.close()
    note = "the reference writes the same bytes twice, file and folder synchronised each time"
    return Row("verify.durable", median(rates), "VERIFY/s", median(raws), median(ratios), note=note)


def write_often(path: Path, content: bytes, times: int) -> None:
    """Write the same bytes so many times, each time until they are on the disk."""
    for _ in range(times):
        write_durably(path, content)


def sign_row(plan: Plan, profile: Profile) -> Row:
    """Return a card's signatures a second, beside `openssl speed` before and after each round, on the same core."""
    core = cores()[0]
    card = InsertedCard.unused(profile)
    card.power_on()
    for command in (SELECT, VERIFY, SIGN):
        card.transmit(command)
    rates, raws, shares = [], [], []
    with on_one_cpu():
        before = raw_signatures("rsa2048", plan.seconds, [core])
        for _ in range(plan.rounds):
            rates.append(_signatures(card, plan.seconds))
            after = raw_signatures("rsa2048", plan.seconds, [core])
            raws.append((before + after) / 2)
            shares.append(rates[-1] / raws[-1])
            before = after
    return at_least("sign", median(rates), "signatures/s", (median(raws), median(shares)), SIGN_LEAST, "one core")


def memory_rows(keys: str, cards: int, most: float) -> Iterator[Row]:
    """Yield the memory that so many cards take in a process of their own, fresh and tapped; the target is for 10,000.

    PERFORMANCE.md names one figure: that of cards that are ready. Tapped ones have a row and no target.
    """
    command = [sys.executable, "-m", "harness.bench.card_memory", keys, str(cards)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ConfigurationError(f"bench: expected figures of bytes, actual {done.stderr[-500:]}")
    fresh, tapped, own = (int(word) / _MEGABYTE for word in done.stdout.split())
    limit = most * cards / CARDS
    note = f"{cards:,} cards; of it {own:.1f} MB are contents that no other card has"
    yield Row(f"cards.memory.{keys}", fresh, "MB", target=f"≤ {limit:g} MB", met=fresh <= limit, note=note)
    yield Row(f"cards.memory.{keys}.tapped", tapped, "MB", fresh, tapped / fresh, note="each tapped and logged in with")


def _rate(work: Callable[[], object], count: int, clock: Callable[[], float] = time.perf_counter) -> float:
    """How often a second of this clock: the wall's where something is waited for, else the core's."""
    with on_one_cpu():
        begun = clock()
        work()
        return count / (clock() - begun)


def _signatures(card: InsertedCard, seconds: int) -> float:
    begun, made = time.process_time(), 0
    while time.process_time() - begun < seconds:  # seconds of the core, as openssl counts them
        if len(card.transmit(SIGN)) != 258:
            raise ConfigurationError("bench: expected a signature of 256 bytes and 9000, actual something else")
        made += 1
    return made / (time.process_time() - begun)


def _profile() -> Profile:
    world = World.create(key_pool(), seed=1, start=host_now())
    try:
        return world.issue_card(world.new_resident().id).profile
    finally:
        world.close()
