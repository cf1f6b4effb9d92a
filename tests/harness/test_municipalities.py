"""The municipalities: as many as the country has, real ones as they are, generated ones never taken for real."""

import subprocess
import sys
from collections import Counter

import pytest

from harness.municipalities import AOI, INVENTED, MUNICIPALITIES, WAKABA, Municipality

DESIGNATED = {
    "札幌市": 10, "仙台市": 5, "さいたま市": 10, "千葉市": 6, "横浜市": 18, "川崎市": 7, "相模原市": 3, "新潟市": 8,
    "静岡市": 3, "浜松市": 3, "名古屋市": 16, "京都市": 11, "大阪市": 24, "堺市": 7, "神戸市": 9, "岡山市": 4,
    "広島市": 8, "北九州市": 7, "福岡市": 7, "熊本市": 5,
}  # fmt: skip
"""政令指定都市 and how many wards each has (2024)."""


def test_there_are_as_many_partitions_as_the_country_has() -> None:
    """1,741 municipalities, with 171 wards for twenty cities, and the two invented ones, which come first."""
    assert len(MUNICIPALITIES) == 1741 - 20 + 171 + 2
    assert list(MUNICIPALITIES)[:2] == [AOI.code, WAKABA.code] == [place.code for place in INVENTED]
    assert {code[:2] for code in MUNICIPALITIES} == {f"{number:02d}" for number in range(1, 49)}


def test_codes_and_names_are_distinct() -> None:
    """No code twice; no distribution point twice; a code is its own key and of its prefecture."""
    places = list(MUNICIPALITIES.values())
    assert all(code == place.code and len(code) == 5 and code.isdigit() for code, place in MUNICIPALITIES.items())
    assert len({(place.prefecture_romaji, place.point_romaji) for place in places}) == len(places)
    assert len({(place.prefecture, place.name) for place in places}) == len(places)
    assert len({(place.code[:2], place.prefecture) for place in places}) == 48


def test_designated_cities_are_their_wards() -> None:
    """Each of the twenty by the number of its wards, and never as a city besides; Tokyo has 23 special wards."""
    wards = [place for place in MUNICIPALITIES.values() if " " in place.romaji]
    assert Counter(place.name.split("市")[0] + "市" for place in wards) == DESIGNATED
    assert not {place.name for place in MUNICIPALITIES.values()} & set(DESIGNATED)
    tokyo = [place for place in MUNICIPALITIES.values() if place.prefecture == "東京都" and place.name.endswith("区")]
    assert [place.code for place in tokyo] == [str(code) for code in range(13101, 13124)]


@pytest.mark.parametrize(
    ("code", "name", "point", "prefecture"),
    [
        ("13113", "渋谷区", "Shibuya-ku", "Tokyo-to"),
        ("14101", "横浜市鶴見区", "Yokohama-shi-Tsurumi-ku", "Kanagawa-ken"),
        ("27128", "大阪市中央区", "Osaka-shi-Chuo-ku", "Osaka-fu"),
        ("01207", "帯広市", "Obihiro-shi", "Hokkaido"),
    ],
)
def test_real_ones(code: str, name: str, point: str, prefecture: str) -> None:
    """The forms observed in certificates (spec/pki.md §1.3), a ward's point with hyphens."""
    place = MUNICIPALITIES[code]
    assert (place.name, place.point_romaji, place.prefecture_romaji, place.generated) == (
        name,
        point,
        prefecture,
        False,
    )


def test_generated_ones_say_so() -> None:
    """A made-up name, a code where no municipality is, and the flag, all three together or none."""

    def made_up(place: Municipality) -> tuple[bool, bool, bool]:
        return place.generated, place.name.startswith("試験町"), int(place.code[2:]) >= 801

    kinds = Counter(made_up(place) for place in MUNICIPALITIES.values())
    assert set(kinds) == {(True, True, True), (False, False, False)}


def test_importing_reads_no_file() -> None:
    """The two invented places are known without the data; it is read when first asked for."""
    program = (
        "import pathlib, harness.municipalities as m\n"
        "def refuse(*_, **__): raise AssertionError('read')\n"
        "pathlib.Path.open = refuse\n"
        "assert m.AOI.code == '48201'\n"
        "try:\n    len(m.MUNICIPALITIES)\nexcept AssertionError:\n    print('lazy')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "lazy\n"
