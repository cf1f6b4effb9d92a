"""Where an attempt takes place, and which places allow a tap without PIN (spec/pki.md §5, かざし利用)."""

from enum import StrEnum
from typing import Final

from reference_impl.verification.purpose import Purpose


class Environment(StrEnum):
    """The surroundings of the terminal, as the operator declares them."""

    ATTENDED = "attended"
    MANAGED = "managed"
    LENT = "lent"
    ONLINE = "online"
    OUTDOOR = "outdoor"


_TAP: Final = Purpose.TAP
"""Bound once: to look a member up in its enumeration takes longer than all the rest."""
_TAP_PLACES: Final = frozenset({Environment.ATTENDED, Environment.MANAGED, Environment.LENT})


def is_place_allowed(purpose: Purpose, environment: Environment) -> bool:
    """Whether the purpose may be served here: a tap face to face or under supervision, never online or outdoors."""
    return purpose is not _TAP or environment in _TAP_PLACES
