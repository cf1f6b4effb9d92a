"""Characters of the signature certificate: JIS X 0208 and JIS X 0212, others replaced (代替文字, spec/pki.md §1.4).

The repertoire is Python's codec `iso2022_jp_1` (RFC 2237: ASCII, JIS X 0201 Roman, JIS X 0208, JIS X 0212), a table
that nobody here wrote. `iso2022_jp_2` would not do: it has the characters of GB 2312 and KS X 1001 too.

Assumed, because no public text says it:
  - code points that other tables give to characters of JIS X 0208 (～ for 〜, － for −, …) stay as they are;
  - a base and the marks after it (variation selectors, voiced sound marks) are one character, and one flag;
  - such a character is replaced by its composed form or its base, a well-known variant by the everyday form, and
    anything else by 〓. Municipal pages say that the substitutes are decided beforehand and that the holder may ask
    for another; the real table is not public.
"""

import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

REPERTOIRE = "iso2022_jp_1"
TWINS = frozenset("～－∥￠￡￢—")
"""Code points of CP932 and others for JIS X 0208 1-33 (and JIS X 0212 2-23), 1-61, 1-34, 1-81, 1-82, 2-44 and 1-29."""
EVERYDAY = {
    "髙": "高",
    "﨑": "崎",
    "𠮷": "吉",
    "德": "徳",
    "瀨": "瀬",
    "栁": "柳",
    "昻": "昂",
    "﨔": "欅",
    "俱": "倶",
    "𠮟": "叱",
    "剝": "剥",
    "吞": "呑",
    "噓": "嘘",
    "𡈽": "土",
    "圡": "土",
    "𣘺": "橋",
    "㐂": "喜",
    "㔟": "勢",
}
"""Well-known variants outside of the repertoire, and what everybody writes instead."""
NOTHING_FITS = "〓"
"""U+3013, the geta mark (JIS X 0208 2-14)."""


class Substituted(NamedTuple):
    """A text in characters of the repertoire, and a flag for each of them: 1 where it is a substitute."""

    text: str
    flags: str


def substituted(text: str) -> Substituted:
    """Return the text as a signature certificate carries it, with the positions of its substitutes."""
    with suppress(UnicodeEncodeError):  # nearly every text is in the repertoire whole, where no code point is a mark
        text.encode(REPERTOIRE)
        return Substituted(text, "0" * len(text))
    replaced = [(character, _substitute_of(character)) for character in characters(text)]
    return Substituted(
        "".join(substitute for _, substitute in replaced),
        "".join("0" if character == substitute else "1" for character, substitute in replaced),
    )


def characters(text: str) -> Iterator[str]:
    """Yield the characters of a text, each a code point with the marks that follow it."""
    start = 0
    for position in range(1, len(text) + 1):
        if position == len(text) or unicodedata.category(text[position]) not in {"Mn", "Me"}:
            yield text[start:position]
            start = position


def is_in_repertoire(character: str) -> bool:
    """Return whether a signature certificate may carry this one code point."""
    if character in TWINS:
        return True
    try:
        character.encode(REPERTOIRE)
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=4096)
def _substitute_of(character: str) -> str:
    base = character[0]
    for candidate in (character, unicodedata.normalize("NFC", character), base, EVERYDAY.get(base, NOTHING_FITS)):
        if len(candidate) == 1 and is_in_repertoire(candidate):
            return candidate
    return NOTHING_FITS
