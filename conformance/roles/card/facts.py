"""The secrets of the card under test; what is not known cannot be asked for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import yaml
from msgspec import Meta, Struct

from harness.errors import ConfigurationError


class CardFacts(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The secrets, as a file of the operator's says them (`--card FILE`); they are never printed."""

    auth_pin: Annotated[str, Meta(pattern="^[0-9]{4}$")] | None = None
    password: Annotated[str, Meta(pattern="^[0-9A-Z]{6,16}$")] | None = None
    text_pin: Annotated[str, Meta(pattern="^[0-9]{4}$")] | None = None
    birth_date: Annotated[str, Meta(pattern="^[0-9]{6}$")] | None = None
    """Year of the era, month, day."""
    serial: Annotated[str, Meta(pattern="^[0-9]{16}$")] | None = None
    """The serial number of the card that they are of; they go to no other."""

    def secrets(self) -> dict[str, str]:
        """Return what is known, by the name that cases use."""
        known = {
            "auth-pin": self.auth_pin,
            "password": self.password,
            "text-pin": self.text_pin,
            "birth-date": self.birth_date,
        }
        return {name: value for name, value in known.items() if value is not None}


OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a secret is verified: the SELECT of its application, and of its file."""

    application: str
    file: str


REFERENCES = {
    "auth-pin": Reference("00A4040C0AD392F000260100000001", "00A4020C020018"),
    "password": Reference("00A4040C0AD392F000260100000001", "00A4020C02001B"),
    "text-pin": Reference("00A4040C0AD3921000310001010408", "00A4020C020011"),
    "birth-date": Reference("00A4040C0AD3921000310001010402", "00A4020C020011"),
}
"""spec/card.md §2, §3."""


def wrong(value: str) -> str:
    """Return a wrong value of the same form."""
    last = value[-1]
    other = "0" if last == "9" else str(int(last) + 1) if last.isdigit() else "A" if last == "Z" else chr(ord(last) + 1)
    return value[:-1] + other


def load_card_facts(path: Path) -> CardFacts:
    """Return the secrets in a YAML file; ConfigurationError names file, field and rule, and never a value."""
    try:
        mode = path.stat().st_mode
        if mode & OTHERS:
            raise ConfigurationError(
                f"--card {path}: expected a file that its owner alone can read, actual mode {mode & 0o777:o}; "
                f"chmod 600 {path}"
            )
        return msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), CardFacts)
    except OSError as fault:
        raise ConfigurationError(f"--card {path}: {fault.strerror}; name the file with the card's secrets") from fault
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise ConfigurationError(f"--card {path}: expected YAML, actual not") from fault
    except msgspec.ValidationError as fault:
        raise ConfigurationError(f"--card {path}: {fault}") from fault
