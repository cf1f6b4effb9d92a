"""What a run counted: verdicts by kind of visit, errors apart from them, latencies. Read and written as JSON."""

import time
from enum import StrEnum

from msgspec import Struct, field

from loadtests.histogram import Histogram
from loadtests.series import Interval, Series
from loadtests.truth import Ruled, Ruling

LONGEST_LIST = 20
"""Wrong verdicts that are told one by one; all of them are counted."""
MOST_ERRORS = 50
"""Kinds of errors that are told apart; the others count as one, for a product may make a new one of each answer."""
OTHER_ERRORS = "other errors"
ACCEPTING = frozenset({"accept OK", "good", "not listed", "signed"})
"""How a product, a responder, a list and a card say yes."""


class Line(Struct):
    """How often one kind of visit, where one verdict was right, got one answer."""

    kind: str
    ruled: Ruled
    count: int
    purpose: str = "login"


class WrongVerdict(Struct, frozen=True):
    """One wrong verdict, to be looked up in the product's own log."""

    kind: str
    holder: str
    session: str
    expected: str
    actual: str
    purpose: str = "login"


class Shortcoming(StrEnum):
    """Why a run did not pass."""

    WRONG = "wrong verdicts"
    UNDECIDED = "logins without a verdict (retry, pending, or another clock epoch)"
    ERRORS = "errors"
    NO_VERDICT = "no verdict at all"
    NONE_ACCEPTED = "nobody was rightly accepted"
    NONE_REFUSED = "nobody was rightly refused"
    INTERRUPTED = "the run was interrupted: what was found is of a part of it"
    # of the course
    NOT_RECOVERED = "a fault from which the target was not seen to recover in time"
    NOT_MADE = "a fault that was asked for was not made, or not for as long"
    GROWS = "memory or descriptors of the target grow"
    UNWATCHED = "a soak of a target whose memory and descriptors could not be seen"
    COUNTER = "the target counted other requests than were sent"


class Tally(Struct, dict=True):
    """Everything counted; one writer. Each process of a run has one, and they are added up."""

    lines: list[Line] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)
    excused: dict[str, int] = field(default_factory=dict)
    """Errors while a fault was announced that may cause them."""
    wrong: list[WrongVerdict] = field(default_factory=list)
    series: Series = field(default_factory=Series)
    requests: int = 0
    late: int = 0
    """Visits of an open loop that began after their instant because every user was still busy."""
    unbegun: int = 0
    """Those of them who had not begun when the load ended."""
    seconds: float = 0.0
    busy: float = 0.0
    """Seconds of a processor that the generator itself took, from the beginning of the load to its end."""
    interrupted: bool = False
    """Whether somebody ended the load before its time."""
    began: float = 0.0
    """The instant of the monotonic clock at which the load began; 0 before."""

    def __post_init__(self) -> None:
        """Look lines up by what they count (`dict=True`: this is not part of what is written)."""
        self._found = {(line.purpose, line.kind, line.ruled): line for line in self.lines}
        self._now, self._until = Interval(), 0.0
        self._spent = 0.0

    def begin(self) -> None:
        """Count seconds from here."""
        self.began = time.monotonic()
        self._spent = time.process_time()

    def end(self) -> None:
        """All users have stopped."""
        self.seconds = time.monotonic() - self.began
        self.busy = time.process_time() - self._spent

    def now(self) -> Interval:
        """Return the interval of this instant."""
        instant = time.monotonic()
        if instant >= self._until:
            elapsed = instant - self.began if self.began else 0.0
            self._now = self.series.at(elapsed)
            self._until = self.began + (elapsed // self.series.width + 1) * self.series.width if self.began else 0.0
        return self._now

    def arrives(self, due: float, *, late: bool = False) -> None:
        """Count one visit that was to begin at `due` (monotonic)."""
        self.series.at(due - self.began).arrivals += 1
        self._until = 0.0  # the intervals may have become longer
        self.late += late

    def asked(self) -> None:
        """Count one request that is sent now."""
        self.requests += 1
        self.now().requests += 1

    def judged(self, kind: str, holder: str, session: str, ruled: Ruled, *, purpose: str = "login") -> None:
        """Count one outcome."""
        self._line(purpose, kind, ruled).count += 1
        rulings = self.now().rulings
        rulings[ruled.ruling] = rulings.get(ruled.ruling, 0) + 1
        if ruled.ruling is Ruling.WRONG and len(self.wrong) < LONGEST_LIST:
            self.wrong.append(WrongVerdict(kind, holder, session, ruled.expected, ruled.actual, purpose))

    def failed(self, fault: str, *, excused: bool = False) -> None:
        """Count one error: no answer, or one that the contract does not know; apart where a fault was announced."""
        now = self.now()
        if excused:
            now.excused += 1
        else:
            now.errors += 1
        _count(self.excused if excused else self.errors, fault, 1)

    def took(self, verb: str, seconds: float) -> None:
        """Count one answer's latency, or a whole visit's."""
        latencies = self.now().latencies
        histogram = latencies.get(verb)
        if histogram is None:
            histogram = latencies[verb] = Histogram()
        histogram.add(seconds)

    def took_all(self, verb: str, seconds: list[float]) -> None:
        """Count the latencies of many that were asked one after the other, and the asking."""
        now = self.now()
        now.requests += len(seconds)
        self.requests += len(seconds)
        now.latencies.setdefault(verb, Histogram()).add_all(seconds)

    def judged_all(self, kind: str, ruled: Ruled, count: int) -> None:
        """Count many outcomes of logins that are alike, and not wrong."""
        self._line("login", kind, ruled).count += count
        rulings = self.now().rulings
        rulings[ruled.ruling] = rulings.get(ruled.ruling, 0) + count

    def add(self, other: "Tally") -> None:
        """Count what another process counted, too; the seconds are those of the longest."""
        for line in other.lines:
            self._line(line.purpose, line.kind, line.ruled).count += line.count
        for mine, theirs in ((self.errors, other.errors), (self.excused, other.excused)):
            for fault, count in theirs.items():
                _count(mine, fault, count)
        self.wrong = (self.wrong + other.wrong)[:LONGEST_LIST]
        self.series.merge(other.series)
        self.requests += other.requests
        self.busy += other.busy
        self.late += other.late
        self.unbegun += other.unbegun
        self.seconds = max(self.seconds, other.seconds)
        self.began = min(filter(None, (self.began, other.began)), default=0.0)

    def count(self, ruling: Ruling, *, bad: bool | None = None) -> int:
        """Return how many outcomes were ruled so; `bad` narrows to logins that must, or need not, be refused."""
        return sum(
            line.count for line in self.lines if line.ruled.ruling is ruling and (bad is None or line.ruled.bad is bad)
        )

    @property
    def verdicts(self) -> int:
        """The outcomes that decided something, rightly or wrongly."""
        return self.count(Ruling.RIGHT) + self.count(Ruling.WRONG)

    @property
    def bad_share(self) -> float:
        """The share of the verdicts that were on a login which had to be refused."""
        bad = self.count(Ruling.RIGHT, bad=True) + self.count(Ruling.WRONG, bad=True)
        return bad / self.verdicts if self.verdicts else 0.0

    def milliseconds(self, verb: str, share: float) -> float:
        """Return the latency that `share` of the answers to `verb` did not exceed (nearest rank)."""
        return round(self.series.latencies(verb).quantile(share) * 1000, 4)

    def shortcomings(self) -> list[Shortcoming]:
        """Return why the run did not pass; empty when it did. A run without verdicts is no run without wrong ones."""
        accepted = any(line.ruled.ruling is Ruling.RIGHT and line.ruled.actual in ACCEPTING for line in self.lines)
        found = {
            Shortcoming.WRONG: self.count(Ruling.WRONG) > 0,
            Shortcoming.UNDECIDED: self.count(Ruling.UNDECIDED) > 0,
            Shortcoming.ERRORS: bool(self.errors),
            Shortcoming.NO_VERDICT: self.verdicts == 0,
            Shortcoming.NONE_ACCEPTED: not accepted,
            Shortcoming.NONE_REFUSED: self.count(Ruling.RIGHT, bad=True) == 0,
            Shortcoming.INTERRUPTED: self.interrupted,
        }
        return [shortcoming for shortcoming, holds in found.items() if holds]

    def _line(self, purpose: str, kind: str, ruled: Ruled) -> Line:
        line = self._found.get((purpose, kind, ruled))
        if line is None:
            line = self._found[purpose, kind, ruled] = Line(kind, ruled, 0, purpose)
            self.lines.append(line)
        return line


def _count(faults: dict[str, int], fault: str, count: int) -> None:
    """Count errors of one kind; those that are too many kinds, as one."""
    kind = fault if fault in faults or len(faults) < MOST_ERRORS else OTHER_ERRORS
    faults[kind] = faults.get(kind, 0) + count
