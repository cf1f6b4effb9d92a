"""The directory against the lists over HTTP, asked with `ldapsearch`."""

import base64
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.x509 import Name

from harness.contract.vocabulary import Kind
from harness.doors import ldap, ldap_publication
from harness.doors.jlis import JlisDoor
from harness.doors.ldap import Directory, DirectoryUnavailable, running_directory
from harness.doors.ldap_publication import published_directory
from harness.doors.ldif import Listed
from harness.doors.server import Served
from harness.jlis import crl, crl_encoding, crl_points, names
from harness.jlis.authority import Authority
from harness.jlis.crl_encoding import Parts, Revoked
from harness.jlis.crl_points import Partition
from harness.jlis.crl_practice import CrlMode, CrlPractice, Swap
from harness.jlis.generations import Generations
from harness.jlis.populations import POPULATIONS, Medium, Population
from harness.jlis.practice import Practice
from harness.keys import KeyPool
from harness.municipalities import AOI, INVENTED, MUNICIPALITIES
from harness.world import World
from tests.harness.instants import jst
from tests.harness.slapd import need_slapd

PUBLISHED = jst("2026-12-03T03:00:00")
PLACES = (*INVENTED, MUNICIPALITIES["14101"], MUNICIPALITIES["01207"])
LIST, AUTHORITY_LIST = "certificateRevocationList;binary", "authorityRevocationList;binary"


@pytest.fixture(scope="module", autouse=True)
def _slapd() -> None:
    """Needs slapd and ldap-utils; in CI they must be there."""
    need_slapd()


def lists_of(world: World) -> list[Listed]:
    """Return some lists of every population as they are now."""
    now = world.clock.now()
    return [
        Listed(
            crl_points.name_of(Partition(Population(kind, medium), 3, place)),
            world.jlis.crl(kind, place, now, medium=medium, generation=3),
        )
        for kind, medium in POPULATIONS
        for place in PLACES
    ]


@pytest.fixture
def directory(world: World) -> Iterator[Directory]:
    """A directory with them."""
    with running_directory(lists_of(world)) as directory:
        yield directory


def search(directory: Directory, base: str, *more: str) -> str:
    """Return what `ldapsearch` finds, unfolded."""
    command = ["ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no", "-H", directory.url, "-b", base, *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def fetched(directory: Directory, name: Name, attribute: str = LIST) -> bytes:
    """Return the one list at a DN."""
    (der,) = all_fetched(directory, name, attribute)
    return der


def all_fetched(directory: Directory, name: Name, attribute: str = LIST) -> set[bytes]:
    """Return the lists at a DN."""
    found = search(directory, name.rfc4514_string(), "-s", "base", attribute)
    values = [line.split(":: ")[1] for line in found.splitlines() if line.startswith(f"{attribute}:: ")]
    return {base64.b64decode(value) for value in values}


@pytest.fixture
def practised(keys: KeyPool) -> Iterator[Callable[[CrlPractice], World]]:
    """Make worlds that publish in a certain way; it is the day before PUBLISHED, 09:00."""
    made: list[World] = []

    def make(lists: CrlPractice) -> World:
        made.append(World.create(keys, seed=7, start=jst("2026-12-02T09:00:00"), practice=Practice(lists=lists)))
        return made[-1]

    yield make
    for world in made:
        world.close()


def test_every_list_is_there_as_over_http(world: World, directory: Directory) -> None:
    """At the DN that the certificates name: the same octets from both doors; as many points as lists."""
    with Served(JlisDoor(world).app) as served, httpx.Client(base_url=served.url, trust_env=False) as client:
        for population in POPULATIONS:
            for place in PLACES:
                partition = Partition(population, 3, place)
                over_http = client.get(crl_points.path_of(partition)).content
                assert fetched(directory, crl_points.name_of(partition)) == over_http
    points = search(directory, "c=JP", "(objectClass=cRLDistributionPoint)", "dn")
    assert points.count("dn: ") == len(POPULATIONS) * len(PLACES)


def test_the_point_that_a_certificate_names(world: World, directory: Directory) -> None:
    """Whoever takes the DN from the certificate finds the list that has its serial number once it is revoked."""
    card = world.issue_card(world.new_resident(municipality=AOI.code).id)
    world.lose(card.resident.id)
    world.clock.set(PUBLISHED)
    leaf = x509.load_der_x509_certificate(card.sign_certificate)
    (point,) = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert point.full_name is not None
    name = point.full_name[0].value
    assert len(x509.load_der_x509_crl(fetched(directory, name))) == 0
    directory.publish(lists_of(world))
    assert [entry.serial_number for entry in x509.load_der_x509_crl(fetched(directory, name))] == [card.sign_serial]


def authority_of(keys: KeyPool) -> Authority:
    """Return an authority whose key is at hand."""
    key = keys.named("authority-sign-3")
    return Authority.found(Kind.SIGN, Generations(PUBLISHED).life(3), key, key)


def test_a_publication_brings_new_points_too(keys: KeyPool, directory: Directory) -> None:
    """A municipality that had none, and a list of several megabytes; slapd takes nothing that is no list."""
    name = crl_points.name_of(Partition(Population(Kind.AUTH, Medium.PHONE), 4, MUNICIPALITIES["27128"]))
    with pytest.raises(DirectoryUnavailable, match="invalid per syntax"):
        directory.publish([Listed(name, b"no list")])
    authority = authority_of(keys)
    entries = crl_encoding.entries_der(Revoked(0x0700_0000 + row, PUBLISHED, 3) for row in range(150_000))
    parts = Parts(authority.certificate.subject.public_bytes(), PUBLISHED, PUBLISHED + timedelta(days=2), entries, ())
    der = crl_encoding.encode(parts, crl_encoding.rsa_signer(authority.key))
    assert len(der) > 5_000_000
    for made in (der, der):  # added, then replaced
        directory.publish([Listed(name, made)])
        assert fetched(directory, name) == made


def test_an_authoritys_own_list(keys: KeyPool, directory: Directory) -> None:
    """At its own DN, as authorityRevocationList."""
    der = crl.authority_list_at(authority_of(keys), PUBLISHED)
    directory.publish([Listed(names.authority_name(Kind.SIGN), der, of_authority=True)])
    assert fetched(directory, names.authority_name(Kind.SIGN), AUTHORITY_LIST) == der


def test_nobody_writes_without_the_password(directory: Directory) -> None:
    """Reading is for all, writing for us: a stranger's change is refused."""
    change = b"dn: c=JP\nchangetype: modify\nreplace: description\ndescription: changed\n"
    command = ["ldapmodify", "-x", "-H", directory.url]
    done = subprocess.run(command, input=change, capture_output=True, check=False)
    assert done.returncode == 8  # strongerAuthRequired (RFC 4511 §4.1.9)
    assert "changed" not in search(directory, "c=JP", "-s", "base")


def test_it_ends_with_its_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """After a failure inside, too: no process, no folder; and it never ran as root."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents:
        if parent.name.startswith(("pytest", "popen-gw")):
            parent.chmod(0o755)
    ran: list[Directory] = []

    def fail() -> None:
        with running_directory([]) as directory:
            ran.append(directory)
            status = Path(f"/proc/{directory.process.pid}/status").read_text()
            (users,) = [line.split()[1:] for line in status.splitlines() if line.startswith("Uid:")]
            assert "0" not in users
            raise RuntimeError("inside")

    with pytest.raises(RuntimeError, match="inside"):
        fail()
    assert ran[0].process.returncode is not None
    assert list(tmp_path.iterdir()) == []


def test_a_machine_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused with the packages that bring it, before anything is started."""
    monkeypatch.setattr(ldap, "SCHEMA", Path("/nowhere/core.schema"))
    with pytest.raises(DirectoryUnavailable, match="apt-get install slapd"), running_directory([]):
        pass


def test_a_taken_port(directory: Directory) -> None:
    """Refused with what slapd said, and the one that has it goes on: it is not taken for ours, though it answers."""
    with pytest.raises(DirectoryUnavailable, match="expected it to answer"), running_directory([], directory.port):
        pass
    assert search(directory, "c=JP", "-s", "base").startswith("dn: c=JP")


def test_it_follows_the_worlds_publications(world: World) -> None:
    """Past 03:00, once it looked at the clock: the revocation is found; every generation has its points."""
    card = world.issue_card(world.new_resident(municipality=AOI.code).id)
    world.lose(card.resident.id)
    name = crl_points.name_of(Partition(Population(Kind.SIGN, Medium.CARD), 3, AOI))
    with published_directory(world, INVENTED) as publication:
        points = search(publication.directory, "c=JP", "(objectClass=cRLDistributionPoint)", "dn").count("dn: ")
        generations = world.jlis.generations(world.clock.now())
        assert points == 2 * len(POPULATIONS) * len(generations)
        for kind in Kind:
            own = [world.jlis.authority_list(kind, each, world.clock.now()) for each in generations]
            assert all_fetched(publication.directory, names.authority_name(kind), AUTHORITY_LIST) == set(own)
        publication.look()
        assert len(x509.load_der_x509_crl(fetched(publication.directory, name))) == 0
        world.clock.set(PUBLISHED)
        publication.look()
        assert publication.failure is None
        (entry,) = x509.load_der_x509_crl(fetched(publication.directory, name))
        assert entry.serial_number == card.sign_serial
    assert "ldap publication" not in {thread.name for thread in threading.enumerate()}


def test_it_looks_at_the_clock_by_itself(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """Nobody tells it that the clock was set, and the next publication is in it."""
    published, publish = threading.Event(), Directory.publish

    def telling(self: Directory, lists: Sequence[Listed]) -> None:
        publish(self, lists)
        published.set()

    monkeypatch.setattr(Directory, "publish", telling)
    monkeypatch.setattr(ldap_publication, "LOOK_SECONDS", 0.02)
    with published_directory(world, [AOI]) as publication:
        world.clock.set(PUBLISHED)
        assert published.wait(30)
        name = crl_points.name_of(Partition(Population(Kind.SIGN, Medium.CARD), 3, AOI))
        assert x509.load_der_x509_crl(fetched(publication.directory, name)).last_update_utc == PUBLISHED


def test_a_publication_that_fails_is_told_and_tried_again(world: World) -> None:
    """slapd is gone: the failure is on record, and the publication is not taken for done."""
    with published_directory(world, INVENTED) as publication:
        world.clock.set(PUBLISHED)
        publication.directory.process.terminate()
        publication.directory.process.wait(10)
        for _ in range(2):
            publication.failure = None
            publication.look()
            assert "ldapmodify" in str(publication.failure)


def point_of(leaf: bytes) -> Name:
    """Return the DN that a certificate names for its lists."""
    (point,) = x509.load_der_x509_certificate(leaf).extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert point.full_name is not None
    name = point.full_name[0].value
    assert isinstance(name, Name)
    return name


@pytest.mark.parametrize(("mode", "lists"), [(CrlMode.SHARED_NAMES, 3), (CrlMode.NEW_KEY, 1)])
def test_under_the_names_of_the_worlds_practice(
    practised: Callable[[CrlPractice], World], mode: CrlMode, lists: int
) -> None:
    """At the DN in the certificate: each key's list under a name that is shared, one of the latest key alone."""
    world = practised(CrlPractice(mode=mode))
    card = world.issue_card(world.new_resident(municipality=AOI.code).id)
    generations = [3] if mode is CrlMode.NEW_KEY else [1, 2, 3]
    with published_directory(world, INVENTED) as publication:
        points = search(publication.directory, "c=JP", "(objectClass=cRLDistributionPoint)", "dn").count("dn: ")
        assert points == 2 * len(POPULATIONS)
        for day in range(2):
            world.clock.set(PUBLISHED + timedelta(days=day))
            publication.look()
            assert publication.failure is None
            for kind, leaf in ((Kind.SIGN, card.sign_certificate), (Kind.AUTH, card.auth_certificate)):
                now = world.clock.now()
                expected = {world.jlis.crl(kind, AOI, now, generation=each) for each in generations}
                assert len(expected) == lists
                assert all_fetched(publication.directory, point_of(leaf)) == expected


def test_each_point_is_swapped_when_it_is_over_http(practised: Callable[[CrlPractice], World]) -> None:
    """Before, during and after the swap, and with the clock set back into it: the octets of the other door."""
    world = practised(CrlPractice(swap=Swap()))
    partitions = [Partition(population, 3, place) for population in POPULATIONS for place in PLACES]
    with published_directory(world, PLACES) as publication:
        seen = []
        for after in (-1, 0, 400, 450, 500, 600, 86_400, 86_900, 420):
            now = PUBLISHED + timedelta(seconds=after)
            world.clock.set(now)
            publication.look()
            assert publication.failure is None
            lists = [
                world.jlis.crl(kind, place, now, medium=medium, generation=3) for (kind, medium), _, place in partitions
            ]
            assert [fetched(publication.directory, crl_points.name_of(each)) for each in partitions] == lists
            seen.append(sum(x509.load_der_x509_crl(der).last_update_utc == PUBLISHED for der in lists))
    assert seen[:2] == [0, 0]
    assert 0 < seen[2] <= seen[3] <= seen[4] < len(partitions) == seen[5] == seen[6]
    assert 0 < seen[7] < len(partitions)
    assert 0 < seen[8] < len(partitions)


def test_a_failure_is_told_once(world: World) -> None:
    """Whoever runs the directory hears of the first failure, not of each second's."""
    told: list[str] = []
    with published_directory(world, INVENTED, tell=told.append) as publication:
        publication.directory.process.terminate()
        publication.directory.process.wait(10)
        world.clock.set(PUBLISHED)
        publication.look()
        publication.look()
    (said,) = told
    assert said.startswith("the directory keeps the lists that it has: ldapmodify")


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="HTTP"),
        pytest.param(b"\x30\x84\x7f\xff\xff\xff\x02\x01\x01", id="a length of 2 GiB"),
        pytest.param(b"\x30\x80" * 30_000, id="a nest"),
        pytest.param(b"\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x09\x04\x00\x80\x00", id="version 9"),
        pytest.param(bytes(100_000), id="zeros"),
    ],
)
def test_what_is_no_ldap_is_let_go(directory: Directory, octets: bytes) -> None:
    """slapd ends the line or answers an error, and whoever comes next finds every list."""
    with socket.create_connection(("127.0.0.1", directory.port), timeout=30) as line, suppress(ConnectionError):
        line.sendall(octets)
        with suppress(OSError):  # slapd has ended the line already
            line.shutdown(socket.SHUT_WR)
        while line.recv(65_536):
            pass
    points = search(directory, "c=JP", "(objectClass=cRLDistributionPoint)", "dn")
    assert points.count("dn: ") == len(POPULATIONS) * len(PLACES)
