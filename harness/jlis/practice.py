"""What the real authority does is not public everywhere: the choices of one world, each with its default named.

They stand in the world's store from its first day: a world that changed them would contradict what it published.
"""

from msgspec import Struct

from harness.jlis.crl_practice import PRACTICE as LISTS
from harness.jlis.crl_practice import CrlPractice
from harness.jlis.validity import DEFAULT_LEAP, LeapBirthday


class Practice(Struct, frozen=True, omit_defaults=True):
    """How the authorities of one world issue and publish; every default is an emulation choice (spec/pki.md §1, §2)."""

    leap_birthday: LeapBirthday = DEFAULT_LEAP
    """When somebody born on 29 February has their birthday in a common year."""
    kana: bool = False
    """Whether signature certificates carry 振り仮名 in a seventh and eighth otherName (unverified)."""
    production_policies: bool = False
    """Whether certificates name the policies of production, for products that refuse the test arc.

    Names, keys and the marker stay those of a test whatever this says.
    """
    free_area: bool = False
    """Whether cards have a free area (条例利用領域), which is INVENTED; without one they know none of its commands."""
    lists: CrlPractice = LISTS
    """When revocation lists are published, how long they hold, and which key signs which."""


STANDARD = Practice()
