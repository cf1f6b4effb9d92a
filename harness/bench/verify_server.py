"""A verification core behind its own HTTP door, for load: `python -m harness.bench.verify_server FOLDER TARGET`.

It prints one line of JSON (its port) and answers until its standard input ends.
"""

import gc
import sys
from pathlib import Path

import msgspec

from harness.bench.verify_material import Material
from harness.bench.verify_run import find
from harness.doors.server import Served


def main(folder: Path, target: str) -> None:
    """Serve."""
    material = msgspec.msgpack.decode((folder / "material").read_bytes(), type=Material)
    door = find(target)(material).door()
    gc.collect()
    gc.freeze()
    with Served(door, quick=True) as served:
        sys.stdout.write(msgspec.json.encode({"port": served.port}).decode() + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
