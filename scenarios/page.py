"""A run of stories as one page that opens offline: what was told, in words, and where products accept and refuse.

The page holds both languages; a switch in it shows one or the other, and without scripts both stand below each other.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import jinja2
from msgspec import Struct

from harness.contract.vocabulary import Purpose
from scenarios.distribution import PERCENTILES, Distribution
from scenarios.set_up import SetUp
from scenarios.story import FAMILIES, Confidence, Story, Words

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


CONFIDENCES = {
    Confidence.NORMATIVE: Words("laid down in a standard", "規格の定め"),
    Confidence.PUBLISHED: Words("published by the authorities", "公的機関の公表資料"),
    Confidence.OBSERVED: Words("observed of real cards", "実カードでの観測"),
    Confidence.ASSUMED: Words("assumed: nothing public says so", "仮定（公表資料なし）"),
}
"""How well an expectation is founded."""


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


USES = {
    Archetype.SERIAL_TAP: Words("tap without PIN; enrolment for it", "PINなしのかざしと、その登録"),
    Archetype.AUTH: Words("login with the PIN", "暗証番号によるログイン（利用者証明）"),
    Archetype.SIGN: Words("signature with the password", "署名用パスワードによる署名"),
    Archetype.TEXT: Words("name and address read off the chip", "チップの4情報の読取り（券面事項入力補助AP）"),
    Archetype.CARD_APP: Words("an application of the town on the card", "自治体のカードアプリケーション"),
    Archetype.CARD_APP_COUNT: Words("one that counts rides", "回数を数えるカードアプリケーション"),
    Archetype.SERIAL_ALONE: Words("the serial alone, as in 2017", "発行番号だけの紐付け（2017年方式）"),
}
"""The uses of the card in words."""

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


class Told(Struct, frozen=True):
    """One story as it was told: how it came out, what happened, and how often each archetype got which decision."""

    name: str
    outcome: str
    """`passed`, `failed`, or `skipped` where the product lacks what the story needs (NA)."""
    lines: tuple[Line, ...]
    decisions: tuple[tuple[Archetype, str], ...]
    why: str = ""
    distributions: tuple[Distribution, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a story as the page has it."""

    words: Words
    time: str
    day: str
    """The day, where it is another one than that of the line before."""
    came: bool
    """Whether it says what came of the line before."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """One story as the page has it."""

    told: Told
    story: Story
    lines: tuple[_Row, ...]

    @property
    def family(self) -> str:
        return self.story.family

    @property
    def uses(self) -> list[Archetype]:
        """The uses of the card that it is about."""
        return sorted({archetype for archetype, _ in self.told.decisions}, key=list(Archetype).index)


def write_page(path: Path, stories: Mapping[str, Story], told: Iterable[Told]) -> None:
    """Write the page of a run."""
    told = sorted(told, key=lambda each: list(stories).index(each.name))
    heat: Counter[tuple[str, Archetype, str]] = Counter()
    for each in told:
        heat.update((stories[each.name].family, *decision) for decision in each.decisions)
    met = {pair[1:] for pair in heat}
    page = _TEMPLATE.render(
        families=FAMILIES, titles=TITLES, uses=USES, decisions=DECISIONS, confidences=CONFIDENCES,
        ordinary=SetUp.ORDINARY.words[0], percentiles=PERCENTILES,
        heat=heat, most=max(heat.values(), default=1),
        met=[
            (use, rows) for use in Archetype if (rows := [each for each in DECISIONS if (use, each) in met])
        ],
        timed=[times for each in told for times in each.distributions],
        told=[_Shown(each, stories[each.name], tuple(_rows(each.lines))) for each in told],
        outcomes=Counter(each.outcome for each in told),
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


def _rows(lines: Iterable[Line]) -> Iterator[_Row]:
    before = ""
    for line in lines:
        day = f"{line.at:%Y-%m-%d}"
        words = Words(line.en.strip(), line.ja.strip())
        yield _Row(words, f"{line.at:%H:%M:%S}", day if day != before else "", line.en.startswith("  "))
        before = day


_TEMPLATE = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
    (Path(__file__).parent / "page.html").read_text(encoding="utf-8")
)
