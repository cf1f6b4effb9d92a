"""The preflight of the machine and its readers."""

import os
import socket
from pathlib import Path

import pytest

from harness.commands.doctor import doctor
from harness.doctor.machine import check_home, check_port, check_proxies
from harness.doctor.readers import check_readers
from harness.errors import ConfigurationError


def test_home_that_cannot_be_written_is_found(tmp_path: Path) -> None:
    """A file where the folder should be; a good one is left as it was."""
    assert check_home(tmp_path / "home").held
    assert list((tmp_path / "home").iterdir()) == []
    (tmp_path / "file").write_text("", encoding="utf-8")
    finding = check_home(tmp_path / "file")
    assert not finding.held
    assert "file" in finding.actual


def test_port_in_use_is_found() -> None:
    """A port that somebody listens on is not free; any other is."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert not check_port(listener.getsockname()[1], "the desk").held
    assert check_port(0, "the desk").held


@pytest.mark.parametrize(
    ("environment", "held"),
    [
        ({}, True),
        ({"http_proxy": "http://me:secret@proxy.example:3128"}, False),
        ({"HTTP_PROXY": "http://proxy.example", "NO_PROXY": "example.org"}, False),
        ({"HTTP_PROXY": "http://proxy.example", "no_proxy": "localhost, 127.0.0.1"}, True),
        ({"ALL_PROXY": "socks5://proxy.example", "NO_PROXY": "*"}, True),
    ],
)
def test_proxy_in_the_way_is_found_without_its_password(*, environment: dict[str, str], held: bool) -> None:
    """Loopback has to be an exception; the proxy's user and password are never shown."""
    finding = check_proxies(environment)
    assert finding.held is held
    assert "secret" not in finding.actual


def test_readers_are_judged_by_name() -> None:
    """A foreign name and a name that comes twice are found; no PC/SC at all is no fault."""
    ours = ["Kazashi 00 00", "Kazashi 00 01"]
    assert [finding.held for finding in check_readers(lambda: ours)] == [True, True, True]
    held = {finding.name: finding.held for finding in check_readers(lambda: [ours[0], ours[0], "ACS ACR39U"])}
    assert held == {"readers": True, "reader names": False, "duplicate readers": False}

    def missing() -> list[str]:
        raise ImportError("No module named 'smartcard'")

    assert [finding.held for finding in check_readers(missing)] == [True]


def test_unknown_language_is_one_line() -> None:
    """As everywhere."""
    with pytest.raises(ConfigurationError, match="--lang 'de': expected ja or en"):
        doctor(lang="de")


def test_trust_store_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    """Not "nothing found"."""
    with pytest.raises(ConfigurationError, match=r"missing\.pem"):
        doctor(truststore=[tmp_path / "missing.pem"], lang="en")


def test_environment_is_read_from_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a product started here would inherit."""
    monkeypatch.setenv("http_proxy", "http://proxy.example")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert not check_proxies(os.environ).held
