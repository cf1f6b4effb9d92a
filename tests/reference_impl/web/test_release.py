"""A release: one file says what it is; faults come with file, line and reason; there is no test surface in it."""

import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import URL

from harness.contract.vocabulary import Verb
from reference_impl.assembly import assembled
from reference_impl.options import read_arguments, read_settings
from reference_impl.release import read_release
from reference_impl.settings import CannotBegin, Settings
from tests.reference_impl.web import release_files
from tests.reference_impl.web.client import AUDITOR, OPERATOR, basic, bearer
from tests.reference_impl.web.fleet import Fleet, started


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """A release with two processes."""
    path = release_files.write(tmp_path_factory.mktemp("release"))
    log = path.with_name("requests.log")
    with started(["--configuration", str(path), "--processes", "2", "--log", str(log)]) as running:
        yield running


def test_release_has_no_verb_of_the_contract(release: Fleet) -> None:
    """404 on each of them, whoever asks, in every process."""
    for verb in Verb:
        for headers in ({}, basic(), bearer(OPERATOR)):
            answer = httpx.post(f"{release.url}/kazashi/v1/{verb.value}", json={}, headers=headers, trust_env=False)
            assert (answer.status_code, answer.json()["reason"]) == (404, "ADDRESS_UNKNOWN")


def test_release_serves_by_its_file(release: Fleet) -> None:
    """Terminals, services and tokens are those of the file."""
    answer = release.http.post("/api/v1/services/library/login", json={"environment": "online"})
    assert answer.status_code == 201
    assert release.http.post("/api/v1/services/archive/login", json={"environment": "online"}).status_code == 404
    metrics = httpx.get(f"{release.url}/metrics", headers=bearer(OPERATOR), trust_env=False)
    numbers = re.findall(r'^kazashi_worker_requests_total\{worker="(\d)"\} (\d+)$', metrics.text, re.MULTILINE)
    assert [worker for worker, _ in numbers] == ["0", "1"]
    assert sum(int(number) for _, number in numbers) >= 2
    audit = httpx.get(f"{release.url}/api/v1/audit", headers=bearer(AUDITOR), trust_env=False)
    assert audit.status_code == 200


def settings(tmp_path: Path, **changes: Any) -> Settings:
    """What a release with these changes comes to."""
    return read_release(release_files.write(tmp_path, **changes))


def test_names_are_beside_the_file(tmp_path: Path) -> None:
    """Store, audit and key are found from the file's folder, wherever the process was started."""
    made = settings(tmp_path, lists="lists", status_methods=["crl", "sign=ocsp"], status_keep=30)
    assert (made.store, made.audit) == (tmp_path / "store.sqlite", str(tmp_path / "audit.sqlite"))
    assert (made.audit_key, made.lists) == (tmp_path / "audit.key", tmp_path / "lists")
    assert made.operators == {"op-1": OPERATOR}
    assert (dict(made.status_methods), made.status_keep) == ({"": "crl", "sign": "ocsp"}, 30)


def line_of(path: Path, text: str) -> int:
    """The line in which a text stands."""
    return next(number for number, line in enumerate(path.read_text().splitlines(), 1) if text in line)


FAULTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "unknown-key": ({"colour": "red"}, "colour:", "unknown field colour"),
    "no-store": ({"store": None}, "listen:", "missing required field store"),
    "another-store": ({"store": "mysql://u:secret@h/d"}, "store: mysql", "expected a file or postgresql"),
    "no-anchor": ({"authorities": []}, "authorities:", "length >= 1"),
    "anchor-that-is-absent": ({"authorities": [{"kind": "auth", "file": "absent"}]}, "file: absent", "No such file"),
    "anchor-that-is-none": (
        {"authorities": [{"kind": "auth", "file": "operator"}]}, "file: operator", "unusable anchor",
    ),
    "address-of-a-file": ({"status": [{"kind": "auth", "ocsp": "file:///etc"}]}, "ocsp: file", "unusable address"),
    "link-service-without-host": ({"link_service": "http:///x"}, "link_service:", "expected an http or https URL"),
    "method-that-is-none": ({"status_methods": ["sign=none"]}, "sign=none", "expected [[SERVICE/]"),
    "terminal-with-a-colon": ({"terminals": [{"id": "a:b", "credential": "counter-1"}]}, "id: a:b", "match"),
    "terminal-twice": (
        {"terminals": [{"id": "x", "credential": "counter-1"}, {"id": "x", "credential": "counter-1"}]},
        "terminals:", "x stands there twice",
    ),
    "service-without-purpose": ({"services": [{"id": "library", "purposes": ["pay"]}]}, "- pay", "Invalid enum value"),
    "token-that-is-short": (
        {"tokens": {"operators": [{"id": "op-1", "file": "counter-1"}]}}, "file: counter-1", "at least 32",
    ),
    "password-for-all-to-read": (
        {"store": "postgresql://rp:pass-9@db.example/rp"}, "store: postgresql",
        "expected no password in a file of mode",
    ),
    "audits-password": (
        {"audit": {"store": "postgresql://rp:pass-9@db.example/rp", "key": "audit.key"}}, "store: postgresql",
        "expected no password in a file of mode",
    ),
    "operator-twice": (
        {"tokens": {"operators": [{"id": "same", "file": "operator"}, {"id": "same", "file": "auditor"}]}},
        "file: operator", "same stands there twice",
    ),
    "token-of-two": (
        {"tokens": {"operators": [{"id": "a", "file": "operator"}], "auditors": [{"id": "b", "file": "operator"}]}},
        "auditors:", "found somebody else's",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_fault_has_file_line_and_both_languages(tmp_path: Path, name: str) -> None:
    """The line is where the part stands that has to be mended."""
    changes, where, what = FAULTS[name]
    path = release_files.write(tmp_path, **changes)
    path.chmod(0o644)
    with pytest.raises(CannotBegin) as refused:
        read_release(path)
    said = str(refused.value)
    line = line_of(path, where) + {"terminal-twice": 3, "operator-twice": 1, "token-of-two": 2}.get(name, 0)
    assert said.startswith(f"{path}:{line}: "), said
    assert what in said
    assert re.search("[ぁ-ん]", said)
    assert "secret" not in said or name.startswith("token")
    assert "pass-9" not in said


def test_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """Mode 0600, as for the audit's key."""
    path = release_files.write(tmp_path)
    (tmp_path / "operator").chmod(0o640)
    with pytest.raises(CannotBegin, match="expected mode 0600, found 0640"):
        read_release(path)


def test_password_may_stand_in_a_file_that_is_its_owners(tmp_path: Path) -> None:
    """Mode 0600."""
    path = release_files.write(tmp_path, store="postgresql://rp:pass-9@db.example/rp")
    path.chmod(0o600)
    assert isinstance(read_release(path).store, URL)


def test_what_a_release_keeps_is_its_owners_alone(tmp_path: Path) -> None:
    """Birth dates, chip keys and who was checked when: no new file is for others to read, whatever the umask."""
    before = os.umask(0o022)
    try:
        with assembled(settings(tmp_path)) as party:
            party.audit.note(party.clock.read().now, "account", "op-1")
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.glob("*.sqlite*")}
    finally:
        os.umask(before)
    assert {"store.sqlite", "store.sqlite-wal", "audit.sqlite", "audit.sqlite-wal"} <= set(modes)
    assert set(modes.values()) == {0o600}


def test_real_anchors_are_for_production_alone(tmp_path: Path) -> None:
    """A release is for production unless its file says otherwise."""
    made = settings(tmp_path, policies=None, production_anchors=None)
    assert (made.production_policies, made.production_anchors) == (True, True)


def test_back_end_that_breaks_a_rule_is_refused(tmp_path: Path) -> None:
    """Whoever is no verifier may not ask J-LIS: said before anything listens, with the clause."""
    (tmp_path / "backend.yaml").write_text("role: service-provider\n", encoding="utf-8")
    made = settings(tmp_path, back_end="backend.yaml")
    with pytest.raises(CannotBegin, match="ask-jlis"), assembled(made):
        pass


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--host", "0.0.0.0"], "expected tokens of operators and auditors"),  # noqa: S104 - refused
        (["--host", "0.0.0.0", "--test-surface"], "expected loopback beside --test-surface"),  # noqa: S104 - refused
        (["--processes", "2"], "expected a --store that several processes can open"),
        (["--processes", "0", "--store", "x"], "expected 1 to 64, found 0"),
    ],
)
def test_what_does_not_go_together_is_refused_before_anything_is_opened(words: list[str], what: str) -> None:
    """One line, and how to mend it."""
    with pytest.raises(CannotBegin, match=re.escape(what)):
        read_settings(read_arguments(words))


def test_open_port_without_tokens_is_refused_by_the_process(tmp_path: Path) -> None:
    """Exit code 2, one line; with tokens it would have listened."""
    path = release_files.write(tmp_path, tokens=None, listen={"host": "0.0.0.0"})  # noqa: S104 - refused
    command = [sys.executable, "-m", "reference_impl.app", "--configuration", str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (2, "", 1)
    with_tokens = read_settings(read_arguments(["--configuration", str(release_files.write(tmp_path)), "--host", "::"]))
    assert with_tokens.host == "::"


def test_file_decides_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What stands in the file is not said on the command line, the test surface least of all."""
    path = release_files.write(tmp_path)
    for words in (
        ["--test-surface"],
        ["--store", "x"],
        ["--status-keep", "0"],
        ["--policies", "test"],
        ["--services", "x"],
    ):
        with pytest.raises(SystemExit) as ended:
            read_arguments(["--configuration", str(path), *words])
        assert ended.value.code == 2
        assert f"expected {words[0]} in the file of --configuration" in capsys.readouterr().err
