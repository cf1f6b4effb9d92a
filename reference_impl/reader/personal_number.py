"""The 個人番号 as a value that does not show itself (番号法 第12条: whoever handles it keeps it safe)."""

from hmac import compare_digest


class PersonalNumber:
    """Twelve digits. `reveal` gives them, and nothing else does: no `repr`, no `str`, no encoder, no pickle."""

    __slots__ = ("_digits",)

    def __init__(self, digits: str) -> None:
        self._digits = digits

    def reveal(self) -> str:
        """The digits, for the one use that the law names; do not log them."""
        return self._digits

    def __repr__(self) -> str:
        return "PersonalNumber(…)"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PersonalNumber):
            return NotImplemented
        return compare_digest(self._digits, other._digits)

    __hash__ = None  # type: ignore[assignment]  # no key of a dictionary that is written somewhere

    def __reduce__(self) -> str:
        raise TypeError("a 個人番号 is not stored")
