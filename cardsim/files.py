"""Files and applications: the tables a card is made of (spec/card.md §1.2, §2).

A profile holds plain values only, so that a card can be written to a folder, compared, and shared between processes;
private keys are PKCS#8 bytes and become objects when first used (`commands.signing`).
"""

from collections.abc import Mapping

import msgspec

from cardsim.pins import Pin

ISSUER_SECURITY_DOMAIN = bytes.fromhex("A0000001510000")
"""GlobalPlatform's Issuer Security Domain: current after power-on (spec/card.md §1.2)."""
NO_FILE = 0
"""No elementary file is current; identifiers begin at 0001 (spec/card.md §1.2)."""


class File(msgspec.Struct, frozen=True, tag=True):
    """A transparent file. `read_needs` names PIN files of the same application, any one of which opens it."""

    fid: int
    name: str
    body: bytes
    read_needs: tuple[int, ...] = ()


class SigningKey(msgspec.Struct, frozen=True, tag=True):
    """A private key (IEF). `sign_needs` as `File.read_needs`; `pkcs8` is empty where the slot was never filled."""

    fid: int
    name: str
    pkcs8: bytes
    sign_needs: tuple[int, ...] = ()


Element = File | SigningKey | Pin
"""What an elementary file can be."""


class Application(msgspec.Struct, frozen=True):
    """An application: its elementary files by identifier."""

    aid: bytes
    name: str
    elements: Mapping[int, Element]
    default_key: int = NO_FILE
    """The PIN-less key that P2 = 00 of COMPUTE DIGITAL SIGNATURE means, where there is one."""


def build_application(
    aid: bytes, name: str, elements: tuple[Element, ...], *, default_key: int = NO_FILE
) -> Application:
    """An application from its table; refuses a table that contradicts itself."""
    table = {element.fid: element for element in elements}
    pins = {element.fid for element in elements if isinstance(element, Pin)}
    keys = {element.fid for element in elements if isinstance(element, SigningKey)}
    if len(table) != len(elements):
        raise ValueError(f"{name}: two files share an identifier")
    for element in elements:
        if not 0x01 <= element.fid <= 0x1E:
            raise ValueError(f"{name} {element.name}: identifiers are 0001 to 001E, got {element.fid:04X}")
        missing = [f"{fid:04X}" for fid in _needs(element) if fid not in pins]
        if missing:
            raise ValueError(f"{name} {element.name}: needs PIN {', '.join(missing)}, which is not in the table")
    if default_key and default_key not in keys:
        raise ValueError(f"{name}: the default key {default_key:04X} is not in the table")
    return Application(aid, name, table, default_key)


def _needs(element: Element) -> tuple[int, ...]:
    if isinstance(element, Pin):
        return ()
    return element.read_needs if isinstance(element, File) else element.sign_needs
