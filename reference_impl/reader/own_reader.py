"""Where a PIN may go: to our own emulated readers, or to the one real test card that was named."""

from typing import Final

from reference_impl.reader.faults import ReaderRefused
from reference_impl.reader.files import TOKEN_INFORMATION
from reference_impl.reader.link import Link
from reference_impl.reader.reading import read_exactly, select_application
from reference_impl.reader.references import JPKI

READER_PREFIX: Final = "Kazashi"
_SERIAL: Final = (80, 16)
"""Offset and length in EF 0006 (spec/card.md §2.1): 16 ASCII digits."""


def require_own_reader(link: Link, test_card: str | None) -> None:
    """Passes for a reader of ours, or for the real test card whose serial number was given; else `ReaderRefused`.

    An empty VERIFY counts as one, too: a card in a foreign reader gets none, and loses nothing by our mistakes.
    """
    if link.reader.startswith(READER_PREFIX):
        return
    if test_card is None:
        raise ReaderRefused(f"a reader named {READER_PREFIX}…", link.reader)
    select_application(link, JPKI)
    offset, length = _SERIAL
    serial = read_exactly(link, TOKEN_INFORMATION, length, offset).decode("ascii", "replace")
    if serial != test_card:
        raise ReaderRefused(f"test card {test_card}", "another card")
