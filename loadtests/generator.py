"""Locust as a process of its own: its patched loop and uvicorn's hang together, so the two never share one."""

import math
import os
import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import msgspec

from harness.errors import ConfigurationError, HarnessFault
from loadtests.locust_command import LOCUSTFILE, OPTIONS, TALLY, locust_command
from loadtests.options import Options
from loadtests.people import People, write_people
from loadtests.tally import Tally
from loadtests.targets.reach import without_proxies

NO_WORKERS = "Gave up waiting for workers"
"""What Locust's master says then."""
STOP = "stop"
"""The file at which load ends before its time: as it does at its time, with the last visits."""
BEGAN = "began"
"""The file that says at which instant of the monotonic clock load began."""
GRACE = 20.0
"""Seconds beyond its time that Locust may take to start, to let the last logins end, and to stop."""
POLL = 0.2
REQUESTS_PER_VISIT = 3
"""Of the longest visit, a replaying one."""
Progress = Callable[[float, float], None]


def require_locust() -> None:
    """Check that Locust is installed, without importing it here; ConfigurationError says how to get it."""
    if find_spec("locust") is None:
        raise ConfigurationError("load: expected Locust, actual not installed; pip install 'kazashi[load]'")


def generate(  # noqa: PLR0913  (who, where to, how, and whom to tell)
    population: People,
    address: str,
    folder: Path,
    options: Options,
    progress: Progress | None = None,
    *,
    begun: Callable[[float, int], None] | None = None,
) -> Tally:
    """Return what Locust counted while it sent load to `address`; its files go to `folder`, and it ends in any case.

    A visit under way when the time is over may still end: a product that hangs shows as errors, not as silence. Ctrl-C
    ends the load as its time would.
    `begun` is told once the instant (monotonic) at which load began, as soon as that is known, and Locust's process.
    """
    people, counts, log = write_people(population, folder), folder / TALLY, folder / "locust.log"
    start = folder / BEGAN
    (folder / OPTIONS).write_bytes(msgspec.json.encode(options))
    last_visits = math.ceil(options.timeout * REQUESTS_PER_VISIT) + 1
    grace = last_visits + GRACE + (options.patience if is_crewed(options) else 0)
    command = locust_command(LOCUSTFILE, address, people, options, last_visits)

    def look(elapsed: float, seconds: float) -> None:
        nonlocal begun
        if begun is not None and start.exists():
            begun(float(start.read_text()), process.pid)
            begun = None
        if progress is not None:
            progress(elapsed, seconds)

    with log.open("wb") as output, ThreadPoolExecutor(1) as starter:
        # in a thread, which no signal interrupts: SIGTERM while a process is being started would leave it to nobody
        starting = starter.submit(
            subprocess.Popen,
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment(),
            start_new_session=True,
        )
        interrupted = False
        try:
            process = starting.result()
            try:
                _wait(process, options.seconds, grace, look)
            except KeyboardInterrupt:  # once: what was found is kept; twice: everything ends
                if not start.exists():
                    raise
                interrupted = True
                (folder / STOP).touch()
                _wait(process, 0.0, grace, lambda _elapsed, _seconds: None)
        finally:
            end_process(starting.result())
            people.unlink()  # the keys in it are of no more use
    tally = _read(counts, log)
    if options.workers and start.exists():
        tally.began = float(start.read_text())  # the workers' clocks are those of other machines
    tally.interrupted = interrupted
    return tally


def environment() -> dict[str, str]:
    """Return this process's variables without those that would set Locust's options behind our back, or a proxy."""
    return {name: value for name, value in without_proxies().items() if not name.startswith("LOCUST_")}


def is_crewed(options: Options) -> bool:
    """Return whether several processes send the load."""
    return options.parts > 1 or options.workers > 0


def _wait(process: subprocess.Popen[bytes], seconds: float, grace: float, look: Progress) -> None:
    """Wait for the end, at most `grace` beyond `seconds`; `look(elapsed, seconds)` again and again as time goes."""
    begun = time.monotonic()
    while (elapsed := time.monotonic() - begun) < seconds + grace:
        try:
            process.wait(POLL)
        except subprocess.TimeoutExpired:
            look(elapsed, seconds)
        else:
            return


def end_process(process: subprocess.Popen[bytes]) -> None:
    """End the process by its own pid: SIGTERM, and SIGKILL when it has not ended within five seconds.

    Then whatever it had forked, which is in the session that was made for it: a master killed early leaves workers.
    """
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _read(counts: Path, log: Path) -> Tally:
    try:
        return msgspec.json.decode(counts.read_bytes(), type=Tally)
    except (OSError, msgspec.MsgspecError) as fault:
        said = " | ".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])
        if NO_WORKERS in said:
            raise ConfigurationError(
                "load: expected every worker within the patience, actual fewer; start them with `kazashi load worker`, "
                "or allow them longer by --patience"
            ) from fault
        raise HarnessFault(f"Locust: expected its counts, actual {fault}; it said: {said!r}") from fault
