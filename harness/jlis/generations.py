"""The generations of the authorities: every four years another key under the same name (spec/pki.md §1.1).

    generation   founded            ends                at the world's origin
    1            eleven years ago   a year ago          expired, its leaves too
    2            seven years ago    in three years      its leaves live, it issues no more
    3            three years ago    in seven years      in office
    4            in a year          in eleven years     takes over when the clock gets there

An authority lives ten years and is in office for four: what it issues last still ends before it does.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from harness.confidence import Confidence
from harness.jlis.behaviour import Behaviour, Behaviours

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.OBSERVED,
        "spec/pki.md §1.1",
        "約4年ごとに鍵を更新し、認証局証明書は10年有効。利用者証明書は有効なまま世代交代する",
        "a new key about every four years, ten years of validity; leaves live on through the roll-over",
    ),
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §1.1",
        "交代の日は4月1日 00:00 UTC",
        "a generation takes office on the first of April, 00:00 UTC",
    ),
)

YEARS_APART, YEARS = 4, 10
IN_OFFICE = 3
"""The generation that is in office when the world begins."""
YEARS_IN_OFFICE = 3
"""How long it has been then."""


@dataclass(frozen=True, slots=True)
class Life:
    """When one generation was founded, and the last second of its certificate."""

    generation: int
    founded: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Generations:
    """The generations of a world that begins at `origin`."""

    origin: datetime

    def life(self, generation: int) -> Life:
        """Return the life of generation 1, 2, 3, …; the Japanese fiscal year begins in April."""
        year = self.origin.year - YEARS_IN_OFFICE + YEARS_APART * (generation - IN_OFFICE)
        founded = datetime(year, 4, 1, tzinfo=UTC)
        return Life(generation, founded, datetime(year + YEARS, 3, 31, 14, 59, 59, tzinfo=UTC))

    def in_office(self, instant: datetime) -> int:
        """Return the generation that issues at `instant`: the last one that was founded."""
        return max(known.generation for known in self.founded_by(instant))

    def founded_by(self, instant: datetime) -> list[Life]:
        """Return the lives of all generations that were founded at `instant`, the expired ones too."""
        years = instant.year - self.origin.year + YEARS_IN_OFFICE
        last = max(1, IN_OFFICE + years // YEARS_APART)
        lives = [self.life(generation) for generation in range(1, last + 1)]
        return [life for life in lives if life.founded <= instant] or lives[:1]
