"""A run of stories as one page that opens offline: what was told, in words, and where products accept and refuse.

The page holds both languages; a switch in it shows one or the other, and without scripts both stand below each other.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from itertools import product
from math import ceil
from pathlib import Path

import jinja2
from msgspec import Struct

from harness.contract.vocabulary import Purpose
from scenarios.story import FAMILIES, Story, Words

TITLES = {
    "tap": Words("Tap without PIN", "かざし利用"),
    "pin_lockout": Words("PIN lockout", "暗証番号のロック"),
    "expiry": Words("Expiry", "有効期間"),
    "address_change": Words("Address change", "住所・氏名の変更"),
    "kept": Words("Found by exploration", "探索で見つかった筋書き"),
}

DECISIONS = {
    "accept": Words("accepted", "受入れ"),
    "reject": Words("refused", "拒否"),
    "retry": Words("put off", "再試行"),
    "pending": Words("to be linked again", "紐付け待ち"),
    "card": Words("stopped by the card", "カードが拒否"),
}
"""What the product decided, or that the card gave nothing to decide on."""


PERCENTILES, BARS, _BLOCKS = (50, 90, 99), 8, " ▁▂▃▄▅▆▇█"


class Archetype(StrEnum):
    """How a service uses the card, as far as a story shows it (`docs/services.md`)."""

    SERIAL_TAP = "serial-tap"
    AUTH = "auth"
    SIGN = "sign"
    TEXT = "text"
    CARD_APP = "card-app"
    CARD_APP_COUNT = "card-app-count"
    SERIAL_ALONE = "serial-alone"
    """As the library of Chiba did in 2017: a tap before the rule, told beside one of today."""


BY_PURPOSE = {
    Purpose.ENROL: Archetype.SERIAL_TAP,
    Purpose.RELINK: Archetype.SERIAL_TAP,
    Purpose.TAP: Archetype.SERIAL_TAP,
    Purpose.LOGIN: Archetype.AUTH,
    Purpose.SIGN: Archetype.SIGN,
}


class Line(Struct, frozen=True):
    """One thing that was told, and when, by the clock of the story."""

    at: datetime
    en: str
    ja: str


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


class Told(Struct, frozen=True):
    """One story as it was told: how it came out, what happened, and how often each archetype got which decision."""

    name: str
    outcome: str
    """`passed`, `failed`, or `skipped` where the product lacks what the story needs (NA)."""
    lines: tuple[Line, ...]
    decisions: tuple[tuple[Archetype, str], ...]
    why: str = ""
    distributions: tuple[Distribution, ...] = ()


def write_page(path: Path, stories: Mapping[str, Story], told: Iterable[Told]) -> None:
    """Write the page of a run."""
    told = sorted(told, key=lambda each: list(stories).index(each.name))
    heat = {(stories[each.name].family, *decision): 0 for each in told for decision in each.decisions}
    for each in told:
        for decision, count in Counter(each.decisions).items():
            heat[stories[each.name].family, *decision] += count
    outcomes = Counter(each.outcome for each in told)
    page = _TEMPLATE.render(
        families=FAMILIES, titles=TITLES, said=DECISIONS, heat=heat, most=max(heat.values(), default=1),
        met=[pair for pair in product(Archetype, DECISIONS) if any(key[1:] == pair for key in heat)],
        stories=stories, told=told, outcomes=outcomes,
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


_TEMPLATE = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
    (Path(__file__).parent / "page.html").read_text(encoding="utf-8")
)
