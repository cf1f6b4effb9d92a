"""The platform as a process of its own, over TLS, asked by the back end as an operator's file opens it."""

import json
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from reference_impl.audit.rows import Row
from reference_impl.audit.storage import Storage
from reference_impl.audit.verify import verify
from reference_impl.backends.opening import BackEnds, open_backend
from reference_impl.backends.options import load_options
from reference_impl.clock import Clock
from reference_impl.configuration import Configuration
from reference_impl.platform.__main__ import main
from reference_impl.status_methods import StatusSources
from reference_impl.verification import CertificateKind, Policy, Trust, Verdict, read_authority
from reference_impl.verification.doors import Doors
from reference_impl.verification.ocsp_settings import Question
from tests.reference_impl import pki
from tests.reference_impl.backends.delegating import client, platform_file, why, write_files
from tests.reference_impl.responder import Settings, answer
from tests.reference_impl.verifying import EVERYTHING, Bench, bench, login


def host_now() -> datetime:
    """The platform's clock is the host's, so everything here is made to be valid as of when a test runs."""
    return Clock().read().now.replace(microsecond=0)


HOUR, YEAR = timedelta(hours=1), timedelta(days=365)


@contextmanager
def jlis(settings: Settings) -> Iterator[str]:
    """A responder on a port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = answer(self.rfile.read(int(self.headers["Content-Length"])), settings)
            self.send_response(200)
            self.send_header("Content-Type", "application/ocsp-response")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def write_channel(folder: Path, name: str) -> None:
    """A certificate of its own for 127.0.0.1, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(named, named, key.public_key(), 5, host_now() - HOUR, host_now() + YEAR)
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    builder = builder.add_extension(here, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(pki.key_usage("digital_signature", "key_cert_sign"), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    (folder / f"{name}.crt").write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    (folder / f"{name}.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@contextmanager
def started(*arguments: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A process that listens, and its address; it is ended whatever happens."""
    command = [sys.executable, "-m", "reference_impl.platform", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("listening https://127.0.0.1:"), (line, process.stderr and process.stderr.read())
            yield process, line.split()[1]
        finally:
            process.kill()


def opened(folder: Path, address: str, authority: str) -> BackEnds:
    """A service provider's back end, by its file."""
    platform = {"id": "pf-1", "address": address, "client": "sp-1", "key": "sp-1.pem", "answers": "pf-1.pub.pem"}
    written = {
        "role": "service-provider",
        "back_end": "platform",
        "platform": {**platform, "tls": {"authority": authority}},
    }
    (folder / "backend.json").write_text(json.dumps(written))
    return open_backend(load_options(folder / "backend.json"), StatusSources(nobody))


def nobody(question: Question) -> bytes:
    """J-LIS is not asked from here."""
    raise AssertionError(question)


def attempt(back_ends: BackEnds, on: Bench) -> Verdict:
    """The verdict on a login with a certificate of today."""
    anchor = read_authority(CertificateKind.AUTH, pki.der(pki.authority("auth", "auth-ca", host_now() + 10 * YEAR)))
    back_end = back_ends.make(Configuration(Trust((anchor,))), Policy({"library": EVERYTHING}))
    challenge = on.challenge(at=host_now())
    certificate = pki.leaf(not_before=host_now() - HOUR, not_after=host_now() + HOUR)
    shown = login(on, certificate=certificate, challenge=challenge, signature=pki.sign("holder", challenge))
    return back_end.verify(shown, why(at=Clock().read().now), Doors(on.challenges))


def test_login_through_a_process_over_tls(tmp_path: Path) -> None:
    """Good; under another channel's certificate it is not asked; SIGTERM ends it, and it has logged nothing."""
    write_files(tmp_path)
    (tmp_path / "auth-ca.der").write_bytes(pki.der(pki.authority("auth", "auth-ca", host_now() + 10 * YEAR)))
    for name in ("channel", "other"):
        write_channel(tmp_path, name)
    delegate = pki.delegate(not_after=host_now() + YEAR)
    good = Settings(this_update=host_now() - HOUR / 6, next_update=host_now() + HOUR, delegate=delegate)
    store, on = tmp_path / "store.db", bench()
    with jlis(good) as ocsp:
        file = platform_file(client("sp-1"), jlis={"auth": ocsp})
        (tmp_path / "pf.json").write_text(json.dumps(file))
        tls = ("--tls-certificate", str(tmp_path / "channel.crt"), "--tls-key", str(tmp_path / "channel.key"))
        with started(str(tmp_path / "pf.json"), "--store", str(store), *tls) as (process, address):
            right, wrong = (opened(tmp_path, address, each) for each in ("channel.crt", "other.crt"))
            verdict = attempt(right, on)
            assert (verdict.reason, verdict.status and verdict.status.source) == ("OK", "ocsp"), verdict.finding
            assert verdict.holder is not None
            assert verdict.holder.issuer_key == "ppid:pf-1"
            assert attempt(wrong, on).reason == "STATUS_UNAVAILABLE"
            assert attempt(right, on).holder == verdict.holder
            for back_ends in (right, wrong):
                back_ends.close()
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
            assert process.stderr is not None
            assert process.stderr.read() == ""
    found: list[Row] = []
    storage = Storage(tmp_path / "store.db.audit", make=False)
    assert verify(storage, seen=lambda row, _: found.append(row)).findings == []
    storage.close()
    assert [(row.who, row.service, row.purpose, row.reason) for row in found] == [
        ("sp-1", "sp-1/library", "login", "OK")
    ] * 2
    with sqlite3.connect(store) as names:
        assert names.execute("SELECT client, ppid FROM ppids").fetchall() == [("sp-1", verdict.holder.serial)]
    names.close()


@pytest.mark.parametrize(
    ("changes", "arguments", "said"),
    [
        ({"role": "service-provider"}, (), "ask-jlis"),
        ({}, ("--host", "0.0.0.0"), "--tls-certificate"),  # noqa: S104 - to be refused
        ({"key": "none.pem"}, (), "none.pem"),
        ({"clients": [client("sp-1", holders="serial")]}, (), "keep-serial"),
    ],
    ids=["uncertified", "in-the-clear", "no-key", "serials"],
)
def test_platform_that_may_not_begin_says_why(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, object],
    arguments: tuple[str, ...],
    said: str,
) -> None:
    """2, and a line that names the rule or the file; nothing listens."""
    write_files(tmp_path)
    (tmp_path / "pf.json").write_text(json.dumps({**platform_file(), **changes}))
    assert main([str(tmp_path / "pf.json"), *arguments]) == 2
    printed = capsys.readouterr()
    assert (said in printed.err, printed.out) == (True, "")
