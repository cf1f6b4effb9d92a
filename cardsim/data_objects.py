"""The data objects that GET DATA finds while no application is current (spec/card.md §2.7; MC)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cardsim.applications.common import card_number_of
from cardsim.applications.text import key_name_of
from cardsim.holder import Holder
from cardsim.tlv import build

ISSUER_KEY = 0x0042
CARD_NUMBER = 0x0045
RECOGNITION = 0x0066
MUNICIPALITY = 0x00F0
EXPIRY = 0x00F2
KEY_NAME = 0x00F7
CVC = 0x00F8
LOWER_CVC = 0x7F21

_GLOBALPLATFORM = "2A864886FC6B"
"""1.2.840.114283, GlobalPlatform's arc."""


TAGS = (ISSUER_KEY, CARD_NUMBER, RECOGNITION, MUNICIPALITY, EXPIRY, KEY_NAME, CVC)
"""What every card has."""
_ALL_TAGS = (*TAGS, LOWER_CVC)


class DataObjects(Mapping[int, bytes]):
    """The objects of a card by tag, each built when it is asked for: that costs less than to keep it."""

    __slots__ = ("_cvc", "_holder", "_serial", "_tags")

    def __init__(self, holder: Holder, serial: str, cvc: bytes, *, lower_cvc: bool) -> None:
        self._holder = holder
        self._serial = serial
        self._cvc = cvc
        self._tags = _ALL_TAGS if lower_cvc else TAGS

    def __getitem__(self, tag: int) -> bytes:
        """The object with this tag. Which keys the two names of keys name is unknown: the issuer's here."""
        if tag not in self._tags:
            raise KeyError(tag)
        return _BUILDERS[tag](self)

    def __iter__(self) -> Iterator[int]:
        return iter(self._tags)

    def __len__(self) -> int:
        return len(self._tags)

    def __reduce__(self) -> tuple[Any, ...]:
        """As a plain dict, as `on_demand` does."""
        return dict, (dict(self),)

    def _key_name(self) -> bytes:
        return key_name_of(self._cvc)

    def _card_number(self) -> bytes:
        return card_number_of(self._serial).encode("ascii")

    def _municipality(self) -> bytes:
        return self._holder.municipality_code.encode("ascii")

    def _expiry(self) -> bytes:
        return f"{self._holder.expiry:%Y%m%d}".encode("ascii")

    def _cvc_content(self) -> bytes:
        return self._cvc[5:]

    def _whole_cvc(self) -> bytes:
        return self._cvc


def _recognition_data() -> bytes:
    """GlobalPlatform Card Specification 2.3.1 §H.2: the scheme, its version 2.2, the issuer's tag, SCP02 option 55."""

    def scheme(tag: int, suffix: str) -> bytes:
        oid = build(0x06, bytes.fromhex(_GLOBALPLATFORM + suffix))
        return oid if tag == 0x06 else build(tag, oid)

    return build(
        RECOGNITION,
        build(0x73, scheme(0x06, "01") + scheme(0x60, "020202") + scheme(0x63, "03") + scheme(0x64, "040255")),
    )


_RECOGNITION_DATA = _recognition_data()
_BUILDERS: dict[int, Callable[[DataObjects], bytes]] = {
    ISSUER_KEY: DataObjects._key_name,
    CARD_NUMBER: DataObjects._card_number,
    RECOGNITION: lambda _: _RECOGNITION_DATA,
    MUNICIPALITY: DataObjects._municipality,
    EXPIRY: DataObjects._expiry,
    KEY_NAME: DataObjects._key_name,
    CVC: DataObjects._cvc_content,
    LOWER_CVC: DataObjects._whole_cvc,
}
