"""Saves a world as a file and makes it again: what then follows from it octet for octet is told in docs/replay.md."""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_private_key

from harness.clock import ClockRefused, ClockRow, possible_instant
from harness.events import Befell, Crowd, Event
from harness.history import History
from harness.jlis.generations import Generations
from harness.jlis.register import IllegalEvent, Register
from harness.keys import KeyPool
from harness.population import make_resident
from harness.store.world_file import VERSION, Head, SavedWorld, WorldFileRefused, read_world, write_world
from harness.world import fingerprint

CARD_KEY = re.compile(r"card-([0-9]{6,})", re.ASCII)
FIRST_EVENT_LINE = 2


def save(history: History, path: Path, keys: KeyPool | None = None) -> SavedWorld:
    """Write the world of a store to a file and return what it says; with its private keys where these are given."""
    history.known_fact("seed")
    facts, events = history.contents()
    published = facts.get("published")
    private = {} if keys is None else _needed(keys.stored(), _keys_used(events))
    head = Head(
        kazashi_world=VERSION,
        seed=int(facts["seed"]),
        origin=datetime.fromisoformat(facts["origin"]),
        clock=msgspec.json.decode(facts["clock"], type=ClockRow),
        published=None if published is None else datetime.fromisoformat(published),
        keys=facts["keys"],
        events=len(events),
        private_keys=len(private),
    )
    saved = SavedWorld(head, events, private)
    write_world(path, saved)
    return saved


def load(path: Path, history: History, keys: KeyPool) -> bool:
    """Make the world of a file in an empty store; return whether it has the keys that it was made with.

    The file's own keys are taken into the pool. Without them the history is the same, and the signatures are those of
    this installation. WorldFileRefused, and nothing was changed, when the file holds what no world can be.
    """
    saved = read_world(path)
    _check_history(path, saved)
    _check_keys(path, saved.keys)
    keys.take(saved.keys)
    head, mine = saved.head, fingerprint(keys)
    facts = {
        "seed": str(head.seed),
        "origin": head.origin.isoformat(),
        "keys": mine,
        "clock": msgspec.json.encode(head.clock).decode(),
    }
    if head.published is not None:
        facts["published"] = head.published.isoformat()
    history.restore(facts, saved.events)
    return mine == head.keys


def _check_history(path: Path, saved: SavedWorld) -> None:
    """Fold it once for trial: what is stored afterwards can be opened."""
    try:
        possible_instant(saved.head.clock.instant)
        register = Register(Generations(possible_instant(saved.head.origin)).in_office, make_resident)
    except ClockRefused as fault:
        raise WorldFileRefused(f"{path}:1: {fault}") from fault
    for line, event in enumerate(saved.events, FIRST_EVENT_LINE):
        try:
            possible_instant(event.at)
            register.fold(event)
        except (ClockRefused, IllegalEvent) as fault:
            raise WorldFileRefused(f"{path}:{line}: {fault}") from fault


def _check_keys(path: Path, keys: Mapping[str, bytes]) -> None:
    for name, pkcs8 in keys.items():
        try:
            load_der_private_key(pkcs8, password=None)  # with OpenSSL's checks: this one comes from elsewhere
        except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
            raise WorldFileRefused(f"{path}: key {name}: expected a private key, actual {fault}") from fault


def _keys_used(events: list[Event]) -> int:
    """Return how many numbered keys the history gave away."""
    used = 0
    for event in events:
        if isinstance(event, Crowd):
            used = max(used, event.keys)
        elif isinstance(event, Befell):
            numbers = [issuance.key for issuance in event.certificates]
            numbers += [] if event.chip_key is None else [event.chip_key]
            used = max([used, *(number + 1 for number in numbers)])
    return used


def _needed(stored: Mapping[str, bytes], used: int) -> dict[str, bytes]:
    """Leave out the card keys that nobody has."""
    numbers = {name: CARD_KEY.fullmatch(name) for name in stored}
    return {name: key for name, key in stored.items() if (card := numbers[name]) is None or int(card[1]) < used}
