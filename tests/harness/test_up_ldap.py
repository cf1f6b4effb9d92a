"""`kazashi up --ldap`: the lists in slapd as long as the world is up, asked with `ldapsearch`."""

import base64
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography import x509

from harness.contract.vocabulary import Kind
from harness.control_client import ControlClient
from harness.doors import ldap
from harness.municipalities import AOI
from tests.harness.command_line import Run, Up, home, one_line, run
from tests.harness.instants import jst
from tests.harness.slapd import need_slapd

__all__ = ["home", "run"]


@pytest.fixture
def up(home: Path, tmp_path: Path) -> Iterator[Up]:
    """A world with the lists of one municipality in a directory, frozen on 2 December at 09:00."""
    need_slapd()
    only = ["--ldap", "--ldap-municipality", AOI.code, "--residents", "0", "--crl-swap", "5m"]
    up = Up(home, *only, "--frozen", "--at", "2026-12-02T09:00", "--json", tmp_path / "up.json")
    yield up
    if up.process.poll() is None:
        up.end()


def point(up: Up) -> str:
    """Return the DN of one point, as the index names it."""
    query = {"municipality": AOI.code, "kind": Kind.SIGN.value, "medium": "card", "generation": "3"}
    (row,) = httpx.get(up.addresses["crl"], params=query, trust_env=False, timeout=60).json()["lists"]
    return str(row["distribution_point"])


def found(up: Up, dn: str) -> x509.CertificateRevocationList:
    """Return the list at a DN."""
    attribute = "certificateRevocationList;binary"
    search = ["ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no", "-H", up.addresses["ldap"], "-b", dn, "-s", "base"]
    said = subprocess.run([*search, attribute], capture_output=True, text=True, check=True).stdout
    (value,) = [line.split(":: ")[1] for line in said.splitlines() if line.startswith(f"{attribute}:: ")]
    return x509.load_der_x509_crl(base64.b64decode(value))


def test_the_directory_follows_the_clock_that_was_set(up: Up, run: Run, home: Path) -> None:
    """Announced; once the clock was set, the list of that instant is there when the command returns."""
    dn = point(up)
    assert urlsplit(up.addresses["ldap"]).hostname == "127.0.0.1"
    assert any(line.split() == ["ldap", up.addresses["ldap"]] for line in up.said)
    assert found(up, dn).last_update_utc == jst("2026-12-02T03:00:00")
    for clock, published in (("03:04:59", "2026-12-02"), ("03:05:00", "2026-12-03")):
        assert run("clock", "set", f"2026-12-03T{clock}").returncode == 0
        assert found(up, dn).last_update_utc == jst(f"{published}T03:00:00")
    with ControlClient(home) as control:
        assert control.addresses["ldap"] == up.addresses["ldap"]


def test_slapd_ends_with_up(up: Up) -> None:
    """Told to end by SIGTERM, `up` leaves no slapd behind: its port is closed."""
    port = urlsplit(up.addresses["ldap"]).port
    assert port is not None
    with socket.create_connection(("127.0.0.1", port)):
        pass
    with socket.socket() as other:
        other.bind(("127.0.0.2", port))  # a wildcard listener would be in the way
    assert up.end() == 0
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        pass


def test_without_slapd_it_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the Debian packages; a municipality that is none is refused before anything starts."""
    monkeypatch.setattr(ldap, "SCHEMA", Path("/nowhere/core.schema"))
    only = ["--residents", "0", "--ldap-municipality", AOI.code]
    assert "apt-get install slapd" in one_line(run("up", "--ldap", *only))
    assert "expected one of the" in one_line(run("up", "--ldap", "--ldap-municipality", "99999"))
    assert "expected --ldap beside it" in one_line(run("up", *only))
