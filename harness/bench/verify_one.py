"""One of the processes that verify at the same time: `python -m harness.bench.verify_one FOLDER TARGET`.

It says when it is ready, begins when it is told, and prints its rate.
"""

import gc
import sys
from pathlib import Path

import msgspec

from harness.bench.verify_material import Material
from harness.bench.verify_run import find, rate

SECONDS = 2.0
ROW = "login.returning"


def main(folder: Path, target: str) -> None:
    """Measure one row."""
    material = msgspec.msgpack.decode((folder / "material").read_bytes(), type=Material)
    subject = find(target)(material)
    subject.round(ROW)()
    gc.collect()
    gc.freeze()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(f"{rate(lambda: subject.round(ROW), len(material.logins), SECONDS)}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
