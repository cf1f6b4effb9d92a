"""`--watch PLACE=PATH,…`: where the vendor says that the product writes. What is not there is a fault, not silence."""

import glob
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.privacy.place import NAMED, Place
from harness.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Watch:
    """One path, folder or pattern, and what is written there."""

    place: Place
    path: str

    def files(self) -> Iterator[Path]:
        """Yield the files that are there now: those of a folder at any depth; with a file what lies beside it under
        its name and more (`app.log.1`, `party.db-wal`), for logs are rotated and databases keep journals."""
        named = Path(self.path)
        if named.is_dir():
            found = named.rglob("*")
        elif glob.has_magic(self.path):
            root = Path(named.anchor)
            found = root.glob(str(named.relative_to(root)))
        else:
            found = named.parent.glob(f"{glob.escape(named.name)}*")
        yield from sorted(path for path in found if path.is_file())


def parse_watches(texts: Sequence[str]) -> list[Watch]:
    """Return what `--watch` names; ConfigurationError for a place that there is not and a path where nothing is."""
    return [watch for text in texts for watch in _parsed(text)]


def _parsed(text: str) -> Iterator[Watch]:
    name, separator, paths = text.partition("=")
    if not separator or name not in NAMED or not paths:
        places = ", ".join(NAMED)
        raise ConfigurationError(
            f"--watch {text!r}: expected PLACE=PATH[,PATH…] with PLACE of {places}; correct --watch"
        )
    for path in paths.split(","):
        watch = Watch(Place(name), path)
        if not path or not (Path(path).is_dir() or any(watch.files())):
            raise ConfigurationError(
                f"--watch {text!r}: expected a file, a folder or a pattern of files at {path!r}, actual nothing; "
                "start the product (or make the empty file) before the run, or correct the path"
            )
        yield watch
