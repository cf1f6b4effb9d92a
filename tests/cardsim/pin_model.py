"""The PIN table of docs/spec/card.md §3 as arithmetic: which references are verified, how many tries are left.

Imports nothing, least of all the card: what it predicts is the specification, read a second time.
"""

OK, NOT_VERIFIED, BLOCKED, TOO_LONG, BAD_VALUE, NOT_THERE = "9000", "6982", "6984", "6700", "6A80", "6A82"
JPKI = "D392F000260100000001"
VISUAL = "D3921000310001010402"
RIDES = "F04B415A4153484912"
DIGITS = "0123456789"
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Reference:
    """A row of the table: where it is, how many tries it has, its value, and what a new value may look like."""

    def __init__(self, where: tuple[str, int], tries: int, value: bytes, lengths: range, characters: str) -> None:
        self.aid, self.fid = where
        self.most = self.left = tries
        self.value, self.lengths, self.characters = value, lengths, characters

    def takes(self, value: bytes) -> bool:
        """Whether a new value has the format; references without characters never change."""
        return len(value) in self.lengths and all(chr(byte) in self.characters for byte in value)


class PinModel:
    """What a card with these references answers to VERIFY, CHANGE REFERENCE DATA, and to what they guard."""

    def __init__(self) -> None:
        self.references = {
            "sign": Reference((JPKI, 0x1B), 5, b"ABC123", range(6, 17), UPPER + DIGITS),
            "auth": Reference((JPKI, 0x18), 3, b"1234", range(4, 5), DIGITS),
            "birth": Reference((VISUAL, 0x11), 10, b"550217", range(0), ""),
            "key": Reference((RIDES, 0x11), 10, bytes(range(0x10, 0x20)), range(16, 17), "".join(map(chr, range(256)))),
            "points": Reference((RIDES, 0x12), 3, b"4321", range(4, 5), DIGITS),
        }
        self.aid = ""
        self.verified: set[str] = set()
        self.points = 5

    def restart(self) -> None:
        """Power and reset: nothing is current, nothing verified; tries stay."""
        self.aid = ""
        self.verified.clear()

    def select(self, aid: str) -> str:
        """The same application again keeps what is verified, another loses it, one that is not there is no event."""
        if aid not in {JPKI, VISUAL, RIDES, "A0000001510000"}:
            return NOT_THERE
        if aid != self.aid:
            self.verified.clear()
        self.aid = aid
        return OK

    def here(self, name: str) -> bool:
        """Whether the reference's application is current."""
        return self.references[name].aid == self.aid

    def verify(self, name: str, value: bytes) -> str:
        """A value of 1 to 16 bytes is compared and costs a try where it is wrong; a longer one is refused."""
        row = self.references[name]
        if len(value) > 16:
            return TOO_LONG
        if row.left == 0:
            return BLOCKED
        if value == row.value:
            row.left = row.most
            self.verified.add(name)
            return OK
        row.left -= 1
        self.verified.discard(name)
        return self.tries(name)

    def tries(self, name: str) -> str:
        """63Cx: the answer to a query, whatever is verified or blocked."""
        return f"63C{self.references[name].left:X}"

    def change(self, name: str, value: bytes) -> str:
        """Only after VERIFY, only to a value of the format; 照合番号 and birth date never."""
        row = self.references[name]
        if name not in self.verified or not row.characters:
            return NOT_VERIFIED
        if not row.takes(value):
            return BAD_VALUE
        row.value = value
        return OK

    def may_sign(self, name: str) -> bool:
        """Whether the key behind a PIN signs."""
        return self.here(name) and name in self.verified

    def ride(self, amount: int) -> str:
        """Points go down by PIN or key, and not below zero."""
        if not self.verified & {"key", "points"}:
            return NOT_VERIFIED
        if amount > self.points:
            return "6985"
        self.points -= amount
        return OK

    def reward(self, amount: int) -> str:
        """Points go up by the key alone."""
        if "key" not in self.verified:
            return NOT_VERIFIED
        if self.points + amount > 1000:
            return "6985"
        self.points += amount
        return OK
