"""Which card it is, as far as that is configuration: the AID of the certificates, and how its keys sign."""

from typing import Final

import msgspec

from reference_impl.reader.references import JPKI
from reference_impl.reader.signing import Scheme


class Layout(msgspec.Struct, frozen=True):
    """What differs between a card of today and an assumed one of tomorrow."""

    jpki: bytes
    schemes: tuple[Scheme, ...]
    """The first is used where nobody asks for another."""
    tells_presence: bool = True
    """Whether EF 0008 tells which certificates there are."""


CURRENT: Final = Layout(JPKI, (Scheme.PKCS1, Scheme.PSS))
"""Today's card and the phones (spec/card.md §2.1, §7)."""
NEXT_CARD: Final = Layout(bytes.fromhex("F04B415A4153484921"), (Scheme.ECDSA_P384,), tells_presence=False)
"""ASSUMED: the next card (docs/free-area.md); both certificates are behind their PINs, and it has no other application
that is known here."""
