"""`kazashi load worker`: part of a run's load from this machine, for a master on another.

The master's `kazashi load run --workers N --share DIR` puts the people into the folder; this waits for them, takes the
part that the master names, and ends when the master does. Bounded: by its patience before, by the master's word then.
"""

import subprocess
import threading
import time
from pathlib import Path
from typing import Annotated

import typer

from harness.errors import ConfigurationError
from loadtests.generator import end_process, environment, require_locust
from loadtests.locust_command import OPTIONS, parse_place, worker_command
from loadtests.options import LONGEST_RUN, MOST_WORKERS
from loadtests.people import people_in
from loadtests.told_to_go import sigterm_unwinds

POLL = 0.1


def worker_command_line(
    *,
    master: Annotated[str, typer.Option(metavar="HOST:PORT", help="where the master listens / マスターの場所")],
    share: Annotated[Path, typer.Option(metavar="DIR", help="the folder that the master shares / 共有フォルダー")],
    processes: Annotated[
        int, typer.Option(help="workers on this machine; each counts / この機械のワーカー数", min=1, max=MOST_WORKERS)
    ] = 1,
    patience: Annotated[
        float, typer.Option(help="seconds to wait for the master's people / 待つ秒数", min=0.1, max=3600)
    ] = 120.0,
) -> None:
    """Drive part of the people of a run whose master is on another machine.

    別の機械のマスターの下で、負荷の一部を受け持つ。
    """
    require_locust()
    place = parse_place(master)
    people = _await_people(share, patience)
    with (
        sigterm_unwinds(),
        subprocess.Popen(
            worker_command(place, people, processes),
            stdin=subprocess.DEVNULL,
            env=environment(),
            start_new_session=True,
        ) as process,
    ):
        try:
            code = process.wait(LONGEST_RUN + patience)
        finally:
            end_process(process)
    raise typer.Exit(code)


def _await_people(share: Path, patience: float) -> Path:
    """Return the people's file once the master has put it and the course there; ConfigurationError when it does not."""
    deadline, tick = time.monotonic() + patience, threading.Event()
    while time.monotonic() < deadline:
        people = people_in(share)
        if people is not None and (share / OPTIONS).exists():
            return people
        tick.wait(POLL)
    raise ConfigurationError(
        f"{share}: expected the people of a run within {patience:g} s, actual none; "
        "start `kazashi load run --workers N --share DIR` on the master, over the same folder"
    )
