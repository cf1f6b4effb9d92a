"""The population that breaks careless text handling: every difficulty is there, and it does break things."""

import unicodedata
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from harness.characters import characters, substituted
from harness.hard_text import Difficulty, difficulty_at
from harness.jlis.holder_attributes import era_date
from harness.population import REFERENCE_DAY, PopulationProfile, make_resident
from harness.residents import Resident, checked, written_name
from harness.world import World

SEEDS = (1, 2, 3)
EVERY = list(Difficulty)
TEXTS = {
    Difficulty.EXTERNAL_CHARACTER: ("name", "\ue000"),
    Difficulty.IVS: ("name", "葛\U000e0100"),
    Difficulty.JIS_X_0213: ("name", "𡈽"),
    Difficulty.SUPPLEMENTARY_KANJI: ("name", "鷗"),
    Difficulty.CP932_ONLY: ("name", "髙"),
    Difficulty.NO_JIS_AT_ALL: ("name", "𠮷"),
    Difficulty.COMPATIBILITY_IDEOGRAPH: ("name", "\ufa19"),
    Difficulty.WAVE_DASH: ("address", "\u301c"),
    Difficulty.FULLWIDTH_TILDE: ("address", "\uff5e"),
    Difficulty.FULLWIDTH_HYPHEN_MINUS: ("address", "\uff0d"),
    Difficulty.HORIZONTAL_BAR: ("address", "\u2015"),
    Difficulty.HYPHEN: ("address", "\u2010"),
    Difficulty.MINUS_SIGN: ("address", "\u2212"),
    Difficulty.PROLONGED_SOUND_MARK: ("address", "\u30fc"),
    Difficulty.LONGEST_ADDRESS: ("address", "葛\U000e0100"),
    Difficulty.FORMER_NAME: ("former_name", "髙"),
    Difficulty.FOREIGN_NAME: ("name", "Ｓ"),
    Difficulty.LONGEST_NAME: ("name", "Ｅ"),
}
BIRTHS: dict[Difficulty, Callable[[Resident], bool]] = {
    Difficulty.UNKNOWN_DAY: lambda who: (
        era_date(who)[1:5] != "0000" != era_date(who)[5:7] and era_date(who)[7:] == "00"
    ),
    Difficulty.UNKNOWN_MONTH: lambda who: era_date(who)[1:5] != "0000" == era_date(who)[5:],
    Difficulty.UNKNOWN_BIRTH: lambda who: era_date(who) == "000000000",
    Difficulty.SHOWA_64: lambda who: date(1989, 1, 1) <= who.birth_date <= date(1989, 1, 7),
    Difficulty.HEISEI_31: lambda who: date(2019, 1, 1) <= who.birth_date <= date(2019, 4, 30),
    Difficulty.REIWA_1: lambda who: date(2019, 5, 1) <= who.birth_date <= date(2019, 12, 31),
    Difficulty.LEAP_DAY: lambda who: (who.birth_date.month, who.birth_date.day) == (2, 29),
}


def hard(seed: int, difficulty: Difficulty) -> Resident:
    """Return the first resident of a population who has the difficulty."""
    return make_resident(seed, EVERY.index(difficulty), PopulationProfile.HARD_TEXT)


def test_every_difficulty_has_a_test() -> None:
    """Texts and births together are all of them, and each comes once in as many positions."""
    assert set(TEXTS) | set(BIRTHS) == set(Difficulty)
    assert not set(TEXTS) & set(BIRTHS)
    assert sorted(difficulty_at(position) for position in range(40, 40 + len(EVERY))) == sorted(Difficulty)


@pytest.mark.parametrize("difficulty", list(TEXTS))
@pytest.mark.parametrize("seed", SEEDS)
def test_the_difficult_text_is_there(seed: int, difficulty: Difficulty) -> None:
    """Whatever the seed, within the first residents of the population."""
    field, needle = TEXTS[difficulty]
    assert needle in getattr(hard(seed, difficulty), field)


@pytest.mark.parametrize("difficulty", list(BIRTHS))
@pytest.mark.parametrize("seed", SEEDS)
def test_the_difficult_birth_is_there(seed: int, difficulty: Difficulty) -> None:
    """Whatever the seed, within the first residents of the population."""
    assert BIRTHS[difficulty](hard(seed, difficulty))


def through(codec: str) -> Callable[[str], bool]:
    """Return whether a text survives being written in a codec and read again."""

    def survives(text: str) -> bool:
        try:
            return text.encode(codec).decode(codec) == text
        except UnicodeEncodeError:
            return False

    return survives


CARELESS: dict[str, Callable[[str], bool]] = {
    "cp932": through("cp932"),
    "shift_jis": through("shift_jis"),
    "nfkc": lambda text: unicodedata.normalize("NFKC", text) == text,
    "utf-16 units": lambda text: len(text.encode("utf-16-le")) // 2 == len(list(characters(text))),
}
"""Ways to treat a text without care, each saying whether a text survives it."""


@pytest.mark.parametrize(
    ("needle", "broken"),
    [
        pytest.param("試験花子", set(), id="nothing about a plain name"),
        pytest.param("\ue000", {"shift_jis"}, id="CP932 carries it as somebody else's"),
        pytest.param("葛\U000e0100", {"cp932", "shift_jis", "utf-16 units"}, id="IVS"),
        pytest.param("俱", {"cp932", "shift_jis"}, id="JIS X 0213"),
        pytest.param("𡈽", {"cp932", "shift_jis", "utf-16 units"}, id="JIS X 0213 beyond the basic plane"),
        pytest.param("鷗頰", {"cp932", "shift_jis"}, id="supplementary kanji"),
        pytest.param("髙﨑", {"shift_jis"}, id="CP932 only"),
        pytest.param("𠮷", {"cp932", "shift_jis", "utf-16 units"}, id="no JIS at all"),
        pytest.param("\ufa19", {"shift_jis", "nfkc"}, id="compatibility ideograph"),
        pytest.param("\u301c", {"cp932"}, id="wave dash: comes back from CP932 as the tilde"),
        pytest.param("\uff5e", {"shift_jis", "nfkc"}, id="full-width tilde"),
        pytest.param("\uff0d", {"shift_jis", "nfkc"}, id="full-width hyphen-minus"),
        pytest.param("\u2212", {"cp932"}, id="minus sign: comes back from CP932 as the hyphen-minus"),
        pytest.param("ＳＰＥＣＩＭＥＮ　１", {"nfkc"}, id="full-width letters, space and digits"),
    ],
)
def test_careless_treatment_breaks(needle: str, broken: set[str]) -> None:
    """Exactly these treatments lose the text or miscount it: that is what the population is for."""
    assert {name for name, survives in CARELESS.items() if not survives(needle)} == broken


def test_dashes_look_alike_and_are_not() -> None:
    """Seven code points in seven addresses, of which no normalisation makes fewer than seven."""
    dashes = {TEXTS[difficulty][1] for difficulty in EVERY if TEXTS.get(difficulty, ("", ""))[0] == "address"}
    dashes.discard("葛\U000e0100")
    assert dashes == {"〜", "～", "－", "―", "‐", "−", "ー"}
    assert len({unicodedata.normalize("NFKC", dash) for dash in dashes}) == 7


def test_longest_texts() -> None:
    """An address of 200 characters in 201 code points, and a name of 100."""
    address = hard(1, Difficulty.LONGEST_ADDRESS).address
    assert (len(list(characters(address))), len(address)) == (200, 201)
    assert len(substituted(address).text) == len(substituted(address).flags) == 200
    assert len(hard(1, Difficulty.LONGEST_NAME).name) == 100


def test_the_registers_day_of_an_unknown_birth_is_the_last_possible_one() -> None:
    """Nobody is treated as older than they may be."""
    for seed in range(50):
        by_day = hard(seed, Difficulty.UNKNOWN_DAY)
        known = make_resident(seed, EVERY.index(Difficulty.UNKNOWN_DAY)).birth_date
        assert (by_day.birth_date.year, by_day.birth_date.month) == (known.year, known.month)
        assert (by_day.birth_date + timedelta(days=1)).day == 1
        by_month = hard(seed, Difficulty.UNKNOWN_MONTH)
        assert (by_month.birth_date.month, by_month.birth_date.day) == (12, 31)


def test_names_as_written() -> None:
    """旧氏 in brackets after the family name; ideographs and 通称 after the Latin letters."""
    assert written_name(hard(1, Difficulty.FORMER_NAME)) == "試験［髙橋］　花子"
    foreign = hard(1, Difficulty.FOREIGN_NAME)
    assert written_name(foreign) == f"{foreign.name}　見本　美玉（試験　光）"


def test_a_world_carries_them_all(world: World) -> None:
    """Everybody is registered as they are: nothing between event, history and register breaks the text."""
    for position, difficulty in enumerate(EVERY):
        made = make_resident(world.seed, position, PopulationProfile.HARD_TEXT)
        fields = {name: getattr(made, name) for name in made.__struct_fields__ if name not in {"id", "number"}}
        resident = world.new_resident(**fields)
        assert world.resident(resident.id) == checked(made, REFERENCE_DAY), difficulty


def test_seeds_differ_in_what_is_hard() -> None:
    """What a difficulty leaves open follows from the seed: the day of 昭和64, say."""
    assert {hard(seed, Difficulty.SHOWA_64).birth_date.day for seed in range(60)} == {1, 2, 3, 4, 5, 6, 7}
