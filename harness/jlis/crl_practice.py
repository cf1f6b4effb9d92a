"""When lists are published, how long they hold, and which key signs which: the authority's practice as a value.

    per generation    every generation has points of its own names, so scopes stay apart (the default: spec/pki.md §2)
    shared names      one list a partition and CA key, all under one name: a declared departure from RFC 5280 §5, where
                      one issuer's name and one point are one scope, of which each complete list must list everything
    new key           one list a partition, signed by the latest key, of certificates of all keys: whoever trusts the
                      old key needs a link certificate to use it (RFC 5280 §6.3.3 (f))

Clock time, validity and the swap window are emulation choices: of the real ones nothing public says more than "once a
day" and, from a platform, that the swap takes five to ten minutes.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from harness.confidence import Confidence
from harness.jlis.behaviour import Behaviour, Behaviours
from harness.jlis.validity import JST

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.NORMATIVE,
        "spec/pki.md §2",
        "失効リストは1日1回更新",
        "lists are published once a day",
    ),
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §2",
        "公表は 03:00 JST、nextUpdate は48時間後",
        "published at 03:00 JST, nextUpdate 48 hours later",
        "practice `lists`",
    ),
    Behaviour(
        Confidence.PUBLISHED,
        "spec/pki.md §2",
        "公表後5–10分は前日のリストが返ることがある（既定では切ってある）",
        "for five to ten minutes after publication yesterday's list may answer (off by default)",
        "practice `lists.swap`",
    ),
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §2",
        "世代ごとに別名の配布点と別の署名鍵",
        "each generation has points of its own names and signs its own lists",
        "practice `lists.mode`: shared-names, new-key",
    ),
)

PUBLICATION = time(3, 0, tzinfo=JST)
"""The clock time of publication is UNKNOWN; 03:00 JST is an emulation choice."""
PERIOD = timedelta(days=1)
VALID = timedelta(hours=48)
FIRST_DAY = date(2015, 10, 20)
"""The day of list number 0; no world begins earlier (the service began in January 2016)."""


class PracticeRefused(ValueError):
    """Lists that cannot be published so; `str()` says what was expected."""


class CrlMode(StrEnum):
    """Which lists there are of a partition when the authority has several keys under one name."""

    PER_GENERATION = "per-generation"
    SHARED_NAMES = "shared-names"
    """Not RFC 5280: several complete lists of one scope, each of which lists a part."""
    NEW_KEY = "new-key"


@dataclass(frozen=True, slots=True)
class Swap:
    """How long after publication yesterday's list still answers: somewhere between the two, by point and day."""

    shortest: timedelta = timedelta(minutes=5)
    longest: timedelta = timedelta(minutes=10)

    def __post_init__(self) -> None:
        if not timedelta(0) <= self.shortest <= self.longest < PERIOD:
            actual = f"{self.shortest} to {self.longest}"
            raise PracticeRefused(f"swap: expected the shorter span first, less than a day, actual {actual}")

    def delay(self, point: bytes, number: int) -> timedelta:
        """Return when list `number` of a point (its name's DER) is swapped in, in whole seconds after publication."""
        seconds = int((self.longest - self.shortest).total_seconds())
        spread = int.from_bytes(hashlib.sha256(point + number.to_bytes(8, "big")).digest()[:8], "big")
        return self.shortest + timedelta(seconds=spread % (seconds + 1))


@dataclass(frozen=True, slots=True)
class CrlPractice:
    """How an authority publishes its lists. The swap window is off unless it is wanted: each case picks its mark."""

    publication: time = PUBLICATION
    valid: timedelta = VALID
    swap: Swap | None = None
    mode: CrlMode = CrlMode.PER_GENERATION

    def __post_init__(self) -> None:
        if self.publication.tzinfo is None:
            raise PracticeRefused(f"publication: expected a time with its zone, actual {self.publication}")
        least = PERIOD + (self.swap.longest if self.swap else timedelta(0))
        if self.valid < least:
            raise PracticeRefused(
                f"valid: expected at least {least}, when the next list answers everywhere, actual {self.valid}; "
                "the fault `stale` gives lists that are over"
            )

    @property
    def first(self) -> datetime:
        """When list number 0 was published."""
        return datetime.combine(FIRST_DAY, self.publication).astimezone(UTC)


PRACTICE = CrlPractice()


@dataclass(frozen=True, slots=True)
class Window:
    """One publication: its number grows because time does (RFC 5280 §5.2.3)."""

    number: int
    this_update: datetime
    next_update: datetime


def window_at(now: datetime, practice: CrlPractice = PRACTICE, point: bytes | None = None) -> Window:
    """Return the publication that is current at `now`, at a point whose swap may still be to come."""
    number = (now - practice.first) // PERIOD
    if practice.swap is not None and point is not None:
        published = practice.first + number * PERIOD
        number -= now < published + practice.swap.delay(point, number)
    return window_of(number, practice)


def window_of(number: int, practice: CrlPractice = PRACTICE) -> Window:
    """Return the publication of a number."""
    published = practice.first + number * PERIOD
    return Window(number, published, published + practice.valid)
