"""What a running world leaves in its home, so that other commands find it: its addresses and the control token.

One world at a time may run in one home: two would tell two truths under one name.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

import msgspec

from harness.errors import ConfigurationError

ADDRESSES, TOKEN, LOCK = "up.json", "control-token", "up.lock"
TOKEN_OCTETS = 32


class Found(msgspec.Struct, frozen=True):
    """A running world as its home tells of it."""

    addresses: dict[str, str]
    token: str


class Announcement:
    """The home as long as a world runs in it: locked, with a new token that only its owner can read."""

    def __init__(self, home: Path) -> None:
        self._home = home
        try:
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = os.open(home / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as fault:
            raise ConfigurationError(
                f"{home}: expected a folder to write, actual {fault.strerror}; name another in KAZASHI_HOME"
            ) from fault
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            os.close(self._lock)
            raise ConfigurationError(
                f"{home}: another `kazashi up` runs here; end it, or name another folder in KAZASHI_HOME"
            ) from fault
        self.token = secrets.token_urlsafe(TOKEN_OCTETS)
        self.token_file = home / TOKEN
        write_private(self.token_file, self.token.encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def publish(self, addresses: Mapping[str, str]) -> None:
        """Tell where the world's doors are."""
        write_private(self._home / ADDRESSES, as_json(addresses))

    def close(self) -> None:
        """Take everything back."""
        for name in (ADDRESSES, TOKEN):
            (self._home / name).unlink(missing_ok=True)
        os.close(self._lock)


def find(home: Path) -> Found:
    """Return the world that runs in `home`; ConfigurationError when none does."""
    try:
        addresses = msgspec.json.decode((home / ADDRESSES).read_bytes(), type=dict[str, str])
        return Found(addresses, (home / TOKEN).read_text(encoding="ascii"))
    except OSError as fault:
        raise ConfigurationError(
            f"{home}: expected a running world, actual none ({fault.strerror}); start one with `kazashi up`"
        ) from fault
    except ValueError as fault:
        raise ConfigurationError(f"{home / ADDRESSES}: expected addresses, actual {fault}; remove the file") from fault


def read_told(file: Path) -> Found:
    """Return a process as the file tells of it that it wrote its addresses to; ConfigurationError when it does not."""
    try:
        addresses = msgspec.json.decode(file.read_bytes(), type=dict[str, str])
        token = Path(unquote(urlsplit(addresses["token"]).path)).read_text(encoding="ascii")
        return Found({"control": addresses["control"], **addresses}, token)
    except (OSError, ValueError, KeyError) as fault:
        actual = f"none of {fault}" if isinstance(fault, KeyError) else str(fault)
        raise ConfigurationError(
            f"{file}: expected the addresses of a process that runs, with `control` and `token`, actual {actual}; "
            "`kazashi serve jlis --json FILE` writes them"
        ) from fault


@contextmanager
def own_token(place: Path) -> Iterator[tuple[str, Path]]:
    """Yield a new token and the file that its owner finds it in, for one process of several in a home."""
    token, file = secrets.token_urlsafe(TOKEN_OCTETS), place / f"{TOKEN}-{os.getpid()}"
    write_private(file, token.encode())
    try:
        yield token, file
    finally:
        file.unlink(missing_ok=True)


def as_json(addresses: Mapping[str, str]) -> bytes:
    """Return the addresses as `--json FILE` writes them."""
    return msgspec.json.format(msgspec.json.encode(addresses), indent=2) + b"\n"


def write_private(path: Path, content: bytes) -> None:
    """Replace a file at once, so that a reader never sees half of it; only its owner can read it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        beside.replace(path)
    except OSError as fault:
        raise ConfigurationError(
            f"{path}: expected a file to write, actual {fault.strerror}; name another place"
        ) from fault
