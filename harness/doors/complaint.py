"""The body of every refusal: what, where, expected, actual."""

import msgspec
from starlette.responses import Response

from harness.contract.messages import Complaint, Refused

TEXT = "text/plain"
"""What a refusal is in where a client reads octets and a person reads the refusal."""


def complain(status: int, what: str, where: str, expected: str, actual: str) -> Response:
    """Return the answer `{"error": {…}}`."""
    body = msgspec.json.encode(Refused(error=Complaint(what=what, where=where, expected=expected, actual=actual)))
    return Response(body, status, media_type="application/json")
