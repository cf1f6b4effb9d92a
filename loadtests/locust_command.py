"""The command lines of Locust's processes: one alone, one that shares the work on this machine, a master, a worker."""

import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from harness.errors import ConfigurationError
from loadtests.options import Options

LOCUSTFILE = Path(__file__).with_name("locustfile.py")
POPULATION, OPTIONS, TALLY = "population.json", "options.json", "tally.json"
"""The files of a run in its folder; a worker on another machine needs the first two."""
STARTING = 15
"""Seconds that making the users may take on a busy machine before load begins."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a master listens: host and port."""

    host: str
    port: int


def parse_place(text: str) -> Place:
    """Return host and port of `HOST:PORT`; ConfigurationError for anything else."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ConfigurationError(f"{text!r}: expected HOST:PORT of the master, e.g. 127.0.0.1:5557")
    return Place(host.strip("[]"), int(port))


def locust_command(locustfile: Path, address: str, people: Path, options: Options, last_visits: int) -> list[str]:
    """Return the command of the process that counts in the end: the only one, or the master; files beside `people`."""
    folder = people.parent
    bound = options.seconds + STARTING  # `pacing.end_in_time` ends it when its seconds are over
    course = ["--run-time", f"{bound}s", "--stop-timeout", str(last_visits)]
    return [
        *(sys.executable, "-m", "locust", "-f", str(locustfile), "--headless", "--only-summary"),
        *("--host", address, "--users", str(options.users), "--spawn-rate", str(options.users), *course),
        *("--population", str(people), "--options", str(folder / OPTIONS)),
        *("--tally", str(folder / TALLY), *_crew(options)),
    ]


def _crew(options: Options) -> list[str]:
    """Return what makes a master of it, here or for other machines; ports are ours alone and on loopback here."""
    if options.workers:
        place = parse_place(options.bind)
        return [
            *("--master", "--master-bind-host", place.host, "--master-bind-port", str(place.port)),
            *("--expect-workers", str(options.workers), "--shards", str(options.workers)),
            *("--expect-workers-max-wait", str(max(1, round(options.patience)))),
        ]
    if options.processes > 1:
        port = str(_free_port())
        return [
            *("--processes", str(options.processes), "--shards", str(options.processes)),
            *("--master-bind-host", "127.0.0.1", "--master-bind-port", port),
            *("--master-host", "127.0.0.1", "--master-port", port),
            *("--expect-workers-max-wait", str(max(1, round(options.patience)))),
        ]
    return []


def worker_command(place: Place, people: Path, processes: int) -> list[str]:
    """Return the command of a worker, or of several on its machine."""
    return [
        *(sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--worker"),
        *("--master-host", place.host, "--master-port", str(place.port)),
        *("--population", str(people), "--options", str(people.with_name(OPTIONS))),
        *(("--processes", str(processes)) if processes > 1 else ()),
    ]


def _free_port() -> int:
    """Return a port that was free just now; Locust takes none by itself."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port
