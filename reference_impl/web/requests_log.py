"""The log: a line of JSON for each request, and for whatever else is said. What was sent is in none of them.

A line has the time, the method, the route's template (never the address: it names sessions), the HTTP status, decision
and reason, how long it took, the role of the caller, which worker it was, and the request's id. No serial number,
certificate, challenge, credential or birth date reaches it, because nothing of a message does.
"""

import logging
import sys
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final, TextIO

import msgspec
from msgspec import UNSET, Struct, UnsetType


class Line(Struct, frozen=True):
    """One request."""

    time: datetime
    request_id: str
    method: str
    route: str
    status: int
    milliseconds: float
    caller: str
    worker: int
    decision: str | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    fault: str | UnsetType = UNSET
    """Where an error of ours was raised; its message may hold what was sent, and is not written."""


METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestsLog:
    """Lines into a stream; each is written at once and whole. One that the stream does not take goes to stderr."""

    def __init__(self, out: TextIO | None = None, worker: int = 0) -> None:
        self._out = out
        self.worker = worker

    def write(self, line: Line) -> None:
        """One line."""
        text = msgspec.json.encode(line).decode() + "\n"
        out = sys.stderr if self._out is None else self._out
        try:
            out.write(text)
            out.flush()
        except OSError:  # a full disk: the request was served all the same
            _to_stderr(text)


def _to_stderr(text: str) -> None:
    with suppress(OSError):
        sys.stderr.write(text)
        sys.stderr.flush()


def where_raised(error: BaseException) -> str:
    """The kind of an error and the places it went through, without its message."""
    places = traceback.extract_tb(error.__traceback__)[-4:]
    return f"{type(error).__name__} at " + " < ".join(f"{each.name}:{each.lineno}" for each in reversed(places))


class JsonLines(logging.Formatter):
    """What libraries and modules say, in the same form."""

    def format(self, record: logging.LogRecord) -> str:
        """A line."""
        said = {
            "time": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info is not None and record.exc_info[1] is not None:
            said["fault"] = where_raised(record.exc_info[1])
        return msgspec.json.encode(said).decode()


class _Handler(logging.StreamHandler[TextIO]):
    """A stream; what it does not take goes to stderr, as a line and without the trace that logging would print."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """The line, elsewhere."""
        _to_stderr(self.format(record) + "\n")


def log_as_json(out: TextIO | None = None) -> None:
    """From here on everything that is logged in this process is such a line."""
    handler = _Handler(out)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
