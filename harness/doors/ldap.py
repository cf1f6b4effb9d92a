"""The lists in a directory: OpenLDAP's slapd, a program of Debian's run beside us, with each list at its point's DN.

Attribute `certificateRevocationList;binary` of a cRLDistributionPoint (RFC 4523 §2.4, §3.5), an authority's own list
as `authorityRevocationList;binary` at its DN. Whether the real service has a directory is not public (spec/pki.md §2);
the names of its points can hardly be for anything else. slapd runs on loopback, never as root, and its folder goes
when it does. It is given the lists when it starts, and again at each publication.
"""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.doors import ldif
from harness.doors.ldif import Listed
from harness.errors import ConfigurationError

LOOPBACK = "127.0.0.1"
PATIENCE = 30.0
SCHEMA = Path("/etc/ldap/schema/core.schema")
MODULES = Path("/usr/lib/ldap")
PACKAGES = "apt-get install slapd ldap-utils"
_LOADER = "cn=loader,c=JP"
_PROBE_SECONDS = 0.02
_TRIES = 5
_LARGEST_LOAD = 2**30
_IDLE_SECONDS = 300
"""How long slapd keeps a line on which nothing comes; what it takes of anybody at once is its own 256 KiB."""
_UNREAD_SECONDS = 30
_ROOM = 2**34
"""How large the database may get; the file is as large as what is in it."""


class DirectoryUnavailable(ConfigurationError):
    """No directory can run on this machine, or it did not start; says which and why."""


@dataclass(slots=True)
class Directory:
    """A running slapd with lists in it."""

    port: int
    process: subprocess.Popen[bytes]
    _folder: Path
    _known: set[str]

    @property
    def url(self) -> str:
        """Where it is."""
        return f"ldap://{LOOPBACK}:{self.port}"

    def publish(self, lists: Sequence[Listed]) -> None:
        """Put lists in the place of those that were there; each is replaced at once, one after the other."""
        self._change(ldif.additions(lists, self._known))
        self._change(ldif.replacements(lists))

    def _change(self, records: Iterable[bytes]) -> None:
        command = ["ldapmodify", "-a", "-x", "-H", self.url, "-D", _LOADER, "-y", f"{self._folder}/password"]
        done = subprocess.run(command, input=b"".join(records), capture_output=True, check=False)
        if done.returncode:
            raise DirectoryUnavailable(f"ldapmodify: expected every list taken, actual {done.stderr.decode().strip()}")


@contextmanager
def running_directory(lists: Sequence[Listed], port: int = 0) -> Iterator[Directory]:
    """Start slapd with these lists in it, ready to answer; at the end it has ended and its folder is gone."""
    slapd, slapadd = _program("slapd"), _program("slapadd")
    _program("ldapmodify")
    folder = Path(tempfile.mkdtemp(prefix="kazashi-ldap-"))
    try:
        _load(folder, slapadd, lists)
        process, port = _start(folder, slapd, port)
        try:
            yield Directory(port, process, folder, ldif.dns(lists))
        finally:
            _end(process)
    finally:
        shutil.rmtree(folder)


def _program(name: str) -> str:
    """Return the path of a program; it may stand where only root's PATH looks."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
    if found is None or not SCHEMA.exists():
        missing = name if found is None else str(SCHEMA)
        raise DirectoryUnavailable(f"{missing}: expected OpenLDAP's server and tools, actual none; {PACKAGES}")
    return found


def _load(folder: Path, slapadd: str, lists: Sequence[Listed]) -> None:
    """Write the configuration and fill the database."""
    password = secrets.token_hex()
    (folder / "database").mkdir()
    (folder / "password").write_text(password)
    (folder / "slapd.conf").write_text(
        f"include {SCHEMA}\nmodulepath {MODULES}\nmoduleload back_mdb\npidfile {folder}/pid\n"
        f"sockbuf_max_incoming_auth {_LARGEST_LOAD}\nsizelimit unlimited\n"
        f"idletimeout {_IDLE_SECONDS}\nwritetimeout {_UNREAD_SECONDS}\n"
        f'database mdb\nsuffix "c=JP"\ndirectory {folder}/database\nmaxsize {_ROOM}\ndbnosync\n'
        f"rootdn {_LOADER}\nrootpw {password}\naccess to * by * read\n"
    )
    for secret in ("password", "slapd.conf"):
        (folder / secret).chmod(0o600)
    (folder / "lists.ldif").write_bytes(b"".join(ldif.whole(lists)))
    servant = _servant()
    if servant is not None:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, servant, servant)
    # -q: nobody reads the database yet, so nothing needs to be synced
    command = [slapadd, "-q", "-f", f"{folder}/slapd.conf", "-l", f"{folder}/lists.ldif"]
    done = subprocess.run(
        command, capture_output=True, check=False, user=servant, group=servant, extra_groups=_groups()
    )
    if done.returncode:
        raise DirectoryUnavailable(f"slapadd: expected every list taken, actual {done.stderr.decode().strip()}")
    (folder / "lists.ldif").unlink()


def _start(folder: Path, slapd: str, port: int) -> tuple[subprocess.Popen[bytes], int]:
    """Return the running slapd and its port; another free one is tried where somebody took the first meanwhile."""
    for _ in range(1 if port else _TRIES):
        tried = port or _free_port()
        with (folder / "log").open("wb") as log:
            command = [slapd, "-d", "none", "-f", f"{folder}/slapd.conf", "-h", f"ldap://{LOOPBACK}:{tried}"]
            process = subprocess.Popen(
                command, stdout=log, stderr=log, user=_servant(), group=_servant(), extra_groups=_groups()
            )
        try:
            if _answers(process, tried, folder):
                return process, tried
        except BaseException:
            _end(process)
            raise
        _end(process)
    said = (folder / "log").read_text(errors="replace").strip().splitlines()[-3:]
    raise DirectoryUnavailable(f"slapd: expected it to answer on {LOOPBACK}, actual {'; '.join(said)}")


def _answers(process: subprocess.Popen[bytes], port: int, folder: Path) -> bool:
    """Return whether slapd answered before it ended or patience did."""
    patience = time.monotonic() + PATIENCE
    while time.monotonic() < patience:
        try:
            process.wait(_PROBE_SECONDS)
        except subprocess.TimeoutExpired:
            with socket.socket() as probe:
                is_open = probe.connect_ex((LOOPBACK, port)) == 0
            if is_open and _is_ours(port, folder):
                return process.poll() is None
        else:
            return False
    return False


def _is_ours(port: int, folder: Path) -> bool:
    """Return whether whoever listens knows our password; another server's port is taken, and ours is about to end."""
    command = ["ldapwhoami", "-x", "-H", f"ldap://{LOOPBACK}:{port}", "-D", _LOADER, "-y", f"{folder}/password"]
    return subprocess.run([*command, "-o", "nettimeout=5"], capture_output=True, check=False).returncode == 0


def _end(process: subprocess.Popen[bytes]) -> None:
    """End slapd by its own pid: SIGTERM, and SIGKILL when it has not ended within five seconds."""
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return int(listener.getsockname()[1])


def _servant() -> str | None:
    """Return whose slapd is, and its group's name: where we are root Debian's own user for it, otherwise ours."""
    return "openldap" if os.geteuid() == 0 else None


def _groups() -> list[int] | None:
    """Return the further groups of slapd: none of root's."""
    return [] if os.geteuid() == 0 else None
