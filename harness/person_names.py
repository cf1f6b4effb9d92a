"""The names that synthetic people bear. They say that they are examples, so that nobody is meant by them."""

FAMILIES = {
    "試験": "シケン",
    "見本": "ミホン",
    "仮名": "カメイ",
    "模擬": "モギ",
    "例示": "レイジ",
    "検証": "ケンショウ",
    "架空": "カクウ",
    "標本": "ヒョウホン",
}
"""Family names with their kana."""
GIVEN = {
    "太郎": "タロウ",
    "花子": "ハナコ",
    "一郎": "イチロウ",
    "桜": "サクラ",
    "健": "ケン",
    "葵": "アオイ",
    "翼": "ツバサ",
    "光": "ヒカル",
}
"""Given names with their kana."""
FOREIGN_FAMILIES = ("SPECIMEN", "EXEMPLAR", "MUSTERMANN", "MUESTRA", "AMOSTRA", "ECHANTILLON", "CAMPIONE", "HALIMBAWA")
"""The word for a specimen in the capitals of A to Z that a residence card is written in."""
FOREIGN_GIVEN = ("ANNA", "JOSE MARIA", "LINH", "KIM", "SITA", "JOHN", "MEI", "PAULO HENRIQUE")
NATIONALITIES = ("BRA", "CHN", "IDN", "KOR", "NPL", "PHL", "TWN", "USA", "VNM")
IDEOGRAPHIC = frozenset({"CHN", "KOR", "TWN"})
"""Whose names may stand in ideographs beside the Latin letters (漢字併記)."""
_TO_FULL_WIDTH = str.maketrans(
    " ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
    "　ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ０１２３４５６７８９",
)


def full_width(text: str) -> str:
    """Return capitals, digits and spaces in full width, as a resident register and a signature certificate have them.

    That Latin names too are full-width there is assumed; residence cards write them in half width.
    """
    return text.translate(_TO_FULL_WIDTH)
