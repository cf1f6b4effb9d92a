"""The parameter bytes P1 and P2 of each command. Nobody else masks them.

Each reader returns what the bytes mean, or None where they mean nothing: the handler answers 6A86 then.
"""

from enum import Enum

import msgspec

CURRENT = 0
"""A reference to the current elementary file, where a short identifier could stand."""
DEFAULT_KEY = 0x00
"""P2 of COMPUTE DIGITAL SIGNATURE: the application's own PIN-less key (spec/card.md §4)."""
CURRENT_RECORD = 0x00
"""P1 of READ RECORD: the current record, which this card does not have."""
TERMINAL_KEY = frozenset({(0x06, 0xC1), (0x00, 0xC1)})
"""P1-P2 of `80 A2` (spec/card.md §1.3)."""

_FCI = 0x00
_NO_ANSWER = 0x0C
_SHORT_IDENTIFIER = 0x80


class SelectBy(Enum):
    """What a SELECT names."""

    IDENTIFIER = 0x00
    """MF, DF or EF by identifier."""
    ELEMENT = 0x02
    """An elementary file under the current application, by identifier."""
    NAME = 0x04
    """An application, by AID."""


class Selection(msgspec.Struct, frozen=True):
    """P1-P2 of SELECT, read."""

    by: SelectBy
    wants_fci: bool


_SELECTIONS = {(by.value << 8) | p2: Selection(by, p2 == _FCI) for by in SelectBy for p2 in (_FCI, _NO_ANSWER)}


def read_selection(p1: int, p2: int) -> Selection | None:
    """What SELECT is asked for: ISO/IEC 7816-4:2013 Tables 39 and 40, first occurrence only (spec/card.md §1.3)."""
    return _SELECTIONS.get((p1 << 8) | p2)


class Scheme(Enum):
    """P1 of COMPUTE DIGITAL SIGNATURE: what is given and how it is signed (spec/card.md §4)."""

    VERBATIM = 0x00
    """PKCS#1 v1.5 over the given bytes, not looked into."""
    BARE_HASH = 0x01
    """The card hashes; PKCS#1 v1.5 over the hash without DigestInfo."""
    HASH = 0x02
    """A hash is given; PKCS#1 v1.5 over its DigestInfo."""
    MESSAGE = 0x03
    """The card hashes; PKCS#1 v1.5 over the DigestInfo."""
    PSS_HASH = 0x04
    """A hash is given; PSS."""
    PSS_MESSAGE = 0x05
    """The card hashes; PSS."""

    @property
    def is_pss(self) -> bool:
        """Whether a salt is drawn."""
        return self in {Scheme.PSS_HASH, Scheme.PSS_MESSAGE}


_SCHEMES = {scheme.value: scheme for scheme in Scheme}


def read_scheme(p1: int) -> Scheme | None:
    """The signature scheme that P1 names."""
    return _SCHEMES.get(p1)


def read_record(p2: int) -> tuple[int, bool] | None:
    """(short identifier or CURRENT, whether from P1 to the last) of READ RECORD: ISO/IEC 7816-4:2013 Table 49.

    b3 b2 b1 are 100 for the record that P1 numbers and 101 for all from it on (spec/card.md §1.3).
    """
    sfi, how = p2 >> 3, p2 & 0b111
    return None if how not in {0b100, 0b101} or sfi == 0b1_1111 else (sfi, how == 0b101)


def read_place(p1: int, p2: int) -> tuple[int, int] | None:
    """(short identifier or CURRENT, offset) of READ BINARY: ISO/IEC 7816-4:2013 §7.2.3.

    With b8 of P1 clear P1-P2 is a 15-bit offset; with b8 set, b7 b6 are 00, b5..b1 the short identifier.
    """
    if p1 < 0x80:
        return CURRENT, (p1 << 8) | p2
    if p1 & 0b0110_0000:
        return None
    sfi = p1 & 0b1_1111
    return None if sfi == 0b1_1111 else (sfi, p2)


def read_reference(p2: int) -> int | None:
    """The short identifier or CURRENT that P2 of VERIFY and its like names: 80, or 80 with b5..b1 (spec/card.md §3)."""
    sfi = p2 & 0b1_1111
    return sfi if p2 & 0b1110_0000 == _SHORT_IDENTIFIER and sfi != 0b1_1111 else None
