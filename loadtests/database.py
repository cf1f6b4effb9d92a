"""A PostgreSQL of a load run's own under the reference, that can be killed and comes back with what was committed.

Data and socket lie in a folder that only its user may enter; it listens on no port, and ends with the run.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from harness.errors import ConfigurationError, HarnessFault

OWNERS = ("postgres", "nobody")
"""Who may run it when load is run as root: PostgreSQL refuses root."""
READY = "ready to accept connections"
USER = "kazashi"
DATABASES = ("store", "audit")
PATIENCE = 60.0
_FAST, _IMMEDIATE = signal.SIGINT, signal.SIGQUIT
"""PostgreSQL's own words for its signals."""


class Database:
    """A server that runs on its own data."""

    def __init__(self, folder: Path, binaries: Path, become: list[str]) -> None:
        self._folder, self._binaries, self._become = folder, binaries, become
        # PR_SET_PDEATHSIG is of the thread that started the server: it goes when that thread ends, not the process.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="load-database")
        self._start()

    def address(self, database: str) -> str:
        """Return where one of its databases is."""
        return f"postgresql://{USER}@/{database}?host={self._folder}"

    @contextmanager
    def killed(self) -> Iterator[None]:
        """Let nobody be there for a while: it goes at once, as in a crash, and recovers from its log."""
        self._process.send_signal(_IMMEDIATE)
        self._process.wait(PATIENCE)
        try:
            yield
        finally:
            self._start()

    def close(self) -> None:
        """End it; connections are ended, what was committed is written."""
        if self._process.poll() is None:
            self._process.send_signal(_FAST)
            self._process.wait(PATIENCE)
        self._listening.join(PATIENCE)
        self._starter.shutdown()

    def _start(self) -> None:
        command = [*self._become, str(self._binaries / "postgres"), "-D", str(self._folder / "data")]
        self._process = self._starter.submit(self._popen, command).result()
        ready = threading.Event()
        self._listening = threading.Thread(target=self._listen, args=(self._process, ready), daemon=True)
        self._listening.start()
        if not ready.wait(PATIENCE) or self._process.poll() is not None:
            self.close()
            raise HarnessFault(f"PostgreSQL: expected it to be ready within {PATIENCE:g} s, actual not")

    def _popen(self, command: list[str]) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*command, "-k", str(self._folder), "-c", "listen_addresses="],
            stderr=subprocess.PIPE,
            text=True,
            cwd=self._folder,
            env=_environment(self._folder),
        )

    @staticmethod
    def _listen(process: "subprocess.Popen[str]", ready: threading.Event) -> None:
        """Read what it says until it ends: a full pipe would stop it."""
        assert process.stderr is not None  # noqa: S101  (made with a pipe)
        with process.stderr:
            for line in process.stderr:
                if READY in line:
                    ready.set()
        ready.set()

    def make_databases(self) -> None:
        """Make the databases of the reference."""
        for name in DATABASES:
            _run(
                [*self._become, str(self._binaries / "createdb"), "-h", str(self._folder), "-U", USER, name],
                self._folder,
            )


@contextmanager
def own_database() -> Iterator[Database]:
    """Start a server with empty databases; it and its data are gone afterwards."""
    binaries = _programs()
    if binaries is None:
        raise ConfigurationError(
            "--fault database: expected PostgreSQL, actual not installed; apt-get install postgresql"
        )
    user = _first_known() if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="kazashi-load-postgresql-"))
    become = ["setpriv", "--pdeathsig", "INT"]
    try:
        if user is not None:
            shutil.chown(folder, user.pw_name)
            become += [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        made = [str(binaries / "initdb"), "--pgdata", str(folder / "data"), "--username", USER, "--auth", "trust"]
        _run([*become, *made, "--encoding", "UTF8", "--locale", "C.UTF-8"], folder)
        server = Database(folder, binaries, become)
        try:
            server.make_databases()
            yield server
        finally:
            server.close()
    finally:
        shutil.rmtree(folder)


def _programs() -> Path | None:
    """Return the folder of the newest PostgreSQL that is installed; Debian keeps it off PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    on_path = shutil.which("initdb")
    return found[-1] if found else Path(on_path).resolve().parent if on_path else None


def _first_known() -> Any:
    """Return the entry of whoever runs it; `pwd` is not on every system that `kazashi` starts on."""
    known = {entry.pw_name: entry for entry in import_module("pwd").getpwall()}
    return next(known[name] for name in OWNERS if name in known)


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=_environment(folder))
    if done.returncode != 0:
        raise HarnessFault(
            f"{Path(command[-1]).name}: expected PostgreSQL to be set up, actual {done.stderr.strip()!r}"
        )


def _environment(folder: Path) -> dict[str, str]:
    """Return variables among which nobody's own PostgreSQL (PGDATA, PGHOST, …) plays a part."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "HOME": str(folder)}
