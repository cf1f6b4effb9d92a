"""The JSON Schemas of contract 1.0, drawn from the message types so that they cannot differ from them.

The published files stand in `harness/contract/schemas/1.0/`; `python -m harness.contract.schemas` writes them
anew, and a test fails when they are not what the types say.
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from harness.contract import messages, platform_messages, tap_messages
from harness.contract.statement import Statement
from harness.contract.vocabulary import CONTRACT_VERSION, Role, Verb

FOLDER = Path(__file__).parent / "schemas" / CONTRACT_VERSION

Pair = tuple[type[messages.Message], type[messages.Message]]
"""The types of a request and of its answer."""

EXCHANGES: dict[Role, dict[Verb, Pair]] = {
    Role.RELYING_PARTY: {
        Verb.HELLO: (messages.Hello, messages.Introduction),
        Verb.CONFIGURE: (messages.Configure, messages.Empty),
        Verb.RESET: (messages.Empty, messages.Empty),
        Verb.SET_TIME: (messages.SetTime, messages.Epoch),
        Verb.BEGIN: (messages.Begin, messages.Begun),
        Verb.COMPLETE: (messages.Complete, messages.Completed),
        Verb.ACCOUNT: (messages.AskAccount, messages.AccountStored),
        Verb.UNLINK: (messages.Unlink, messages.Unlinked),
        Verb.RECONCILE: (messages.Reconcile, messages.Reconciled),
    },
    Role.TAP_CLIENT: {
        Verb.HELLO: (messages.Hello, tap_messages.TapIntroduction),
        Verb.RUN: (tap_messages.Run, tap_messages.Ran),
    },
    Role.PLATFORM_CLIENT: {
        Verb.HELLO: (messages.Hello, platform_messages.PlatformIntroduction),
        Verb.CONFIGURE: (platform_messages.PlatformConfigure, messages.Empty),
        Verb.RESET: (messages.Empty, messages.Empty),
        Verb.SET_TIME: (messages.SetTime, messages.Epoch),
        Verb.BEGIN: (platform_messages.PlatformBegin, platform_messages.PlatformBegun),
        Verb.CALLBACK: (platform_messages.Callback, platform_messages.CalledBack),
    },
}


def schemas() -> dict[str, dict[str, Any]]:
    """Return file name → JSON Schema (2020-12), one each for the request and the answer of every verb of a role."""
    drawn = {}
    for role, exchanges in EXCHANGES.items():
        for verb, pair in exchanges.items():
            for side, message in zip(("request", "answer"), pair, strict=True):
                name = f"{role.value}.{verb.value}.{side}.json"
                drawn[name] = _schema(name, message)
    drawn["conformance-statement.json"] = _schema("conformance-statement.json", Statement)
    drawn["error.json"] = _schema("error.json", messages.Refused)
    # The types cannot say "either a session or an outcome at once"; the schema can.
    drawn["relying-party.begin.answer.json"]["oneOf"] = [
        {"required": ["session", "challenge"], "not": {"required": ["outcome"]}},
        {"required": ["outcome"], "not": {"required": ["session"]}},
    ]
    drawn["platform-client.begin.answer.json"]["oneOf"] = [
        {"required": ["session", "open"], "not": {"required": ["outcome"]}},
        {"required": ["outcome"], "not": {"required": ["session"]}},
    ]
    return drawn


def _schema(name: str, message: type[messages.Message]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:kazashi:contract:{CONTRACT_VERSION}:{name}",
        **msgspec.json.schema(message),
    }


def as_text(schema: dict[str, Any]) -> str:
    """Return the schema as the text of its published file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def publish(folder: Path = FOLDER) -> list[Path]:
    """Write the schema files and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in schemas().items():
        path = folder / name
        path.write_text(as_text(schema), encoding="utf-8")
        written.append(path)
    return written


if __name__ == "__main__":
    publish()
