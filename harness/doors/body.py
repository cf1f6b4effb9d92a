"""Reading a request's body with a bound: what is too long is refused before it is held in memory."""

from starlette.requests import Request


class BodyTooLong(Exception):
    """The body is longer than the door takes."""


async def read_body(request: Request, limit: int) -> bytes:
    """Return the whole body; BodyTooLong as soon as it is longer than `limit` octets."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > limit:
            raise BodyTooLong(f"body: expected at most {limit} octets")
    return bytes(body)
