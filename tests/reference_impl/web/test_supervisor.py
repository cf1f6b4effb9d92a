"""The supervisor where its workers cannot live."""

import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reference_impl import supervisor
from reference_impl.options import read_arguments, read_settings
from reference_impl.serving import listen, serve
from reference_impl.settings import CannotBegin
from tests.reference_impl.web.dying import die


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """What this process did on its signals it does again afterwards."""
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_workers_that_never_serve_end_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Five deaths in a row before it served: exit code 1, a line for each, and nobody said that it listens."""
    monkeypatch.setattr(supervisor, "_work", die)
    settings = read_settings(read_arguments(["--processes", "2", "--store", str(tmp_path / "store.sqlite")]))
    with closing(listen("127.0.0.1", 0)) as listener:
        assert supervisor.supervise(settings, listener) == 1
    said = capfd.readouterr()
    assert said.out == ""
    assert said.err.count("ended with 7; another takes over") >= supervisor.FUTILE


def test_log_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A folder is no file: which, and why."""
    settings = read_settings(read_arguments(["--log", str(tmp_path)]))
    with closing(listen("127.0.0.1", 0)) as listener, pytest.raises(CannotBegin, match=r"--log .*Is a directory"):
        serve(settings, listener, lambda: None)
