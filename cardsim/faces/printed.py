"""What is printed on a card (spec/card.md §7a), and how dates are written there."""

from dataclasses import dataclass
from datetime import date

from cardsim.era import era_at, era_birth_digits

SEXES = {"1": "男", "2": "女", "0": "不明", "9": "適用不能"}
"""What is printed for the digit of DF25 (spec/card.md §2.2); the two last are assumed."""
TEST_PREFIX = "9999"
"""Every synthetic 個人番号 of the project begins so; a number that does not is not drawn."""


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the sign panel (追記領域): what a municipality wrote there, and when."""

    day: date
    text: str


@dataclass(frozen=True, slots=True)
class Printed:
    """What both faces of one card say. The first print stays; what changed since stands in the sign panel."""

    name: str
    address: str
    birth_date: date
    sex: str
    """As in `cardsim.personalise.Holder`."""
    number: str
    """個人番号, 12 digits that begin with 9999."""
    expiry: date
    security_code: str
    """4 digits."""
    issuer: str = ""
    """The municipality, whose mayor (長) issues the card."""
    changes: tuple[Change, ...] = ()
    certificates_until: date | None = None
    """Written in by hand, where it is: the card leaves space for it."""
    western_birth: bool = False
    """Whether the birth date stands in the Western calendar, as it does for foreign residents."""
    portrait: str = ""
    """Seed of the face; the number where nothing is given."""

    def __post_init__(self) -> None:
        for what, value, digits in (("number", self.number, 12), ("security_code", self.security_code, 4)):
            if len(value) != digits or not (value.isascii() and value.isdigit()):
                raise ValueError(f"{what} of a card's face has {digits} digits, got {len(value)} characters")
        if not self.number.startswith(TEST_PREFIX):
            raise ValueError(f"number of a card's face begins with {TEST_PREFIX}, as no real one may be drawn")
        if self.sex not in SEXES:
            raise ValueError(f"sex of a card's face is one of {', '.join(SEXES)}, got {self.sex!r}")

    @property
    def portrait_seed(self) -> str:
        """What the face is drawn from."""
        return self.portrait or self.number

    @property
    def code_b(self) -> str:
        """照合番号B: era YYMMDD of the birth date, year of expiry, security code (spec/card.md §3)."""
        return f"{era_birth_digits(self.birth_date)}{self.expiry.year:04}{self.security_code}"

    @property
    def birth_year(self) -> tuple[str, str]:
        """The era's name and the year in it; no era's name and the Western year where that is printed."""
        if self.western_birth:
            return "", str(self.birth_date.year)
        era, year = era_at(self.birth_date)
        return era.japanese, str(year)
