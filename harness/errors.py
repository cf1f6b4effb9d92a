"""Faults that are neither an answer nor a verdict: those a person can mend, and those of the harness itself."""


class ConfigurationError(Exception):
    """Something the user set up cannot work; `str()` says what, where, expected, actual and how to mend it."""


class HarnessFault(Exception):
    """The harness contradicts itself: what it sees now says nothing about the product under test."""
