"""The body of an HTTP answer, read no further than it may be long: what it says of its own length is not believed."""

import httpx


async def read_bounded(answer: httpx.Response, longest: int) -> bytes | None:
    """The octets as they came, or None as soon as there are more than `longest`."""
    body = bytearray()
    async for part in answer.aiter_raw():
        body += part
        if len(body) > longest:
            return None
    return bytes(body)
