"""The class byte: ISO/IEC 7816-4:2013 §5.4.1, Tables 2 and 3. Nobody else masks it."""

import msgspec

FIRST_INTERINDUSTRY = 0x00
"""CLA of the commands of ISO/IEC 7816-4 on channel 0, plain."""
PROPRIETARY = 0x80
"""CLA of the JICSAP commands (spec/card.md §1.3)."""

SECURED = frozenset({0x08, 0x0C})
"""Secure messaging on channel 0, header not authenticated and authenticated: Table 2 (spec/card.md §1.2, MC)."""


class Class(msgspec.Struct, frozen=True):
    """An interindustry class byte, read."""

    channel: int
    chained: bool
    secured: bool


def parse_class(cla: int) -> Class | None:
    """The interindustry class a byte stands for; nothing where it is proprietary, reserved or FF.

    b8..b6 = 000 is the first interindustry form, b8 b7 = 01 the further one (channels 4 to 19); 001 is reserved.
    """
    if cla & 0b1110_0000 == 0:
        return Class(channel=cla & 0b11, chained=bool(cla & 0b1_0000), secured=bool(cla & 0b1100))
    if cla & 0b1100_0000 == 0b0100_0000:
        return Class(channel=4 + (cla & 0b1111), chained=bool(cla & 0b1_0000), secured=bool(cla & 0b10_0000))
    return None
