"""The municipalities of the fake country: one partition of the revocation lists each (spec/pki.md §1.3, §2).

Two are invented and come first, 葵市 and 若葉市: no prefecture of Japan has the code 48, and whoever is not told
otherwise lives there. After them come all 47 prefectures with as many municipalities as they have, the twenty
designated cities as their wards. The real ones among them (`data/municipalities.csv`: the wards, the prefectural
capitals, the municipalities of the register of services) bear their 市区町村コード and romaji; the rest are generated,
are called 試験町, and have codes from 801 on, where JIS X 0402 has no municipality.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_DATA = Path(__file__).parent / "jlis" / "data"
_FIRST_GENERATED = 801
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality as certificates and cards name it; `code` is the 5-digit 市区町村コード."""

    code: str
    name: str
    romaji: str
    prefecture: str
    prefecture_romaji: str
    generated: bool = False
    """Whether the name is made up to fill a real prefecture."""

    @property
    def point_romaji(self) -> str:
        """The romaji in the name of its distribution point: a ward's is `<city>-shi-<ward>-ku` (spec/pki.md §1.3)."""
        return self.romaji.replace(" ", "-")


AOI = Municipality("48201", "葵市", "Aoi-shi", "試験県", "Shiken-ken")
WAKABA = Municipality("48202", "若葉市", "Wakaba-shi", "試験県", "Shiken-ken")
INVENTED = (AOI, WAKABA)
"""Where people live and move to when nothing is said."""
CODE_EXPECTED = f"a 5-digit 市区町村コード that the world has, such as {AOI.code}, {WAKABA.code} or 13113"
"""What an error says instead of 1,894 codes."""


class _Municipalities(Mapping[str, Municipality]):
    """By code; the invented two first, then ascending. Read when first asked for, so that importing costs nothing."""

    def __getitem__(self, code: str) -> Municipality:
        return _all()[code]

    def __iter__(self) -> Iterator[str]:
        return iter(_all())

    def __len__(self) -> int:
        return len(_all())


MUNICIPALITIES: Mapping[str, Municipality] = _Municipalities()


@cache
def _all() -> dict[str, Municipality]:
    real: dict[str, list[Municipality]] = {}
    prefectures = _rows("prefectures.csv")
    names = {row["code"]: (row["name"], row["romaji"]) for row in prefectures}
    for row in _rows("municipalities.csv"):
        prefecture = row["code"][:2]
        made = Municipality(row["code"], row["name"], row["romaji"], *names[prefecture])
        real.setdefault(prefecture, []).append(made)
    country = {municipality.code: municipality for municipality in INVENTED}
    for row in prefectures:
        known = real[row["code"]]
        missing = int(row["municipalities"]) - len({_city_of(municipality) for municipality in known})
        for municipality in (*known, *(_generated(row, number) for number in range(missing))):
            country[municipality.code] = municipality
    return country


def _rows(file: str) -> list[dict[str, str]]:
    with (_DATA / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _city_of(municipality: Municipality) -> str:
    """Return what counts as one municipality: a designated city, however many wards it has."""
    return municipality.romaji.split(" ", maxsplit=1)[0]


def _generated(prefecture: Mapping[str, str], number: int) -> Municipality:
    return Municipality(
        f"{prefecture['code']}{_FIRST_GENERATED + number}",
        f"試験町{number + 1}".translate(_FULL_WIDTH),  # addresses are full-width throughout (spec/pki.md §1.4)
        f"Shiken{number + 1}-cho",
        prefecture["name"],
        prefecture["romaji"],
        generated=True,
    )
