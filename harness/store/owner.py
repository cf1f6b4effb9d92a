"""The lock beside a store that is a file: one process at a time, for two that write would publish two truths."""

import fcntl
import os
from pathlib import Path

from harness.errors import ConfigurationError
from harness.store.address import Place


class StoreUnusable(ConfigurationError):
    """The store cannot be read or written; what was asked of it did not happen.

    But for a connection that broke while it was told to commit: the next look into the store says what happened.
    """


def require_store(place: Place) -> None:
    """Return when a store may be there; StoreUnusable when it is a file that is not: opening would make one."""
    if isinstance(place, Path) and not place.exists():
        raise StoreUnusable(
            f"{place}: expected a world's store, actual no such file; correct --store, or make a world with "
            "`kazashi world new`"
        )


def own(path: Path) -> int:
    """Return the descriptor that holds the store's lock; ConfigurationError when another process has it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as fault:
        raise StoreUnusable(
            f"{path}: expected a place for the world's store, actual {fault.strerror}; name another file"
        ) from fault
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # its residents are nobody else's affair
    except BlockingIOError as fault:
        os.close(descriptor)
        raise StoreUnusable(f"{path}: another process owns this world; end it, or name another store") from fault
    except OSError as fault:
        os.close(descriptor)
        raise StoreUnusable(f"{path}: expected a file to write, actual {fault.strerror}; name another file") from fault
    return descriptor
