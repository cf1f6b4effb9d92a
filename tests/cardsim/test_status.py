"""Status words and what they are called."""

import pytest

from cardsim.status import StatusWord, explain, read_tries, tries_left


@pytest.mark.parametrize(("tries", "sw"), [(0, 0x63C0), (3, 0x63C3), (15, 0x63CF)])
def test_tries(tries: int, sw: int) -> None:
    """The last nibble of 63Cx counts."""
    assert tries_left(tries) == sw
    assert read_tries(sw) == tries


@pytest.mark.parametrize("tries", [-1, 16])
def test_uncountable_tries_are_refused(tries: int) -> None:
    """A nibble ends at 15."""
    with pytest.raises(ValueError, match="0 to 15"):
        tries_left(tries)


@pytest.mark.parametrize("sw", [0x9000, 0x6300, 0x63B3, 0x6984])
def test_other_words_count_nothing(sw: int) -> None:
    """Only 63Cx is a counter."""
    assert read_tries(sw) is None


@pytest.mark.parametrize("sw", list(StatusWord))
def test_every_word_is_explained(sw: StatusWord) -> None:
    """Each status word the card can send has a name in both languages."""
    assert explain(sw, "ja") != "未知のステータス"
    assert explain(sw, "en") != "unknown status"


def test_explanations() -> None:
    """A counter says its number, a stranger that it is one."""
    assert explain(0x63C2, "ja") == "残り2回"
    assert explain(0x63C2, "en") == "2 tries left"
    assert explain(0x1234, "en") == "unknown status"
