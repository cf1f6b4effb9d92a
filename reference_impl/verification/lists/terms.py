"""The extensions of a list (RFC 5280 §5.2): its number, its key's identifier, and what it is a list of.

They are read here and judged in `acceptance`. Names of points are compared byte by byte (spec/rfc.md B5), so the
inside of a name is not read: one that is not DER equals no certificate's.
"""

from functools import lru_cache
from typing import Final

import msgspec

from reference_impl.verification import der
from reference_impl.verification.lists.octets import Octets, expect_header, moved, read_header

MAXIMUM_EXTENSIONS: Final = 16 * 1024
"""Octets of extensions that are read at all: a local limit."""

CRL_NUMBER: Final = bytes.fromhex("551d14")
DELTA_CRL_INDICATOR: Final = bytes.fromhex("551d1b")
ISSUING_DISTRIBUTION_POINT: Final = bytes.fromhex("551d1c")
AUTHORITY_KEY_IDENTIFIER: Final = bytes.fromhex("551d23")

_PROCESSED: Final = {CRL_NUMBER, DELTA_CRL_INDICATOR, ISSUING_DISTRIBUTION_POINT, AUTHORITY_KEY_IDENTIFIER}

_DIRECTORY_NAME: Final = 0xA4
_MOST_NUMBER: Final = 20


class Scope(msgspec.Struct, frozen=True):
    """What a list is of (§5.2.5): the names of its point (DER), and the restrictions."""

    is_critical: bool
    points: tuple[bytes, ...] = ()
    is_relative: bool = False
    user_certificates: bool = False
    authority_certificates: bool = False
    some_reasons: bool = False
    indirect: bool = False
    attribute_certificates: bool = False


class Terms(msgspec.Struct, frozen=True):
    """What the extensions say; `unprocessed` are the identifiers of critical ones that nobody here knows."""

    number: int
    key_identifier: bytes | None = None
    scope: Scope | None = None
    is_delta: bool = False
    unprocessed: tuple[str, ...] = ()


def read_terms(data: Octets, start: int, end: int) -> Terms:
    """The extensions that fill [0] from `start` to `end`; each may occur once (§5.2)."""
    if end - start > MAXIMUM_EXTENSIONS:
        raise der.DerError(start, "local limit", f"at most {MAXIMUM_EXTENSIONS} octets of extensions", f"{end - start}")
    block = data[start:end]
    try:
        return _read_terms(block)
    except der.DerError as error:
        raise moved(error, start) from error


def _read_terms(block: bytes) -> Terms:
    if not block:
        raise der.DerError(0, "RFC 5280 §5.2.3", "the extensions, cRLNumber among them", "none")
    at, limit = expect_header(block, 0, len(block), der.SEQUENCE)
    if limit != len(block):
        raise der.DerError(limit, "RFC 5280 §5.1", "one sequence of extensions", f"{len(block) - limit} octets more")
    found: dict[bytes, tuple[bool, int, int]] = {}
    while at < limit:
        end = expect_header(block, at, limit, der.SEQUENCE)[1]
        try:
            oid, is_critical, value = _split_extension(block[at:end])
        except der.DerError as error:
            raise moved(error, at) from error
        if oid in found:
            raise der.DerError(at, "RFC 5280 §5.2", "each extension once", f"{oid.hex()} again")
        found[oid] = is_critical, at + value, end
        at = end
    if CRL_NUMBER not in found:
        raise der.DerError(0, "RFC 5280 §5.2.3", "cRLNumber, without which going back cannot be seen", "none")
    scope, key = found.get(ISSUING_DISTRIBUTION_POINT), found.get(AUTHORITY_KEY_IDENTIFIER)
    _, at, end = found[CRL_NUMBER]
    try:
        number = _read_number(block[at:end])
    except der.DerError as error:
        raise moved(error, at) from error
    return Terms(
        number,
        None if key is None else _read_key_identifier(block[key[1] : key[2]]),
        None if scope is None else _read_scope(block, *scope[1:], is_critical=scope[0]),
        DELTA_CRL_INDICATOR in found,
        tuple(oid.hex() for oid, (is_critical, _, _) in found.items() if is_critical and oid not in _PROCESSED),
    )


@lru_cache(maxsize=256)
def _split_extension(extension: bytes) -> tuple[bytes, bool, int]:
    """Identifier, critical, where the value begins, of what is one extension: most of a day's lists share theirs."""
    return read_extension(extension, 0, len(extension))[:3]


def read_extension(data: bytes, at: int, limit: int) -> tuple[bytes, bool, int, int]:
    """Of one Extension: identifier (content octets), critical, where the value begins, where all of it ends."""
    body, end = expect_header(data, at, limit, der.SEQUENCE)
    oid_at, oid_end = expect_header(data, body, end, der.OBJECT_IDENTIFIER)
    oid = data[oid_at:oid_end]
    try:
        _check_identifier(oid)
    except der.DerError as error:
        raise moved(error, oid_at) from error
    is_critical = oid_end < end and data[oid_end] == der.BOOLEAN
    value_at = oid_end
    if is_critical:
        boolean, value_at = expect_header(data, oid_end, end, der.BOOLEAN)
        if data[boolean:value_at] != b"\xff":  # X.690 §11.1, §11.5: TRUE is FF, and the default is not written
            raise der.DerError(boolean, "X.690 §11.5", "critical TRUE (ff), or nothing", data[boolean:value_at].hex())
    value, value_end = expect_header(data, value_at, end, der.OCTET_STRING)
    if value_end != end:
        raise der.DerError(value_end, "RFC 5280 §4.1", "identifier, critical, value", "more")
    return oid, is_critical, value, end


@lru_cache(maxsize=256)
def _check_identifier(content: bytes) -> None:
    """Refuses what is no OBJECT IDENTIFIER; the few that occur are looked at once."""
    der.read_oid(der.Element(content, der.OBJECT_IDENTIFIER, 0, 0, len(content)))


@lru_cache(maxsize=256)
def _read_number(value: bytes) -> int:
    """§5.2.3: an INTEGER (0..MAX) of at most 20 octets."""
    return _non_negative(value, *expect_header(value, 0, len(value), der.INTEGER))


def _non_negative(encoded: bytes, body: int, found: int) -> int:
    if found != len(encoded) or found - body > _MOST_NUMBER:
        raise der.DerError(0, "RFC 5280 §5.2.3", f"one INTEGER of at most {_MOST_NUMBER} octets", encoded.hex())
    value = der.read_integer(der.Element(encoded, der.INTEGER, 0, body, found))
    if value < 0:
        raise der.DerError(body, "RFC 5280 §5.2.3", "a number that is not negative", str(value))
    return value


@lru_cache(maxsize=256)
def _read_key_identifier(value: bytes) -> bytes | None:
    """The keyIdentifier [0]; it says which key to try first, and is never a verdict (spec/rfc.md B2)."""
    element = der.parse_der(value, der.SEQUENCE)
    return next((part.content for part in der.children(element) if part.tag == 0x80), None)


_FLAGS: Final = {
    0x81: "user_certificates",
    0x82: "authority_certificates",
    0x84: "indirect",
    0x85: "attribute_certificates",
}


def _read_scope(block: bytes, at: int, end: int, *, is_critical: bool) -> Scope:
    """§5.2.5: fields in the order of their tags, defaults not written, and at least one of them."""
    at, limit = expect_header(block, at, end, der.SEQUENCE)
    if limit != end or at == limit:
        raise der.DerError(at, "RFC 5280 §5.2.5", "one sequence that is not empty", block[at:end].hex()[:16] or "none")
    said: dict[str, bool] = {}
    points: tuple[bytes, ...] = ()
    last = 0
    while at < limit:
        tag, body, after = read_header(block, at, limit)
        if tag & 0x1F < last or (tag not in _FLAGS and tag not in {0xA0, 0x83}):
            raise der.DerError(at, "RFC 5280 §5.2.5", "the fields [0] to [5] in their order", f"tag {tag:#04x}")
        last = (tag & 0x1F) + 1
        if tag == 0xA0:
            points, said["is_relative"] = _read_point_name(block, body, after)
        elif tag == 0x83:
            said["some_reasons"] = True
        elif block[body:after] == b"\xff":
            said[_FLAGS[tag]] = True
        else:
            raise der.DerError(body, "X.690 §11.5", "TRUE (ff), or nothing", block[body:after].hex())
        at = after
    return Scope(is_critical, points, **said)


def _read_point_name(block: bytes, at: int, end: int) -> tuple[tuple[bytes, ...], bool]:
    """DistributionPointName: the directory names in fullName [0], or whether it is relative to the issuer [1]."""
    tag, body, found = read_header(block, at, end)
    if found != end or tag not in {0xA0, 0xA1}:
        raise der.DerError(at, "RFC 5280 §4.2.1.13", "fullName or nameRelativeToCRLIssuer", block[at:end].hex()[:16])
    names = []
    while tag == 0xA0 and body < end:
        kind, name, after = read_header(block, body, end)
        if kind == _DIRECTORY_NAME:
            name_end = expect_header(block, name, after, der.SEQUENCE)[1]
            if name_end != after:
                raise der.DerError(name_end, "RFC 5280 §4.2.1.6", "one Name", f"{after - name_end} octets more")
            names.append(block[name:after])
        body = after
    return tuple(names), tag == 0xA1
