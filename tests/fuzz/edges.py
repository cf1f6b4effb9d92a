"""Which edges of the card's code a run goes over: line to line within a function, seen by `sys.settrace`.

The standard library's way (3.11 has no `sys.monitoring`); slow for a test suite, enough to steer a fuzzer. Only the
package that is fuzzed is watched.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType

Edge = tuple[CodeType, int, int]
_Local = Callable[[FrameType, str, object], "_Local | None"]


class Edges:
    """The edges that were ever seen, and whether a run saw a new one."""

    def __init__(self, package: Path) -> None:
        self._inside = str(package) + "/"
        self.seen: set[Edge] = set()

    def found_new(self, run: Callable[[], None]) -> bool:
        """Whether `run` went over an edge that no run before it did; what it raises goes through."""
        before = len(self.seen)
        outer = sys.gettrace()
        sys.settrace(self._call)
        try:
            run()
        finally:
            sys.settrace(outer)
        return len(self.seen) > before

    def _call(self, frame: FrameType, event: str, argument: object) -> _Local | None:
        del event, argument
        code = frame.f_code
        if not code.co_filename.startswith(self._inside):
            return None
        last = 0

        def line(inner: FrameType, what: str, _: object) -> _Local:
            nonlocal last
            if what == "line":
                self.seen.add((code, last, inner.f_lineno))
                last = inner.f_lineno
            return line

        return line
