"""What stands behind `--target`."""

import sys

import pytest

from harness.contract.targets import Address, Command, Program, PythonObject, parse_target, running_target
from harness.errors import ConfigurationError

PORTS = ["http://x:99999", "http://x:y", "http://x:0", "http://x:1 /y", "http://a" + "b" * 64]
STARTED = ["command:", "command: ", "command:perl 'x", "lines:"]
PYTHON = ["python:", "python:mine", "python:a:b:c"]


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("reference", Command((sys.executable, "-m", "reference_impl.app", "--test-surface"))),
        ("http://127.0.0.1:8080", Address("http://127.0.0.1:8080")),
        ("https://product.test", Address("https://product.test")),
        ("command:perl 'my product.pl' --x", Command(("perl", "my product.pl", "--x"))),
        ("lines:node mine.js", Program(("node", "mine.js"))),
        ("python:mine.test:make", PythonObject("mine.test:make")),
    ],
)
def test_a_target_is_an_address_or_a_command(text: str, means: object) -> None:
    """An address is used as it is, a command is split as a shell would."""
    assert parse_target(text) == means


@pytest.mark.parametrize("text", ["", "checker", "http://", "ftp://x", "http://[", *PORTS, *STARTED, *PYTHON])
def test_anything_else_is_refused_in_one_line(text: str) -> None:
    """The line names the option and the text."""
    with pytest.raises(ConfigurationError) as refused:
        parse_target(text)
    assert str(refused.value).startswith(f"--target {text!r}: ")
    assert "\n" not in str(refused.value)


def test_an_address_is_not_started() -> None:
    """What already runs is left alone."""
    with running_target(Address("http://127.0.0.1:9")) as address:
        assert address == "http://127.0.0.1:9"


def test_a_caller_may_know_more_products_by_name() -> None:
    """A word that the caller gives a command for is that command, and is named where a target is refused."""
    assert parse_target("checker", {"checker": ["openssl-checker"]}) == Command(("openssl-checker",))
    with pytest.raises(ConfigurationError, match="expected reference, checker, http"):
        parse_target("nonsense", {"checker": ["openssl-checker"]})


def test_password_in_an_address_is_refused_and_not_repeated() -> None:
    """It would stand in every report, and here it stands nowhere."""
    with pytest.raises(ConfigurationError, match="without user and password") as refused:
        parse_target("http://me:secret@product.test")
    assert "secret" not in str(refused.value)
