"""Locust started by hand: the process that keeps world, target and people is started here and ended by its own pid.

It is a process of its own because Locust's patched loop and uvicorn's hang together (`keeper.py`).
"""

import subprocess
import sys
from typing import Any

import msgspec

from harness.errors import ConfigurationError
from loadtests.keeper import Kept, Wanted

GRACE = 10.0
_keeper: list["subprocess.Popen[bytes]"] = []


def keep(environment: Any) -> None:
    """Have a scene made, and set Locust's host and our population to it; ConfigurationError when there is none."""
    options = environment.parsed_options
    if options.worker:
        raise ConfigurationError("--population: expected the file that the master's machine has, actual none")
    wanted = Wanted(options.kazashi_target, options.num_users or 20)
    process = subprocess.Popen(
        [sys.executable, "-m", "loadtests.keeper", msgspec.json.encode(wanted).decode()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    _keeper.append(process)
    line = b"" if process.stdout is None else process.stdout.readline()
    try:
        kept = msgspec.json.decode(line, type=Kept)
    except msgspec.MsgspecError as fault:
        release()
        raise ConfigurationError("expected a world, a target and people, actual none; see the line above") from fault
    options.population = kept.population
    environment.host = environment.host or kept.address


def release() -> None:
    """End the keeper, if there is one."""
    while _keeper:
        process = _keeper.pop()
        if process.stdin is not None:
            process.stdin.close()  # it ends when nobody holds this any more, also when Locust was killed
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
