"""Files and applications: the tables a card is made of (spec/card.md §1.2, §2).

A profile holds plain values only, so that a card can be written to a folder, compared, and shared between processes;
private keys are PKCS#8 bytes and become objects when first used (`commands.signing`).
"""

from collections.abc import Callable, Mapping

import msgspec

from cardsim.on_demand import OnDemand
from cardsim.pins import Pin

ISSUER_SECURITY_DOMAIN = bytes.fromhex("A0000001510000")
"""GlobalPlatform's Issuer Security Domain: current after power-on (spec/card.md §1.2)."""
NO_FILE = 0
"""No elementary file is current; identifiers begin at 0001 (spec/card.md §1.2)."""
NEVER = (NO_FILE,)
"""As `read_needs`: opened by nothing, for no PIN has this identifier."""


class File(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A transparent file. `read_needs` names PIN files of the same application, any one of which opens it."""

    fid: int
    name: str
    body: bytes
    read_needs: tuple[int, ...] = ()


class RecordFile(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A file of records, numbered from 1; each a simple-TLV object as stored (spec/card.md §1.2, §2.5)."""

    fid: int
    name: str
    records: tuple[bytes, ...]
    read_needs: tuple[int, ...] = ()


class SigningKey(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A private key (IEF). `sign_needs` as `File.read_needs`; `pkcs8` is empty where the slot was never filled."""

    fid: int
    name: str
    pkcs8: bytes
    sign_needs: tuple[int, ...] = ()


class AuthenticationKey(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A private key (IEF) of INTERNAL AUTHENTICATE and of nothing else (spec/card.md §1.3, §2.5)."""

    fid: int
    name: str
    pkcs8: bytes


class DeliveryKey(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A transparent file with a public key (§2.2, text 0006) whose private half takes session keys (§1.3, `80 AE`)."""

    fid: int
    name: str
    body: bytes
    read_needs: tuple[int, ...]
    pkcs8: bytes


Element = File | RecordFile | SigningKey | AuthenticationKey | DeliveryKey | Pin
"""What an elementary file can be."""


class DeferredFile(msgspec.Struct, frozen=True):
    """A row of a table whose transparent file is made when it is first selected or read: its body costs a signature."""

    fid: int
    name: str
    make_body: Callable[[], bytes]
    read_needs: tuple[int, ...] = ()


class Application(msgspec.Struct, frozen=True):
    """An application: its elementary files by identifier."""

    aid: bytes
    name: str
    elements: Mapping[int, Element]
    default_key: int = NO_FILE
    """The PIN-less key that P2 = 00 of COMPUTE DIGITAL SIGNATURE means, where there is one."""

    @property
    def pins(self) -> tuple[Pin, ...]:
        """The PIN references. None of them is ever made on demand."""
        elements = self.elements
        present = elements.made() if isinstance(elements, OnDemand) else elements.values()
        return tuple(element for element in present if isinstance(element, Pin))


def build_application(
    aid: bytes, name: str, elements: tuple[Element | DeferredFile, ...], *, default_key: int = NO_FILE
) -> Application:
    """An application from its table; refuses a table that contradicts itself."""
    present = {element.fid: element for element in elements if not isinstance(element, DeferredFile)}
    deferred = {element.fid: element for element in elements if isinstance(element, DeferredFile)}
    pins = {element.fid for element in elements if isinstance(element, Pin)}
    keys = {element.fid for element in elements if isinstance(element, SigningKey)}
    if len(present.keys() | deferred.keys()) != len(elements):
        raise ValueError(f"{name}: two files share an identifier")
    for element in elements:
        if not 0x01 <= element.fid <= 0x1E:
            raise ValueError(f"{name} {element.name}: identifiers are 0001 to 001E, got {element.fid:04X}")
        needs = _needs(element)
        if needs and needs != NEVER and not pins.issuperset(needs):
            missing = ", ".join(f"{fid:04X}" for fid in needs if fid not in pins)
            raise ValueError(f"{name} {element.name}: needs PIN {missing}, which is not in the table")
    if default_key and default_key not in keys:
        raise ValueError(f"{name}: the default key {default_key:04X} is not in the table")
    if not deferred:
        return Application(aid, name, present, default_key)

    def make(fid: int) -> Element:
        row = deferred[fid]
        return File(row.fid, row.name, row.make_body(), row.read_needs)

    return Application(aid, name, OnDemand({element.fid: None for element in elements}, make, present), default_key)


def _needs(element: Element | DeferredFile) -> tuple[int, ...]:
    if isinstance(element, Pin | AuthenticationKey):
        return ()
    return element.sign_needs if isinstance(element, SigningKey) else element.read_needs
