"""The images that a card's chip holds, drawn for its holder when somebody first reads them.

A card of a world costs nothing for its pictures until EF 0002 or 0005 of the 券面事項確認AP is read, and then about ten
milliseconds, once. Pillow is imported and the font looked for then, too: a tenth of a second, once a process. Where
there is no font, boxes stand for what is not a digit.
"""

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from cardsim.applications.visual_records import Images
from cardsim.options import STANDARD_SIZES, ImageSizes
from cardsim.personalise import Holder

if TYPE_CHECKING:
    from cardsim.faces.chip_images import ChipImages
    from cardsim.faces.typeface import Typeface

CARDS_KEPT = 512
"""Images of a card are some 6 kB: 3 MB for those read last."""


def images_for(holder: Holder, sizes: ImageSizes = STANDARD_SIZES) -> Images:
    """Return the images as the application's records take them."""
    drawn = chip_images_of(holder, sizes)
    return Images(drawn.name, drawn.address, drawn.photo, drawn.number, drawn.security_code)


@lru_cache(maxsize=CARDS_KEPT)
def chip_images_of(holder: Holder, sizes: ImageSizes = STANDARD_SIZES) -> "ChipImages":
    """Return the images for the 券面事項確認AP of a holder's card (spec/card.md §2.3)."""
    from cardsim.faces.chip_images import images_of  # noqa: PLC0415  (Pillow: see above)
    from cardsim.faces.printed import Printed  # noqa: PLC0415

    printed = Printed(
        name=holder.name,
        address=holder.address,
        birth_date=holder.birth_date,
        sex=holder.sex,
        number=holder.number,
        expiry=holder.expiry,
        security_code=holder.security_code,
    )
    return images_of(printed, typeface(), sizes)


@cache
def typeface() -> "Typeface":
    """Return the font of this process."""
    from cardsim.faces.system_font import find_typeface  # noqa: PLC0415  (Pillow: see above)

    return find_typeface()
