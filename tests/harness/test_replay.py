"""A world as a file: the same octets after loading it with its keys, and a file that is not exactly one is refused."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from harness import replay
from harness.chronicle import EventRefused
from harness.contract.vocabulary import Kind
from harness.errors import ConfigurationError
from harness.history import History
from harness.jlis.life_events import LifeEvent
from harness.jlis.populations import POPULATIONS
from harness.jlis.practice import Practice
from harness.keys import KeyPool
from harness.municipalities import AOI, MUNICIPALITIES, WAKABA
from harness.population import PopulationProfile
from harness.store.address import Place
from harness.store.world_file import KEY_NAME, MOST_PEOPLE, WorldFileRefused
from harness.world import World
from tests.harness.asking import ask, request
from tests.harness.instants import jst

NOW = jst("2026-12-03T12:07:00")
NONCE = bytes(range(32))


@pytest.fixture
def store(tmp_path: Path) -> Place:
    """A place for a store."""
    return tmp_path / "world.db"


@pytest.fixture
def other_store(tmp_path: Path) -> Place:
    """A place for another."""
    return tmp_path / "other.db"


@pytest.fixture
def lived(keys: KeyPool, store: Place) -> Iterator[World]:
    """A world of other people and another practice, in which something of every kind happened; it is 12:07."""
    start, practice, population = jst("2026-12-01T00:00:00"), Practice(kana=True), PopulationProfile.HARD_TEXT
    world = World.create(keys, seed=7, start=start, store=store, practice=practice, population=population)
    people = [world.new_resident(with_card=True, municipality=AOI.code).id for _ in range(3)]
    world.new_resident(municipality=WAKABA.code)
    world.new_crowd(4, keys=4)
    world.clock.advance(timedelta(hours=9))
    world.happen(people[0], LifeEvent.PHONE_BOUND)
    world.move(people[0])
    world.lose(people[1])
    world.revoke(people[2], "auth", "superseded")
    world.happen(people[1], LifeEvent.CARD_REISSUED)
    world.clock.set(NOW)
    ask(world, Kind.AUTH, 0x0700_0000, NOW)
    yield world
    world.close()


PLACES = (AOI, WAKABA, *list(MUNICIPALITIES.values())[2::100])
"""Where somebody was revoked, and some where nobody lives: seven thousand lists would show no more."""


def octets(world: World) -> dict[str, object]:
    """Return everything that replay promises: certificates, cards, lists, answers with a nonce, anchors."""
    people = [resident.id for resident in world.residents()]
    entries = [entry for one in people for entry in world.all_certificates(one)]
    return {
        "residents": world.residents(),
        "clock": world.clock.row,
        "anchors": world.trust(),
        "certificates": [world.certificate(entry) for entry in entries],
        "cards": [world.card_of(one) for one in people if world.certificates(one)],
        "lists": [world.jlis.crl(kind, place, NOW, medium=medium) for kind, medium in POPULATIONS for place in PLACES],
        "answers": [
            world.jlis.ocsp(kind, request(world, kind, serial, nonce=NONCE), NOW).der
            for kind in Kind
            for serial in [entry.serial for entry in entries if entry.kind is kind] + [0x0666]
        ],
    }


def saved(world: World, store: Place, path: Path, keys: KeyPool | None = None) -> Path:
    """Close a world and save it."""
    world.close()
    with closing(History(store)) as history:
        replay.save(history, path, keys)
    return path


def loaded(path: Path, store: Place, keys: KeyPool) -> bool:
    """Load it into another store; return whether the keys are those it was made with."""
    with closing(History(store)) as history:
        return replay.load(path, history, keys)


def test_the_same_octets_after_saving_and_loading_with_keys(
    lived: World, keys: KeyPool, store: Place, other_store: Place, tmp_path: Path
) -> None:
    """On a fresh home: every certificate, card, list, anchor and RSA-signed answer (same instant, same nonce)."""
    before = octets(lived)
    path = saved(lived, store, tmp_path / "world.jsonl", keys)
    fresh = KeyPool(tmp_path / "fresh" / "keys")
    assert loaded(path, other_store, fresh)
    with closing(World.open(fresh, other_store)) as again:
        assert octets(again) == before
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in [path, *(tmp_path / "fresh" / "keys").iterdir()])


def test_what_was_published_binds_the_world_that_was_loaded(path: Path, keys: KeyPool, other_store: Place) -> None:
    """An answer of 12:00 went out before it was saved: an event of 12:00 would prove it false."""
    loaded(path, other_store, keys)
    with closing(World.open(keys, other_store)) as again:
        again.clock.set(jst("2026-12-03T12:00:00"))
        with pytest.raises(EventRefused, match="already published"):
            again.new_resident()


def test_without_keys_the_same_history_under_others(
    lived: World, store: Place, other_store: Place, tmp_path: Path
) -> None:
    """No private key is in the file; residents, serial numbers and revocations are the same, signatures are not."""
    before, anchors = lived.residents(), lived.trust()
    register = [lived.all_certificates(resident.id) for resident in before]
    path = saved(lived, store, tmp_path / "world.jsonl")
    assert b"pkcs8" not in path.read_bytes()
    fresh = KeyPool(tmp_path / "fresh")
    assert not loaded(path, other_store, fresh)
    with closing(World.open(fresh, other_store)) as again:
        assert again.residents() == before
        assert [again.all_certificates(resident.id) for resident in before] == register
        assert again.trust() != anchors


def test_what_is_loaded_and_saved_is_the_same_file(
    lived: World, keys: KeyPool, store: Place, other_store: Place, tmp_path: Path
) -> None:
    """Nothing is lost on the way."""
    path = saved(lived, store, tmp_path / "world.jsonl", keys)
    assert loaded(path, other_store, keys)
    with closing(History(other_store)) as history:
        replay.save(history, tmp_path / "again.jsonl", keys)
    assert (tmp_path / "again.jsonl").read_bytes() == path.read_bytes()


def test_a_store_with_a_world_and_a_home_with_other_keys_are_left_alone(
    lived: World, keys: KeyPool, store: Place, other_store: Place, tmp_path: Path
) -> None:
    """Refused, and nothing was written."""
    path = saved(lived, store, tmp_path / "world.jsonl", keys)
    with pytest.raises(ConfigurationError, match="expected an empty store, actual a world"):
        loaded(path, store, keys)
    others = KeyPool(tmp_path / "others")
    others.named("card-issuer")
    with pytest.raises(ConfigurationError, match="set KAZASHI_HOME to a new folder"):
        loaded(path, other_store, others)
    assert list(others.stored()) == ["card-issuer"]
    with closing(History(other_store)) as history:
        assert history.look() == (0, None)


@pytest.fixture
def path(lived: World, keys: KeyPool, store: Place, tmp_path: Path) -> Path:
    """That world as a file with its keys."""
    return saved(lived, store, tmp_path / "world.jsonl", keys)


Bend = Callable[[list[Any]], None]


def _set(line: int, name: str, value: object) -> Bend:
    def bend(lines: list[Any]) -> None:
        lines[line][name] = value

    return bend


def _later_version(lines: list[Any]) -> None:
    lines[0]["kazashi_world"] = 2


def _other_certificates(line: int, *certificates: dict[str, object]) -> Bend:
    """Let the event at a line bring other certificates: of the first one that it brings, what is given is otherwise."""

    def bend(lines: list[Any]) -> None:
        (first, *_) = lines[line]["certificates"]
        lines[line]["certificates"] = [{**first, **each} for each in certificates]

    return bend


BENDS: dict[str, tuple[Bend, str]] = {
    "another version": (_later_version, ":1: expected version 1, actual version 2"),
    "an unknown fact": (_set(0, "hook", "x"), r":1: expected the first line .*unknown field `hook`"),
    "a naive clock": (_set(0, "origin", "2026-12-01T00:00:00"), ":1: expected instants with a time zone"),
    "a clock of another age": (_set(0, "origin", "1970-01-01T00:00:00Z"), ":1: clock: expected an instant from 2016"),
    "too many lines": (_set(0, "events", 10**12), ":1: expected numbers from 0"),
    "an unknown event": (_set(1, "event", "born"), ":2: expected an event, actual .*born"),
    "an event with an unknown part": (_set(1, "then", "run"), r":2: expected what an event has, actual `\$.then`"),
    "an unknown part within": (
        lambda lines: lines[1]["resident"].update(nickname="x"),
        r":2: expected what an event has, actual `\$.resident.nickname`",
    ),
    "a broken event": (_set(1, "at", "yesterday"), ":2: expected an event, actual Invalid RFC3339"),
    "a naive event": (_set(1, "at", "2026-12-01T00:00:00"), ":2: expected an instant with a time zone"),
    "an impossible event": (lambda lines: lines.insert(1, lines.pop(2)), ":2: resident 'r000001': expected one of"),
    "the same person twice": (lambda lines: lines.insert(3, lines[1]), ":4: resident 'r000001': expected a new id"),
    "a crowd of everybody": (_set(8, "count", 10**10), f":9: expected a crowd of at most {MOST_PEOPLE}"),
    "a naive end": (_set(2, "not_after", "2029-01-01T00:00:00"), ":3: expected an instant with a time zone"),
    "an end beyond the calendar": (_set(2, "not_after", "9999-12-31T23:59:59Z"), ":3: expected a year from 2 to 9998"),
    "a chip without a card": (_set(10, "chip_key", 99), ":11: .* a chip's key where there is a new card"),
    "a certificate that a move brings": (
        lambda lines: lines[10].update(certificates=[lines[2]["certificates"][0]]),
        ":11: .*moved-in: expected certificates of no kind",
    ),
    "one certificate twice": (_other_certificates(2, {}, {}), ":3: .*, each once"),
    "a number below zero": (_other_certificates(2, {"serial": -5}), ":3: .*expected serial numbers from 7000000 to"),
    "a number of five octets": (_other_certificates(2, {"serial": 2**32}), ":3: .*expected serial numbers from"),
    "a key below zero": (_other_certificates(2, {"key": -5}), ":3: .*expected keys by number"),
    "a line too few": (_set(0, "events", 99), ": expected an event"),
    "a line of a megabyte": (_set(1, "at", "x" * 2**20), ":2: expected a line of at most 65536 octets"),
    "more than it says": (lambda lines: lines.append({}), ": expected the end, actual more"),
    "a key named as a path": (_set(-2, "key", "../../authorized"), "expected the name of another key"),
    "no key": (_set(-2, "pkcs8", "AAAA"), "expected a private key"),
}


@pytest.mark.parametrize("bend", BENDS)
def test_a_file_that_is_not_exactly_a_world_is_refused(
    path: Path, keys: KeyPool, other_store: Place, bend: str
) -> None:
    """One change, with the digest put right: refused with file, line, expected, actual; nothing was stored."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    bent, says = BENDS[bend]
    count = len(lines)
    bent(lines)
    if len(lines) > count and bend != "more than it says":
        lines[0]["events"] += 1
    place = -1 if bend != "more than it says" else -2
    texts = [json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines]
    texts[place] = json.dumps({"sha256": hashlib.sha256(b"".join(texts[:place])).hexdigest()}).encode() + b"\n"
    path.write_bytes(b"".join(texts))
    with pytest.raises(WorldFileRefused, match=says) as refused:
        loaded(path, other_store, keys)
    assert str(refused.value).startswith(str(path))
    assert "\n" not in str(refused.value)
    with closing(History(other_store)) as history:
        assert history.look() == (0, None)


def test_a_file_that_was_damaged_is_refused(path: Path, keys: KeyPool, other_store: Place) -> None:
    """Cut off anywhere, or one letter of a name changed: refused; the file as it was is taken."""
    whole = path.read_bytes()
    place = whole.index(b'"name":"') + len(b'"name":"')
    renamed = whole[:place] + "別".encode() + whole[place + 3 :]
    for damaged in [renamed, *(whole[:place] for place in range(0, len(whole), len(whole) // 40))]:
        path.write_bytes(damaged)
        with pytest.raises(WorldFileRefused):
            loaded(path, other_store, keys)
    path.write_bytes(whole)
    assert loaded(path, other_store, keys)


def test_names_of_keys() -> None:
    """Those that a pool has, and none that leads out of its folder."""
    assert all(KEY_NAME.fullmatch(name) for name in ("authority-auth-3", "municipality-48201", "card-000000"))
    assert not any(
        KEY_NAME.fullmatch(name) for name in ("", ".", "../x", "a/b", "a-", "-a", "A", "a\n", "a" * 9 + ".der")
    )
