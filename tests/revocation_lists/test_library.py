"""The files of lists: kept, mapped by several processes, swapped under readers, and never worse than before."""

import json
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec
import pytest

from reference_impl.lists import library as library_module
from reference_impl.lists.library import Library
from reference_impl.lists.volume_file import Fetched, VolumeUnusable, open_volume, write_volume
from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.lists.acceptance import examine
from reference_impl.verification.lists.method import ListStatus
from reference_impl.verification.lists.shelf import Shelf
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.trust import read_authority
from reference_impl.verification.verdict import Reason
from tests.revocation_lists import making as m
from tests.revocation_lists.test_statuses import SERIAL, bit_flipped, holder, status

TOWNS = ("Aoi-shi", "Wakaba-shi", "Hikari-ku")


def fetched(*entries: bytes, town: str = "Aoi-shi", number: int = 4061, hours: int = 0) -> Fetched:
    """A list as it comes from the door."""
    name = m.point(town)
    update = m.THIS_UPDATE + timedelta(hours=hours)
    data = m.signed(m.body(entries, m.extensions(number, name=name), this_update=update))
    return Fetched(examine(data, (0, len(data)), m.expected(name), m.NOW), data)


def reason(shelf: Shelf, serial: int = SERIAL, town: str = "Aoi-shi") -> Reason:
    """What the shelf says of a certificate."""
    return status(shelf, holder(serial, m.point(town))).reason


def test_lists_are_there_again_at_the_next_start(tmp_path: Path) -> None:
    """What was published by one library is used by the next one of the same folder, reasons and all."""
    Library(tmp_path).publish([fetched(m.entry(SERIAL, m.reason(6))), fetched(m.entry(7), town="Wakaba-shi")])
    again = Library(tmp_path).shelf
    assert reason(again) == Reason.ON_HOLD
    assert reason(again, SERIAL + 1) == Reason.OK
    assert reason(again, 7, "Wakaba-shi") == Reason.REVOKED
    assert reason(again, 7) == Reason.OK
    assert reason(again, SERIAL, "Hikari-ku") == Reason.STATUS_UNAVAILABLE
    assert [path.name for path in tmp_path.glob("*.part")] == []


def test_newer_list_takes_the_place_of_its_point_alone(tmp_path: Path) -> None:
    """葵市's new list, and 若葉市's old one, which lies in an older volume."""
    library = Library(tmp_path)
    library.publish([fetched(m.entry(SERIAL)), fetched(m.entry(SERIAL), town="Wakaba-shi")])
    before = library.shelf
    library.publish([fetched(m.entry(8), number=4062)])
    assert reason(library.shelf) == Reason.OK
    assert reason(library.shelf, 8) == Reason.REVOKED
    assert reason(library.shelf, SERIAL, "Wakaba-shi") == Reason.REVOKED
    assert reason(before) == Reason.REVOKED
    assert len(list(tmp_path.glob("*.lists"))) == 2
    library.publish([fetched(number=4063, town=town) for town in TOWNS])
    assert len(list(tmp_path.glob("*.lists"))) == 1


def test_list_that_goes_back_is_refused(tmp_path: Path) -> None:
    """A lower number or an earlier thisUpdate, after a restart too; the others of the same round are taken."""
    Library(tmp_path).publish([fetched(m.entry(SERIAL), number=10, hours=1)])
    library = Library(tmp_path)
    published = library.publish([fetched(number=9, hours=2), fetched(m.entry(7), town="Wakaba-shi")])
    assert (published.taken, list(published.refused)) == (1, [0])
    assert library.publish([fetched(number=11, hours=0)]).taken == 0
    assert reason(library.shelf) == Reason.REVOKED
    assert reason(library.shelf, 7, "Wakaba-shi") == Reason.REVOKED


def test_list_with_a_wrong_entry_replaces_nothing(tmp_path: Path) -> None:
    """The old list serves on; where there was none the status is not trusted."""
    library = Library(tmp_path)
    library.publish([fetched(m.entry(SERIAL))])
    wrong = m.entry(9, m.reason(7))
    published = library.publish(
        [fetched(wrong, number=4062), fetched(wrong, town="Wakaba-shi"), fetched(town="Hikari-ku")]
    )
    assert sorted(published.refused) == [0, 1]
    assert reason(library.shelf) == Reason.REVOKED
    assert reason(library.shelf, SERIAL, "Wakaba-shi") == Reason.STATUS_UNTRUSTED
    assert reason(library.shelf, SERIAL, "Hikari-ku") == Reason.OK


def test_many_rounds_leave_few_files(tmp_path: Path) -> None:
    """Twenty points that change one after the other: the volumes are put together, and nothing is lost."""
    library = Library(tmp_path)
    for round_number in range(2):
        for town in range(20):
            each = fetched(m.entry(SERIAL + town + round_number), town=f"Town-{town}", number=round_number)
            library.publish([each])
            assert len(list(tmp_path.glob("*.lists"))) <= library_module.MOST_VOLUMES
    for shelf in (library.shelf, Library(tmp_path).shelf):
        assert len(shelf) == 20
        for town in range(20):
            assert reason(shelf, SERIAL + town + 1, f"Town-{town}") == Reason.REVOKED
            assert reason(shelf, SERIAL + town, f"Town-{town}") == Reason.OK


def test_every_bit_of_a_volume_counts(tmp_path: Path) -> None:
    """A file with one bit changed or cut anywhere is no volume; the library passes it over and says so."""
    path = tmp_path / "one.lists"
    write_volume(path, [fetched(m.entry(SERIAL))])
    whole = path.read_bytes()
    assert len(open_volume(path).lists) == 1
    for at in range(0, len(whole), 7):
        for wrong in (bit_flipped(whole, at), whole[:at]):
            path.write_bytes(wrong)
            with pytest.raises(VolumeUnusable):
                open_volume(path)
    folder = tmp_path / "library"
    Library(folder).publish([fetched(m.entry(SERIAL))])
    (volume,) = folder.glob("*.lists")
    volume.write_bytes(bit_flipped(volume.read_bytes(), 400))
    torn = Library(folder)
    assert len(torn.unusable) == 1
    assert reason(torn.shelf) == Reason.STATUS_UNAVAILABLE
    torn.publish([fetched(m.entry(SERIAL))])
    assert (reason(torn.shelf), torn.unusable) == (Reason.REVOKED, [])


@pytest.mark.parametrize("contents", [b"", b"{", b"[]", b'{"format":"kazashi-lists/2"}', b'{"volumes":["../x"]}'])
def test_contents_that_are_none(tmp_path: Path, contents: bytes) -> None:
    """A library.json that is not one is told of; no lists are made up."""
    (tmp_path / "library.json").write_bytes(contents)
    with pytest.raises(VolumeUnusable, match="library"):
        Library(tmp_path)


def test_crash_while_writing_leaves_the_old_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever write or rename fails, this process and the next one use what was whole before."""
    Library(tmp_path).publish([fetched(m.entry(SERIAL))])
    for name in ("write_volume", "flush_folder"):
        with monkeypatch.context() as patch:

            def fail(*_: object) -> None:
                raise OSError(28, "No space left on device")

            patch.setattr(library_module, name, fail)
            library = Library(tmp_path)
            with pytest.raises(OSError, match="No space"):
                library.publish([fetched(m.entry(8), number=4062)])
            assert reason(library.shelf) == Reason.REVOKED
        assert reason(Library(tmp_path).shelf) in {Reason.REVOKED, Reason.OK}
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(5, "I/O error")))
    library = Library(tmp_path)
    before = reason(library.shelf)
    with pytest.raises(OSError, match="I/O"):
        library.publish([fetched(m.entry(9), number=4063)])
    assert reason(library.shelf) == before


def _serve(folder: Path, line: Connection, issuer: bytes, leaf: bytes) -> None:
    """Another process: refreshes when told, and says what it makes of the certificate."""
    library = Library(folder)
    method = ListStatus(lambda: library.shelf)
    authority, certificate = read_authority(CertificateKind.AUTH, issuer), parse_certificate(leaf)
    while line.recv():
        library.refresh()
        line.send(method.status(certificate, authority, m.NOW).reason.value)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Asks another process, which has a library of the same folder."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(
        target=_serve, args=(tmp_path, there, m.authority().certificate.encoded, holder().encoded)
    )
    process.start()

    def ask() -> str:
        here.send("ask")
        assert here.poll(60)
        answer: str = here.recv()
        return answer

    yield ask
    here.send("")
    process.join(60)
    assert process.exitcode == 0


def test_other_process_follows(tmp_path: Path, other: Callable[[], str]) -> None:
    """It sees each new version, and whatever it had before until then."""
    assert other() == Reason.STATUS_UNAVAILABLE
    library = Library(tmp_path)
    for number in range(12):
        library.publish([fetched(*([m.entry(SERIAL)] if number % 2 else []), number=number)])
        assert other() == (Reason.REVOKED if number % 2 else Reason.OK)


def test_refresh_costs_nothing_where_nothing_changed(tmp_path: Path) -> None:
    """Another library of the folder sees a change once."""
    writer, reader = Library(tmp_path), Library(tmp_path)
    assert reader.refresh() is False
    writer.publish([fetched(m.entry(SERIAL))])
    assert (reader.refresh(), reader.refresh(), writer.refresh()) == (True, False, False)
    assert json.loads((tmp_path / "library.json").read_bytes())["format"] == "kazashi-lists/1"


def test_readers_never_see_half(tmp_path: Path) -> None:
    """A thousand swaps under three reading threads: each answer is that of one version, both lists of the same."""
    library = Library(tmp_path)
    even = [fetched(m.entry(SERIAL), town=town, number=1) for town in TOWNS]
    odd = [fetched(m.entry(SERIAL + 1), town=town, number=1) for town in TOWNS]
    volumes = [write_volume(tmp_path / f"{name}.v", lists)[0] for name, lists in (("even", even), ("odd", odd))]
    shelves = [Shelf().with_volume(volume) for volume in volumes]
    library.shelf = shelves[0]
    seen: list[set[tuple[bool, ...]]] = [set() for _ in range(3)]
    stop = threading.Event()
    names = [(m.authority().issuer_key, m.point(town)) for town in TOWNS]

    def read(found: set[tuple[bool, ...]]) -> None:
        while not stop.is_set():
            shelf = library.shelf
            held = [shelf.get(name) for name in names]
            found.add(tuple(each is not None and each.find(SERIAL) is not None for each in held))

    threads = [threading.Thread(target=read, args=(found,)) for found in seen]
    for thread in threads:
        thread.start()
    swaps = 0
    while swaps < 1000 or not all(seen):  # a thread may begin to read when a thousand are over
        library.shelf = shelves[swaps % 2]
        swaps += 1
    stop.set()
    for thread in threads:
        thread.join()
    assert set().union(*seen) <= {(True, True, True), (False, False, False)}
    assert all(seen)


def test_where_and_tag_are_kept(tmp_path: Path) -> None:
    """What the door has to know to ask again stands in the file."""
    each = fetched(m.entry(SERIAL))
    listed = msgspec.structs.replace(each.listed, where="/crl/auth/card/x.crl", etag='"tag"')
    Library(tmp_path).publish([Fetched(listed, each.octets)])
    (held,) = Library(tmp_path).shelf.lists()
    assert (held.listed.where, held.listed.etag) == ("/crl/auth/card/x.crl", '"tag"')
