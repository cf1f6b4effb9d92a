"""Where an installation keeps what is its own: keys, worlds, the control token."""

import os
from pathlib import Path

from harness.keys import KeyPool


def home() -> Path:
    """Return `$KAZASHI_HOME`, or `.kazashi` in the working directory."""
    return Path(os.environ.get("KAZASHI_HOME") or ".kazashi").absolute()


def key_pool() -> KeyPool:
    """Return the keys of this installation."""
    return KeyPool(home() / "keys")
