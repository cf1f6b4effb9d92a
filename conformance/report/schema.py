"""The JSON Schema (draft 2020-12) of report.json, the same for every role; published as the file beside this one."""

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "report.schema.json"


def report_schema() -> dict[str, Any]:
    """Return the schema."""
    schema: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return schema
