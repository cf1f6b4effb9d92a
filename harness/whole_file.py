"""A file that is there whole or not at all: a full disk leaves what was there before."""

from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, octets: bytes) -> Path:
    """Return the path once the octets are in it; OSError, and nothing changed, where they cannot be written."""
    beside = path.with_name(path.name + ".part")
    try:
        beside.write_bytes(octets)
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise
    return path
