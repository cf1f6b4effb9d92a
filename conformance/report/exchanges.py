"""The messages of the contract as they went over the wire, for people: long base64 shortened."""

import json
from typing import Any

from conformance.observation import ObservedStep

LONGEST = 64
UNREADABLE = 500


def exchange_text(observed: ObservedStep) -> str:
    """Return the messages of a step, a request and an answer to each."""
    parts = [
        f"POST /kazashi/v1/{exchange.verb.value}  ({exchange.seconds * 1000:.1f} ms)\n"
        f"> {_shortened(exchange.request)}\n< {exchange.http} {_shortened(exchange.answer)}"
        for exchange in observed.exchanges
    ]
    return "\n".join(parts)


def _shortened(text: str) -> str:
    try:
        return json.dumps(_short(json.loads(text)), ensure_ascii=False)
    except ValueError:
        return text[:UNREADABLE]


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _short(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_short(inner) for inner in value]
    if isinstance(value, str) and len(value) > LONGEST:
        return f"{value[: LONGEST // 2]}… ({len(value)} characters)"
    return value
