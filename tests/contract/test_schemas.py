"""The published schemas are what the message types say, and refuse what the contract does not know."""

import json
from typing import Any

import jsonschema
import pytest

from harness.contract.schemas import FOLDER, as_text, schemas

OUTCOME: dict[str, Any] = {"decision": "reject", "reason": "ON_HOLD", "steps": ["decode", "status"], "epoch": 3}


def test_published_files_are_the_drawn_ones() -> None:
    """Nobody edits a schema by hand: `python -m harness.contract.schemas` writes them."""
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")} == {
        name: as_text(schema) for name, schema in schemas().items()
    }


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.name)
def test_published_file_is_a_schema(path: Any) -> None:
    """Each file is a valid JSON Schema of 2020-12 by an independent library."""
    jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("relying-party.complete.answer", {"outcome": OUTCOME}),
        ("relying-party.complete.answer", {"outcome": {**OUTCOME, "details": {"ja": "一時停止"}}}),
        ("relying-party.begin.answer", {"outcome": OUTCOME}),
        ("relying-party.begin.answer", {"session": "s", "challenge": "AAAA", "birth_date": "1990-04-01"}),
        ("relying-party.account.answer", {"account": None}),
        ("relying-party.set_time.request", {"instant": "2026-11-21T00:15:00Z", "epoch": 1}),
    ],
)
def test_contract_s_own_examples_are_valid(name: str, message: dict[str, Any]) -> None:
    """What the contract describes in prose passes its schema."""
    jsonschema.validate(message, schemas()[f"{name}.json"], jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("relying-party.complete.answer", {"outcome": {**OUTCOME, "reason": "BECAUSE"}}),
        ("relying-party.complete.answer", {"outcome": {**OUTCOME, "decision": "maybe"}}),
        ("relying-party.complete.answer", {"outcome": {**OUTCOME, "mood": "good"}}),
        ("relying-party.complete.answer", {"outcome": {"decision": "accept"}}),
        ("relying-party.begin.answer", {"session": "s", "challenge": "AAAA", "outcome": OUTCOME}),
        ("relying-party.begin.answer", {"session": "s"}),
        ("relying-party.begin.answer", {}),
        ("relying-party.set_time.request", {"instant": "2026-11-21 00:15:00", "epoch": 1}),
        ("relying-party.hello.request", {"contract": "1.0", "more": 1}),
    ],
)
def test_unknown_words_and_fields_are_refused(name: str, message: dict[str, Any]) -> None:
    """Closed enumerations, no unknown fields, a session or an outcome and never both."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(message, schemas()[f"{name}.json"], jsonschema.Draft202012Validator)
