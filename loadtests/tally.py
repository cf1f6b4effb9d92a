"""What a run counted: verdicts by kind of visit, errors apart from them, latencies. Read and written as JSON."""

import math
from enum import StrEnum

from msgspec import Struct, field

from loadtests.truth import Ruled, Ruling

LONGEST_LIST = 20
"""Wrong verdicts that are told one by one; all of them are counted."""
TENTHS = 10


class Line(Struct):
    """How often one kind of visit, where one verdict was right, got one answer."""

    kind: str
    ruled: Ruled
    count: int


class WrongVerdict(Struct, frozen=True):
    """One wrong verdict, to be looked up in the product's own log."""

    kind: str
    holder: str
    session: str
    expected: str
    actual: str


class Shortcoming(StrEnum):
    """Why a run did not pass."""

    WRONG = "wrong verdicts"
    UNDECIDED = "logins without a verdict (retry, pending, or another clock epoch)"
    ERRORS = "errors"
    NO_VERDICT = "no verdict at all"
    NONE_ACCEPTED = "nobody was rightly accepted"
    NONE_REFUSED = "nobody was rightly refused"


class Tally(Struct):
    """Everything counted; one writer."""

    lines: list[Line] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)
    wrong: list[WrongVerdict] = field(default_factory=list)
    latencies: dict[str, dict[int, int]] = field(default_factory=dict)
    """Verb → tenths of a millisecond → answers: bounded however long the run is."""
    requests: int = 0
    seconds: float = 0.0

    def judged(self, kind: str, holder: str, session: str, ruled: Ruled) -> None:
        """Count one outcome."""
        for line in self.lines:
            if line.kind == kind and line.ruled == ruled:
                line.count += 1
                break
        else:
            self.lines.append(Line(kind, ruled, 1))
        if ruled.ruling is Ruling.WRONG and len(self.wrong) < LONGEST_LIST:
            self.wrong.append(WrongVerdict(kind, holder, session, ruled.expected, ruled.actual))

    def add(self, other: "Tally") -> None:
        """Count what another process counted, too; the seconds are those of the longest."""
        for line in other.lines:
            mine = next((each for each in self.lines if (each.kind, each.ruled) == (line.kind, line.ruled)), None)
            if mine is None:
                self.lines.append(Line(line.kind, line.ruled, line.count))
            else:
                mine.count += line.count
        for fault, count in other.errors.items():
            self.errors[fault] = self.errors.get(fault, 0) + count
        self.wrong = [*self.wrong, *other.wrong][:LONGEST_LIST]
        for verb, found in other.latencies.items():
            counts = self.latencies.setdefault(verb, {})
            for tenths, count in found.items():
                counts[tenths] = counts.get(tenths, 0) + count
        self.requests += other.requests
        self.seconds = max(self.seconds, other.seconds)

    def failed(self, fault: str) -> None:
        """Count one error: no answer, or one that the contract does not know."""
        self.errors[fault] = self.errors.get(fault, 0) + 1

    def took(self, verb: str, seconds: float) -> None:
        """Count one answer's latency."""
        tenths = round(seconds * 1000 * TENTHS)
        counts = self.latencies.setdefault(verb, {})
        counts[tenths] = counts.get(tenths, 0) + 1

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
        counts = sorted(self.latencies.get(verb, {}).items())
        wanted = math.ceil(share * sum(count for _, count in counts))
        for tenths, count in counts:
            wanted -= count
            if wanted <= 0:
                return tenths / TENTHS
        return 0.0

    def shortcomings(self) -> list[Shortcoming]:
        """Return why the run did not pass; empty when it did. A run without verdicts is no run without wrong ones."""
        accepted = any(line.ruled.ruling is Ruling.RIGHT and line.ruled.actual == "accept OK" for line in self.lines)
        found = {
            Shortcoming.WRONG: self.count(Ruling.WRONG) > 0,
            Shortcoming.UNDECIDED: self.count(Ruling.UNDECIDED) > 0,
            Shortcoming.ERRORS: bool(self.errors),
            Shortcoming.NO_VERDICT: self.verdicts == 0,
            Shortcoming.NONE_ACCEPTED: not accepted,
            Shortcoming.NONE_REFUSED: self.count(Ruling.RIGHT, bad=True) == 0,
        }
        return [shortcoming for shortcoming, holds in found.items() if holds]
