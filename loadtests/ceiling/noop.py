"""Answers at once, the same bytes for each path, and decides nothing: `python -m loadtests.ceiling.noop`.

One line of JSON in (path → body in base64), one out (its port); it ends when its standard input does. What load reaches
against it is the ceiling of whoever sends the load.
"""

import asyncio
import socket
import sys
from typing import cast

import msgspec
import uvicorn

LOOPBACK = "127.0.0.1"
END_OF_HEAD = b"\r\n\r\n"


class Line(asyncio.Protocol):
    """One connection: a head, a body by its Content-Length, an answer, again."""

    def __init__(self, answers: dict[bytes, bytes]) -> None:
        self._answers = answers
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        received = self._received + data if self._received else data
        while (end := received.find(END_OF_HEAD)) >= 0:
            head = received[:end]
            length = end + len(END_OF_HEAD) + _content_length(head)
            if len(received) < length:
                break
            self._answer(head)
            received = received[length:]
        self._received = received

    def _answer(self, head: bytes) -> None:
        path = head.split(b" ", 2)[1]
        if self._transport is not None:
            self._transport.write(self._answers.get(path, NOT_FOUND))


def _content_length(head: bytes) -> int:
    at = head.lower().find(b"content-length:")
    return int(head[at + 15 : (head.find(b"\r\n", at) + 1 or len(head) + 1) - 1]) if at >= 0 else 0


def answer(body: bytes, status: bytes = b"200 OK", kind: bytes = b"application/json") -> bytes:
    """Return the bytes of an answer."""
    return b"HTTP/1.1 %s\r\ncontent-type: %s\r\ncontent-length: %d\r\n\r\n%s" % (status, kind, len(body), body)


NOT_FOUND = answer(b"", b"404 Not Found")


async def serve(answers: dict[str, bytes]) -> None:
    """Serve until standard input ends."""
    ready = {path.encode(): answer(body) for path, body in answers.items()}
    listener = socket.create_server((LOOPBACK, 0), backlog=512)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Line(ready), sock=listener)
    sys.stdout.write(msgspec.json.encode({"port": listener.getsockname()[1]}).decode() + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    server.close()


def main() -> None:
    """Read what to answer, and serve."""
    answers = msgspec.json.decode(sys.stdin.readline(), type=dict[str, bytes])
    factory = uvicorn.Config(serve, loop="auto", log_config=None).get_loop_factory()  # uvloop where there is one
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(serve(answers))


if __name__ == "__main__":
    main()
