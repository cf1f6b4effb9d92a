"""The messages of contract 1.0, read strictly: what is not in the table is refused, with its place named.

A broken message is the harness's mistake and never a verdict: it raises `Broken`, which the door answers with 400.
What a message *says* (a garbled certificate, a missing chip) is judged elsewhere and answered with an outcome.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

Shape = Callable[[object, str], Any]
"""Takes a JSON value and its place; returns what it means, or raises `Broken`."""

PURPOSES = ("enrol", "login", "tap", "sign")
ENVIRONMENTS = ("attended", "managed", "lent", "online", "outdoor")
KINDS = ("auth", "sign")


class Broken(Exception):  # named as the contract names it: a broken message
    """A message that does not follow the contract; `facts` is the `error` object of the answer."""

    def __init__(self, what: str, where: str, expected: str, actual: str) -> None:
        super().__init__(f"{what} at {where}: expected {expected}, actual {actual}")
        self.facts = {"what": what, "where": where, "expected": expected, "actual": actual}


def shown(value: object) -> str:
    """A value as an error shows it: its type and its first 60 characters."""
    return f"{type(value).__name__} {value!r}"[:60]


def text(value: object, where: str) -> str:
    """The string."""
    if not isinstance(value, str):
        raise Broken("wrong type", where, "a string", shown(value))
    return value


def octets(value: object, where: str) -> bytes:
    """The bytes of standard, padded base64 (RFC 4648 §4); its re-encoding must give the same text (§3.5)."""
    written = text(value, where)
    try:
        read = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        raise Broken("bad base64", where, "standard base64 with padding", shown(value)) from None
    if base64.b64encode(read).decode() != written:
        raise Broken("bad base64", where, "canonical base64", shown(value))
    return read


def number(value: object, where: str) -> int:
    """The integer; JSON's true is no number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise Broken("wrong type", where, "an integer", shown(value))
    return value


def instant(value: object, where: str) -> datetime:
    """The instant, in UTC, of the contract's one form, `2026-11-21T00:15:00Z`."""
    written = text(value, where)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", written):
        try:
            return datetime.fromisoformat(written).astimezone(UTC)
        except ValueError:
            pass  # a thirteenth month has the form and is no instant
    raise Broken("bad instant", where, "the form 2026-11-21T00:15:00Z", shown(value))


def one_of(*names: str) -> Shape:
    """A closed enumeration."""

    def read(value: object, where: str) -> str:
        if not isinstance(value, str) or value not in names:
            raise Broken("unknown value", where, " | ".join(names), shown(value))
        return value

    return read


def many(item: Shape) -> Shape:
    """A list of one shape."""

    def read(value: object, where: str) -> list[Any]:
        if not isinstance(value, list):
            raise Broken("wrong type", where, "a list", shown(value))
        return [item(entry, f"{where}[{place}]") for place, entry in enumerate(value)]

    return read


def record(required: Mapping[str, Shape], optional: Mapping[str, Shape] | None = None) -> Shape:
    """An object with exactly these fields."""
    fields = {**required, **(optional or {})}

    def read(value: object, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Broken("wrong type", where, "an object", shown(value))
        for name in required:
            if name not in value:
                raise Broken("missing field", f"{where}.{name}", "to be present", "absent")
        for name in value:
            if name not in fields:
                raise Broken("unknown field", f"{where}.{name}"[:120], " | ".join(fields) or "no field", "present")
        return {name: fields[name](entry, f"{where}.{name}") for name, entry in value.items()}

    return read


_CHIP = record({"birth_record": octets, "cvc": octets, "signature": octets})
_PRESENTATION = record(
    {"challenge": octets, "certificate": octets}, {"signature": octets, "document_signature": octets, "chip": _CHIP}
)

REQUESTS: dict[str, Shape] = {
    "hello": record({"contract": one_of("1.0")}),
    "configure": record(
        {
            "authorities": many(record({"kind": one_of(*KINDS), "certificate": octets})),
            "card_issuers": many(record({"key_id": octets, "key": octets})),
            "status": many(record({"kind": one_of(*KINDS), "ocsp": text, "crl": text})),
            "terminals": many(record({"id": text, "credential": text})),
            "services": many(record({"id": text, "purposes": many(one_of(*PURPOSES))})),
        }
    ),
    "reset": record({}),
    "set_time": record({"instant": instant, "epoch": number}),
    "begin": record(
        {"purpose": one_of(*PURPOSES), "service": text, "environment": one_of(*ENVIRONMENTS)},
        {"terminal": record({"id": text, "credential": text}), "holder": record({"certificate": octets})},
    ),
    "complete": record({"session": text, "presentation": _PRESENTATION}),
    "account": record({"certificate": octets}),
}
"""One row a verb: the shape of its request."""


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object; a field written twice would be read differently by different parsers (RFC 8259 §4)."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Broken("repeated field", "body", "each field once", shown([name for name, _ in pairs]))
    return found


def read_request(verb: str, body: bytes) -> dict[str, Any]:
    """The request of a verb of `REQUESTS`, every value decoded."""
    try:
        value = json.loads(body, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as fault:
        raise Broken("bad JSON", "body", "one JSON object in UTF-8", str(fault)[:120]) from None
    read: dict[str, Any] = REQUESTS[verb](value, "body")
    return read
