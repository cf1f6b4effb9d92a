"""The 個人番号: its check digit, and the prefix by which a synthetic one is known.

No public text reserves numbers for tests, nor says how numbers are spread (the first eleven digits come out of the
住民票コード by a secret conversion). So there is no range of which an official source says that nobody has it; 9999 is
the convention of this project, and `Holder` refuses any other number: no card of ours can carry a number taken over
from a real card by mistake.
"""

TEST_PREFIX = "9999"
"""Every synthetic number begins so."""
_DIGITS = 12


def check_digit(digits: str) -> str:
    """The twelfth digit of a 個人番号 for its first eleven (平成26年総務省令第85号 第5条)."""
    weighted = sum(int(digit) * (n + 1 if n <= 6 else n - 5) for n, digit in enumerate(reversed(digits), start=1))
    remainder = weighted % 11
    return str(0 if remainder <= 1 else 11 - remainder)


def is_synthetic(number: str) -> bool:
    """Whether these are 12 digits with the test prefix and a correct check digit."""
    well_formed = len(number) == _DIGITS and number.isascii() and number.isdigit()
    return well_formed and number.startswith(TEST_PREFIX) and number[-1] == check_digit(number[:-1])
