"""The front (spec/card.md §7a): name, address, birth date, sex, photo, expiry date, security code, sign panel.

Everything of 照合番号B stands here; its digits are fields: `birth.year`, `birth.month`, `birth.day`, `expiry.year`,
`security_code`.
"""

from datetime import date

from cardsim.faces import portrait
from cardsim.faces.ground import ground, specimen
from cardsim.faces.printed import SEXES, Printed
from cardsim.faces.setting import line, paragraph, row
from cardsim.faces.shapes import GREY, WHITE, Box, Outline, Shape

PAPER, WAVES = (253, 246, 244), (246, 214, 216)
TITLE = "個人番号カード"
LEFT, BESIDE_PHOTO, RIGHT = 4.2, 29.2, 81.4
PHOTO_TOP = 21.6
PANEL_TOP, PANEL_HEIGHT = 36.2, 12.9


def front(printed: Printed) -> tuple[Shape, ...]:
    """The shapes of the front, from the ground up."""
    shapes = ground(PAPER, WAVES)
    shapes += specimen(LEFT, 5.0)
    shapes.append(line(RIGHT - 7 * 3.3, 5.4, 3.3, TITLE, colour=(150, 60, 80)))
    shapes += _who(printed)
    shapes += portrait.portrait(printed.portrait_seed, LEFT, PHOTO_TOP)
    shapes += _dates(printed)
    shapes += _panel(printed)
    shapes += specimen(BESIDE_PHOTO, 51.9)
    return tuple(shapes)


def _who(printed: Printed) -> list[Shape]:
    return [
        line(LEFT, 9.9, 1.8, "氏名", colour=GREY),
        *paragraph(printed.name, (LEFT + 5.6, 6.7, RIGHT - LEFT - 5.6, 4.6), 3.6, field="name"),
        line(LEFT, 14.4, 1.8, "住所", colour=GREY),
        *paragraph(printed.address, (LEFT + 5.6, 11.9, RIGHT - LEFT - 5.6, 8.6), 3.0, field="address"),
    ]


def _dates(printed: Printed) -> list[Shape]:
    era, year = printed.birth_year
    birth, expiry = printed.birth_date, printed.expiry
    until = printed.certificates_until
    shapes: list[Shape] = [
        *row(
            BESIDE_PHOTO, 25.2, 3.2, era, (f"{year:>2}", "birth.year"), "年",
            (f"{birth.month:2}", "birth.month"), "月", (f"{birth.day:2}", "birth.day"), "日生",
        ),
        line(65.4, 25.0, 1.8, "性別", colour=GREY),
        line(69.6, 25.2, 3.2, SEXES[printed.sex]),
        *row(
            BESIDE_PHOTO, 29.9, 3.2, (f"{expiry.year}", "expiry.year"), "年",
            (f"{expiry.month:2}", "expiry.month"), "月", (f"{expiry.day:2}", "expiry.day"), "日まで有効",
        ),
        line(BESIDE_PHOTO, 34.1, 1.8, f"電子証明書の有効期限 {_by_hand(until)}"),
        Box(67.2, 30.6, RIGHT - 67.2, 4.6, fill=WHITE, edge=(190, 160, 165)),
        line(69.0, 34.3, 4.0, printed.security_code, stroked=True, field="security_code", pitch=0.68),
    ]  # fmt: skip
    if printed.issuer:
        issuer = f"{printed.issuer}長"
        size = min(2.6, 18.0 / len(issuer))
        shapes.append(line(RIGHT - size * len(issuer), 29.5, size, issuer))
    return shapes


def _by_hand(until: date | None) -> str:
    """The certificates' last day, or the space for it."""
    if until is None:
        return "　　　年　　月　　日"
    return f"{until.year}年{until.month:2}月{until.day:2}日"


def _panel(printed: Printed) -> list[Shape]:
    width = RIGHT - BESIDE_PHOTO
    written = "\n".join(f"{change.day:%Y.%m.%d} {change.text}" for change in printed.changes)
    shapes: list[Shape] = [Box(BESIDE_PHOTO, PANEL_TOP, width, PANEL_HEIGHT, fill=WHITE, edge=(190, 160, 165))]
    rules = [PANEL_TOP + PANEL_HEIGHT * part / 4 for part in (1, 2, 3)]
    shapes += [
        Outline(((BESIDE_PHOTO + 1, y), (RIGHT - 1, y)), edge=(225, 225, 230), line=0.1) for y in rules if not written
    ]
    shapes.append(line(BESIDE_PHOTO + 0.6, PANEL_TOP + 1.6, 1.2, "追記領域", colour=GREY))
    inside = (BESIDE_PHOTO + 1.0, PANEL_TOP + 1.9, width - 2.0, PANEL_HEIGHT - 2.2)
    return [*shapes, *(paragraph(written, inside, 2.3, field="change") if written else ())]
