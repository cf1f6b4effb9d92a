"""The story so far; and, when it does not come out as it is told, everything that was seen on the way."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn, Protocol

from msgspec import UNSET

from cardsim.status import Language
from cardsim.trace import TraceLine, decode
from harness.contract.messages import Account, Outcome
from harness.contract.vocabulary import Kind
from harness.jlis.journal import Entry, Journal
from harness.jlis.validity import JST
from scenarios.distribution import Distribution
from scenarios.page import Archetype, Line, Told
from scenarios.story import Story, Words

__tracebackhide__ = True  # pytest shows the line of the story, not of its machinery
ROWS_SHOWN = 2
"""Of the bytes of one APDU: a certificate would fill the screen."""


class StoryBroken(AssertionError):
    """The story did not come out as told; `str()` is the story so far, the verdict, the journal and the trace."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one thing a person did."""

    outcome: Outcome | None
    """What the product decided; None when the card stopped it before the product was asked."""
    trace: tuple[TraceLine, ...]
    questions: tuple[Entry, ...]
    """What J-LIS was asked about this holder, of either kind."""
    asked_about: Kind
    """The kind of certificate that was presented."""
    epoch: int
    account_before: Account | None = None
    account_after: Account | None = None
    card_seconds: tuple[float, ...] = ()
    """What each command took."""
    product_seconds: float = 0.0
    """What the product took for its answers."""


class Skip(Protocol):
    """Ends a story that cannot be told about this product."""

    def __call__(self, reason: str, /) -> NoReturn:
        """Raise what the test runner takes for a skip."""


class Telling:
    """One story being told."""

    def __init__(  # noqa: PLR0913  (what a story is told with)
        self,
        story: Story,
        *,
        now: Callable[[], datetime],
        journal: Journal,
        language: Language,
        skip: Skip,
        aloud: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._story, self._now, self._journal, self._language = story, now, journal, language
        self._aloud = aloud
        self._since = journal.mark()
        self._lines: list[tuple[datetime, Words]] = []
        self._decisions: list[tuple[Archetype, str]] = []
        self._measured: list[Distribution] = []
        self._unjudged: Callable[[], object] | None = None
        self._skip = skip

    def say(self, words: Words) -> None:
        """Tell on."""
        at = self._now()
        self._lines.append((at, words))
        self._aloud(f"    {_time(at)}  {words.in_language(self._language)}")

    def decided(self, archetype: Archetype, decision: str) -> None:
        """Something was decided of one use of the card: by the product, or, as `card`, before it was asked."""
        self._decisions.append((archetype, decision))

    def mark(self) -> int:
        """Return how much was told so far."""
        return len(self._lines)

    def measured(self, times: Distribution, since: int) -> None:
        """Something was timed, again and again: what was told of each time since that mark is told in one line."""
        self._measured.append(times)
        del self._lines[since:]
        self.say(times.words())

    def told(self, outcome: str = "passed", why: str = "") -> Told:
        """Return what was told so far, for the page."""
        lines = tuple(Line(at.astimezone(JST), words.en, words.ja) for at, words in self._lines)
        return Told(self._story.name, outcome, lines, tuple(self._decisions), why, tuple(self._measured))

    def await_judgement(self, accept: Callable[[], object]) -> None:
        """Remember a verdict: unless the story judges it before it goes on, `accept` does."""
        self._unjudged = accept

    def skip(self, reason: str) -> NoReturn:
        """End a story that cannot be told about this product; what it did not judge yet is not held against it."""
        self._unjudged = None
        self._skip(reason)

    def judged(self) -> None:
        """The story said what it expects of the last verdict."""
        self._unjudged = None

    def settle(self) -> None:
        """Hold the story to the rule that what it passes over in silence went well."""
        if self._unjudged is not None:
            self._unjudged()

    def break_off(self, complaint: Words, seen: Seen | None = None, cause: Exception | None = None) -> NoReturn:
        """Raise StoryBroken with everything that was seen."""
        self._unjudged = None
        raise StoryBroken(self.report(complaint, seen)) from cause

    def report(self, complaint: Words, seen: Seen | None = None) -> str:
        """Return the complaint, the story so far, the verdict with its steps, the journal and the last APDU trace."""
        language = self._language
        name = f"{self._story.name} ({self._story.requirement}, {self._story.confidence.value})"
        sections = [
            (complaint.in_language(language), ()),
            (f"{name}: {self._story.title.in_language(language)}", self._told()),
            (_VERDICT.in_language(language), _verdict(seen)),
            (_JOURNAL.in_language(language), [_entry(entry) for entry in self._journal.since(self._since)] or "-"),
            (_TRACE.in_language(language), _apdus(() if seen is None else seen.trace, language)),
        ]
        return "\n".join(line for head, lines in sections for line in (head, *(f"    {line}" for line in lines)))

    def _told(self) -> Iterator[str]:
        return (f"{_time(at)}  {words.in_language(self._language)}" for at, words in self._lines)


_VERDICT = Words("verdict and its steps", "判定とその手順")
_JOURNAL = Words("journal of the fake J-LIS", "模擬J-LISの受付記録")
_TRACE = Words("APDU trace of the last step", "最後の動作のAPDUトレース")


def _verdict(seen: Seen | None) -> Sequence[str]:
    outcome = None if seen is None else seen.outcome
    if outcome is None:
        return ("-",)
    lines = [f"{outcome.decision.value} {outcome.reason.value}", " > ".join(step.value for step in outcome.steps)]
    if outcome.status is not UNSET:
        lines.append(f"{outcome.status.source.value} {outcome.status.this_update}")
    if outcome.details is not UNSET:
        lines += [f"{key}: {value}" for key, value in outcome.details.items()]
    return lines


def _entry(entry: Entry) -> str:
    serial = "-" if entry.serial is None else f"{entry.serial:X}"
    partition = entry.partition or "-"
    return f"{_time(entry.at)}  {entry.door} {entry.kind or '-'} {serial} {partition} HTTP {entry.http}: {entry.answer}"


def _apdus(trace: Iterable[TraceLine], language: Language) -> Iterator[str]:
    for line in trace:
        rows = decode(line, language).splitlines()
        head, asked, answered = rows[:1], rows[1:-1], rows[-1:]
        for kind in ("  >", "  <"):
            bytes_shown = [row for row in asked if row.startswith(kind)]
            head += bytes_shown[:ROWS_SHOWN]
            if len(bytes_shown) > ROWS_SHOWN:
                head.append(f"{kind} …")
        yield from head + answered if len(rows) > 1 else rows


def _time(instant: datetime) -> str:
    return f"{instant.astimezone(JST):%Y-%m-%d %H:%M:%S}"
