"""The folder of a run's own files: people, course, counts. They go with the run, also from a folder that is shared."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.errors import ConfigurationError


@contextmanager
def run_folder(share: str) -> Iterator[Path]:
    """Yield the folder: a temporary one, or the shared one, which has to be empty and is left so."""
    if not share:
        with tempfile.TemporaryDirectory(prefix="kazashi-load-") as name:
            yield Path(name)
        return
    folder = Path(share)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        others = sorted(each.name for each in folder.iterdir())
    except OSError as fault:
        raise ConfigurationError(f"--share {folder}: expected a folder, actual {fault.strerror}") from fault
    if others:
        raise ConfigurationError(f"--share {folder}: expected an empty folder, actual {', '.join(others[:3])} in it")
    try:
        yield folder
    finally:
        for each in folder.iterdir():
            if each.is_file():
                each.unlink()
