"""The images that a card's chip holds, drawn for its holder when somebody first reads them.

A card of a world costs nothing for its pictures until EF 0002 or 0005 of the 券面事項確認AP is read, and then about ten
milliseconds, once. The font is looked for once a process; where there is none, boxes stand for what is not a digit.
"""

from functools import cache, lru_cache

from cardsim.faces.chip_images import ChipImages, images_of
from cardsim.faces.printed import Printed
from cardsim.faces.system_font import find_typeface
from cardsim.faces.typeface import Typeface
from cardsim.personalise import Holder

CARDS_KEPT = 512
"""Images of a card are some 6 kB: 3 MB for those read last."""


@lru_cache(maxsize=CARDS_KEPT)
def chip_images_of(holder: Holder) -> ChipImages:
    """Return the images for the 券面事項確認AP of a holder's card (spec/card.md §2.3)."""
    return images_of(printed_for(holder), typeface())


def printed_for(holder: Holder) -> Printed:
    """Return what a new card of a holder has printed on it, as far as its images need it."""
    return Printed(
        name=holder.name,
        address=holder.address,
        birth_date=holder.birth_date,
        sex=holder.sex,
        number=holder.number,
        expiry=holder.expiry,
        security_code=holder.security_code,
    )


@cache
def typeface() -> Typeface:
    """Return the font of this process."""
    return find_typeface()
