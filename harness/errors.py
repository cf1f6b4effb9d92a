"""Faults that a person can mend: said in one line, exit code 2, never a traceback and never a verdict."""


class ConfigurationError(Exception):
    """Something the user set up cannot work; `str()` says what, where, expected, actual and how to mend it."""
