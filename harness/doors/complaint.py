"""The body of every refusal: what, where, expected, actual."""

import msgspec
from starlette.responses import Response

from harness.contract.messages import Complaint, Refused


def complain(status: int, what: str, where: str, expected: str, actual: str) -> Response:
    """Return the answer `{"error": {…}}`."""
    body = msgspec.json.encode(Refused(error=Complaint(what=what, where=where, expected=expected, actual=actual)))
    return Response(body, status, media_type="application/json")
