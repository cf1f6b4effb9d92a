"""Lists of every practice through the door: the swap window, the day that keys change, and who has ended.

Index, archive and list say the same of every list at any instant; each list's own fields are read by `cryptography`.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest
from cryptography import x509

from harness.contract.vocabulary import Kind
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.jlis import crl_encoding
from harness.jlis.crl_practice import CrlMode, CrlPractice, Swap
from harness.jlis.practice import Practice
from harness.keys import KeyPool
from harness.municipalities import AOI
from harness.world import World
from tests.harness.instants import jst

SEVEN = Swap(timedelta(minutes=7), timedelta(minutes=7))
PUBLISHED = jst("2026-12-03T03:00:00")
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
NEXT_GENERATION = jst("2027-04-01T09:00:00")
Open = Callable[..., tuple[World, httpx.Client]]


@pytest.fixture
def opened(keys: KeyPool) -> Iterator[Open]:
    """Open worlds of a practice of lists, each with its door, whose first resident of 葵市 was issued a card."""
    with ExitStack() as stack:

        def make(**practice: Any) -> tuple[World, httpx.Client]:
            made = Practice(lists=CrlPractice(**practice))
            world = World.create(keys, seed=7, start=jst("2026-12-01T00:00:00"), practice=made)
            stack.callback(world.close)
            world.new_resident(with_card=True, municipality=AOI.code)
            served = stack.enter_context(Served(JlisDoor(world).app))
            return world, stack.enter_context(httpx.Client(base_url=served.url, trust_env=False, timeout=60))

        yield make


def rows(client: httpx.Client, **narrow: str) -> list[dict[str, Any]]:
    """Return the rows of the index of 葵市."""
    found: list[dict[str, Any]] = client.get("/crl/index.json", params={"municipality": AOI.code, **narrow}).json()[
        "lists"
    ]
    return found


def fetched(client: httpx.Client, row: dict[str, Any]) -> httpx.Response:
    """Return the list of a row."""
    return client.get(row["path"]).raise_for_status()


def sign_list(client: httpx.Client, generation: int = 3) -> x509.CertificateRevocationList:
    """Return the list of the card's signature certificates of 葵市."""
    (row,) = rows(client, kind="sign", medium="card", generation=str(generation))
    return x509.load_der_x509_crl(fetched(client, row).content)


def number_of(found: x509.CertificateRevocationList) -> int:
    """Return a list's number."""
    return found.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


@pytest.mark.parametrize("mode", CrlMode)
def test_yesterdays_list_answers_within_the_window(opened: Open, mode: CrlMode) -> None:
    """Revoked yesterday: absent until seven minutes after publication; header and journal tell yesterday's date."""
    world, client = opened(mode=mode, swap=SEVEN)
    world.clock.set(PUBLISHED - timedelta(hours=12))
    (holder,) = world.residents()
    world.move(holder.id)
    seen = {}
    for off in (-SECOND, timedelta(0), 7 * 60 * SECOND - SECOND, 7 * 60 * SECOND, DAY - SECOND):
        world.clock.set(PUBLISHED + off)
        (row,) = rows(client, kind="sign", medium="card", generation="3")
        answer, found = fetched(client, row), sign_list(client)
        assert parsedate_to_datetime(answer.headers["last-modified"]) == found.last_update_utc
        assert world.journal.since(0)[-1].answer == f"list {number_of(found)}"
        seen[off] = (found.last_update_utc - PUBLISHED, len(found))
    assert list(seen.values()) == [(-DAY, 0), (-DAY, 0), (-DAY, 0), (timedelta(0), 1), (timedelta(0), 1)]


def test_each_point_is_swapped_at_its_own_second(opened: Open) -> None:
    """All of yesterday before five minutes, all of today after ten, and both in between."""
    world, client = opened(swap=Swap())
    dates = []
    for minutes in (4, 7, 10):
        world.clock.set(PUBLISHED + timedelta(minutes=minutes))
        lists = [x509.load_der_x509_crl(fetched(client, row).content) for row in rows(client, generation="3")]
        everywhere = manifest(client)["lists"]
        dates.append(({each.last_update_utc for each in lists}, {row["published"] for row in everywhere}))
    yesterday, today = PUBLISHED - DAY, PUBLISHED
    assert dates[0][0] == {yesterday}
    assert dates[2][0] == {today}
    assert len(dates[1][1]) > len(dates[2][1]), "at seven minutes some are of today, some of yesterday"


def manifest(client: httpx.Client, archive: bytes | None = None) -> Any:
    """Return the manifest of an archive."""
    octets = client.get("/crl/sign/card/archive.tar").content if archive is None else archive
    with tarfile.open(fileobj=io.BytesIO(octets)) as tar:
        file = tar.extractfile("manifest.json")
        assert file is not None
        return json.load(file)


@pytest.mark.parametrize("mode", CrlMode)
@pytest.mark.parametrize("off", [timedelta(minutes=3), timedelta(minutes=8)], ids=["before-swap", "after-swap"])
def test_index_archive_and_list_agree(opened: Open, mode: CrlMode, off: timedelta) -> None:
    """On the point, the number, the day and the octets of each list; on the day that keys change, too."""
    world, client = opened(mode=mode, swap=SEVEN)
    world.move(world.residents()[0].id)
    world.clock.set(NEXT_GENERATION.replace(hour=18) + off)  # the first publication under generation 4
    archive = client.get("/crl/sign/card/archive.tar").content
    said = {row["name"]: row for row in manifest(client, archive)["lists"]}
    wanted = rows(client, kind="sign", medium="card")
    assert {row["path"].lstrip("/") for row in wanted} == {
        name for name, row in said.items() if row["municipality"] == AOI.code
    }
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for row in wanted:
            listed, der = said[row["path"].lstrip("/")], fetched(client, row).content
            file = tar.extractfile(row["path"].lstrip("/"))
            assert file is not None
            assert file.read() == der
            found = x509.load_der_x509_crl(der)
            assert (listed["number"], datetime.fromisoformat(listed["published"])) == (
                number_of(found),
                found.last_update_utc,
            )
            assert listed["sha256"] == hashlib.sha256(der).hexdigest()
            (point,) = found.extensions.get_extension_for_class(x509.IssuingDistributionPoint).value.full_name or []
            assert {point.value.rfc4514_string()} == {row["distribution_point"], listed["distribution_point"]}


def test_one_number_is_one_list_on_the_day_that_keys_change(opened: Open) -> None:
    """Where the new key signs all, it signs from its first publication on: before that, what was published stays."""
    world, client = opened(mode=CrlMode.NEW_KEY)
    world.move(world.residents()[0].id)
    keys = [x509.load_der_x509_certificate(der).public_key() for der in _founded_by(world, NEXT_GENERATION)["sign"]]
    found = {}
    for clock in (NEXT_GENERATION - SECOND, NEXT_GENERATION, NEXT_GENERATION.replace(hour=18)):
        world.clock.set(clock)
        (row,) = rows(client, kind="sign", medium="card")
        der = fetched(client, row).content
        made = x509.load_der_x509_crl(der)
        signers = [number for number, key in enumerate(keys, 1) if made.is_signature_valid(key)]  # type: ignore[arg-type]
        assert signers == [row["generation"]]
        found[clock] = (der, signers, number_of(made), len(made))
    before, after, next_day = found.values()
    assert before == after
    assert (before[1], next_day[1]) == ([3], [4])
    assert next_day[2] == before[2] + 1
    assert (before[3], next_day[3]) == (1, 1), "the new key lists certificates of the old one"


def _founded_by(world: World, instant: datetime) -> dict[str, list[bytes]]:
    """Return the anchors that there are at an instant; the clock goes back to where it was."""
    now = world.clock.now()
    world.clock.set(instant)
    found = world.trust().generations
    world.clock.set(now)
    return found


@pytest.fixture
def signatures(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each list that is signed."""
    made: list[int] = []
    signer = crl_encoding.rsa_signer

    def counted(key: Any) -> Any:
        made.append(1)
        return signer(key)

    monkeypatch.setattr(crl_encoding, "rsa_signer", counted)
    return made


def test_a_list_is_signed_once_a_number(opened: Open, signatures: list[int]) -> None:
    """The list of a generation that ended is the last one of its life: signed once, the same octets on any day."""
    world, client = opened()
    (ended,) = rows(client, kind="sign", medium="card", generation="1")
    (living,) = rows(client, kind="sign", medium="card", generation="2")
    first, second = fetched(client, ended), fetched(client, living)
    assert len(signatures) == 2
    for _ in range(3):
        again = fetched(client, ended)
        assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
        assert fetched(client, living).content == second.content
    assert len(signatures) == 2
    for _ in range(5):
        world.clock.advance(DAY)
        assert fetched(client, ended).content == first.content
        assert parsedate_to_datetime(fetched(client, ended).headers["last-modified"]) == jst("2025-03-31T03:00:00")
    assert len(signatures) == 2
    assert fetched(client, living).content != second.content
    assert len(signatures) == 3


def test_an_authoritys_list_is_signed_once_a_number(opened: Open, signatures: list[int]) -> None:
    """Asked again within its day it is given again; of who has ended, on any day."""
    world, _ = opened()
    kind, now = Kind.SIGN, world.clock.now()
    lists = [
        world.jlis.authority_list(kind, generation, now + later)
        for later in (timedelta(0), timedelta(hours=1))
        for generation in (1, 3)
    ]
    assert lists[:2] == lists[2:]
    assert len(signatures) == 2
    assert world.jlis.authority_list(kind, 1, now + 9 * DAY) == lists[0]
    assert len(signatures) == 2
    assert world.jlis.authority_list(kind, 3, now + 9 * DAY) != lists[1]
    assert len(signatures) == 3
