"""Mutual TLS at the fake J-LIS, judged by curl, OpenSSL and httpx: who gets in, and who no longer does."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner

from harness.clock import host_now
from harness.commands.trust import app as trust
from harness.doors.admission import Admission
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.errors import ConfigurationError
from harness.keys import KeyPool
from harness.tls.authority import DOOR_LIFE, TlsAuthority, key_pem
from harness.tls.clients import AccessList
from harness.tls.context import DoorTls, door_tls
from harness.trust.truststore import Whose, find_ours
from harness.world import World
from tests.harness.openssl import openssl

INDEX = "/crl/index.json"


@pytest.fixture
def home(keys: KeyPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home on the session's keys."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "keys").symlink_to(keys._folder)
    monkeypatch.setenv("KAZASHI_HOME", str(home))
    return home


@pytest.fixture
def tls(home: Path, keys: KeyPool) -> DoorTls:
    """The TLS of the installation's door."""
    return door_tls(home, keys, host_now())


@pytest.fixture
def door(world: World, tls: DoorTls) -> Iterator[Served]:
    """The fake J-LIS with mutual TLS."""
    jlis = JlisDoor(world)
    app = Admission(jlis.app, tls.clients, jlis.turned_away)
    with Served(app, garbled=jlis.garbled, tls=tls.context) as served:
        yield served


def command(*arguments: str | Path) -> str:
    """Run `kazashi trust client …` and return what it said."""
    done = CliRunner().invoke(trust, ["client", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def new_client(folder: Path, name: str = "portal") -> str:
    """Issue a certificate into a folder; return its SHA-256."""
    return command("new", name, "--out", folder).split()[0]


def client(door: Served, folder: Path) -> httpx.Client:
    """Return a client that shows the certificate of a folder and trusts the authority beside it, by its name."""
    context = ssl.create_default_context(cafile=folder / "ca.pem")
    context.load_cert_chain(folder / "client.pem", folder / "client-key.pem")
    return httpx.Client(base_url=f"https://localhost:{door.port}", verify=context, trust_env=False, timeout=60)


def curl(url: str, *options: str | Path) -> subprocess.CompletedProcess[str]:
    """Ask with curl, which says 000 where it got no answer in HTTP."""
    said: list[str | Path] = [
        "curl",
        "--silent",
        "--noproxy",
        "*",
        "--write-out",
        "%{http_code}",
        "--output",
        "/dev/null",
        *options,
        url,
    ]
    return subprocess.run(list(map(str, said)), capture_output=True, text=True, check=False)


def shown(folder: Path) -> list[str | Path]:
    """Return curl's options for the certificate of a folder."""
    return ["--cacert", folder / "ca.pem", "--cert", folder / "client.pem", "--key", folder / "client-key.pem"]


@pytest.mark.parametrize("version", ["--tlsv1.3", "--tls-max=1.2"])
def test_curl_gets_in_with_a_certificate_and_not_without(door: Served, home: Path, version: str) -> None:
    """200 with it, at both versions of TLS and both names; without, no HTTP is spoken; plain HTTP is none."""
    folder = home / "client"
    new_client(folder)
    options = [*version.split("="), *shown(folder)]
    for url in (f"{door.url}{INDEX}", f"https://localhost:{door.port}{INDEX}"):
        assert curl(url, *options).stdout == "200"
    nobody = curl(f"{door.url}{INDEX}", *version.split("="), "--cacert", folder / "ca.pem")
    assert nobody.returncode != 0
    assert nobody.stdout == "000"
    assert curl(f"http://127.0.0.1:{door.port}{INDEX}").stdout == "000"


def test_openssl_verifies_the_door_and_its_clients(door: Served, home: Path, tls: DoorTls) -> None:
    """The chain by `-x509_strict` under purpose and name."""
    folder = home / "client"
    new_client(folder)
    pair: list[str | Path] = ["-cert", folder / "client.pem", "-key", folder / "client-key.pem"]
    told = ["-connect", f"127.0.0.1:{door.port}", "-servername", "localhost", "-verify_hostname", "localhost"]
    done = subprocess.run(
        ["openssl", "s_client", *told, "-CAfile", tls.authority_file, "-x509_strict", "-verify_return_error", *pair],
        input=b"GET /crl/index.json HTTP/1.0\r\nHost: localhost\r\n\r\n",
        capture_output=True,
        check=False,
    )
    said = done.stdout.decode()
    assert "Verify return code: 0 (ok)" in said, done.stderr
    verified = openssl(
        "verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", tls.authority_file, folder / "client.pem"
    )
    assert verified[0] == 0, verified[1]


def test_old_and_new_are_both_good_until_the_old_one_is_taken_off(door: Served, world: World, home: Path) -> None:
    """Rotation without a restart: on connections that stay open, from the next request on; the journal tells who."""
    old, new = home / "old", home / "new"
    digest = new_client(old)
    with client(door, old) as before:
        assert before.get(INDEX).status_code == 200
        new_client(new)
        with client(door, new) as after:
            assert [one.get(INDEX).status_code for one in (before, after)] == [200, 200]
            assert command("list").count("portal") == 2
            command("remove", digest[:12])
            mark = world.journal.mark()
            assert [one.get(INDEX).status_code for one in (before, after)] == [403, 200]
            assert [(line.door, line.http) for line in world.journal.since(mark)] == [("unknown", 403), ("crl", 200)]
            assert digest in world.journal.since(mark)[0].answer
    assert curl(f"{door.url}{INDEX}", *shown(old)).stdout == "403"
    assert digest not in command("list")


def test_a_certificate_that_is_not_on_the_list_is_refused_at_every_address(door: Served, home: Path) -> None:
    """The authority knows it, the list does not: 403 for OCSP, lists, anchors, and what is nowhere."""
    folder = home / "client"
    command("remove", new_client(folder))
    with client(door, folder) as stranger:
        answers = [stranger.get(place) for place in (INDEX, "/anchors/auth.cer", "/x")]
        answers.append(stranger.post("/ocsp/auth", content=b""))
    assert [answer.status_code for answer in answers] == [403] * 4
    assert "expected one on the access list" in answers[0].text


def test_the_doors_own_certificate_opens_nothing(door: Served, home: Path) -> None:
    """It is the authority's, but not for clients: the handshake ends (RFC 5280 §4.2.1.12)."""
    folder = home / "client"
    new_client(folder)
    (folder / "client.pem").write_bytes((home / "tls" / "door.pem").read_bytes())
    (folder / "client-key.pem").write_bytes((home / "tls" / "door-key.pem").read_bytes())
    assert curl(f"{door.url}{INDEX}", *shown(folder)).stdout == "000"


def test_a_certificate_that_has_expired_opens_nothing(door: Served, home: Path, keys: KeyPool) -> None:
    """On the list or not: TLS looks at its dates, by the host's time."""
    folder = home / "client"
    new_client(folder)
    authority = TlsAuthority.of(home / "tls", keys, host_now())
    key = keys.numbered(0)
    ended = authority.client("late", key.public_key(), host_now() - timedelta(days=3), timedelta(days=1))
    AccessList(home / "tls" / "clients").admit(ended)
    write_pair(folder, ended, key)
    assert curl(f"{door.url}{INDEX}", *shown(folder)).stdout == "000"


def write_pair(folder: Path, certificate: x509.Certificate, key: RSAPrivateKey) -> None:
    """Replace the pair in a client's folder."""
    (folder / "client.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "client-key.pem").write_bytes(key_pem(key))


def test_clients_of_a_vendors_own_authority(
    world: World, home: Path, keys: KeyPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--client-ca` makes it known, `trust client admit` lets one of its clients in; another authority is unknown."""
    theirs = tmp_path / "theirs"
    monkeypatch.setenv("KAZASHI_HOME", str(theirs))
    new_client(theirs / "client")
    monkeypatch.setenv("KAZASHI_HOME", str(home))
    for known, admitted, answer in ((False, True, "000"), (True, False, "403"), (True, True, "200")):
        tls = door_tls(home, keys, host_now(), theirs / "tls" / "authority.pem" if known else None)
        said = command("admit", theirs / "client" / "client.pem")
        if not admitted:
            command("remove", said.split()[0])
        jlis = JlisDoor(world)
        with Served(Admission(jlis.app, tls.clients, jlis.turned_away), tls=tls.context) as door:
            options = [*shown(theirs / "client"), "--cacert", home / "tls" / "authority.pem"]
            assert curl(f"{door.url}{INDEX}", *options).stdout == answer


def test_a_client_that_never_greets_holds_nobody_up(door: Served, home: Path) -> None:
    """A connection without a handshake stays open, and the next client is answered meanwhile."""
    folder = home / "client"
    new_client(folder)
    with socket.create_connection(("127.0.0.1", door.port)), client(door, folder) as other:
        assert other.get(INDEX).status_code == 200


def test_what_lies_in_the_home(home: Path, tls: DoorTls, keys: KeyPool) -> None:
    """Keys for their owner only; the authority stays the same until it would end before a door's certificate does."""
    assert tls.authority_file.exists()
    assert (home / "tls" / "door-key.pem").stat().st_mode & 0o777 == 0o600
    first = TlsAuthority.of(home / "tls", keys, host_now())
    assert TlsAuthority.of(home / "tls", keys, host_now()).certificate == first.certificate
    late = first.certificate.not_valid_after_utc - DOOR_LIFE + timedelta(seconds=1)
    assert TlsAuthority.of(home / "tls", keys, late).certificate != first.certificate


def test_one_that_was_left_in_a_trust_store_is_found(home: Path, tls: DoorTls) -> None:
    """`kazashi trust find` names it as this installation's."""
    (found,) = find_ours(tls.authority_file, home=home)
    assert found.whose is Whose.OURS


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["new", "../x", "--out", "c"], "expected letters"),
        (["new", "x", "--out", "."], "expected a new folder"),
        (["remove", ""], "actual of none"),
        (["remove", "ff"], "actual of none"),
        (["admit", "nothing.pem"], "expected a certificate"),
    ],
)
def test_what_cannot_be_is_one_line(home: Path, arguments: list[str], says: str) -> None:
    """Names that are paths, folders that are there, certificates that are none."""
    assert home.exists()
    with pytest.raises(ConfigurationError, match=says) as refused:
        command(*arguments)
    assert "\n" not in str(refused.value)


PROGRAM = """
import typer
import harness.cli
from harness.commands.serve import serve
from harness.commands import world
program = typer.Typer()
program.command("serve")(serve)
program.add_typer(world.app, name="world")
harness.cli.build = lambda *_: program
harness.cli.main()
"""


def test_served_over_tls_by_command_line(home: Path, tmp_path: Path) -> None:
    """`kazashi serve jlis --tls`: its addresses say https, its index too; ended by SIGTERM with 0."""
    folder, store = home / "client", tmp_path / "world.db"
    new_client(folder)
    start: list[str | Path] = [sys.executable, "-c", PROGRAM]
    subprocess.run([*start, "world", "new", "--store", store, "--residents", "0"], check=True, capture_output=True)
    refused = subprocess.run(
        [*start, "serve", "jlis", "--store", store, "--client-ca", folder / "ca.pem"], capture_output=True, check=False
    )
    assert (refused.returncode, refused.stderr.count(b"\n")) == (2, 1)
    words = [*start, "serve", "jlis", "--tls", "--store", store, "--json", tmp_path / "up.json"]
    with subprocess.Popen(words, env={**os.environ}, stdout=subprocess.PIPE, text=True) as serving:
        try:
            assert serving.stdout is not None
            assert any(line.startswith("Ctrl-C ends it") for line in serving.stdout)
            addresses = json.loads((tmp_path / "up.json").read_text())
            context = ssl.create_default_context(cafile=addresses["ca"].removeprefix("file://"))
            context.load_cert_chain(folder / "client.pem", folder / "client-key.pem")
            answer = httpx.get(addresses["crl"], verify=context, trust_env=False, timeout=60)
            assert all(row["url"].startswith("https://127.0.0.1:") for row in answer.json()["lists"])
        finally:
            serving.send_signal(signal.SIGTERM)
    assert serving.returncode == 0
