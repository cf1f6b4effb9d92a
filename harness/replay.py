"""Saves a world as a file and makes it again: what then follows from it octet for octet is told in docs/replay.md."""

import re
import tempfile
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_private_key

from harness.chronicle import EventRefused
from harness.clock import ClockRefused, ClockRow, possible_instant
from harness.errors import HarnessFault
from harness.events import Befell, Crowd, Event
from harness.history import History
from harness.jlis.practice import Practice
from harness.keys import KeyPool
from harness.population import PopulationProfile
from harness.store.world_file import VERSION, Head, SavedWorld, WorldFileRefused, read_world, write_world
from harness.world import World, fingerprint

CARD_KEY = re.compile(r"card-([0-9]{6,})", re.ASCII)
FIRST_EVENT_LINE = 2
FACTS = {"seed", "origin", "population", "practice", "clock", "published", "keys"}
"""What a file has of the facts of a world: all of them, or it would be another world."""


def save(history: History, path: Path, keys: KeyPool | None = None) -> SavedWorld:
    """Write the world of a store to a file and return what it says; with its private keys where these are given."""
    history.known_fact("seed")
    facts, events = history.contents()
    if unknown := facts.keys() - FACTS:
        raise HarnessFault(f"facts that no file has a place for: {', '.join(sorted(unknown))}")
    published = facts.get("published")
    private = {} if keys is None else _needed(keys.stored(), _keys_used(events))
    head = Head(
        kazashi_world=VERSION,
        seed=int(facts["seed"]),
        origin=datetime.fromisoformat(facts["origin"]),
        population=PopulationProfile(facts["population"]),
        practice=msgspec.json.decode(facts["practice"], type=Practice),
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
    mine = fingerprint(keys)
    history.restore(_facts(saved.head, mine), saved.events)
    return mine == saved.head.keys


def _facts(head: Head, keys: str) -> dict[str, str]:
    """Return the facts of a world as a store has them, under keys of this fingerprint."""
    facts = {
        "seed": str(head.seed),
        "origin": head.origin.isoformat(),
        "population": head.population.value,
        "practice": msgspec.json.encode(head.practice).decode(),
        "keys": keys,
        "clock": msgspec.json.encode(head.clock).decode(),
    }
    return facts if head.published is None else {**facts, "published": head.published.isoformat()}


def _check_history(path: Path, saved: SavedWorld) -> None:
    """Live through it once for trial, on keys of nobody: what is stored afterwards can be opened."""
    try:
        for instant in (saved.head.origin, saved.head.clock.instant):
            possible_instant(instant)
    except ClockRefused as fault:
        raise WorldFileRefused(f"{path}:1: {fault}") from fault
    with tempfile.TemporaryDirectory(prefix="kazashi-trial-") as folder, closing(History()) as trial:
        keys = KeyPool(Path(folder))
        trial.restore(_facts(saved.head, fingerprint(keys)), ())
        world = World(trial, keys)
        for line, event in enumerate(saved.events, FIRST_EVENT_LINE):
            try:
                possible_instant(event.at)
                world.retrace(event)
            except (ClockRefused, EventRefused) as fault:
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
    """Leave out the card keys that nobody has, and those of doors, which are no world's."""
    numbers = {name: CARD_KEY.fullmatch(name) for name in stored if not name.startswith("tls-")}
    return {name: stored[name] for name, card in numbers.items() if card is None or int(card[1]) < used}
