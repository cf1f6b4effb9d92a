"""What is seen of a target's processes: a tree with a child, its memory, and who listens."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from loadtests import watch
from loadtests.processes import busy_seconds
from loadtests.watch import Watch, listener_at

TREE = """
import subprocess, sys
HOLD = "import sys; held = bytes([1]) * (40 << 20); print(1, flush=True); sys.stdin.read()"
child = subprocess.Popen([sys.executable, "-c", HOLD],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdout.readline()
print("ready", flush=True)
sys.stdin.read()
child.stdin.close()
child.wait()
print("alone", flush=True)
sys.stdin.close()
sys.stdout.close()
"""


@pytest.fixture
def tree() -> Iterator[subprocess.Popen[str]]:
    """A process with one child, which holds forty megabytes."""
    with subprocess.Popen(
        [sys.executable, "-c", TREE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def test_whole_tree_is_looked_at(tree: subprocess.Popen[str]) -> None:
    """Two processes, the child's memory among theirs; processor time of a child that ended stays counted."""
    asked = iter(range(100))
    with Watch(tree.pid, lambda: next(asked)) as seen:
        assert tree.stdin is not None
        assert tree.stdout is not None
        tree.stdin.close()
        assert tree.stdout.readline() == "alone\n"
    first, last = seen.samples[0], seen.samples[-1]
    assert (first.processes, first.questions) == (2, 0)
    assert first.memory > 40 << 20
    assert first.descriptors >= 6
    assert last.processes <= 1
    assert last.processor >= first.processor > 0
    assert last.questions == len(seen.samples) - 1


def test_target_that_ended_or_was_never_known_has_no_processes() -> None:
    """Questions are counted all the same."""
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    for pid in (gone.pid, None):
        with Watch(pid, lambda: 7) as seen:
            pass
        assert {(sample.processes, sample.questions) for sample in seen.samples} == {(0, 7)}


def test_samples_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it looks: then half as often."""
    monkeypatch.setattr(watch, "MOST_SAMPLES", 10)
    seen = Watch(None)
    for _ in range(1000):
        seen._look()
    assert len(seen.samples) <= 10


def test_listener_is_found_by_its_address() -> None:
    """This process listens; where nobody does there is nobody."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        found = listener_at(f"http://127.0.0.1:{port}")
        assert found is not None
        assert listener_at(f"http://192.0.2.1:{port}") is None, "that is another machine's port"
    assert listener_at(f"http://127.0.0.1:{port}") is None


def test_processor_of_a_supervisor_is_that_of_its_workers() -> None:
    """Those that work, and those that have ended: it alone does nothing."""
    work = "import sys, time\nwhile time.process_time() < 0.4: pass"
    program = (
        "import subprocess, sys\n"
        f"subprocess.run([sys.executable, '-c', {work!r}])\n"
        f"two = subprocess.Popen([sys.executable, '-c', {work!r} + '\\nprint(flush=True); sys.stdin.read()'],"
        " stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        "two.stdout.readline(); print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout is not None
        supervisor.stdout.readline()
        assert busy_seconds(supervisor.pid) >= 0.6
        supervisor.kill()
    assert busy_seconds(supervisor.pid) == 0.0
    assert busy_seconds(None) == 0.0
