"""Holders on disk: what the world says of each, made once, and refused when they are torn, damaged or foreign."""

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_der_x509_certificate
from typer.testing import CliRunner

from cardsim.tlv import parse_all, parse_one
from harness.contract.vocabulary import Kind
from harness.errors import ConfigurationError
from harness.keys import KeyPool
from harness.world import World
from loadtests import holder_making
from loadtests.calendar import EARLY_END, ISSUE
from loadtests.commands import app
from loadtests.holder_making import crowds, find_or_make, made_of
from loadtests.holders import INDEX, KEYS, MANIFEST, RECORDS, Holders, MadeOf, own_challenge
from loadtests.keyring import Primes, keys_for, pair_at
from loadtests.stage import stage

HOLDERS, SEED = 60, 5


@pytest.fixture(scope="module")
def keys(installation: Path) -> KeyPool:
    """The keys of this installation."""
    return KeyPool(installation / "keys")


@pytest.fixture(scope="module")
def wanted(keys: KeyPool) -> MadeOf:
    """A population with signatures."""
    return made_of(SEED, HOLDERS, keys, precomputed=True)


@pytest.fixture(scope="module")
def made(keys: KeyPool, wanted: MadeOf, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its folder."""
    folder = tmp_path_factory.mktemp("populations") / "made"
    find_or_make(wanted, folder, keys).close()
    return folder


@pytest.fixture
def copied(made: Path, tmp_path: Path) -> Path:
    """A copy that may be spoilt."""
    return Path(shutil.copytree(made, tmp_path / "copied"))


def test_holders_are_those_of_the_world(keys: KeyPool, made: Path) -> None:
    """Id, birth date, both certificates octet for octet and their end: what the register of a run's world says."""
    with Holders(made) as holders, stage(keys, holders) as set_up:
        world: World = set_up.world
        assert world.size() == len(holders) == HOLDERS
        for place in (0, 1, 17, HOLDERS - 11, HOLDERS - 10, HOLDERS - 1):
            holder = holders.at(place)
            entries = {entry.kind: entry for entry in world.certificates(holder.id)}
            assert holder.certificate == world.certificate(entries[Kind.AUTH])
            assert holder.sign_certificate == world.certificate(entries[Kind.SIGN])
            assert (holder.not_after, holder.birth_date) == (
                entries[Kind.AUTH].not_after,
                world.resident(holder.id).birth_date,
            )
            assert (holder.key, holder.sign_key) == (entries[Kind.AUTH].key, entries[Kind.SIGN].key)
        assert [holders.at(place).not_after == EARLY_END for place in (HOLDERS - 11, HOLDERS - 10)] == [False, True]


def test_keys_are_those_of_the_certificates_and_chips(made: Path) -> None:
    """By an independent library: each signature that is stored verifies under the certificate or the chip's record."""
    with Holders(made) as holders:
        moduli = set()
        for place in range(HOLDERS):
            holder = holders.at(place)
            challenge = own_challenge(holders.made_of, place)
            for der, number in ((holder.certificate, holder.key), (holder.sign_certificate, holder.sign_key)):
                public = load_der_x509_certificate(der).public_key()
                assert public == holders.keyring.numbered(number).public_key()
            login = load_der_x509_certificate(holder.certificate).public_key()
            login.verify(holder.login_signature, challenge, PKCS1v15(), SHA256())  # type: ignore[union-attr,call-arg,arg-type]
            chip = holders.keyring.chip(place).public_key()
            chip.verify(holder.chip_signature, challenge, PKCS1v15(), SHA256())
            objects = {each.tag: each.value for each in parse_all(parse_one(holder.birth_record)[0].value)}
            modulus = {each.tag: each.value for each in parse_all(objects[0xDF12])}[0x91]
            assert int.from_bytes(modulus, "big") == chip.public_numbers().n
            assert objects[0xDF11].decode() == f"{holder.birth_date:%Y%m%d}"
            moduli.add(modulus)
        assert len(moduli) == HOLDERS


@pytest.mark.parametrize("holders", [50, 1000, 1_000_000])
def test_keys_are_enough_for_a_chip_each(holders: int) -> None:
    """The last holder's primes are among those of the pool; 708 keys for a million."""
    assert max(pair_at(holders - 1)) < 2 * keys_for(holders)
    assert keys_for(1_000_000) == 708


def test_no_two_chips_have_the_same_primes() -> None:
    """Each pair once, and never a prime with itself."""
    pairs = [pair_at(place) for place in range(5000)]
    assert len(set(pairs)) == 5000
    assert all(larger > smaller >= 0 for larger, smaller in pairs)


def test_processes_make_what_one_makes(
    keys: KeyPool, wanted: MadeOf, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes, chunks of seven: the same octets in every file."""
    monkeypatch.setattr(holder_making, "FEW", 10)
    monkeypatch.setattr(holder_making, "CHUNK", 7)
    told: list[tuple[float, float]] = []
    find_or_make(wanted, tmp_path / "again", keys, lambda done, of: told.append((done, of))).close()
    for name in (RECORDS, INDEX, KEYS, MANIFEST):
        assert (tmp_path / "again" / name).read_bytes() == (made / name).read_bytes()
    assert told[-1] == (HOLDERS, HOLDERS)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_what_is_made_is_reused(keys: KeyPool, wanted: MadeOf, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is made again."""
    monkeypatch.setattr(holder_making, "_make", lambda *_: pytest.fail("made again"))
    with find_or_make(wanted, made, keys) as holders:
        assert holders.made_of == wanted


def test_only_the_owner_reads_it(made: Path) -> None:
    """Private keys are in it."""
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    for name in (RECORDS, INDEX, KEYS):
        assert stat.S_IMODE((made / name).stat().st_mode) == 0o600


def _cut(name: str) -> Callable[[Path], object]:
    return lambda folder: os.truncate(folder / name, (folder / name).stat().st_size - 1)


def _grow(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes() + b"\0")


def _without(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def _said(old: str, new: str) -> Callable[[Path], object]:
    return lambda folder: (folder / MANIFEST).write_text((folder / MANIFEST).read_text().replace(old, new))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_without(MANIFEST), f"{MANIFEST}: expected a whole population, actual .*never finished"),
        (_without(RECORDS), f"{RECORDS}: expected"),
        (_without(INDEX), f"{INDEX}: expected a file"),
        (_without(KEYS), f"{KEYS}: expected a file"),
        (_cut(RECORDS), f"{RECORDS}: expected .* octets, actual .* torn"),
        (_grow(RECORDS), f"{RECORDS}: expected .* octets, actual .* torn"),
        (_cut(INDEX), f"{INDEX}: expected SHA-256"),
        (_cut(KEYS), f"{KEYS}: expected SHA-256"),
        (_cut(MANIFEST), f"{MANIFEST}: expected what a population was made of"),
        (_said('"kazashi_population": 1', '"kazashi_population": 2'), "expected format 1, actual format 2"),
        (_said('"holders": 60', '"holders": 61'), f"{INDEX}: expected 496 octets, actual 488"),
        (_said('"seed": 5', '"mood": 5'), "mood"),
    ],
)
def test_torn_or_damaged_population_is_refused(copied: Path, spoil: Callable[[Path], object], says: str) -> None:
    """File, expected, actual, and what to do; in one line."""
    spoil(copied)
    with pytest.raises(ConfigurationError, match=says) as fault:
        Holders(copied)
    assert "\n" not in str(fault.value)
    assert "make it anew" in str(fault.value)


def test_changed_octet_is_found_when_its_holder_is_read(copied: Path) -> None:
    """Whichever part it is in: others stay readable."""
    records = bytearray((copied / RECORDS).read_bytes())
    records[len(records) // 2] ^= 1
    (copied / RECORDS).write_bytes(records)
    with Holders(copied) as holders:
        holders.at(0)
        with pytest.raises(ConfigurationError, match=r"holders\.bin: expected holder \d+ as they were written"):
            holders.check_all()


def test_population_of_another_installation_is_refused(made: Path) -> None:
    """Its certificates were signed by authorities that no product here trusts."""
    with pytest.raises(ConfigurationError, match="expected the authorities of this installation"):
        Holders(made, installation="another")


def test_folder_with_another_population_is_refused(keys: KeyPool, made: Path) -> None:
    """Neither used nor overwritten."""
    with pytest.raises(ConfigurationError, match="expected a population of 50 holders of seed 5, actual another"):
        find_or_make(made_of(SEED, 50, keys), made, keys)


def test_folder_that_is_something_else_is_refused(keys: KeyPool, wanted: MadeOf, tmp_path: Path) -> None:
    """Somebody's own folder is left as it is."""
    (tmp_path / "letters").mkdir()
    with pytest.raises(ConfigurationError, match="expected a whole population"):
        find_or_make(wanted, tmp_path / "letters", keys)
    assert (tmp_path / "letters").exists()


def test_making_that_fails_leaves_nothing(
    keys: KeyPool, wanted: MadeOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a half-made folder nor one beside it; what a killed maker left is cleared by the next."""
    (tmp_path / ".made.999999999").mkdir()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(holder_making, "write_manifest", fail)
    with pytest.raises(ConfigurationError, match="No space left on device"):
        find_or_make(wanted, tmp_path / "made", keys)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("meanwhile", [HOLDERS, 50])
def test_run_that_was_slower_takes_what_the_faster_made(
    keys: KeyPool, wanted: MadeOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meanwhile: int
) -> None:
    """Two runs at once that want one population: neither fails; another population at its place is refused as ever."""
    folder, write = tmp_path / "made", holder_making._write

    def write_last(*given: Any) -> None:
        monkeypatch.setattr(holder_making, "_write", write)
        find_or_make(made_of(SEED, meanwhile, keys, precomputed=wanted.precomputed), tmp_path / "theirs", keys).close()
        (tmp_path / "theirs").rename(folder)
        write(*given)

    monkeypatch.setattr(holder_making, "_write", write_last)
    if meanwhile == HOLDERS:
        with find_or_make(wanted, folder, keys) as holders:
            holders.check_all()
    else:
        with pytest.raises(ConfigurationError, match="actual another"):
            find_or_make(wanted, folder, keys)
    assert [each.name for each in tmp_path.iterdir()] == ["made"]


@pytest.mark.parametrize("holders", [0, 49, 1_000_001])
def test_impossible_number_is_refused(keys: KeyPool, holders: int) -> None:
    """Fifty are needed for every standing, a million is the most."""
    with pytest.raises(ConfigurationError, match=r"expected 50 to 1,000,000"):
        made_of(1, holders, keys)


def test_command_makes_and_finds(installation: Path, tmp_path: Path) -> None:
    """`kazashi load population`: where it is, what it shares; the second time it is there."""
    folder = tmp_path / "people"
    arguments = ["population", "--holders", "50", "--seed", "3", "--out", str(folder), "--check"]
    said = [
        CliRunner().invoke(app, arguments, env={"KAZASHI_HOME": str(installation), "COLUMNS": "200"}).output
        for _ in range(2)
    ]
    assert "50 holders made in" in said[0]
    assert "50 holders found in" in said[1]
    assert "certificates share 16 keys in turn" in said[1]
    assert str(folder) in said[1].replace("\n", "")


def test_crowds_are_everybody_and_end_as_planned(wanted: MadeOf) -> None:
    """Two events, one after the other, both at the beginning of the world."""
    first, last = crowds(wanted)
    assert (first.first, first.count + last.count, last.first) == (0, HOLDERS, first.count)
    assert {first.at, last.at} == {ISSUE}
    assert (first.not_after, last.not_after) == (None, EARLY_END)


def test_primes_are_of_the_pool(keys: KeyPool) -> None:
    """Two of each key, and a chip's modulus is the product of two."""
    primes = Primes.of([keys.numbered(number) for number in range(3)])
    assert len(set(primes.all)) == 6
    assert primes.chip(4).public_numbers().n == primes.all[3] * primes.all[1]
    assert primes.chip(4).key_size == 2048
