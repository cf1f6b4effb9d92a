"""Writes the sources of a control client to a folder of the vendor's, with the description it is generated from."""

import json
from importlib.metadata import version
from pathlib import Path

from harness.adapters.starter import write_starter
from harness.clients.description import describe_for_generators

SOURCES = Path(__file__).parent
DESCRIPTION = "openapi.json"
"""Where the build of each client looks for it."""
LANGUAGES = ("csharp", "java")


def write_client(language: str, out: Path) -> list[Path]:
    """Return the files written below `out`, in order; ConfigurationError when `out` holds anything already."""
    written = write_starter(language, out, starters=SOURCES)
    description = out / DESCRIPTION
    told = json.dumps(describe_for_generators(version("kazashi")), ensure_ascii=False, indent=1)
    description.write_text(told + "\n", encoding="utf-8")
    return [*written, description]
