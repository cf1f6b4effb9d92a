"""What is logged: one line of JSON a request, and nothing of what was sent or of whom it was about."""

import io
import json
import logging
import signal
import socket
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from reference_impl.web.requests_log import log_as_json
from tests.reference_impl import pki
from tests.reference_impl.conftest import b64
from tests.reference_impl.web import release_files
from tests.reference_impl.web.client import AUDITOR, OPERATOR, Site, basic, bearer
from tests.reference_impl.web.fleet import started

FIELDS = {"time", "request_id", "method", "route", "status", "milliseconds", "caller", "worker"}


def test_line_says_what_was_done_and_how_it_ended(served: Site) -> None:
    """The route's template, not the address; decision and reason; a request's id of its own."""
    served.attempt("login")
    begin, complete = served.lines()[-2:]
    assert set(begin) == FIELDS
    assert set(complete) == FIELDS | {"decision", "reason"}
    assert complete["route"] == "/api/v1/services/{service}/login/{session}"
    assert (complete["decision"], complete["reason"], complete["caller"]) == ("accept", "OK", "terminal")
    assert begin["request_id"] != complete["request_id"]
    assert complete["milliseconds"] > 0


def secrets_of(begun: dict[str, Any], presented: dict[str, Any]) -> set[str]:
    """What must not be found, in the spellings it may have."""
    certificate = pki.leaf()
    octets = [certificate, b64decode(begun["challenge"]), pki.birth_record(), b64decode(presented["certificate"])]
    octets += [b64decode(presented["signature"])] if "signature" in presented else []
    found = {text for each in octets for text in (each.hex(), b64(each), b64(each)[8:40])}
    found |= {begun["session"], "secret-1", basic()["authorization"].split()[1], OPERATOR, AUDITOR}
    found |= {"1990-04-01", "19900401"}
    return found


def test_log_names_nobody(served: Site, caplog: pytest.LogCaptureFixture) -> None:
    """Accepted and refused attempts, broken ones, an operator's look-up, an auditor's export: no canary in any line."""
    caplog.set_level(logging.DEBUG)
    canaries: set[str] = set()
    for purpose in ("login", "tap", "sign", "enrol"):
        hint = {"holder": {"certificate": b64(pki.leaf())}} if purpose == "tap" else {}
        begun = served.begin(purpose, "library", **hint)
        presented = served.presented(begun, purpose)
        canaries |= secrets_of(begun, presented)
        address = f"/api/v1/services/library/{purpose}/{begun['session']}"
        served.post(address, {**presented, "surplus": begun["challenge"]})
        served.post(address, presented)
        served.post(address, presented)
    found = served.post("/api/v1/accounts/find", {"certificate": b64(pki.leaf())}, bearer(OPERATOR)).json()
    canaries |= {found["serial"], found["issuer_key"], str(int(found["serial"], 16))}
    served.ask("GET", "/api/v1/audit?service=library", bearer(AUDITOR))
    ours = [each.getMessage() for each in caplog.records if not each.name.startswith("http")]  # the test's own client
    written = served.logged.getvalue() + "\n".join(ours)
    assert len(served.lines()) >= 18
    assert {canary for canary in canaries if canary.lower() in written.lower()} == set()
    assert all(len(canary) >= 6 for canary in canaries)


def test_check_of_the_log_would_find_a_leak(served: Site) -> None:
    """The canaries are what a leak would show: the answers have them."""
    begun = served.begin("tap", "library", holder={"certificate": b64(pki.leaf())})
    assert begun["birth_date"] in secrets_of(begun, served.presented(begun, "tap"))
    assert b64decode(begun["challenge"]).hex() in secrets_of(begun, served.presented(begun, "tap"))


def test_what_modules_log_is_json_without_messages_of_errors() -> None:
    """Level, logger and message; of an error its kind and place."""
    out = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        log_as_json(out)
        try:
            raise LookupError("CANARY")  # noqa: TRY301
        except LookupError:
            logging.getLogger("reference_impl.somewhere").exception("it could not be kept")
    finally:
        root.handlers[:], root.level = before
    line = json.loads(out.getvalue())
    assert (line["level"], line["logger"], line["message"]) == (
        "error",
        "reference_impl.somewhere",
        "it could not be kept",
    )
    assert line["fault"].startswith("LookupError at ")
    assert "CANARY" not in out.getvalue()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a disk that is always full")
def test_full_disk_costs_no_answer_and_prints_no_trace(tmp_path: Path) -> None:
    """What the log does not take stands on stderr, in lines as ever; the process ends as it should."""
    path = release_files.write(tmp_path)
    said = tmp_path / "stderr"
    with said.open("w") as err, started(["--configuration", str(path), "--log", "/dev/full"], stderr=err) as running:
        assert running.http.get("/health/live").status_code == 200
        with socket.create_connection(("127.0.0.1", int(running.url.rpartition(":")[2])), timeout=20) as line:
            line.sendall(b"no request\r\n\r\n")
            assert b"400" in line.recv(65_536)
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(30) == 0
    lines = [json.loads(each) for each in said.read_text(encoding="utf-8").splitlines()]
    assert {each.get("route", each.get("logger")) for each in lines} >= {"/health/live", "uvicorn.error"}
