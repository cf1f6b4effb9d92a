"""How often one may guess: a counter of its own for every secret of a card (docs/spec/card.md §3).

A right value gives all tries back, a wrong one takes one and says how many are left (63Cx); with none left the right
value is refused like a wrong one (6984). Nothing but a right value, the counter or the kiosk gives tries back: no
power loss and no passing of time (docs/spec/pki.md §4).
"""

DONE, BLOCKED = 0x9000, 0x6984
MOST = {
    "PIN": 3, "PASSWORD": 5, "TEXT_PIN": 3, "REGISTER_PIN": 3, "NUMBER_A": 10, "NUMBER_B": 10, "BIRTH_DATE": 10,
}  # fmt: skip
CHOSEN = ("PIN", "PASSWORD", "TEXT_PIN", "REGISTER_PIN")
"""What their holder chose: a counter resets these (docs/life-cycle.md), and not what is printed on the card."""
OF_THE_APP = ("PIN", "PASSWORD")
"""Those that a kiosk resets as well (pki.md §4)."""


class Tries:
    """The counters of one card."""

    def __init__(self, *, with_password: bool) -> None:
        self._left = dict(MOST)
        self._unset = set() if with_password else {"PASSWORD"}
        """Who has no signature certificate chose no password: it opens nothing."""

    def types(self, secret: str, *, right: bool) -> int:
        """Return the status word to a VERIFY, having counted it."""
        left = self.left(secret)
        if not left:
            return BLOCKED
        self._left[secret] = MOST[secret] if right else left - 1
        return DONE if right else 0x63C0 + left - 1

    def left(self, secret: str) -> int:
        """Return how many are left."""
        return 0 if secret in self._unset else self._left[secret]

    def gets_password(self) -> None:
        """The first signature certificate comes with a password that was never guessed at."""
        if self._unset:
            self._unset = set()
            self._left["PASSWORD"] = MOST["PASSWORD"]

    def resets(self, secrets: tuple[str, ...]) -> None:
        """Give all tries back."""
        self._left.update({secret: MOST[secret] for secret in secrets})
