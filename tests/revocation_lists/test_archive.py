"""The first filling by an archive: every member judged as if it had come by itself, and nothing lost where it fails."""

import io
import tarfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reference_impl.lists.archive import ArchiveUnusable, read_archive
from reference_impl.lists.fetch import Report, Source, fetch
from reference_impl.lists.library import Library
from reference_impl.verification.lists.method import ListStatus
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.trust import Trust
from tests.revocation_lists import making as m
from tests.revocation_lists.shop import ARCHIVE, Shop, a_list_of, opened, path_of, tar_of
from tests.revocation_lists.test_statuses import SERIAL, bit_flipped, holder

TOWNS = ("Aoi-shi", "Wakaba-shi", "Hikari-ku", "Midori-cho")


@pytest.fixture
def shop() -> Iterator[Shop]:
    """Four lists, one serial on the first, and an archive of all."""
    lists = {town: a_list_of(town, *([SERIAL] if town == "Aoi-shi" else [])) for town in TOWNS}
    made = Shop(lists, tar_of({"manifest.json": b"{}", **{path_of(town): data for town, data in lists.items()}}))
    made.gate.set()
    with opened(made):
        yield made


def fetched(shop: Shop, library: Library, now: datetime = m.NOW, **settings: int) -> Report:
    """One round, with an archive where two lists are wanting."""
    source = Source(CertificateKind.AUTH, f"{shop.url}/crl/index.json", **{"archive_from": 2, **settings})  # type: ignore[arg-type]
    return fetch(source, Trust((m.authority(),)), library, now)


def put_up(shop: Shop, lists: dict[str, bytes]) -> None:
    """Offers these lists from now on, one by one and as an archive."""
    shop.lists = lists
    shop.archive = tar_of({path_of(town): data for town, data in lists.items()})


def said(library: Library, town: str = "Aoi-shi", now: datetime = m.NOW) -> str:
    """What the lists say of a certificate of a town."""
    return ListStatus(lambda: library.shelf).status(holder(SERIAL, m.point(town)), m.authority(), now).reason


def singly(shop: Shop) -> set[str]:
    """The towns whose lists were asked for by themselves."""
    return {town for town in TOWNS if shop.count(path_of(town))}


def test_first_filling_is_one_answer(shop: Shop, tmp_path: Path) -> None:
    """All lists from the archive, none by itself; and the next round finds each unchanged by its tag."""
    library = Library(tmp_path)
    report = fetched(shop, library)
    assert (len(report.taken), report.unreachable, report.refused) == (4, {}, {})
    assert (shop.count(ARCHIVE), singly(shop)) == (1, set())
    assert [said(library, town) for town in TOWNS] == ["REVOKED", "OK", "OK", "OK"]
    again = fetched(shop, library)
    assert (len(again.unchanged), again.taken, shop.count(ARCHIVE)) == (4, [], 1)


def test_day_old_lists_come_as_one_archive(shop: Shop, tmp_path: Path) -> None:
    """A day later all of them by one question; asked again at once, by one that brings nothing."""
    library, later = Library(tmp_path), m.THIS_UPDATE + timedelta(hours=24)
    fetched(shop, library)
    put_up(shop, {town: a_list_of(town, SERIAL, number=4062, hours=24) for town in TOWNS})
    report = fetched(shop, library, later)
    assert (len(report.taken), report.refused, singly(shop)) == (4, {}, set())
    assert said(library, "Midori-cho", later) == "REVOKED"
    assert shop.count(ARCHIVE) == 2


def test_old_lists_are_asked_for_by_one_question(shop: Shop, tmp_path: Path) -> None:
    """Where nothing new was published yet, the archive says so: nothing is transferred, and each is used on."""
    library, later = Library(tmp_path), m.THIS_UPDATE + timedelta(hours=24)
    fetched(shop, library)
    report = fetched(shop, library, later)
    assert (len(report.unchanged), report.taken, report.unreachable) == (4, [], {})
    assert (shop.count(ARCHIVE), shop.count(ARCHIVE, 304), singly(shop)) == (1, 1, set())


def test_lists_that_an_archive_has_unchanged_are_not_taken_again(shop: Shop, tmp_path: Path) -> None:
    """Two towns published anew, two did not: two taken, two as they were."""
    library, later = Library(tmp_path), m.THIS_UPDATE + timedelta(hours=24)
    fetched(shop, library)
    new = {town: a_list_of(town, SERIAL, number=4062, hours=24) for town in TOWNS[:2]}
    put_up(shop, {**shop.lists, **new})
    report = fetched(shop, library, later)
    assert (set(report.taken), set(report.unchanged)) == (
        {path_of(town) for town in TOWNS[:2]},
        {path_of(town) for town in TOWNS[2:]},
    )


def test_archive_that_is_as_it_was_says_nothing_of_a_list_it_was_not_asked_for(shop: Shop, tmp_path: Path) -> None:
    """A town that the index left out when the archive was read has its newer list fetched by itself."""
    library, later = Library(tmp_path), m.THIS_UPDATE + timedelta(hours=24)
    fetched(shop, library)
    put_up(shop, {town: a_list_of(town, SERIAL, number=4062, hours=24) for town in TOWNS})
    whole = dict(shop.lists)
    del shop.lists["Midori-cho"]
    fetched(shop, library, later)
    assert said(library, "Midori-cho") == "OK"
    shop.lists = whole
    # all four are a day old again, and the archive is the one that was read
    report = fetched(shop, library, later + timedelta(hours=24))
    assert report.taken == [path_of("Midori-cho")]
    assert singly(shop) == {"Midori-cho"}


def test_list_that_went_back_in_an_archive_is_asked_for_by_itself(shop: Shop, tmp_path: Path) -> None:
    """Two lists with older numbers are refused; the archive says that it is as it was, and they come by themselves."""
    library, later = Library(tmp_path), m.THIS_UPDATE + timedelta(hours=24)
    fetched(shop, library)
    right = {town: a_list_of(town, SERIAL, number=4062, hours=24) for town in TOWNS}
    back = {town: a_list_of(town, number=4060, hours=24) for town in TOWNS[:2]}
    put_up(shop, {**right, **back})
    assert fetched(shop, library, later).refused.keys() == {path_of(town) for town in back}
    shop.lists = right
    assert len(fetched(shop, library, later).taken) == 2
    assert (shop.count(ARCHIVE, 304), singly(shop)) == (1, set(back))


def test_few_wanting_lists_are_fetched_by_themselves(shop: Shop, tmp_path: Path) -> None:
    """Below the number that was set, or where archives are not wanted at all, none is asked for."""
    assert len(fetched(shop, Library(tmp_path / "a"), archive_from=5).taken) == 4
    assert len(fetched(shop, Library(tmp_path / "b"), archive_from=0).taken) == 4
    assert (shop.count(ARCHIVE), singly(shop)) == (0, set(TOWNS))


@pytest.mark.parametrize(
    "archive",
    [
        None,
        b"",
        b"no archive" * 100,
        "cut",
        "bit",
        "stranger",
        "swapped",
        "older",
        "elsewhere",
    ],
)
def test_what_is_wrong_in_an_archive_is_fetched_by_itself(
    shop: Shop, tmp_path: Path, archive: bytes | str | None
) -> None:
    """Gone, empty, cut off, a flipped bit, a stranger's list, another town's, elsewhere: all four in the end."""
    library = Library(tmp_path)
    right = {path_of(town): data for town, data in shop.lists.items()}
    first, second, *_ = right
    bad = {
        "bit": {**right, first: bit_flipped(right[first], 90)},
        "stranger": {**right, first: m.signed(m.body([], m.extensions(name=m.point("Aoi-shi"))), "stranger")},
        "swapped": {**right, first: right[second], second: right[first]},
        "older": {**right, first: a_list_of("Aoi-shi", hours=-60)},
        "elsewhere": {f"../..{path}": data for path, data in right.items()},
    }
    if archive == "cut":
        shop.archive = tar_of(right)[:-12_000]
    else:
        shop.archive = tar_of(bad[archive]) if isinstance(archive, str) else archive
    report = fetched(shop, library)
    assert (len(report.taken), report.refused) == (4, {})
    assert [said(library, town) for town in TOWNS] == ["REVOKED", "OK", "OK", "OK"]
    assert "Aoi-shi" in singly(shop) or archive == "cut"
    assert singly(shop)


def test_bounds_of_an_archive(shop: Shop, tmp_path: Path) -> None:
    """Longer than all lists together may be, or of more members than lists: what is left comes by itself, or not."""
    assert (
        "octets, found more"
        in fetched(shop, Library(tmp_path / "a"), longest_together=3000).unreachable[shop.url + ARCHIVE]
    )
    report = fetched(shop, Library(tmp_path / "b"), most_lists=4)
    assert "at most 4 members" in report.unreachable[shop.url + ARCHIVE]
    assert len(report.taken) == 4


def test_members_that_are_no_plain_files() -> None:
    """Links, folders, devices and sparse files are passed over; one that is too long, too."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        links = (tarfile.SYMTYPE, tarfile.LNKTYPE)
        for kind in (*links, tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.GNUTYPE_SPARSE):
            file = tarfile.TarInfo("crl/link")
            file.type, file.linkname = kind, "/etc/hostname"
            tar.addfile(file)
        for name, size in (("long", 11), ("right", 10)):
            file = tarfile.TarInfo(name)
            file.size = size
            tar.addfile(file, io.BytesIO(bytes(size)))
    assert list(read_archive(made.getvalue(), 100, 10)) == [("/right", bytes(10))]


def test_archive_cut_at_every_block() -> None:
    """A cut is told, or leaves whole members alone; never a piece of one."""
    members = {f"/{number}": bytes([number]) * 700 for number in range(3)}
    whole = tar_of(members)
    for end in range(0, 3 * 1536 + 1, 128):
        found: list[tuple[str, bytes]] = []
        try:
            for each in read_archive(whole[:end], 10, 1000):
                found.append(each)  # noqa: PERF402 - what came before the fault counts
        except ArchiveUnusable:
            assert end % 1536 or not end
        assert found == list(members.items())[: len(found)]
