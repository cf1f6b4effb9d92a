"""A product as a process of its own: found by what it prints, ended by its own pid, never left behind."""

import os
import signal
import sys
from pathlib import Path

import pytest

from harness.contract.launch import LaunchedProduct
from harness.errors import ConfigurationError

LISTENS = "print('listening http://127.0.0.1:12345', flush=True); import signal; signal.pause()"


def is_alive(pid: int) -> bool:
    """Whether a process of this pid exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def is_running(pid: int) -> bool:
    """Whether a process of this pid still runs: a zombie that nobody has reaped yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_address_is_what_the_product_prints_and_it_ends_with_the_block() -> None:
    """The line on stdout gives the address; leaving the block ends the process."""
    with LaunchedProduct([sys.executable, "-c", f"print('hello', flush=True); {LISTENS}"]) as product:
        assert product.address == "http://127.0.0.1:12345"
        pid = product.pid
        assert is_alive(pid)
    assert not is_alive(pid)


def test_product_that_ignores_sigterm_is_killed() -> None:
    """Five seconds of grace, then SIGKILL: nothing survives a run."""
    stubborn = f"import signal; signal.signal({int(signal.SIGTERM)}, signal.SIG_IGN); {LISTENS}; signal.pause()"
    with LaunchedProduct([sys.executable, "-c", stubborn]) as product:
        pid = product.pid
    assert not is_alive(pid)


def test_what_a_wrapper_started_ends_with_it() -> None:
    """The product is often the child of a script, which may be gone already: nothing of the group survives."""
    child = f"import os; print('child', os.getpid(), flush=True); {LISTENS}"
    for wait in ("wait", "exit"):
        with LaunchedProduct(["sh", "-c", f'"{sys.executable}" -c "{child}" & {wait}']) as product:
            pid = int(product.output_tail().split()[1])
            assert is_alive(pid)
        assert not is_running(pid), f"left behind by a wrapper that does {wait}"


def test_product_that_prints_much_is_never_stopped_by_a_full_pipe() -> None:
    """More than a pipe holds is printed after the address, and the process still comes to its end."""
    chatty = "print('listening http://127.0.0.1:1', flush=True)\nfor _ in range(50000): print('x' * 40)\nprint('end')"
    with LaunchedProduct([sys.executable, "-c", chatty]) as product:
        os.waitid(os.P_PID, product.pid, os.WEXITED | os.WNOWAIT)
        product.close()
        assert product.output_tail(1) == "end"


@pytest.mark.parametrize("address", ["http://0.0.0.0:80", "http://example.test:80", "https://127.0.0.1:1", "nothing"])
def test_only_a_loopback_address_is_believed(address: str) -> None:
    """A product that listens elsewhere is not taken."""
    with pytest.raises(ConfigurationError, match="expected the line `listening"):
        LaunchedProduct([sys.executable, "-c", f"print('listening {address}')"])


def test_product_that_ends_at_once_is_not_called_slow() -> None:
    """A program that cannot start its surface closed its output: no seconds are named that nobody waited for."""
    with pytest.raises(ConfigurationError, match="before its output ended, actual 'no such jar'"):
        LaunchedProduct([sys.executable, "-c", "print('no such jar')"])


def test_product_that_says_nothing_is_ended() -> None:
    """When the line does not come in time, the process does not stay behind."""
    silent = "echo $$; exec sleep 60"  # a shell tells its number at once, where Python would start first
    with pytest.raises(ConfigurationError, match="within 2 s") as fault:
        LaunchedProduct(["sh", "-c", silent], patience=2)
    assert not is_alive(int(str(fault.value).split("actual '")[1].split("'")[0]))
