"""The images that the 券面事項確認AP holds (spec/card.md §2.3): DF25, DF26, DF27 and DF2A of EF 0002, DF41 of EF 0005.

Formats are measured (1-bit PNG, greyscale JP2), and so are the sizes of the two digit images; those of the others are
unknown and therefore parameters (`options.ImageSizes`).
"""

import io
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image

from cardsim.faces import portrait
from cardsim.faces.digit_images import digits_image
from cardsim.faces.lettering import boxed
from cardsim.faces.png import drawn
from cardsim.faces.printed import Printed
from cardsim.faces.setting import paragraph
from cardsim.faces.shapes import Glyphs, Shape
from cardsim.faces.typeface import Typeface
from cardsim.options import STANDARD_SIZES, ImageSizes


@dataclass(frozen=True, slots=True)
class ChipImages:
    """The five images as they stand in the files, and the characters of name and address that only a box stands for."""

    name: bytes
    """DF25, 1-bit PNG."""
    address: bytes
    """DF26, 1-bit PNG."""
    photo: bytes
    """DF27, greyscale JP2."""
    security_code: bytes
    """DF2A, 1-bit PNG, 24 × 12."""
    number: bytes
    """DF41 of EF 0005, 1-bit PNG, 72 × 12."""
    boxed: tuple[str, ...] = ()


def images_of(printed: Printed, typeface: Typeface, sizes: ImageSizes = STANDARD_SIZES) -> ChipImages:
    """The images of a card's chip: of its first print, or of what it was rewritten to, as `printed` says."""
    name = _lines(printed.name, sizes.name, largest=32)
    address = _lines(printed.address, sizes.address, largest=28)
    return ChipImages(
        name=_one_bit(name, typeface, sizes.name),
        address=_one_bit(address, typeface, sizes.address),
        photo=photo_of(printed.portrait_seed, sizes.photo, sizes.photo_rate),
        security_code=_png(digits_image(printed.security_code)),
        number=_png(digits_image(printed.number)),
        boxed=boxed([*name, *address], typeface),
    )


@lru_cache(maxsize=256)
def photo_of(seed: str, size: tuple[int, int], rate: int) -> bytes:
    """The portrait as greyscale JPEG 2000 in a JP2 file; two cards of one person share it."""
    across, down = size
    scale = max(across / portrait.WIDTH, down / portrait.HEIGHT)
    picture = drawn(portrait.portrait(seed), Typeface(), portrait.WIDTH, portrait.HEIGHT, scale, mode="L")
    out = io.BytesIO()
    picture.resize(size).save(out, "JPEG2000", no_jp2=False, quality_mode="rates", quality_layers=[rate])
    return out.getvalue()


def _lines(text: str, size: tuple[int, int], *, largest: float) -> list[Glyphs]:
    return paragraph(text, (0, 0, *size), largest, smallest=7)


def _one_bit(lines: list[Glyphs], typeface: Typeface, size: tuple[int, int]) -> bytes:
    shapes: list[Shape] = list(lines)
    return _png(drawn(shapes, typeface, *size, pixels_per_mm=1, mode="L", smooth=1).point(_INK, "1"))


_INK = [255 if level > 150 else 0 for level in range(256)]


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", optimize=False)
    return out.getvalue()
