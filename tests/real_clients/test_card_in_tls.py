"""TLS client authentication with the card's key: OpenSSL's engine and GnuTLS, each through OpenSC's PKCS#11 module.

OpenSC's driver does RSASSA-PKCS1-v1_5 alone (spec/card.md §6), although the card itself knows PSS (§4, P1 = 04). TLS
1.3 takes PSS alone (RFC 8446 §4.2.3): so no client authenticates with this card in TLS 1.3 through OpenSC 0.23, and in
TLS 1.2 only one that asks for PKCS#1. docs/readers.md tells vendors.
"""

import re
import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.pcsc_lane.daemon import end_process
from tests.real_clients.programs import Bench
from tests.real_clients.test_pkcs11 import AUTH_TOKEN, MODULE, PKCS11_TOOL, certificate

SECONDS = 30.0
KEY = f"{AUTH_TOKEN};id=%01;type=private?pin-value=1234"
PKCS1 = ("-sigalgs", "RSA+SHA256")
"""What a client offers that signs with PKCS#1 only."""
ASK = 'printf "GET /index.html HTTP/1.0\\r\\n\\r\\n" | "$@"'
ENGINE = ("-engine", "pkcs11", "-keyform", "engine", "-key", KEY)
HELLO = "Hello from the server"


@pytest.mark.parametrize(
    ("server", "client"),
    [(("-tls1_2", "-client_sigalgs", "RSA+SHA256"), ()), ((), ("-tls1_2", *PKCS1))],
    ids=["the server asks for PKCS#1", "the client offers PKCS#1"],
)
def test_openssl_in_tls_1_2(bench: Bench, tmp_path: Path, server: tuple[str, ...], client: tuple[str, ...]) -> None:
    """s_client with the card's key reaches a server that trusts its certificate alone, and hears it answer.

    With the authentication key, which is there for it; for the other one the engine asks a person for each signature.
    """
    with served(bench, tmp_path, *server) as port:
        told = openssl(bench, tmp_path, port, *client, *ENGINE)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "Verify return code: 0 (ok)" in told.stdout
    assert HELLO in told.stdout
    assert "alert" not in told.stderr
    assert signatures(bench) == 1


@pytest.mark.parametrize("version", ["-tls1_3", "-tls1_2"])
def test_openssl_takes_pss_where_nobody_says_otherwise(bench: Bench, tmp_path: Path, version: str) -> None:
    """TLS 1.3 has nothing but PSS, and in 1.2 OpenSSL chooses it: the module has no such mechanism.

    The card is not asked. The twin is the handshake above.
    """
    with served(bench, tmp_path, version) as port:
        told = openssl(bench, tmp_path, port, *ENGINE)
    assert told.returncode == 1
    assert HELLO not in told.stdout
    assert "Mechanism invalid" in told.stderr
    assert signatures(bench) == 0


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_gnutls_knows_what_the_module_can(bench: Bench, tmp_path: Path, version: str) -> None:
    """GnuTLS takes PKCS#1 in TLS 1.2 by itself; in 1.3 it sends no certificate at all, and the server ends it."""
    with served(bench, tmp_path, version) as port:
        client = ("gnutls-cli", "--provider", str(MODULE), "--no-ca-verification", "-p", str(port), "127.0.0.1")
        told = bench.run(
            "sh", "-c", ASK, "client", *client, "--x509keyfile", KEY, "--x509certfile", str(tmp_path / "client.pem")
        )
    if version == "-tls1_2":
        assert told.returncode == 0, told.stdout + told.stderr
        assert "Successfully sent 1 certificate(s) to server." in told.stdout
        assert HELLO in told.stdout
    else:
        assert told.returncode == 1
        assert "No certificate was sent to peer" in told.stdout
        assert HELLO not in told.stdout
    assert signatures(bench) == (version == "-tls1_2")


def test_module_has_no_mechanism_for_pss(bench: Bench) -> None:
    """Neither PSS nor raw RSA, on which a program could pad by itself: the mechanisms are those of PKCS#1."""
    listed = bench.run(*PKCS11_TOOL, "--slot-index", "0", "--list-mechanisms")
    assert listed.returncode == 0, listed.stderr
    signing = {line.split(",")[0].strip() for line in listed.stdout.splitlines() if "sign" in line}
    assert {"RSA-PKCS", "SHA256-RSA-PKCS"} <= signing
    assert not [name for name in signing if "PSS" in name or "X-509" in name]


def test_without_the_cards_key_is_refused(bench: Bench, tmp_path: Path) -> None:
    """No certificate, or somebody else's key under the same name: the server's verification ends the handshake."""
    with served(bench, tmp_path, "-tls1_2") as port:
        nobody = openssl(bench, tmp_path, port, certified=False)
        assert HELLO not in nobody.stdout
        assert "alert" in nobody.stderr
        make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=auth", "-days", "1"]
        forged = [*make, "-keyout", str(tmp_path / "forged.key"), "-out", str(tmp_path / "client.pem")]
        subprocess.run(forged, check=True, capture_output=True, timeout=SECONDS)
        forger = openssl(bench, tmp_path, port, "-key", str(tmp_path / "forged.key"))
        assert HELLO not in forger.stdout
        assert "alert" in forger.stderr


@contextmanager
def served(bench: Bench, folder: Path, *options: str) -> Iterator[int]:
    """An `openssl s_server` on the loopback that lets in who has the certificate of the card; its port."""
    for name in ("client.pem", "trusted.pem"):
        (folder / name).write_text(certificate(bench), encoding="ascii")
    (folder / "index.html").write_text(f"{HELLO}\n", encoding="ascii")
    own = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "1"]
    files = ["-keyout", str(folder / "server.key"), "-out", str(folder / "server.pem")]
    subprocess.run([*own, *files], check=True, capture_output=True, timeout=SECONDS)
    command = [
        "openssl", "s_server", "-accept", "127.0.0.1:0", "-key", "server.key", "-cert", "server.pem",
        "-CAfile", "trusted.pem", "-Verify", "1", "-verify_return_error", "-WWW", *options,
    ]  # fmt: skip
    quiet, heard = subprocess.DEVNULL, subprocess.PIPE
    with subprocess.Popen(
        command, bufsize=0, cwd=folder, stdin=quiet, stdout=heard, stderr=subprocess.STDOUT
    ) as server:
        try:
            yield port_of(server)
        finally:
            end_process(server)


def port_of(server: subprocess.Popen[bytes]) -> int:
    """The port that s_server says it accepts on; unbuffered, for select sees only what was not read yet."""
    assert server.stdout is not None
    while select.select([server.stdout], [], [], SECONDS)[0]:
        line = server.stdout.readline().decode()
        found = re.match(r"ACCEPT 127\.0\.0\.1:(\d+)", line)
        if found is not None:
            return int(found[1])
        assert line, "s_server ended"
    raise AssertionError(f"s_server: expected ACCEPT within {SECONDS:g} s")


def openssl(
    bench: Bench, folder: Path, port: int, *options: str, certified: bool = True
) -> subprocess.CompletedProcess[str]:
    """What s_client says, with the card's certificate or none."""
    client = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-CAfile", str(folder / "server.pem"), "-ign_eof"]
    own = ["-cert", str(folder / "client.pem")] if certified else []
    return bench.run("env", f"PKCS11_MODULE_PATH={MODULE}", "sh", "-c", ASK, "client", *client, *own, *options)


def signatures(bench: Bench) -> int:
    """How many times the card signed."""
    return sum(line.command[:2] == bytes.fromhex("802A") and line.sw == 0x9000 for line in bench.commands())
