"""The archive of a population against its lists over HTTP, by the `tar` and `sha256sum` of the machine."""

import json
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from harness.contract.vocabulary import Kind
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.jlis import crl_archive
from harness.jlis.crl_archive import Located
from harness.jlis.populations import CARD_AUTH
from harness.municipalities import AOI, MUNICIPALITIES
from harness.world import World
from tests.harness.instants import jst

ARCHIVE = "/crl/sign/card/archive.tar"
PUBLISHED = jst("2026-12-03T03:00:00")
LISTS = [
    (Located("auth", "card", 3, "48201", "CN=a", "/crl/auth/card/b.crl"), b"second"),
    (Located("auth", "card", 3, "48202", "CN=b", "/crl/auth/card/a.crl"), b"first"),
]


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    """A client of the fake J-LIS."""
    jlis = JlisDoor(world)
    with Served(jlis.app) as served, httpx.Client(base_url=served.url, trust_env=False, timeout=60) as client:
        yield client


def test_the_same_lists_give_the_same_octets() -> None:
    """In whichever order they come; another octet of a list is another archive."""
    first = crl_archive.archive(CARD_AUTH, 7, PUBLISHED, LISTS)
    assert crl_archive.archive(CARD_AUTH, 7, PUBLISHED, LISTS[::-1]) == first
    assert crl_archive.archive(CARD_AUTH, 7, PUBLISHED, [(LISTS[0][0], b"third"), LISTS[1]]) != first


def test_nothing_of_this_machine_is_in_it(tmp_path: Path) -> None:
    """Owner, rights and time of every file are the same everywhere: root's, read by all, the publication."""
    path = tmp_path / "archive.tar"
    path.write_bytes(crl_archive.archive(CARD_AUTH, 7, PUBLISHED, LISTS))
    command = ["tar", "-tvf", str(path), "--numeric-owner", "--full-time", "--utc"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert [line.split()[:2] + line.split()[3:] for line in said] == [
        ["-rw-r--r--", "0/0", "2026-12-02", "18:00:00", name]
        for name in ("manifest.json", "crl/auth/card/a.crl", "crl/auth/card/b.crl")
    ]


def test_every_list_is_in_it_as_it_is_served(world: World, client: httpx.Client, tmp_path: Path) -> None:
    """All municipalities and generations; `sha256sum -c` agrees with the manifest, and a list with its own address."""
    world.lose(world.new_resident(municipality=AOI.code, with_card=True).id)
    world.clock.set(PUBLISHED)
    answer = client.get(ARCHIVE)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-tar")
    (tmp_path / "archive.tar").write_bytes(answer.content)
    subprocess.run(["tar", "-xf", "archive.tar"], cwd=tmp_path, check=True)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert (manifest["format"], manifest["kind"], manifest["medium"]) == ("kazashi-crl-archive/1", "sign", "card")
    assert (manifest["number"], manifest["published"]) == (4062, "2026-12-02T18:00:00Z")
    assert len(manifest["lists"]) == len(MUNICIPALITIES) * len(world.jlis.generations(PUBLISHED))
    sums = "".join(f"{row['sha256']}  {row['name']}\n" for row in manifest["lists"])
    subprocess.run(["sha256sum", "--check", "--quiet"], cwd=tmp_path, input=sums, text=True, check=True)
    (row,) = [row for row in manifest["lists"] if (row["municipality"], row["generation"]) == (AOI.code, 3)]
    served = client.get(f"/{row['name']}").content
    assert served == (tmp_path / row["name"]).read_bytes() == world.jlis.crl(Kind.SIGN, AOI, PUBLISHED)
    assert len(x509.load_der_x509_crl(served)) == 1


def test_not_sent_twice(world: World, client: httpx.Client) -> None:
    """RFC 9110 §13.1.2: 304 to whoever has it, 200 after the next publication; the journal says so."""
    first = client.get(ARCHIVE)
    known = {"if-none-match": first.headers["etag"]}
    assert client.get(ARCHIVE, headers=known).status_code == 304
    world.clock.advance(timedelta(days=1))
    assert client.get(ARCHIVE, headers=known).status_code == 200
    said = [(entry.answer, entry.kind, entry.http) for entry in world.journal.since(0)]
    assert said == [
        ("archive 4059", "sign", 200),  # 2026-12-02 has 4061 (test_crl.py)
        ("archive not modified", "sign", 304),
        ("archive 4060", "sign", 200),
    ]


@pytest.mark.parametrize("path", ["/crl/other/card/archive.tar", "/crl/sign/paper/archive.tar"])
def test_there_is_no_other_population(client: httpx.Client, path: str) -> None:
    """404, not a fault."""
    assert client.get(path).status_code == 404


def test_the_index_can_be_narrowed(client: httpx.Client) -> None:
    """By any of its columns; what is not there is found nowhere."""
    rows = client.get("/crl/index.json").json()["lists"]
    assert len(rows) == len(MUNICIPALITIES) * 4 * 3
    assert rows[0]["generation"] == 3
    narrow = {"municipality": "13113", "kind": "sign", "medium": "phone", "generation": "3"}
    (found,) = client.get("/crl/index.json", params=narrow).json()["lists"]
    assert found["distribution_point"].startswith("CN=Shibuya-ku Mobile CRLDP,OU=Tokyo-to,")
    assert client.get(found["url"]).headers["content-type"] == "application/pkix-crl"
    assert client.get("/crl/index.json", params={"municipality": "99999"}).json() == {"lists": []}


def test_the_index_can_be_narrowed_to_a_prefecture(client: httpx.Client) -> None:
    """The first two digits of a municipality's code (JIS X 0401): all of its lists and nobody else's."""
    rows = client.get("/crl/index.json").json()["lists"]
    of_tokyo = [row for row in rows if row["municipality"][:2] == "13"]
    assert 0 < len(of_tokyo) < len(rows)
    assert client.get("/crl/index.json", params={"prefecture": "13"}).json()["lists"] == of_tokyo
    assert client.get("/crl/index.json", params={"prefecture": "99"}).json()["lists"] == []


@pytest.mark.parametrize("prefecture", ["1", "131", "xx", ""])
def test_what_is_no_prefecture_is_refused(client: httpx.Client, prefecture: str) -> None:
    """Two digits, or 4xx with what was expected: never all the lists."""
    answer = client.get("/crl/index.json", params={"prefecture": prefecture})
    assert answer.is_client_error
    assert "prefecture" in answer.text
