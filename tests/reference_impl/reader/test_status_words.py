"""Every status word has its meaning and its advice, in both languages; the documentation says the same."""

from pathlib import Path

import pytest

from cardsim.status import StatusWord as CardsWord
from reference_impl.reader import status_table
from reference_impl.reader.faults import CardRefused, LastTryRefused, PinBlocked, ReaderFault
from reference_impl.reader.references import AUTH_PIN
from reference_impl.reader.status_words import explain, explanation_of, is_status_word, tries_left
from reference_impl.reader.words import Words

PAGE = Path(__file__).parents[3] / "docs" / "reader.md"


@pytest.mark.parametrize("word", CardsWord, ids=lambda each: f"{each:04X}")
def test_every_word_of_the_virtual_card_is_explained(word: CardsWord) -> None:
    """By a sentence of its own, not by that of its family: what the card can answer, the client can say."""
    assert word in status_table.NAMED or tries_left(word) is not None


@pytest.mark.parametrize("tries", range(16))
def test_tries_are_told_as_a_number(tries: int) -> None:
    """63C0 is locked, 63C1 one try, the others tries."""
    meaning, advice = explanation_of(0x63C0 | tries)
    assert f"残り{tries}回" in meaning.ja
    if tries == 0:
        assert "locked" in meaning.en
        assert "municipal office" in advice.en
    else:
        assert f"{tries} {'try' if tries == 1 else 'tries'} left" in meaning.en


def test_all_65536_have_both_languages() -> None:
    """Meaning and advice are there for each; the number stands in the line; what is none is said to be none."""
    for sw in range(0x10000):
        meaning, advice = explanation_of(sw)
        assert meaning.ja
        assert meaning.en
        assert advice.ja
        assert advice.en
        assert (meaning == status_table.NO_STATUS_WORD.meaning) is not is_status_word(sw)
    assert explain(0x6A82, "ja").startswith("アプリケーションまたはファイルがありません（6A82）。")
    assert explain(0x6A82, "en").startswith("no such application or file (6A82); ")


@pytest.mark.parametrize("sw", [0x0000, 0x5FFF, 0x6000, 0x60FF, 0x7000, 0x8FFF, 0xA000, 0xFFFF])
def test_what_no_card_can_say_is_no_status_word(sw: int) -> None:
    """SW1 is 61 to 6F or 9x; 60 asks for more time (ISO/IEC 7816-3:2006 §10.3.3)."""
    assert not is_status_word(sw)


@pytest.mark.parametrize("words", [each for one in status_table.NAMED.values() for each in one])
def test_a_japanese_text_is_japanese_and_an_english_one_is_not(words: Words) -> None:
    """No half that was left in the other language."""
    assert any("\u3040" <= character <= "\u9fff" for character in words.ja)
    assert words.en.isascii()


@pytest.mark.parametrize("sw", [0x6983, 0x6984])
def test_a_locked_pin_sends_the_holder_to_the_office(sw: int) -> None:
    """ISO's word and the card's: the same meaning, the same advice."""
    fault = PinBlocked(AUTH_PIN, sw)
    assert "市区町村の窓口" in fault.ja
    assert "municipal office" in fault.en


@pytest.mark.parametrize("fault", [CardRefused(Words("読取り", "READ"), 0x6982), LastTryRefused(AUTH_PIN, 1)])
def test_a_fault_speaks_both_languages(fault: ReaderFault) -> None:
    """`said` gives one of them; `str` is the English one."""
    assert fault.said("ja") == fault.ja
    assert fault.said("en") == fault.en == str(fault)


def rows() -> list[str]:
    """The table of the documentation, as it must stand there."""
    named = [
        f"| {sw:04X} | {each.meaning.ja}<br>{each.meaning.en} | {each.advice.ja}<br>{each.advice.en} |"
        for sw, each in sorted(status_table.NAMED.items())
    ]
    families = [
        f"| {sw1:02X}xx | {each.meaning.ja}<br>{each.meaning.en} | {each.advice.ja}<br>{each.advice.en} |"
        for sw1, each in sorted(status_table.FAMILIES.items())
    ]
    return named + families


def test_the_documentation_has_the_same_table() -> None:
    """Each word, each family, in this order, and nothing else; this module, run by itself, writes the rows."""
    page = PAGE.read_text(encoding="utf-8")
    begin = page.index("<!-- status words -->")
    table = page[begin : page.index("<!-- end of status words -->")]
    written = [line for line in table.splitlines() if line.startswith("| ") and not line.startswith("| SW")]
    assert written == rows()


if __name__ == "__main__":
    print("\n".join(rows()))
