"""A verification core found by name when it is needed: `python:MODULE:FACTORY`, ours or a vendor's.

The factory is given anchors and lists (`core_material.CoreMaterial`) and returns a verifier with three methods.
"""

import importlib
from collections.abc import Iterable
from typing import Any, Protocol, cast

from harness.errors import ConfigurationError


class LoadedCore(Protocol):
    """What a factory returns."""

    def prepare(self, certificate: bytes, challenge: bytes, signature: bytes) -> Any:
        """Return a login as the core takes it."""

    def renew(self, challenges: Iterable[bytes]) -> None:
        """Issue these challenges, each for one login; forget those before."""

    def verify(self, prepared: Any, /) -> str:
        """Return the reason of the verdict, in the words of the contract."""


def load_core(module: str, factory: str, material: Any) -> LoadedCore:
    """Return the core; ConfigurationError when there is none of the name, or it cannot be made."""
    where = f"--target python:{module}:{factory}"
    try:
        made = getattr(importlib.import_module(module), factory)(material)
    except (ImportError, AttributeError) as fault:
        raise ConfigurationError(f"{where}: expected a module with that factory, actual {fault}") from fault
    except (TypeError, ValueError) as fault:
        raise ConfigurationError(f"{where}: expected a core, actual {type(fault).__name__}: {fault}") from fault
    missing = [name for name in ("prepare", "renew", "verify") if not callable(getattr(made, name, None))]
    if missing:
        raise ConfigurationError(f"{where}: expected prepare, renew and verify, actual without {', '.join(missing)}")
    return cast("LoadedCore", made)
