"""Lists as LDIF (RFC 2849), each at the DN of its distribution point, with the entries above it.

A directory is filled whole; later, entries that are new come first, and then every list is replaced, so that a change
that was refused half way can be sent again.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from cryptography.x509 import Name, RelativeDistinguishedName
from cryptography.x509.oid import NameOID

_CLASSES = {
    NameOID.COUNTRY_NAME: "country",
    NameOID.ORGANIZATION_NAME: "organization",
    NameOID.ORGANIZATIONAL_UNIT_NAME: "organizationalUnit",
    NameOID.COMMON_NAME: "cRLDistributionPoint",
}
"""RFC 4519 §3, RFC 4523 §3.5."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list and the name it is found under."""

    name: Name
    der: bytes
    of_authority: bool = False
    more: tuple[bytes, ...] = ()
    """Other lists under the same name: of an authority's other keys."""

    def and_also(self, der: bytes) -> "Listed":
        """Return the same with one more list."""
        return replace(self, more=(*self.more, der))


def whole(lists: Iterable[Listed]) -> Iterator[bytes]:
    """Yield the entries of an empty directory with these lists, no point twice, parents first: what slapadd reads."""
    known: set[str] = set()
    for listed in lists:
        yield from (entry + b"\n" for entry in _missing(listed.name.rdns[:-1], known))
        yield b"".join((_entry(listed.name, listed.of_authority), _attribute(listed), b"\n"))


def additions(lists: Iterable[Listed], known: set[str]) -> Iterator[bytes]:
    """Yield the entries that are not known, without their lists: what `ldapmodify -a` reads; `known` grows."""
    for listed in lists:
        yield from (entry + b"\n" for entry in _missing(listed.name.rdns[:-1], known))
        dn = listed.name.rfc4514_string()
        if dn not in known:
            known.add(dn)
            yield _entry(listed.name, listed.of_authority) + b"\n"


def replacements(lists: Iterable[Listed]) -> Iterator[bytes]:
    """Yield the changes that put lists in the place of those that were there, each at once."""
    for listed in lists:
        dn = listed.name.rfc4514_string()
        head = f"dn: {dn}\nchangetype: modify\nreplace: {_type(listed)}\n".encode("ascii")
        yield b"".join((head, _attribute(listed), b"\n"))


def dns(lists: Iterable[Listed]) -> set[str]:
    """Return the DNs of all entries that lists need."""
    names = [listed.name.rdns for listed in lists]
    return {Name(rdns[:depth]).rfc4514_string() for rdns in names for depth in range(1, len(rdns) + 1)}


def _missing(rdns: Sequence[RelativeDistinguishedName], known: set[str]) -> Iterator[bytes]:
    for depth in range(1, len(rdns) + 1):
        name = Name(rdns[:depth])
        dn = name.rfc4514_string()
        if dn not in known:
            known.add(dn)
            yield _entry(name)


def _entry(name: Name, of_authority: bool = False) -> bytes:  # noqa: FBT001, FBT002  (the last column of a list)
    (attribute,) = name.rdns[-1]
    more = "objectClass: pkiCA\n" if of_authority else ""  # RFC 4523 §3.2
    own = attribute.rfc4514_string().replace("=", ": ", 1)
    return f"dn: {name.rfc4514_string()}\nobjectClass: {_CLASSES[attribute.oid]}\n{more}{own}\n".encode("ascii")


def _attribute(listed: Listed) -> bytes:
    ders = (listed.der, *listed.more)
    return b"".join(b"".join((_type(listed).encode(), b":: ", base64.b64encode(der), b"\n")) for der in ders)


def _type(listed: Listed) -> str:
    """Return the attribute with the option that it is always asked for and given with (RFC 4523 §2)."""
    return "authorityRevocationList;binary" if listed.of_authority else "certificateRevocationList;binary"
