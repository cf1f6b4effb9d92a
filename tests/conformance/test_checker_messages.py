"""Broken messages get a 4xx with facts, change nothing, and leave the checker answering; so do broken starts."""

import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.checker_world import (
    CHECKER,
    OK,
    Desk,
    Message,
    Responder,
    fresh,
    opened,
    refused,
    started,
    verdict,
)

Site = tuple[Desk, Responder]


@pytest.fixture(scope="module")
def product() -> Iterator[Site]:
    with opened(CHECKER) as site:
        yield site


@pytest.fixture
def desk(product: Site) -> Desk:
    return fresh(product)[0]


BEGIN = {"purpose": "login", "service": "library", "environment": "attended"}
SHOWN = {"challenge": "AAAA", "certificate": "AAAA"}
NOTHING: Message = {"authorities": [], "card_issuers": [], "status": [], "terminals": [], "services": []}
BROKEN: dict[str, tuple[str, object, str]] = {
    "not JSON": ("hello", b"{", "body"),
    "not UTF-8": ("hello", b'{"contract":"\xff"}', "body"),
    "a list": ("hello", [], "body"),
    "nested without end": ("hello", b"[" * 200_000, "body"),
    "a field twice": ("hello", b'{"contract":"1.0","contract":"1.0"}', "body"),
    "another contract": ("hello", {"contract": "2.0"}, "body.contract"),
    "a missing field": ("begin", {"purpose": "login", "service": "library"}, "body.environment"),
    "an unknown field": ("begin", {**BEGIN, "colour": "red"}, "body.colour"),
    "an unknown purpose": ("begin", {**BEGIN, "purpose": "dance"}, "body.purpose"),
    "a number for text": ("begin", {**BEGIN, "service": 1}, "body.service"),
    "half a terminal": ("begin", {**BEGIN, "terminal": {"id": "x"}}, "body.terminal.credential"),
    "base64 without padding": ("account", {"certificate": "AAA"}, "body.certificate"),
    "base64 with a space": ("account", {"certificate": "AA AA"}, "body.certificate"),
    "base64 with loose bits": ("account", {"certificate": "AB=="}, "body.certificate"),
    "base64 in Japanese": ("account", {"certificate": "あ"}, "body.certificate"),
    "chip without CVC": (
        "complete",
        {"session": "s", "presentation": {**SHOWN, "chip": {"birth_record": "", "signature": ""}}},
        "body.presentation.chip.cvc",
    ),
    "no time zone": ("set_time", {"instant": "2026-11-21T00:15:00", "epoch": 1}, "body.instant"),
    "a 13th month": ("set_time", {"instant": "2026-13-21T00:15:00Z", "epoch": 1}, "body.instant"),
    "epoch true": ("set_time", {"instant": "2026-11-21T00:15:00Z", "epoch": True}, "body.epoch"),
    "an anchor that is none": (
        "configure",
        {**NOTHING, "authorities": [{"kind": "auth", "certificate": "AAAA"}]},
        "body.authorities[0].certificate",
    ),
    "a short key-id": (
        "configure",
        {**NOTHING, "card_issuers": [{"key_id": "AAAA", "key": "AAAA"}]},
        "body.card_issuers[0].key_id",
    ),
}


@pytest.mark.parametrize(("verb", "message", "where"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_message(desk: Desk, verb: str, message: object, where: str) -> None:
    """400 names what, where, expected and actual; the next message is answered as ever."""
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    status, answer = desk.post(verb, body)
    assert (status, set(answer), set(answer["error"])) == (400, {"error"}, {"what", "where", "expected", "actual"})
    assert answer["error"]["where"] == where
    assert all(isinstance(fact, str) and fact for fact in answer["error"].values())
    assert verdict(desk.go("enrol", desk.world.auth_certificate())) == OK


def test_an_unknown_verb_and_a_large_body(desk: Desk) -> None:
    """404 for a verb that the contract has not, 413 over 256 KiB, and not at it."""
    assert desk.post("unlink", b"{}")[0] == 404
    padded = b'{"contract":"1.0"}'
    assert desk.post("hello", padded + b" " * (262_144 - len(padded)))[0] == 200
    assert desk.post("hello", padded + b" " * (262_145 - len(padded)))[0] == 413


def test_requests_that_are_no_contract(desk: Desk) -> None:
    """A GET, a foreign path and a body without length are refused as HTTP."""
    for method, path, expected in (("GET", "/kazashi/v1/hello", 404), ("POST", "/", 404)):
        connection = http.client.HTTPConnection(*desk.address, timeout=10)
        connection.request(method, path, b"")
        assert connection.getresponse().status == expected
        connection.close()
    with socket.create_connection(desk.address, timeout=10) as bare:
        bare.sendall(b"POST /kazashi/v1/hello HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert bare.recv(100).startswith(b"HTTP/1.1 411 ")


def test_hello_declares_what_is_tested_here(desk: Desk) -> None:
    """The statement names every purpose and judges to the second."""
    hello = desk.ask("hello", contract="1.0")
    assert hello.pop("version").startswith("0.1.0 on OpenSSL 3")
    assert hello == {
        "contract": "1.0",
        "role": "relying-party",
        "product": "kazashi-checker",
        "capabilities": ["set_time", "enrol", "login", "tap", "sign", "account"],
        "tolerances": {"clock_seconds": 0, "status_seconds": 0, "challenge_seconds": 300},
    }


def test_without_a_time_nothing_is_decided() -> None:
    """Before set_time there is no instant to judge at: fail closed."""
    with started(CHECKER) as address:
        desk = Desk(world=None, address=address)  # type: ignore[arg-type]  # no card is needed to be refused
        begun: Message = desk.begin("login")
        assert verdict(begun["outcome"]) == refused("POLICY")


def start(*arguments: str, path: str = os.environ["PATH"]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "conformance.checker", *arguments],
        env={"PATH": path},
        text=True,
        capture_output=True,
        timeout=30,
        check=False,
    )


def test_no_openssl(tmp_path: Path) -> None:
    """Without the program: one line that says how to mend it, exit 2."""
    done = start(path=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "install" in done.stderr


def test_a_port_in_use(desk: Desk) -> None:
    """A taken port: one line that names it, exit 2."""
    done = start("--port", str(desk.address[1]))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert str(desk.address[1]) in done.stderr


def test_nothing_of_the_judged_is_imported() -> None:
    """The checker's process loads no module of the harness, the card, the reference or the rest of conformance."""
    probe = "import sys, conformance.checker.__main__ as _; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", probe], text=True, capture_output=True, check=True, timeout=30)
    loaded = {name for name in done.stdout.split() if not name.startswith("conformance.checker")}
    judged = {"harness", "cardsim", "reference_impl", "scenarios", "loadtests", "cryptography"}
    assert not {name for name in loaded if name.split(".")[0] in judged or name.startswith("conformance.")}
