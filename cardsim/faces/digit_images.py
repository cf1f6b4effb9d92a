"""The two digit images of the 券面事項確認AP: 6 × 12 pixels a digit, 1 bit (spec/card.md §2.3: 24×12 and 72×12, M).

At this size no font is drawn well: the digits are dots of our own.
"""

from PIL import Image

CELL_WIDTH, CELL_HEIGHT = 6, 12
_TOP = 2
_DOTS = {
    "0": ".###. #...# #...# #...# #...# #...# #...# .###.",
    "1": "..#.. .##.. ..#.. ..#.. ..#.. ..#.. ..#.. .###.",
    "2": ".###. #...# ....# ....# ..##. .#... #.... #####",
    "3": ".###. #...# ....# .###. ....# ....# #...# .###.",
    "4": "...#. ..##. .#.#. .#.#. #..#. ##### ...#. ...#.",
    "5": "##### #.... #.... ####. #...# ....# #...# .###.",
    "6": ".###. #...# #.... ####. #...# #...# #...# .###.",
    "7": "##### ....# ....# ...#. ...#. ..#.. ..#.. ..#..",
    "8": ".###. #...# #...# .###. #...# #...# #...# .###.",
    "9": ".###. #...# #...# #...# .#### ....# #...# .###.",
}


def digits_image(digits: str) -> Image.Image:
    """The digits as a 1-bit image, black on white, 6 pixels wide each and 12 high."""
    image = Image.new("1", (CELL_WIDTH * len(digits), CELL_HEIGHT), 1)
    for place, digit in enumerate(digits):
        for down, dots in enumerate(_DOTS[digit].split()):
            for across, dot in enumerate(dots):
                if dot == "#":
                    image.putpixel((place * CELL_WIDTH + across, _TOP + down), 0)
    return image
