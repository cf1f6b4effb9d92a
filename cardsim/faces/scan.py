"""What a bad scanner, or a hand with a phone, makes of a face: skew, blur, glare. The same face gives the same scan.

The strengths are our own choice: `1.0` is a scan at which a person still reads everything.
"""

import io
from enum import StrEnum

from PIL import Image, ImageDraw, ImageFilter

from cardsim.faces.png import PIXELS_PER_MM, encoded
from cardsim.faces.shapes import CORNER


class Scan(StrEnum):
    """One thing that is wrong with a picture of a card."""

    SKEW = "skew"
    """Laid down askew: turned and in perspective, on a dark desk."""
    BLUR = "blur"
    """Out of focus."""
    GLARE = "glare"
    """A lamp mirrors in it, over the dates, and the rest is dim."""


DESK = (70, 66, 62)
TURN = 4.0
"""Degrees that a skewed card is turned."""
LEAN = 0.06
"""Part of its height that the left edge has lost at each end."""
RADIUS = 4.0
"""Of the Gaussian blur, in pixels of 300 dpi."""


def scanned(png: bytes, scan: Scan, strength: float = 1.0) -> bytes:
    """The face (a PNG) as a scan with one defect, as PNG; `strength` 0 leaves the picture what it was."""
    if not 0.0 <= strength <= 4.0:
        raise ValueError(f"strength of a scan's defect is 0 to 4, got {strength}")
    with Image.open(io.BytesIO(png)) as face:
        picture = face.convert("RGB")
    match scan:
        case Scan.SKEW:
            return encoded(_skewed(picture, strength))
        case Scan.BLUR:
            return encoded(picture.filter(ImageFilter.GaussianBlur(RADIUS * strength)))
        case Scan.GLARE:
            return encoded(_glaring(picture, strength))


def _skewed(picture: Image.Image, strength: float) -> Image.Image:
    """Perspective first, then turned about the middle; the desk shows around the card."""
    width, height = picture.size
    margin = round(0.05 * width)
    desk = Image.new("RGB", (width + 2 * margin, height + 2 * margin), DESK)
    card = Image.new("L", picture.size, 0)
    ImageDraw.Draw(card).rounded_rectangle((0, 0, width - 1, height - 1), CORNER * PIXELS_PER_MM, fill=255)
    desk.paste(picture, (margin, margin), card)
    wide, tall = desk.size
    # A plane seen by a pinhole: at the left edge `near` times as much of the desk is seen, at the right edge as much.
    near = 1 + 2 * LEAN * strength
    seen = (near, 0.0, 0.0, (near - 1) * tall / 2 / wide, near, (1 - near) * tall / 2, (near - 1) / wide, 0.0)
    leaning = desk.transform(desk.size, Image.Transform.PERSPECTIVE, seen, Image.Resampling.BICUBIC, fillcolor=DESK)
    return leaning.rotate(TURN * strength, Image.Resampling.BICUBIC, expand=True, fillcolor=DESK)


def _glaring(picture: Image.Image, strength: float) -> Image.Image:
    """A dim picture with a white spot that fades outward, its middle over the expiry date."""
    width, height = picture.size
    dim = Image.blend(picture, Image.new("RGB", picture.size, (128, 124, 118)), min(0.9, 0.35 * strength))
    spread_x, spread_y = round(0.42 * width), round(0.36 * height)
    spot = Image.radial_gradient("L").resize((2 * spread_x, 2 * spread_y)).point(
        [round(max(0.0, 1 - level / 180) * min(255.0, 300 * strength)) if level < 180 else 0 for level in range(256)]
    )  # fmt: skip
    mask = Image.new("L", picture.size, 0)
    mask.paste(spot, (round(0.46 * width) - spread_x, round(0.52 * height) - spread_y))
    return Image.composite(Image.new("RGB", picture.size, "white"), dim, mask)
