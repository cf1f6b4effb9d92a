"""Finds a Japanese font on this machine: none is ours to ship."""

import subprocess
from pathlib import Path

from cardsim.faces.typeface import FontFile, Typeface

PREFERRED = ("Noto Sans CJK JP", "IPAGothic", "IPAexGothic", "VL Gothic", "TakaoGothic", "Source Han Sans JP")
WELL_KNOWN = (
    FontFile(Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")),
    FontFile(Path("/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf")),
    FontFile(Path("/usr/share/fonts/truetype/fonts-japanese-gothic.ttf")),
)
"""Where Debian's fonts-noto-cjk and fonts-ipafont-gothic put them."""
ADVICE = (
    "no Japanese font on this machine: kanji and kana are drawn as boxes, digits are not; install Debian's "
    "fonts-ipafont-gothic (or fonts-noto-cjk) / 日本語フォントがありません: fonts-ipafont-gothic を入れてください"
)
_SAMPLE = "氏名住所年月日市長追記領域"
"""What every card says: a font without these is none for us."""


def find_typeface() -> Typeface:
    """The best Japanese font of fontconfig or a well-known place; a typeface without a file where there is none."""
    for file in (*_from_fontconfig(), *WELL_KNOWN):
        if file.path.is_file():
            found = Typeface(file)
            if all(found.has(character) for character in _SAMPLE):
                return found
    return Typeface()


def _from_fontconfig() -> list[FontFile]:
    """Regular Japanese fonts, preferred families first; nothing where fontconfig is not installed."""
    try:
        listed = subprocess.run(
            ["fc-list", ":lang=ja:weight=80", "--format", "%{family[0]}|%{index}|%{file}\n"],
            capture_output=True, text=True, check=True, timeout=10,
        ).stdout  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return []
    rows = [row.split("|", 2) for row in listed.splitlines() if row.count("|") >= 2]
    known = [(family, index, path) for family, index, path in rows if index.isdigit()]
    ranked = sorted(known, key=lambda row: (_rank(row[0]), row))
    return [FontFile(Path(path), int(index)) for _, index, path in ranked]


def _rank(family: str) -> int:
    return PREFERRED.index(family) if family in PREFERRED else len(PREFERRED)
