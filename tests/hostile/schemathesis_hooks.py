"""Told to schemathesis (SCHEMATHESIS_HOOKS): what DER is, and what would make a run last for hours.

It runs in schemathesis's own process, beside the doors, and imports nothing of ours.
"""

from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, DeserializationContext, HookContext, Response, SerializationContext

LONGEST_WAIT = 0.05
MOST_PEOPLE = 3
OCTETS = (
    "application/ocsp-response",
    "application/pkix-cert",
    "application/pkix-crl",
    "application/x-tar",
)

schemathesis.openapi.media_type("application/ocsp-request", st.binary(max_size=200))


@schemathesis.serializer("application/ocsp-request")
def ocsp_request(context: SerializationContext, value: Any) -> bytes:
    """Octets are sent as they are; anything else, as its letters."""
    del context
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


@schemathesis.deserializer(*OCTETS)
def octets(context: DeserializationContext, response: Response) -> str:
    """Octets are octets: the tests of OCSP and lists say what has to be in them."""
    del context
    return response.content.decode("latin-1")


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Wait no longer than a moment where waiting is allowed; register no million people; ask for part of the index."""
    del context, kwargs
    if LONGEST_WAIT < (as_number(case.query.get("wait")) or 0) <= 30:
        case.query = {**case.query, "wait": LONGEST_WAIT}
    if case.path.endswith("/index.json"):  # all of it is 10 MB, and the tests of lists ask for it
        case.query = {"municipality": "48201", **(case.query or {})}
    if isinstance(case.body, dict) and case.path.endswith("/crowd"):
        case.body = {
            name: MOST_PEOPLE if MOST_PEOPLE < (as_number(value) or 0) <= 1_000_000 else value
            for name, value in ({"keys": MOST_PEOPLE} | case.body).items()
        }


def as_number(value: object) -> float | None:
    """Return a number of JSON, or of a query; true is none."""
    try:
        return float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        return None
