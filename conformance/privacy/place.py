"""The places that are searched."""

from enum import StrEnum


class Place(StrEnum):
    """Where values are looked for."""

    ANSWERS = "answers"
    QUESTIONS = "questions"
    OUTPUT = "output"
    LOGS = "logs"
    TRACES = "traces"
    CAPTURES = "captures"
    DATABASE = "database"


NAMED = (Place.LOGS, Place.DATABASE, Place.TRACES, Place.CAPTURES)
"""Places that only the vendor knows: `--watch`. The others are ours to hear."""
