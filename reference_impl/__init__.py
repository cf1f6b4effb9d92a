"""A relying party that a vendor may read as the model answer; it shares no code with the harness."""

from typing import Final

VERSION: Final = "0.1.0"
