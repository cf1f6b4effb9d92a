"""Listens for the lines of `verification_protocol`, looks after them, and ends them all when it is cancelled."""

import asyncio
import socket
from typing import Final

from reference_impl.verification_door import VerificationDoor
from reference_impl.verification_protocol import Line
from reference_impl.verification_turn import Turn

LOOK_SECONDS: Final = 0.5
"""How often somebody looks whether a line takes too long: requests themselves ask for no time."""


async def serve(door: VerificationDoor, listener: socket.socket) -> None:
    """Answers whoever connects, until it is cancelled."""
    loop, lines = asyncio.get_running_loop(), set[Line]()
    turn = Turn(door.answer, loop.call_soon)
    server = await loop.create_server(lambda: Line(turn, lines), sock=listener)
    try:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for line in list(lines):
                line.look_after(loop.time())
    finally:
        server.close()
        for line in list(lines):
            line.abort()
