"""What a world tells of one card to whoever keeps its tries: which card it is, and what was written to its PINs.

A PIN is locked at home and reset at the counter or the kiosk; neither shows in a certificate, and the card itself is
in somebody's pocket then. So the register counts what was written, and the card takes it in when it next gets power.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.jlis.life_cycle import Write


@dataclass(frozen=True, slots=True)
class CardLife:
    """One card of one world."""

    name: str
    """Bears no meaning; no other card has it, nor any card of another world."""
    tries_written: Callable[[], Sequence[Write]]
    """Returns what was written to its tries since the card was made, in order."""
