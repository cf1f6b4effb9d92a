"""Substitute characters of the signature certificate: repertoire, substitutes and flags (spec/pki.md §1.4)."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.characters import EVERYDAY, NOTHING_FITS, TWINS, characters, is_in_repertoire, substituted


@pytest.mark.parametrize(
    ("text", "expected", "flags"),
    [
        pytest.param("試験　花子", "試験　花子", "00000", id="nothing to do; the separator counts"),
        pytest.param(
            "髙橋　太郎", "高橋　太郎", "10000", id="a variant that CP932 has and JIS levels 1 and 2 have not"
        ),
        pytest.param("山﨑　健", "山崎　健", "0100", id="another one, in the second place"),
        pytest.param("𠮷田", "吉田", "10", id="beyond the basic plane: one character, one flag"),
        pytest.param("俱𡈽", "倶土", "11", id="JIS X 0213 level 3"),
        pytest.param("鷗頰", "鷗頰", "00", id="JIS X 0212 is in the repertoire, though CP932 has neither"),
        pytest.param(
            "葛\U000e0100城", "葛城", "10", id="a variation sequence is one character; its base stands for it"
        ),
        pytest.param("髙\U000e0101", "高", "1", id="a variation of a variant"),
        pytest.param("\ufa19戸", "神戸", "10", id="a compatibility ideograph and what NFC makes of it"),
        pytest.param("カ\u3099", "ガ", "1", id="a decomposed kana is one character"),
        pytest.param("か\u309a", "か", "1", id="a kana of JIS X 0213 that has no composed form"),
        pytest.param("\ue000本", "〓本", "10", id="外字"),
        pytest.param("Ⅲ①㈱", "〓〓〓", "111", id="NEC's characters are none of JIS X 0208"),
        pytest.param("ｱ", "〓", "1", id="half-width katakana"),
        pytest.param("한简", "〓〓", "11", id="KS X 1001 and GB 2312, which iso2022_jp_2 has too"),
        pytest.param("〓", "〓", "0", id="the substitute itself, where it is the text"),
        pytest.param("１〜３号", "１〜３号", "0000", id="the wave dash of JIS X 0208"),
        pytest.param("１～３号", "１～３号", "0000", id="the tilde that CP932 has for it"),
        pytest.param("‐―−－ー‖", "‐―−－ー‖", "000000", id="dashes of JIS X 0208 under any of their code points"),
        pytest.param("ＪＯＨＮ　Ｏ’ＮＥＩＬ", "ＪＯＨＮ　Ｏ’ＮＥＩＬ", "00000000000", id="Latin letters of row 3"),
        pytest.param("JOHN", "JOHN", "0000", id="ASCII"),
        pytest.param("", "", "", id="nothing"),
    ],
)
def test_substituted(text: str, expected: str, flags: str) -> None:
    """Each character as it is or as its substitute, and a flag for each."""
    assert substituted(text) == (expected, flags)


def test_the_repertoire_is_jis_x_0208_and_jis_x_0212() -> None:
    """JIS X 0208:1997 has 6,879 characters (524 + 6,355 kanji), JIS X 0212-1990 has 6,067 (266 + 5,801 kanji).

    One of these, the tilde 2-23, is the ASCII tilde to the codec; it and the full-width one are in the repertoire.
    """
    found: dict[bytes, set[bytes]] = {b"\x1b$B": set(), b"\x1b$(D": set()}
    for point in range(sys.maxunicode + 1):
        character = chr(point)
        if 0xD800 <= point <= 0xDFFF or character in TWINS or not is_in_repertoire(character):
            continue
        code = character.encode("iso2022_jp_1")
        for escape, codes in found.items():
            if code.startswith(escape):
                codes.add(code)
    assert {escape: len(codes) for escape, codes in found.items()} == {b"\x1b$B": 6879, b"\x1b$(D": 6067 - 1}
    assert is_in_repertoire("~")


def test_everyday_forms_are_what_a_certificate_may_carry() -> None:
    """A variant that needed no substitute, or a substitute that needed one, would be a mistake of the table."""
    for variant, everyday in EVERYDAY.items():
        assert (len(variant), is_in_repertoire(variant)) == (1, False), variant
        assert (len(everyday), is_in_repertoire(everyday)) == (1, True), everyday
    assert is_in_repertoire(NOTHING_FITS)


def test_twins_are_needed() -> None:
    """Each is a code point that the codec itself does not know."""
    for twin in TWINS:
        with pytest.raises(UnicodeEncodeError):
            twin.encode("iso2022_jp_1")


def test_texts_within_the_repertoire_are_themselves() -> None:
    """No code point that can be carried is a mark, which would belong to the one before: each is one character."""
    carried = [chr(point) for point in range(sys.maxunicode + 1) if encodes(chr(point))]
    assert len(carried) > 10_000
    assert not [one for one in carried if unicodedata.category(one) in {"Mn", "Me"}]
    for one in carried:
        assert list(characters(f"山{one}川")) == ["山", one, "川"]
        assert substituted(f"山{one}") == (f"山{one}", "00")


def encodes(character: str) -> bool:
    """Return whether the codec of the repertoire has it."""
    try:
        character.encode("iso2022_jp_1")
    except UnicodeEncodeError:
        return False
    return True


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])))
def test_whatever_is_substituted_can_be_carried(text: str) -> None:
    """One code point and one flag a character, all of the repertoire, and nothing left to do a second time."""
    found = substituted(text)
    assert len(found.text) == len(found.flags) == len(list(characters(text)))
    assert all(is_in_repertoire(character) for character in found.text)
    assert substituted(found.text) == (found.text, "0" * len(found.text))
    assert [flag == "1" for flag in found.flags] == [
        was != now for was, now in zip(characters(text), found.text, strict=True)
    ]


@given(st.text())
def test_characters_are_the_text(text: str) -> None:
    """Cut into characters, nothing is lost."""
    assert "".join(characters(text)) == text
