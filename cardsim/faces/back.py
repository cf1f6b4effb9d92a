"""The back (spec/card.md §7a): 個人番号, name, birth date, QR code of the number, chip and magnetic stripe.

Reading the code is a use of the 個人番号. Stripe and contacts lie where ISO/IEC 7811-6 and 7816-2 have them, roughly.
"""

import segno

from cardsim.faces.ground import ground, specimen
from cardsim.faces.printed import Printed
from cardsim.faces.setting import line, paragraph, row
from cardsim.faces.shapes import GREY, HEIGHT, WHITE, WIDTH, Box, Modules, Outline, Shape

PAPER, WAVES = (246, 249, 252), (212, 224, 240)
LEFT, RIGHT = 27.0, 81.4
QR_MODULE = 0.62
"""Width of a module in mm: the 21 of version 1 and the quiet zone of 4 on each side (ISO/IEC 18004) are 18 mm."""
QUIET = 4


def back(printed: Printed) -> tuple[Shape, ...]:
    """The shapes of the back, from the ground up."""
    era, year = printed.birth_year
    shapes = ground(PAPER, WAVES)
    shapes.append(Box(0.1, 4.2, WIDTH - 0.2, 10.3, fill=(52, 46, 44)))
    shapes += _contacts(9.4, 18.6)
    number = " ".join(printed.number[start : start + 4] for start in (0, 4, 8))
    code = _code(printed.number)
    beside_code = RIGHT - LEFT - _side(code)
    shapes += [
        line(LEFT, 18.8, 1.8, "個人番号", colour=GREY),
        line(LEFT, 24.6, 5.2, number, stroked=True, field="number", pitch=0.62),
        line(LEFT, 31.4, 1.8, "氏名", colour=GREY),
        *paragraph(printed.name, (LEFT, 32.5, beside_code - 1.5, 6.6), 3.2, field="name"),
        line(LEFT, 42.2, 1.8, "生年月日", colour=GREY),
        *row(LEFT, 46.4, 2.9, f"{era}{year:>2}年{printed.birth_date.month:2}月{printed.birth_date.day:2}日生"),
        Box(RIGHT - _side(code), HEIGHT - 4.6 - _side(code), _side(code), _side(code), fill=WHITE),
        Modules(
            RIGHT - _side(code) + QUIET * QR_MODULE, HEIGHT - 4.6 - _side(code) + QUIET * QR_MODULE, QR_MODULE, code
        ),
    ]
    shapes += specimen(LEFT, 51.9)
    return tuple(shapes)


def _code(number: str) -> tuple[bytes, ...]:
    """The modules of a QR code of the number (ISO/IEC 18004, numeric, version 1)."""
    return tuple(bytes(row) for row in segno.make_qr(number, error="m").matrix)


def _side(code: tuple[bytes, ...]) -> float:
    return (len(code) + 2 * QUIET) * QR_MODULE


def _contacts(x: float, y: float) -> list[Shape]:
    """Eight contacts in gold, C1 to C4 left and C5 to C8 right (ISO/IEC 7816-2)."""
    gold, gap = (222, 190, 112), (150, 122, 60)
    width, height = 12.6, 11.4
    shapes: list[Shape] = [Box(x, y, width, height, fill=gold, edge=gap, radius=1.4)]
    for part in (1, 2, 3):
        level = y + height * part / 4
        shapes += [
            Outline(((x, level), (x + 4.4, level)), edge=gap, line=0.16),
            Outline(((x + width - 4.4, level), (x + width, level)), edge=gap, line=0.16),
        ]
    for side in (x + 4.4, x + width - 4.4):
        shapes.append(Outline(((side, y), (side, y + height)), edge=gap, line=0.16))
    return shapes
