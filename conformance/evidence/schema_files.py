"""The JSON Schemas of what people write and read here: the manifest of a bundle, the file of expected failures.

The published files stand in `conformance/evidence/schemas/`; `python -m conformance.evidence.schema_files` writes them
anew, and a test fails when they are not what the types say.
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from conformance.evidence.expected_failures import ExpectedFailures
from conformance.evidence.manifest import Manifest

FOLDER = Path(__file__).parent / "schemas"
TYPES: dict[str, Any] = {"manifest.json": Manifest, "expected-failures.json": ExpectedFailures}


def schema_text(name: str) -> str:
    """Return a schema (2020-12) as the text of its published file."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:kazashi:evidence:1:{name}",
        **msgspec.json.schema(TYPES[name]),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for each in TYPES:
        (FOLDER / each).write_text(schema_text(each), encoding="utf-8")
