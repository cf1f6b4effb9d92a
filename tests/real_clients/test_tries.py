"""Tries left, seen by one process after another, whatever happens to the card between them (spec/card.md §3)."""

from harness.pcsc_lane import OUR_READER
from tests.real_clients.programs import Bench
from tests.real_clients.test_opensc import tries_shown


def test_a_wrong_pin_is_remembered_by_the_card(bench: Bench) -> None:
    """A try spent in one process is missing in the next, and after the card's process was killed and begun again."""
    assert tries_left(bench) == 3
    refused = verify(bench, "9999")
    assert refused != 0
    assert tries_left(bench) == 2

    bench.card.kill()
    bench.insert(OUR_READER)
    assert tries_left(bench) == 2


def test_the_right_pin_gives_all_tries_back(bench: Bench) -> None:
    """Two tries spent, the third right: three again."""
    verify(bench, "9999")
    verify(bench, "9999")
    assert tries_left(bench) == 1
    assert verify(bench, "1234") == 0
    assert tries_left(bench) == 3


def test_a_blocked_pin_stays_blocked_after_a_kill(bench: Bench) -> None:
    """Three wrong PINs block it: the right one is refused, also by the card's next process."""
    for _ in range(3):
        verify(bench, "9999")
    assert verify(bench, "1234") != 0
    bench.card.kill()
    bench.insert(OUR_READER)
    assert tries_left(bench) == 0
    assert verify(bench, "1234") != 0


def verify(bench: Bench, pin: str) -> int:
    """The exit code of a login with the authentication PIN."""
    return bench.run("pkcs15-tool", "--auth-id", "01", "--verify-pin", "--pin", pin).returncode


def tries_left(bench: Bench) -> int:
    """The tries of the authentication PIN that a fresh process sees."""
    return tries_shown(bench.run("pkcs15-tool", "-D").stdout)["User Authentication PIN"]
