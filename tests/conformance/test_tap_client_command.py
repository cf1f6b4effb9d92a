"""`kazashi certify --role tap-client` with programs: where they are judged, and what is said where PC/SC is missing."""

from typing import Any

import pytest

from conformance.roles import role_commands
from conformance.roles.role_commands import RoleOptions, said_of_target
from conformance.roles.tap_client import pcsc_desk
from conformance.roles.tap_client.pcsc_desk import NAMED_PROGRAMS
from harness.contract.targets import Program, PythonObject
from harness.errors import ConfigurationError
from harness.pcsc_lane import LaneUnavailable


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("opensc", Program(NAMED_PROGRAMS["opensc"])),
        ("pyscard", Program(NAMED_PROGRAMS["pyscard"])),
        ("lines:perl mine.pl", Program(("perl", "mine.pl"))),
        ("python:mine:make", PythonObject("mine:make")),
    ],
)
def test_target_means_the_program(text: str, meant: Program | PythonObject) -> None:
    """One word names OpenSC and the example; anything else is said as for every role."""
    assert role_commands._tap_target(text) == meant


def test_missing_pcscd_is_said_with_the_ways_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before any case, in one message, in both languages."""

    def unavailable(_: object) -> object:
        raise LaneUnavailable("no program pcscd")

    monkeypatch.setattr(pcsc_desk, "running_lane", unavailable)
    cards: Any = None
    with (
        pytest.raises(ConfigurationError, match=r"no program pcscd; install pcscd .* --reader substitute") as fault,
        pcsc_desk.pcsc_desk("pcsc", cards),
    ):
        pytest.fail("a desk without pcscd")
    assert "用意できません" in str(fault.value)


def test_same_target_is_said_again_with_its_reader() -> None:
    """The one-line command of a report names the reader where it is another than is assumed."""
    assert said_of_target("tap-client", RoleOptions("opensc", reader="substitute")) == (
        *("--target", "opensc"),
        *("--reader", "substitute"),
    )
