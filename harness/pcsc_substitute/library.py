"""The substitute library: built from the C files here when first needed, kept under a name of their contents."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness.pcsc_lane.faults import LaneUnavailable

SONAME = "libpcsclite.so.1"
_SOURCES = Path(__file__).resolve().parent / "native"
_FLAGS = ("-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-fvisibility=hidden", "-pthread")


def built_library() -> Path:
    """Return the folder that goes into LD_LIBRARY_PATH; LaneUnavailable when there is no compiler, or it refuses."""
    sources = sorted(_SOURCES.iterdir())
    digest = hashlib.sha256(b"\0".join([*(source.read_bytes() for source in sources), *map(str.encode, _FLAGS)]))
    folder = _cache() / f"pcsc-substitute-{digest.hexdigest()[:16]}"
    if not (folder / SONAME).exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _build([str(source) for source in sources if source.suffix == ".c"], folder / SONAME)
    return folder


def _build(sources: list[str], library: Path) -> None:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise LaneUnavailable("no program cc: the substitute library is built once; install a C compiler (Debian: gcc)")
    with tempfile.NamedTemporaryFile(dir=library.parent, suffix=".so", delete=False) as made:
        command = [compiler, *_FLAGS, f"-Wl,-soname,{SONAME}", "-o", made.name, *sources]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        Path(made.name).unlink()
        raise LaneUnavailable(f"{compiler}: cannot build {SONAME}: {done.stderr.strip()[-400:]}; install libc6-dev")
    Path(made.name).replace(library)  # at once: another process may be building it too


def _cache() -> Path:
    """Return the cache folder of this user: XDG Base Directory Specification, §3."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kazashi"
