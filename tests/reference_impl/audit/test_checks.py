"""What the relying party's checks leave in the audit: each its row, and nothing of the person or of the caller."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from reference_impl.audit import Pseudonyms
from reference_impl.audit.checks import open_audit
from reference_impl.audit.command import main
from reference_impl.audit.pseudonym import read_key
from reference_impl.audit.rows import Row
from reference_impl.audit.storage import Storage
from reference_impl.audit.verify import verify
from tests.reference_impl import pki
from tests.reference_impl.audit import stories
from tests.reference_impl.conftest import World, b64, configuration
from tests.reference_impl.test_process import started

CANARY = "山田太郎-canary"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Where the audit of these tests is."""
    return tmp_path / "audit.db"


@pytest.fixture
def audited(world: World, store: Path, tmp_path: Path) -> Iterator[World]:
    """A relying party whose audit is in a file."""
    audit = open_audit(store, tmp_path / "audit-key")
    world.party._audit = audit
    world.party.configure(world.party._configuration)  # whoever verifies records there from now on
    yield world
    audit.close()


def rows(store: Path) -> list[Row]:
    """The rows of a sound store."""
    found: list[Row] = []
    storage = Storage(store, make=False)
    report = verify(storage, seen=lambda row, _: found.append(row))
    storage.close()
    assert report.findings == []
    return found


def test_each_check_is_a_row_with_its_purpose(audited: World, store: Path) -> None:
    """Accepted or refused, at the end or at the beginning, of a session or of none."""
    expected = []
    for purpose in ("enrol", "login", "tap", "sign"):
        if purpose == "sign":
            audited.responder.set(issuer_key="sign-ca", kind="sign")
        reason = audited.attempt(purpose)["reason"]
        expected.append((purpose, "counter-1", "library", reason))
    audited.attempt("login", signature=b"\0" * 256)
    expected.append(("login", "counter-1", "library", "BAD_SIGNATURE"))
    audited.begin("tap", environment="outdoor")
    expected.append(("tap", "counter-1", "library", "PLACE_NOT_ALLOWED"))
    audited.post("complete", {**audited.present(audited.begin("login"), "login"), "session": "nobody's"})
    expected.append(("?", "?", "?", "CHALLENGE_MISMATCH"))
    written = rows(store)
    assert [(row.purpose, row.who, row.service, row.reason) for row in written] == expected
    assert [row.decision for row in written[:4]] == ["accept"] * 4
    assert {row.decision for row in written[4:]} == {"reject"}
    assert [row.sequence for row in written] == list(range(1, 8))
    assert {stories.written(row.at) for row in written} == {"2026-11-21T00:20:00Z"}
    assert [row.status_source for row in written] == ["ocsp"] * 4 + [None] * 3
    assert all(row.status_at is not None for row in written[:4])


def test_the_holder_is_a_pseudonym(audited: World, store: Path, tmp_path: Path) -> None:
    """The same for one person at one service, another at another; the key holder computes it from the account."""
    audited.attempt("enrol")
    audited.attempt("login")
    begun = audited.begin("enrol", service="archive")
    audited.post("complete", audited.present(begun, "enrol"))
    first, second, other = (row.holder for row in rows(store))
    assert first == second != other
    account = audited.post("account", {"certificate": b64(pki.leaf())})["account"]
    pseudonyms = Pseudonyms(read_key(tmp_path / "audit-key"))
    for service, holder in (("library", first), ("archive", other)):
        assert pseudonyms.of(service, account["issuer_key"], account["serial"]) == holder


def test_nothing_of_a_person_or_a_caller_is_written(audited: World, store: Path) -> None:
    """Names a caller sends as service, terminal or session; certificate, serial, challenge, birth date, credential."""
    audited.attempt("enrol")
    begun = audited.begin("tap", holder={"certificate": b64(pki.leaf())})
    audited.post("complete", audited.present(begun, "tap"))
    strange: list[dict[str, Any]] = [
        {"service": CANARY},
        {"terminal": {"id": CANARY, "credential": CANARY}},
        {"terminal": {"id": "counter-1", "credential": CANARY}},
    ]
    for changes in strange:
        audited.begin("login", **changes)
    audited.post("complete", {**audited.present(begun, "tap"), "session": CANARY})
    written = rows(store)
    assert [(row.who, row.service) for row in written[2:]] == [
        ("counter-1", "?"),
        ("?", "library"),
        ("?", "library"),
        ("?", "?"),
    ]
    kept = "".join(stories.lines(store))
    account = audited.post("account", {"certificate": b64(pki.leaf())})["account"]
    secrets = [CANARY, "secret-1", account["issuer_key"], begun["challenge"], begun["session"], begun["birth_date"]]
    for secret in (*secrets, begun["birth_date"].replace("-", ""), b64(pki.leaf())[:40], pki.leaf().hex()[:40]):
        assert secret not in kept, secret
    assert f'"{account["serial"]}"' not in kept


def test_reset_leaves_the_audit_standing(audited: World, store: Path) -> None:
    """Whoever can reset the store cannot reset what was recorded, and that they did is recorded."""
    audited.attempt("enrol")
    audited.post("reset", {})
    assert [(row.purpose, row.service) for row in rows(store)] == [("enrol", "library"), ("reset", "store")]


def test_what_cannot_be_written_down_is_not_told(audited: World, store: Path) -> None:
    """No verdict without its row; when the store is back, all goes on."""
    message = audited.present(audited.begin("enrol"), "enrol")
    with stories.opened(store) as behind:
        behind.execute("ALTER TABLE audit_groups RENAME TO away")
    assert audited.send("complete", json.dumps(message).encode()).status_code == 503
    with stories.opened(store) as behind:
        behind.execute("ALTER TABLE away RENAME TO audit_groups")
    assert audited.attempt("login")["reason"] == "OK"
    assert [row.purpose for row in rows(store)] == ["login"]


def test_process_keeps_its_audit_beside_its_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A store and a key of mode 0600, made at the first start, used at the next; the command line verifies it."""
    path = tmp_path / "store.sqlite"
    keys = set()
    for _ in range(2):
        with started("--test-surface", "--store", str(path)) as (process, url):
            with httpx.Client(base_url=f"{url}/kazashi/v1/", trust_env=False) as client:
                client.post("configure", json={**configuration(), "status": []}).raise_for_status()
                message = {"purpose": "login", "service": "nowhere", "environment": "attended"}
                client.post("begin", json=message).raise_for_status()
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
        keys.add(read_key(tmp_path / "store.sqlite.audit-key"))
    assert len(keys) == 1
    assert [(row.reason, row.service) for row in rows(tmp_path / "store.sqlite.audit")] == [("POLICY", "?")] * 2
    assert main(["verify", "--store", str(tmp_path / "store.sqlite.audit")]) == 0
    assert "2" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [("--audit", "{}/a.db"), ("--audit", "mysql://h/d"), ("--audit", "{}/absent/a.db")]
)
def test_process_that_cannot_audit_does_not_begin(tmp_path: Path, arguments: tuple[str, str]) -> None:
    """A key that would not outlive the process, another make of database, no folder: one line, exit 2."""
    words = [each.format(tmp_path) for each in arguments]
    key = [] if words[1].endswith(f"{tmp_path.name}/a.db") else ["--audit-key", str(tmp_path / "key")]
    command = [sys.executable, "-m", "reference_impl.app", *words, *key]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (2, "", 1)
    assert "give another by --audit or --audit-key" in ended.stderr
