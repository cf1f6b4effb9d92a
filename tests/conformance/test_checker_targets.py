"""The dishonest targets speak the contract, and decide the same whatever they are shown."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import conformance
from tests.conformance.checker_world import NOW, OK, TERMINAL, Desk, b64, der, opened, refused, verdict

TARGET = str(Path(conformance.__path__[0], "targets", "always.pl"))


@pytest.fixture(scope="module", params=["accept", "reject"])
def target(request: pytest.FixtureRequest) -> Iterator[tuple[str, Desk]]:
    with opened(("perl", TARGET, request.param)) as (desk, _responder):
        yield request.param, desk


def test_every_purpose_gets_the_same_verdict(target: tuple[str, Desk]) -> None:
    """An honest card and a forged one alike; the birth date seen at enrolment is told at the tap."""
    lie, desk = target
    desk.ask("reset")
    desk.set_time(NOW, epoch=7)
    expected = OK if lie == "accept" else refused("BAD_SIGNATURE")
    card = desk.world.auth_certificate()
    for key in (desk.world.holder, desk.world.other):
        for purpose in ("enrol", "login", "tap", "sign"):
            outcome = desk.go(purpose, card, key=key)
            assert (verdict(outcome), outcome["epoch"]) == (expected, 7)
    begun = desk.begin("tap", terminal=TERMINAL, holder={"certificate": b64(der(card))})
    assert begun["birth_date"] == "1990-04-01"
    account = desk.account(card)
    assert (account is not None) == (lie == "accept")
    assert account is None or (account["services"], account["accepted"]) == (["library"], 6)


def test_hello_names_the_liar(target: tuple[str, Desk]) -> None:
    """The product's name says what it is; the message has the contract's fields."""
    lie, desk = target
    hello = desk.ask("hello", contract="1.0")
    assert hello["product"] == f"kazashi-always-{lie}"
    assert set(hello) == {"contract", "role", "product", "version", "capabilities", "tolerances"}


def test_broken_messages_are_refused(target: tuple[str, Desk]) -> None:
    """404, 400 and 413 as the contract has them."""
    _, desk = target
    assert desk.post("unlink", b"{}")[0] == 404
    assert desk.post("hello", b"[]")[0] == desk.post("hello", b"{")[0] == 400
    assert desk.post("hello", b" " * 262_145)[0] == 413


def test_an_unknown_lie() -> None:
    """Anything but accept and reject is a usage line and exit 2."""
    done = subprocess.run(["perl", TARGET, "perhaps"], text=True, capture_output=True, timeout=10, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
