"""The one file of a bundle: a ZIP whose octets follow from its contents, and from nothing else.

Stored, not compressed; the manifest and its signature first, then the others by name; every time 1 January 1980, every
file an ordinary one. So there is exactly one container for given contents, and whoever reads one builds it again and
compares: an octet that was changed anywhere, in a header too, is found, although no signature covers the headers.
What could be hidden in a ZIP (a second entry of one name, a path, a link, an extra field, a comment, octets before,
between or behind, an entry that unpacks to gigabytes) cannot be in such a container.
"""

import io
import re
import stat
import zipfile
from collections.abc import Mapping

from conformance.evidence.refusal import Refused

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
FIRST = (MANIFEST, SIGNATURE)
LARGEST = 64 << 20
"""Octets of a container; a run of the whole catalogue makes about four million."""
MOST_FILES = 32
LONGEST_NAME = 64
NAME = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)+")
"""A plain name: no folder, no `..`, no drive, nothing that two systems spell differently."""
EPOCH = (1980, 1, 1, 0, 0, 0)
ORDINARY = (stat.S_IFREG | 0o644) << 16
UNIX = 3


def build_container(files: Mapping[str, bytes]) -> bytes:
    """Return the container of these files; ValueError for a name that none may have."""
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_STORED) as container:
        for name in _in_order(files):
            if not is_plain(name):
                raise ValueError(f"{name!r}: expected a plain name such as report.json")
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system, entry.external_attr = UNIX, ORDINARY
            container.writestr(entry, files[name])
    return octets.getvalue()


def read_container(octets: bytes) -> dict[str, bytes]:
    """Return the files in a container; Refused unless it is the one container that they make."""
    if len(octets) > LARGEST:
        raise Refused("container", "size", f"at most {LARGEST} octets", f"{len(octets)} octets")
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as container:
            entries = container.infolist()
            _require_plain(entries, len(octets))
            files = {entry.filename: container.read(entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, OSError) as fault:
        raise Refused("container", "ZIP", "a ZIP that can be read", " ".join(str(fault).split())) from fault
    built = build_container(files)
    if built != octets:
        at = next(
            (n for n, (a, b) in enumerate(zip(built, octets, strict=False)) if a != b), min(len(built), len(octets))
        )
        raise Refused(
            "octets",
            f"octet {at}",
            f"the one container that its files make ({len(built)} octets)",
            f"another ({len(octets)} octets)",
        )
    return files


def is_plain(name: str) -> bool:
    """Return whether a file of a bundle may have this name."""
    return len(name) <= LONGEST_NAME and NAME.fullmatch(name) is not None


def _require_plain(entries: list[zipfile.ZipInfo], length: int) -> None:
    if len(entries) > MOST_FILES:
        raise Refused("container", "entries", f"at most {MOST_FILES}", str(len(entries)))
    names = [entry.filename for entry in entries]
    for entry in entries:
        if not is_plain(entry.filename):
            raise Refused("name", ascii(entry.filename), "a plain name, no path", ascii(entry.filename))
        if names.count(entry.filename) > 1:
            raise Refused("name", entry.filename, "each name once", f"{names.count(entry.filename)} times")
        if entry.external_attr != ORDINARY:
            raise Refused("container", entry.filename, "an ordinary file", f"attributes {entry.external_attr:#x}")
        if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
            raise Refused("container", entry.filename, "stored as it is", f"compression {entry.compress_type}")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > length:
        raise Refused("container", "entries", f"at most {length} octets together", f"{unpacked} octets")


def _first_difference(built: bytes, octets: bytes) -> int:
    pairs = zip(built, octets, strict=False)
    return next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(built), len(octets)))


def _in_order(files: Mapping[str, bytes]) -> list[str]:
    return [*(name for name in FIRST if name in files), *sorted(name for name in files if name not in FIRST)]
