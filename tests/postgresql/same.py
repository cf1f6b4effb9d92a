"""Takes the tests of another module over, with its fixtures, but for those that this folder has its own of."""

from types import ModuleType
from typing import Any

OWN = {"store", "other_store"}
"""The fixtures of a module that say where a world is kept."""


def same_tests(module: ModuleType) -> dict[str, Any]:
    """Return the tests and fixtures of a module by name."""
    return {
        name: value
        for name, value in vars(module).items()
        if name not in OWN and (name.startswith("test_") or type(value).__name__ == "FixtureFunctionDefinition")
    }
