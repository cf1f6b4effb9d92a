"""A simple reader of cards, as a product might have: finds the card, looks where the fields are, asks an OCR program.

It knows the layout, and nothing of what is printed.
"""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from cardsim.faces.shapes import CORNER, HEIGHT, WIDTH, Shape, field_box
from tests.cardsim.faces.programs import run

FIELDS = ("birth.year", "birth.month", "birth.day", "expiry.year", "security_code")
PIXELS_PER_MM = 300 / 25.4
_TALL, _GAP = 56, 40
_DARKEST_PAPER = 110
"""Grey level that parts a card from the dark desk under it."""


def read_all(pictures: Sequence[tuple[bytes, Sequence[Shape]]], folder: Path) -> list[str]:
    """The digits of FIELDS as tesseract reads them, one string a card, without spaces."""
    paths = []
    for number, (picture, layout) in enumerate(pictures):
        paths.append(folder / f"{number}.png")
        _strip(picture, layout).save(paths[-1])
    listed = folder / "list"
    listed.write_text("".join(f"{path}\n" for path in paths), encoding="utf-8")
    digits = ("-c", "tessedit_char_whitelist=0123456789")
    said = run(
        "tesseract", str(listed), "-", "--psm", "7", "-l", "eng", *digits, "--dpi", "600", env={"OMP_THREAD_LIMIT": "1"}
    )
    return ["".join(page.split()) for page in said.split("\f")][: len(pictures)]


def _strip(picture: bytes, layout: Sequence[Shape]) -> Image.Image:
    """The fields side by side, equally tall, each with its own contrast."""
    with Image.open(io.BytesIO(picture)) as opened:
        card = _straightened(opened.convert("L"))
    crops = []
    for field in FIELDS:
        left, top, right, bottom = (round(edge * PIXELS_PER_MM) for edge in field_box(layout, field))
        crop = ImageOps.autocontrast(card.crop((left, top, right, bottom)), cutoff=(0, 30))
        crops.append(crop.resize((round(crop.width * _TALL / crop.height), _TALL), Image.Resampling.BICUBIC))
    strip = Image.new("L", (sum(crop.width + _GAP for crop in crops) + _GAP, _TALL + 60), 255)
    across = _GAP
    for crop in crops:
        strip.paste(crop, (across, 30))
        across += crop.width + _GAP
    return strip


def _straightened(picture: Image.Image) -> Image.Image:
    """The card alone, upright: where the desk shows, its corners are looked for and the perspective undone."""
    wide, tall = round(WIDTH * PIXELS_PER_MM), round(HEIGHT * PIXELS_PER_MM)
    if picture.size == (wide, tall):
        return picture
    rows, columns = np.nonzero(np.asarray(picture) > _DARKEST_PAPER)
    down, up = columns + rows, columns - rows
    extremes = (np.argmin(down), np.argmax(up), np.argmax(down), np.argmin(up))
    seen = [(float(columns[at]), float(rows[at])) for at in extremes]
    inset = CORNER * PIXELS_PER_MM * (1 - 0.5**0.5)  # the outermost point of a round corner
    known = [(inset, inset), (wide - inset, inset), (wide - inset, tall - inset), (inset, tall - inset)]
    equations, results = [], []
    for (x, y), (u, v) in zip(known, seen, strict=True):
        equations += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        results += [u, v]
    coefficients = [float(each) for each in np.linalg.solve(np.array(equations), np.array(results))]
    return picture.transform((wide, tall), Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC)
