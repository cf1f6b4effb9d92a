"""The first filling by an archive: every member judged as if it had come by itself, and nothing lost where it fails."""

import io
import tarfile
from collections.abc import Iterator
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


def fetched(shop: Shop, library: Library, **settings: int) -> Report:
    """One round, with an archive where two lists are wanting."""
    source = Source(CertificateKind.AUTH, f"{shop.url}/crl/index.json", **{"archive_from": 2, **settings})  # type: ignore[arg-type]
    return fetch(source, Trust((m.authority(),)), library, m.NOW)


def said(library: Library, town: str = "Aoi-shi") -> str:
    """What the lists say of a certificate of a town."""
    return ListStatus(lambda: library.shelf).status(holder(SERIAL, m.point(town)), m.authority(), m.NOW).reason


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
