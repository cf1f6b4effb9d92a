"""How long something took, time after time: percentiles, and a histogram in letters or on a page."""

from collections import Counter
from math import ceil

from msgspec import Struct

from scenarios.story import Words

PERCENTILES, BARS, _BLOCKS = (50, 90, 99), 8, " ▁▂▃▄▅▆▇█"


class Distribution(Struct, frozen=True):
    """How long something took, time after time, through one kind of reader."""

    reader: str
    japanese: str
    seconds: tuple[float, ...]

    def percentile(self, share: float) -> float:
        """Return the smallest time within which this share of them lay."""
        return sorted(self.seconds)[max(0, ceil(share * len(self.seconds)) - 1)]

    def bars(self) -> list[tuple[float, float, int]]:
        """Return from, to and how many, in equal steps from the shortest time to the longest."""
        low, high = min(self.seconds), max(self.seconds)
        step = (high - low) / BARS or 0.001
        counts = Counter(min(int((each - low) / step), BARS - 1) for each in self.seconds)
        return [(low + step * at, low + step * (at + 1), counts[at]) for at in range(BARS)]

    def words(self) -> Words:
        """Say it in one line."""
        figures = ", ".join(f"p{share:.0f} {self.percentile(share / 100):.3f} s" for share in PERCENTILES)
        most = max(count for _, _, count in self.bars())
        drawn = "".join(_BLOCKS[ceil(count * (len(_BLOCKS) - 1) / most)] for _, _, count in self.bars())
        line = f"{figures} [{drawn}] {len(self.seconds)}"
        return Words(f"  {self.reader}: {line} taps", f"  {self.japanese}: {line}回")
