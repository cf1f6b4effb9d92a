"""The PIN table of docs/spec/card.md §3 as arithmetic: which references are verified, how many tries are left.

Every row of the table, and what §2 says each of them opens. Imports nothing, least of all the card: what it predicts is
the specification, read a second time. Loss of power is counted in writes that were completed: a comparison is preceded
by one that spends the try and followed by one that gives all of them back; a change and a ride are one write each.
"""

OK, NOT_VERIFIED, BLOCKED, TOO_LONG, BAD_VALUE, NOT_THERE = "9000", "6982", "6984", "6700", "6A80", "6A82"
CONDITIONS = "6985"
JPKI = "D392F000260100000001"
TEXT = "D3921000310001010408"
VISUAL = "D3921000310001010402"
JUKI = "D3921000310001010401"
COMMON = "D3921000310001010100"
RIDES = "F04B415A4153484912"
DOMAIN = "A0000001510000"
DIGITS = "0123456789"
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ANYTHING = "".join(map(chr, range(256)))
NUMBER, CODE_B, BIRTH = b"999900000011", b"55021720352285", b"550217"
LIMIT = 1000
REFERENCE_DATA, KEY, NEVER = "24", "32", ""
"""The instruction that changes a value: CHANGE REFERENCE DATA, JICSAP's CHANGE KEY, none."""


class Counter:
    """Tries left of so many."""

    def __init__(self, tries: int) -> None:
        self.most = self.left = tries


class Reference:
    """A row of the table: where it is, how many tries it has, its value, and what a new value may look like."""

    def __init__(
        self,
        where: tuple[str, int],
        counter: Counter,
        value: bytes,
        change: tuple[str, range, str] = (NEVER, range(0), ""),
    ) -> None:
        self.aid, self.fid = where
        self.counter = counter
        self.value = value
        self.changed_by, self.lengths, self.characters = change

    def takes(self, value: bytes) -> bool:
        """Whether a new value has the format."""
        return len(value) in self.lengths and all(chr(byte) in self.characters for byte in value)


def rows(*, shared: bool) -> dict[str, Reference]:
    """The table; with `shared`, a 照合番号 has one counter for both applications (unknown: §3 names one row)."""
    four, by_key = (REFERENCE_DATA, range(4, 5), DIGITS), (KEY, range(4, 5), DIGITS)
    code_a, code_b = Counter(10), Counter(10)
    return {
        "sign": Reference((JPKI, 0x1B), Counter(5), b"ABC123", (REFERENCE_DATA, range(6, 17), UPPER + DIGITS)),
        "auth": Reference((JPKI, 0x18), Counter(3), b"1234", four),
        "jpki 0010": Reference((JPKI, 0x10), Counter(0), b""),
        "text": Reference((TEXT, 0x11), Counter(3), b"1234", four),
        "text 0012": Reference((TEXT, 0x12), Counter(0), b""),
        "text A": Reference((TEXT, 0x14), code_a, NUMBER),
        "text B": Reference((TEXT, 0x15), code_b, CODE_B),
        "birth": Reference((VISUAL, 0x11), Counter(10), BIRTH),
        "visual B": Reference((VISUAL, 0x12), code_b if shared else Counter(10), CODE_B),
        "visual A": Reference((VISUAL, 0x13), code_a if shared else Counter(10), NUMBER),
        "visual 0014": Reference((VISUAL, 0x14), Counter(0), b""),
        "visual 0015": Reference((VISUAL, 0x15), Counter(0), b""),
        "common": Reference((COMMON, 0x1C), Counter(3), b"1234", by_key),
        "juki": Reference((JUKI, 0x1C), Counter(3), b"1234", by_key),
        "key": Reference((RIDES, 0x11), Counter(10), bytes(range(16, 32)), (REFERENCE_DATA, range(16, 17), ANYTHING)),
        "points": Reference((RIDES, 0x12), Counter(3), b"4321", four),
    }


OPENED_BY = {
    JPKI: {0x01: {"sign"}, 0x02: None, 0x0A: None, 0x0B: None, 0x06: None, 0x08: None, 0x09: set(), 0x1C: set()},
    TEXT: {
        0x01: {"text", "text A"}, 0x02: {"text", "text B"}, 0x03: {"text", "text A", "text B"}, 0x04: None, 0x05: None,
        0x06: {"text", "text A", "text B"}, 0x07: {"text", "text A", "text B"}, 0x1C: set(),
    },
    VISUAL: {
        0x01: {"birth"}, 0x02: {"visual A", "visual B"}, 0x03: None, 0x04: None, 0x05: {"visual A"},
        0x06: {"visual A", "visual B"}, 0x1E: set(),
    },
    RIDES: {0x01: {"points", "key"}, 0x02: None, 0x03: {"points", "key"}},
}  # fmt: skip
"""Files and the references any one of which opens them: None for free, nothing for never (§2.1, §2.2, §2.3)."""


class PinModel:
    """What a card with these references answers to VERIFY and changes of values, and to what they guard."""

    def __init__(self, *, shared: bool = False) -> None:
        self.references = rows(shared=shared)
        self.aid = ""
        self.verified: set[str] = set()
        self.points = 5

    def restart(self) -> None:
        """Power and reset: nothing is current, nothing verified; tries stay."""
        self.aid = ""
        self.verified.clear()

    def select(self, aid: str) -> str:
        """The same application again keeps what is verified, another loses it, one that is not there is no event."""
        if aid not in {JPKI, TEXT, VISUAL, COMMON, JUKI, RIDES, DOMAIN}:
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
        if row.counter.left == 0:
            return BLOCKED
        if value == row.value:
            row.counter.left = row.counter.most
            self.verified.add(name)
            return OK
        row.counter.left -= 1
        self.verified.discard(name)
        return self.tries(name)

    def verify_writes(self, name: str, value: bytes) -> list[int]:
        """The tries that are stored one after the other in a VERIFY: spent, and, where the value is right, restored."""
        row = self.references[name]
        if len(value) > 16 or row.counter.left == 0:
            return []
        return [row.counter.left - 1, *([row.counter.most] if value == row.value else [])]

    def tries(self, name: str) -> str:
        """63Cx: the answer to a query, whatever is verified or blocked."""
        return f"63C{self.references[name].counter.left:X}"

    def change(self, name: str, value: bytes, by: str) -> str:
        """Only after VERIFY, only by the command of the row, only to a value of the format; fixed ones never."""
        row = self.references[name]
        if name not in self.verified or row.changed_by == NEVER:
            return NOT_VERIFIED
        if row.changed_by != by:
            return CONDITIONS
        if not row.takes(value):
            return BAD_VALUE
        row.value = value
        return OK

    def may_sign(self, name: str) -> bool:
        """Whether the key behind a PIN signs."""
        return self.here(name) and name in self.verified

    def reads(self, fid: int) -> bool:
        """Whether a file of the current application can be read now."""
        needs = OPENED_BY[self.aid][fid]
        return needs is None or bool(self.verified & needs)

    def ride(self, amount: int) -> str:
        """Points go down by PIN or key, and not below zero."""
        if not self.verified & {"key", "points"}:
            return NOT_VERIFIED
        if amount > self.points:
            return CONDITIONS
        self.points -= amount
        return OK

    def reward(self, amount: int) -> str:
        """Points go up by the key alone."""
        if "key" not in self.verified:
            return NOT_VERIFIED
        if self.points + amount > LIMIT:
            return CONDITIONS
        self.points += amount
        return OK
