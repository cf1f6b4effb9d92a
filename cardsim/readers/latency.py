"""How long a card takes: a pure function of command and answer; whoever has a clock waits (spec/card.md §4).

Nothing public says how long the My Number card takes for a command. So each figure says where it comes from: computed
from a standard and the measured ATR, or assumed. The one thing clients tell is a bound: the mobile ones give up after
five seconds.
"""

from enum import Enum
from math import ceil

import msgspec

CLIENTS_GIVE_UP = 5.0
"""Seconds; MC, JLS and IDP (spec/card.md §4). Every profile stays below it for every command."""


class Basis(Enum):
    """Where a figure comes from. cardsim imports nothing of the harness, hence a word of its own."""

    STANDARD = "standard"
    """Computed from a standard and the ATR."""
    ASSUMED = "assumed"
    """Nothing public was found: our choice."""

    @property
    def japanese(self) -> str:
        """The word for it."""
        return {"standard": "規格から計算", "assumed": "仮定"}[self.value]


class Cost(msgspec.Struct, frozen=True):
    """Seconds, and why so many."""

    seconds: float
    basis: Basis
    why: str


class Latency(msgspec.Struct, frozen=True):
    """What an exchange costs in one kind of reader."""

    name: str
    japanese: str
    exchange: Cost
    """Each command, whatever it is: reader, driver, operating system."""
    line_byte: Cost
    """Each byte on the line, both ways, with the frames around it."""
    frame: int
    """How many bytes of an APDU a frame carries at most."""
    frame_overhead: int
    """Bytes a frame adds."""
    select: Cost
    read_byte: Cost
    """Each byte that comes out of the card's memory, beside its way over the line."""
    verify: Cost
    """Comparison of a PIN, and writing its tries: the same for a right one and a wrong one."""
    sign: Cost
    """One RSA-2048 private operation."""


_NONE = Cost(0.0, Basis.ASSUMED, "as fast as this machine is")
_CHIP = {
    "select": Cost(0.005, Basis.ASSUMED, "a directory search in a secure chip"),
    "read_byte": Cost(0.000_005, Basis.ASSUMED, "copying out of non-volatile memory"),
    "verify": Cost(0.030, Basis.ASSUMED, "two writes to non-volatile memory"),
    "sign": Cost(0.400, Basis.ASSUMED, "RSA-2048 with a coprocessor; clients wait 5 s at most (spec/card.md §4)"),
}
_T1_FRAME, _T1_OVERHEAD = 254, 4
"""IFSC = FE in the ATR 3BE0…14 (spec/card.md §1.1); NAD, PCB, LEN and LRC: ISO/IEC 7816-3:2006 §11.3.1."""
_TYPE_B_FRAME, _TYPE_B_OVERHEAD = 253, 6
"""256 bytes a frame, code 8 in `B3 81 A1` of the ATR (spec/card.md §1.1), less PCB and CRC; SOF and EOF take about the
time of three more (ISO/IEC 14443-3 §7.1.4)."""


def _contact_byte(clock: float) -> Cost:
    return Cost(
        11 * 372 / clock,
        Basis.STANDARD,
        f"no TA1 in the ATR: F = 372, D = 1; TC1 = FF: 11 etu a byte with T=1 (ISO/IEC 7816-3:2006 §8.3, §11.2), "
        f"at {clock / 1e6:g} MHz",
    )


def _type_b_byte(times: int) -> Cost:
    return Cost(
        10 * 128 / 13.56e6 / times,
        Basis.STANDARD,
        f"start, 8 bits, stop at {106 * times} kbit/s (ISO/IEC 14443-3 §7.1)",
    )


PROFILES = {
    made.name: made
    for made in (
        Latency("fast", "待ち時間なし", _NONE, _NONE, 1, 0, _NONE, _NONE, _NONE, _NONE),
        Latency(
            "contact", "接触リーダー", Cost(0.002, Basis.ASSUMED, "USB reader and driver"),
            _contact_byte(4e6), _T1_FRAME, _T1_OVERHEAD, **_CHIP,
        ),
        Latency(
            "nfc-phone", "スマートフォン", Cost(0.012, Basis.ASSUMED, "NFC stack of a telephone"),
            _type_b_byte(1), _TYPE_B_FRAME, _TYPE_B_OVERHEAD,
            **(_CHIP | {"sign": Cost(0.600, Basis.ASSUMED, "the same in a weaker field, where chips clock down")}),
        ),
        Latency(
            "set-top-box", "セットトップボックス",
            Cost(0.025, Basis.ASSUMED, "a slow processor and its polling driver"),
            _contact_byte(4e6), _T1_FRAME, _T1_OVERHEAD, **_CHIP,
        ),
        Latency(
            "transit-gate", "改札機",
            Cost(0.001, Basis.ASSUMED, "a reader made for speed, no operating system between"),
            _type_b_byte(4), _TYPE_B_FRAME, _TYPE_B_OVERHEAD, **_CHIP,
        ),
    )
}  # fmt: skip
"""By name. 424 kbit/s at the gate: B3 in the ATR says that the card can (ISO/IEC 14443-3 §7.9.4.1)."""
FAST = PROFILES["fast"]
_SELECTING, _READING = {0xA4}, {0xB0, 0xB2, 0xCA}
_VERIFYING, _SIGNING = {0x20, 0x24, 0x32}, {0x2A, 0x88}
_STATUS_BYTES, _HEADER = 2, 5


def seconds_of(latency: Latency, command: bytes, answer: bytes) -> float:
    """Seconds from the first byte of a command to the last of its answer."""
    line = sum(_on_the_line(latency, length) for length in (len(command), len(answer)))
    return latency.exchange.seconds + latency.line_byte.seconds * line + _inside(latency, command, answer)


def _on_the_line(latency: Latency, length: int) -> int:
    return length + latency.frame_overhead * ceil(length / latency.frame)


def _inside(latency: Latency, command: bytes, answer: bytes) -> float:
    """What the chip itself takes; a signature that was refused, or a query without a PIN, takes nothing."""
    ins = command[1] if len(command) > 1 else 0
    data = len(answer) - _STATUS_BYTES
    if ins in _SELECTING:
        return latency.select.seconds
    if ins in _READING:
        return latency.read_byte.seconds * data
    if ins in _VERIFYING and len(command) > _HEADER:
        return latency.verify.seconds
    return latency.sign.seconds if ins in _SIGNING and data > 0 else 0.0
