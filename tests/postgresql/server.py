"""A PostgreSQL of this run's own, from Debian's package: data and socket in a folder that only its user may enter.

It keeps its promises about the disk (fsync stays on), listens on no port, and ends with this process whatever happens.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import URL, create_engine, text

OWNERS = ("postgres", "nobody")
"""Who may run it when the tests run as root: PostgreSQL refuses root."""
READY = "ready to accept connections"
MEMORY = Path("/dev/shm")  # noqa: S108  (a folder of its own is made in it)
ROOM = 1 << 30
"""Octets that the databases of a run may need."""


def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL that is installed; Debian keeps it off PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    on_path = shutil.which("initdb")
    return found[-1] if found else Path(on_path).resolve().parent if on_path else None


class Server:
    """A server that runs, and databases in it."""

    def __init__(self, folder: Path, command: list[str | Path]) -> None:
        self._folder, self._command = folder, command
        self._running = ExitStack()
        self.start()
        self._numbers = count(1)
        self._administration = create_engine(self._address("postgres"), isolation_level="AUTOCOMMIT")

    def start(self) -> None:
        """Start it, on the data it had."""
        self.process = self._running.enter_context(_started(self._command, self._folder))

    @contextmanager
    def killed(self) -> Iterator[None]:
        """Nobody is there for a while: it goes at once, as in a crash, and recovers from its log when it comes back."""
        self._administration.dispose()
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(60)
        self._running.close()
        try:
            yield
        finally:
            self.start()

    def new_database(self) -> URL:
        """Return the address of an empty database."""
        name = f"world_{next(self._numbers)}"
        with self._administration.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        return self._address(name)

    def drop(self, url: URL) -> None:
        """Remove a database, whoever still looks at it."""
        with self._administration.connect() as connection:
            connection.execute(text(f"DROP DATABASE {url.database} WITH (FORCE)"))

    def end_connections(self, url: URL) -> None:
        """End what is connected to a database, as an administrator or a restart does; returns when it has gone.

        Whoever was told to go and has not yet may take one more statement, and end in the middle of it. Whoever went
        by itself meanwhile could not be told, and whoever was told may be back: what counts is that each of them went.
        """
        ending = text("SELECT pid, pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = :name")
        staying = text("SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(:told)")
        with self._administration.connect() as connection:
            told = [pid for pid, _ in connection.execute(ending, {"name": url.database})]
            left = connection.scalar(staying, {"told": told})
        assert left == 0, "a connection that does not end"

    def is_waiting(self, url: URL) -> bool:
        """Whether anybody in a database waits for somebody else's lock."""
        waiting = text("SELECT count(*) FROM pg_stat_activity WHERE datname = :name AND wait_event_type = 'Lock'")
        with self._administration.connect() as connection:
            return bool(connection.execute(waiting, {"name": url.database}).scalar_one())

    def set_default(self, url: URL, name: str, value: str) -> None:
        """Change what a setting is in one database for whoever does not say otherwise."""
        with self._administration.connect() as connection:
            connection.execute(text(f"ALTER DATABASE {url.database} SET {name} = {value}"))

    def setting(self, name: str) -> str:
        """Return one setting of the server."""
        with self._administration.connect() as connection:
            return str(connection.execute(text(f"SHOW {name}")).scalar_one())

    def close(self) -> None:
        """Leave the server, and end it."""
        self._administration.dispose()
        self._running.close()

    def _address(self, database: str) -> URL:
        return URL.create(
            "postgresql+psycopg", username="kazashi", database=database, query={"host": str(self._folder)}
        )


@contextmanager
def running(binaries: Path) -> Iterator[Server]:
    """Start a server; it and its data are gone afterwards."""
    user = _first_known(OWNERS) if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="kazashi-postgresql-", dir=_roomy_memory()))
    if user is not None:
        shutil.chown(folder, user.pw_name)
    try:
        data = folder / "data"
        made: list[str | Path] = [
            binaries / "initdb",
            "--pgdata",
            data,
            "--username",
            "kazashi",
            "--auth",
            "trust",
            "--no-sync",
        ]
        _run([*_as(user), *made, "--encoding", "UTF8", "--locale", "C.UTF-8"], folder)
        served: list[str | Path] = [*_as(user), "setpriv", "--pdeathsig", "INT", binaries / "postgres"]
        command = [*served, "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=on"]
        with closing(Server(folder, command)) as server:
            yield server
    finally:
        shutil.rmtree(folder)


def _roomy_memory() -> Path | None:
    """Return a file system in memory, where there is one with room: the same promises, and no disk to wait for.

    What is shown of killed processes does not need a disk: the machine stays up.
    """
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM else None


def _first_known(names: tuple[str, ...]) -> pwd.struct_passwd:
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in names if name in known)


def _run(command: list[str | Path], folder: Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=_environment(folder))
    assert done.returncode == 0, done.stderr


@contextmanager
def _started(command: list[str | Path], folder: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=folder, env=_environment(folder))
    assert process.stderr is not None
    said: list[str] = []
    rest = threading.Thread(target=said.extend, args=(process.stderr,))  # a full pipe would stop it
    try:
        for line in process.stderr:
            said.append(line)
            if READY in line:
                break
        else:
            raise AssertionError("".join(said))
        rest.start()
        yield process
    finally:
        process.send_signal(signal.SIGINT)  # "fast": connections are ended, what was committed is written
        process.wait(60)
        if rest.ident is not None:
            rest.join(10)
        process.stderr.close()


def _environment(folder: Path) -> dict[str, str]:
    """The settings of somebody's own PostgreSQL (PGDATA, PGHOST, …) play no part."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "HOME": str(folder)}


def _as(user: pwd.struct_passwd | None) -> list[str | Path]:
    """Return what makes a command somebody else's."""
    return [] if user is None else ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
