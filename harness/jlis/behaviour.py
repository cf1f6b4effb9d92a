"""A behaviour of the fake J-LIS that a product can meet, and how sure we are that the real one behaves so.

Each module says its own, in a constant BEHAVIOURS beside the code that does it; `behaviour_page.py` draws the page
`docs/jlis.md` from all of them. What an event of life does has its confidence in the table of `life_cycle.py`.
"""

from typing import NamedTuple

from harness.confidence import Confidence


class Behaviour(NamedTuple):
    """One behaviour, in both languages."""

    confidence: Confidence
    source: str
    """Where it is from: sections of docs/spec, clauses of standards; for an assumed one, where UNKNOWN is said."""
    japanese: str
    english: str
    choices: str = ""
    """What else there is to choose, and where; nothing for what is known, or cannot be switched."""


Behaviours = tuple[Behaviour, ...]
