"""A Japanese font as the caller names it: which characters it has, and its glyphs in any size.

Without a font only what our strokes have is drawn; everything else is the substitute box (豆腐), and is reported.
"""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from unicodedata import normalize

from PIL import ImageFont, features

NO_CHARACTER = "\U0010fffd"
"""The last code point of the last private plane: a font draws it as it draws what it lacks (.notdef)."""
_PROBE_SIZE = 24


@dataclass(frozen=True)
class FontFile:
    """Where a font is; `index` tells it from the others of a collection (.ttc)."""

    path: Path
    index: int = 0


@dataclass
class Typeface:
    """A font in use. Keep one for all cards: opening a font costs more than drawing a face."""

    file: FontFile | None = None
    _sizes: dict[int, ImageFont.FreeTypeFont] = field(default_factory=dict, repr=False)
    _known: dict[str, bool] = field(default_factory=dict, repr=False)

    def has(self, cluster: str) -> bool:
        """Whether the font has a character, in the variant that its selector names where there is one."""
        if self.file is None:
            return False
        if cluster not in self._known:
            self._known[cluster] = self._has_variant(cluster) if len(cluster) > 1 else self._has_glyph(cluster)
        return self._known[cluster]

    def sized(self, pixels: int) -> ImageFont.FreeTypeFont:
        """The font with an em of so many pixels."""
        if self.file is None:
            raise ValueError("a typeface without a font file has no glyphs")
        if pixels not in self._sizes:
            engine = ImageFont.Layout.RAQM if features.check("raqm") else ImageFont.Layout.BASIC
            self._sizes[pixels] = ImageFont.truetype(
                str(self.file.path), pixels, index=self.file.index, layout_engine=engine
            )
        return self._sizes[pixels]

    def _has_glyph(self, character: str) -> bool:
        font = self.sized(_PROBE_SIZE)
        mask = font.getmask(character)
        return (mask.size, bytes(mask)) != self._lacking

    def _has_variant(self, cluster: str) -> bool:
        """Variation sequences stand in a table of their own (cmap format 14); a mark that composes is a character."""
        composed = normalize("NFC", cluster)
        if len(composed) == 1:
            return self._has_glyph(composed)
        if not features.check("raqm"):
            return False  # nothing shapes the sequence, so its base would stand there as if it were meant
        base, selector = ord(cluster[0]), ord(cluster[1])
        return len(cluster) == 2 and base in self._variants.get(selector, set())

    @cached_property
    def _lacking(self) -> tuple[tuple[int, int], bytes]:
        mask = self.sized(_PROBE_SIZE).getmask(NO_CHARACTER)
        return mask.size, bytes(mask)

    @cached_property
    def _variants(self) -> dict[int, set[int]]:
        from fontTools.ttLib import TTFont  # noqa: PLC0415  (a tenth of a second, for one character in thousands)

        if self.file is None:
            return {}
        with TTFont(self.file.path, fontNumber=self.file.index, lazy=True) as font:
            tables = [table for table in font["cmap"].tables if table.format == 14]
            return {
                selector: {base for base, _ in bases} for table in tables for selector, bases in table.uvsDict.items()
            }
