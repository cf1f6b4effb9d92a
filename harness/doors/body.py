"""Reading a request's body with a bound: what is too long is refused before it is held in memory."""

from starlette.requests import ClientDisconnect, Request

from harness.doors.bounds import BROKEN


class BodyRefused(Exception):
    """The body is longer than the door takes, or is not there whole; HTTP's number for it, and both sides."""

    def __init__(self, http: int, expected: str, actual: str) -> None:
        super().__init__(f"body: expected {expected}, actual {actual}")
        self.http, self.expected, self.actual = http, expected, actual


BROKEN_OFF = {
    400: ("a body framed as HTTP/1.1 frames it", "garbled"),
    408: ("the body in time", "late"),
    413: ("a body that ends", "longer than anybody reads"),
}
CUT_OFF = 400, "as long as announced", "cut off"


async def read_body(request: Request, limit: int) -> bytes:
    """Return the whole body; BodyRefused as soon as it is longer than `limit` octets, or announced to be."""
    too_long = f"at most {limit} octets"
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > limit:
        raise BodyRefused(413, too_long, announced)
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > limit:
                raise BodyRefused(413, too_long, "more")
    except ClientDisconnect as fault:
        code = request.scope.get(BROKEN)
        raise BodyRefused(*(CUT_OFF if code is None else (code, *BROKEN_OFF.get(code, BROKEN_OFF[400])))) from fault
    return bytes(body)
