"""The reference relying party is watched without being told: its own SQLite file and its own log, made for the run."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from conformance.privacy.place import Place
from conformance.privacy.watch import Watch
from harness.contract.targets import Command


@contextmanager
def watched_reference(command: Command) -> Iterator[tuple[Command, list[Watch]]]:
    """Yield the command of the reference with a store and a log of its own, and where they are watched."""
    with TemporaryDirectory(prefix="kazashi-reference-") as folder:
        words, watches = stored_in(Path(folder))
        yield Command((*command.words, *words)), watches


def stored_in(folder: Path) -> tuple[tuple[str, ...], list[Watch]]:
    """Return the words by which the reference writes into a folder, and what is watched there."""
    store, log = folder / "party.db", folder / "party.log"
    words = ("--store", str(store), "--log", str(log))
    return words, [Watch(Place.DATABASE, str(store)), Watch(Place.LOGS, str(log))]
