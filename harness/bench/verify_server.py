"""A verification core behind a door of its own, for load: `python -m harness.bench.verify_server FOLDER TARGET DOOR`.

DOOR is `asgi`, which uvicorn serves, or `bare`, which the target serves itself. TARGET is a core's, or `empty` for
doors with nothing behind them. It prints one line of JSON (its port) and answers until its standard input ends.
"""

import asyncio
import gc
import socket
import sys
from pathlib import Path
from typing import Any

import msgspec
import uvicorn

from harness.bench.empty_door import EMPTY, Empty
from harness.bench.verify_material import Material
from harness.bench.verify_run import find
from harness.doors.server import LOOPBACK, Served


def main(folder: Path, target: str, door: str) -> None:
    """Serve."""
    subject: Any = Empty() if target == EMPTY else find(target)(_material(folder))
    if door == "bare":
        factory = uvicorn.Config(subject, loop="auto", log_config=None).get_loop_factory()  # uvloop where there is one
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(_serve(subject))
        return
    app = subject.door()
    _settle()
    with Served(app, quick=True) as served:
        _say(served.port)
        sys.stdin.read()


def _material(folder: Path) -> Material:
    return msgspec.msgpack.decode((folder / "material").read_bytes(), type=Material)


async def _serve(subject: Any) -> None:
    listener = socket.create_server((LOOPBACK, 0), backlog=512)
    serving = asyncio.ensure_future(subject.serve(listener))
    _settle()
    _say(listener.getsockname()[1])
    ended = asyncio.ensure_future(asyncio.to_thread(sys.stdin.read))
    await asyncio.wait([serving, ended], return_when=asyncio.FIRST_COMPLETED)
    serving.cancel()
    await asyncio.wait([serving])


def _settle() -> None:
    """Whatever is there stays there: the collector of cycles need not walk it."""
    gc.collect()
    gc.freeze()


def _say(port: int) -> None:
    sys.stdout.write(msgspec.json.encode({"port": port}).decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
