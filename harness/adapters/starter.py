"""Writes the starter of an adapter, in the language of the product, to a folder of the vendor's.

A starter is a complete small program: the surface of contract 1.0, the interface a vendor fills in, and a stub behind
it that refuses everything. It is kept here as it is written there; nothing is generated.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

from harness.errors import ConfigurationError

STARTERS = Path(__file__).parent / "starters"
"""One folder for each language."""
ROLE_STARTERS = Path(__file__).parent / "starters_of_roles"
"""The same for roles but relying-party: one folder for each role, in it one for each language."""

MADE_BY_TOOLS = frozenset(
    (
        "__pycache__",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        "node_modules",
        "dist",
        "target",
        "bin",
        "obj",
        "generated",
    )
)
"""Folders that compilers and checkers leave behind when somebody works on a starter in place."""


def starters_of(role: str) -> Path:
    """Return where the starters of a role are; ConfigurationError for one that has none."""
    if role == "relying-party":
        return STARTERS
    folder = ROLE_STARTERS / role
    if not folder.is_dir():
        known = ", ".join(["relying-party", *sorted(each.name for each in ROLE_STARTERS.iterdir() if each.is_dir())])
        raise ConfigurationError(
            f"adapter new --role {role}: expected one of {known}, actual another; choose one of them"
        )
    return folder


def languages(starters: Path = STARTERS) -> list[str]:
    """Return the languages there is a starter for, in order."""
    return sorted(folder.name for folder in starters.iterdir() if folder.is_dir() and any(_files(folder)))


def write_starter(language: str, out: Path, *, starters: Path = STARTERS) -> list[Path]:
    """Return the files written below `out`, in order; ConfigurationError when `out` holds anything already."""
    known = languages(starters)
    if language not in known:
        raise ConfigurationError(
            f"adapter new --lang {language}: expected one of {', '.join(known)}, actual another; choose one of them"
        )
    source = starters / language
    try:
        if out.exists() and any(out.iterdir()):
            raise ConfigurationError(
                f"adapter new --out {out}: expected a new or empty folder, actual one that holds files; "
                "name another folder"
            )
        return [_copied(file, out / file.relative_to(source)) for file in sorted(_files(source))]
    except OSError as fault:
        raise ConfigurationError(
            f"adapter new --out {out}: expected a folder that can be written, actual {fault.strerror} "
            f"({fault.filename}); name another folder"
        ) from fault


def _files(folder: Path) -> Iterator[Path]:
    """Yield what belongs to a starter: every file but those that tools made."""
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name not in MADE_BY_TOOLS:
            yield from _files(entry)
        elif entry.is_file() and entry.suffix != ".pyc":
            yield entry


def _copied(file: Path, to: Path) -> Path:
    """Return `to` after the file is there, with its mode, writable for its owner."""
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(file, to)
    to.chmod(to.stat().st_mode | 0o200)
    return to
