"""Cards to draw: one plain, one hard, and as many as a seed gives."""

import random
from datetime import date, timedelta

from cardsim.faces.printed import Change, Printed

PLAIN = Printed(
    name="試験　太郎",
    address="試験県葵市中央一丁目２番３号　青葉マンション１０１号室",
    birth_date=date(1980, 2, 17),
    sex="1",
    number="999900000011",
    expiry=date(2035, 2, 17),
    security_code="2285",
    issuer="葵市",
)
"""照合番号B of the specification's own example: 55 02 17, 2035, 2285 (spec/card.md §3)."""
EXTERNAL_CHARACTER = "\ue000"
NO_SUCH_VARIANT = "太\U000e01ef"
"""A base with a variation selector that no registered collection uses for it."""
HARD = Printed(
    name=f"山﨑［山田］　{NO_SUCH_VARIANT}子{EXTERNAL_CHARACTER}",
    address="試験県若葉市" + "東西南北一二三四五六七八九十" * 13,
    birth_date=date(2001, 11, 30),
    sex="2",
    number="999912345675",
    expiry=date(2029, 11, 30),
    security_code="4087",
    issuer="若葉市",
    changes=(
        Change(date(2027, 4, 1), "住所 試験県葵市中央一丁目２番３号"),
        Change(date(2028, 6, 10), "氏名 鈴木　花子"),
    ),
    certificates_until=date(2028, 11, 30),
)


def cards(count: int, seed: int) -> list[Printed]:
    """Cards that differ in everything that a machine reads."""
    chance = random.Random(seed)  # noqa: S311  (which cards are tried)
    made = []
    for _ in range(count):
        birth = date(1930, 1, 1) + timedelta(days=chance.randrange(92 * 365))
        expiry = date(2027 + chance.randrange(10), birth.month, min(birth.day, 28))
        made.append(
            Printed(
                name="試験　太郎",
                address="試験県葵市中央一丁目",
                birth_date=birth,
                sex=chance.choice("12"),
                number=f"9999{chance.randrange(10**8):08d}",
                expiry=expiry,
                security_code=f"{chance.randrange(10**4):04d}",
                issuer="葵市",
            )
        )
    return made
