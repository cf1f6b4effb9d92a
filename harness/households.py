"""Households (世帯): who lives with whom, where, and how old they are. The seed says it for every position alone.

Positions are cut into blocks of BLOCK people, and each block into households, so that nobody needs to be counted up
to in order to be made.
"""

import random
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

from harness.municipalities import MUNICIPALITIES

BLOCK = 12
OLDEST = 105
SIZES, WEIGHTS = (1, 2, 3, 4, 5), (38, 28, 17, 12, 5)
"""How many live together, and how often in a hundred; the shape of Japan's households, rounded."""
FOREIGN_PERCENT = 8
LOTS = 1000
SERVICE_MUNICIPALITIES = {
    "01207": "帯広市",
    "06209": "長井市",
    "10201": "前橋市",
    "12101": "千葉市中央区",
    "12203": "市川市",
    "13116": "豊島区",
    "13213": "東村山市",
    "15103": "新潟市中央区",
    "15204": "三条市",
    "16210": "南砺市",
    "16323": "立山町",
    "17206": "加賀市",
    "23230": "日進市",
    "24201": "津市",
    "25425": "愛荘町",
    "28201": "姫路市",
    "28204": "西宮市",
    "28215": "三木市",
    "28219": "三田市",
    "28220": "加西市",
    "28222": "養父市",
    "33681": "吉備中央町",
    "36201": "徳島市",
    "39204": "南国市",
    "39401": "中土佐町",
    "41201": "佐賀市",
    "43215": "天草市",
    "45202": "都城市",
    "45203": "延岡市",
}
"""Where the services are that this project rehearses (spec/services.yaml); every other household lives in one."""


class Part(StrEnum):
    """What somebody is in their household."""

    HEAD = "head"
    SPOUSE = "spouse"
    CHILD = "child"
    PARENT = "parent"
    """A parent of the head."""


@dataclass(frozen=True, slots=True)
class Household:
    """Who lives together: where, whether they came from abroad, and each member's part and age, the head's first."""

    id: str
    municipality: str
    lot: int
    foreign: bool
    members: tuple[tuple[Part, int], ...]
    names: int
    """What their names follow from: the family's, and a given name of their own for each."""


def household_at(seed: int, position: int) -> tuple[Household, int]:
    """Return the household of a position and which of its members is there."""
    block, offset = divmod(position, BLOCK)
    first, size = next((first, size) for first, size in _block(seed, block) if offset < first + size)
    return _household(seed, block * BLOCK + first, size), offset - first


@lru_cache(maxsize=16)  # who comes next mostly lives there, too
def _block(seed: int, block: int) -> tuple[tuple[int, int], ...]:
    """Return where each household of a block begins, and its size."""
    chance = random.Random(f"{seed}/block/{block}")  # noqa: S311  (repeatable people, no secrets)
    first, found = 0, []
    while first < BLOCK:
        size = min(chance.choices(SIZES, WEIGHTS)[0], BLOCK - first)
        found.append((first, size))
        first += size
    return tuple(found)


@lru_cache(maxsize=16)
def _household(seed: int, head: int, size: int) -> Household:
    chance = random.Random(f"{seed}/household/{head}")  # noqa: S311  (repeatable people, no secrets)
    served = chance.random() < 0.5
    return Household(
        id=f"h{head + 1:06d}",
        municipality=chance.choice(tuple(SERVICE_MUNICIPALITIES) if served else _everywhere()),
        lot=chance.randrange(LOTS),
        foreign=chance.randrange(100) < FOREIGN_PERCENT,
        members=tuple(_members(chance, size)),
        names=chance.getrandbits(32),
    )


def _members(chance: random.Random, size: int) -> list[tuple[Part, int]]:
    """Return part and age of each; children are 18 to 45 years younger than the head, whose parents likewise older."""
    if size == 1:
        return [(Part.HEAD, chance.randint(18, OLDEST))]
    if size == 2 and chance.random() < 0.7:
        age = chance.randint(25, 95)
        return [(Part.HEAD, age), (Part.SPOUSE, _beside(chance, age))]
    age = chance.randint(22, 60)
    found = [(Part.HEAD, age)]
    if size > 2:
        found.append((Part.SPOUSE, _beside(chance, age)))
    if size > 3 and chance.random() < 0.4:
        found.append((Part.PARENT, min(age + chance.randint(20, 45), OLDEST)))
    while len(found) < size:
        found.append((Part.CHILD, chance.randint(max(0, age - 45), age - 18)))
    return found


def _beside(chance: random.Random, age: int) -> int:
    return max(18, age + chance.randint(-8, 8))


@cache
def _everywhere() -> tuple[str, ...]:
    return tuple(MUNICIPALITIES)
