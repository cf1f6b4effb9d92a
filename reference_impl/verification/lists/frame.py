"""A CertificateList but for its entries and extensions: what was signed, by which algorithm, whose, of when.

RFC 5280 §5.1. Nothing of an entry is looked at here: the signature comes first (§6.3.3 (g) before (i)), and it needs
no more than this. An empty revokedCertificates is let pass, though §5.1.2.6 wants the field absent then: the issuer's
fault, from which nobody's status suffers (spec/rfc.md B18).
"""

from datetime import datetime
from typing import Final

import msgspec

from reference_impl.verification import der
from reference_impl.verification.algorithm import read_algorithm
from reference_impl.verification.lists.octets import Octets, expect_header, moved, read_header
from reference_impl.verification.names import Name, read_name

MAXIMUM_HEAD: Final = 4096
"""Octets before the entries, and of the signature: local limits, several times what any list takes."""
_VERSION_2: Final = 1
_TIMES: Final = (der.UTC_TIME, der.GENERALIZED_TIME)

Span = tuple[int, int]
"""Where something begins and ends, in the data that a list lies in."""


class Head(msgspec.Struct, frozen=True):
    """What stands before the entries."""

    algorithm: str
    issuer: Name
    this_update: datetime
    next_update: datetime


class Frame(msgspec.Struct, frozen=True):
    """One list, taken apart. `signed` is exactly what the signature is over."""

    whole: Span
    signed: Span
    head: Head
    entries: Span
    extensions: Span
    signature: bytes


def read_frame(data: Octets, start: int = 0, end: int | None = None) -> Frame:
    """The list that fills `data` from `start` to `end`; a `DerError` counts its offset from `start`."""
    try:
        return _read_frame(data, start, len(data) if end is None else end)
    except der.DerError as error:
        raise moved(error, -start) from error


def _read_frame(data: Octets, start: int, end: int) -> Frame:
    """§5.1: SEQUENCE { tbsCertList, signatureAlgorithm, signatureValue }, and nothing after it."""
    body, found = expect_header(data, start, end, der.SEQUENCE)
    if found != end:
        raise der.DerError(found, "X.690 §8.1", "the end of the data", f"{end - found} octets more")
    fields, signed_end = expect_header(data, body, end, der.SEQUENCE)
    _, algorithm_end = expect_header(data, signed_end, end, der.SEQUENCE)
    signature, signature_end = expect_header(data, algorithm_end, end, der.BIT_STRING)
    if signature_end != end:
        raise der.DerError(signature_end, "RFC 5280 §5.1", "three elements", "more")
    known = _HEADS.find(data, fields, signed_end)
    head, inner, entries_at = known or _read_new_head(data, fields, signed_end)
    # §5.1.1.2: "the same algorithm identifier", parameters included
    outer = data[signed_end:algorithm_end]
    if inner != outer:
        raise der.DerError(signed_end, "RFC 5280 §5.1.1.2", inner.hex(), outer[:32].hex())
    entries, extensions = _split_rest(data, entries_at, signed_end)
    return Frame(
        (start, end), (body, signed_end), head, entries, extensions, _read_signature(data, signature, signature_end)
    )


class _Heads:
    """Heads that were read: all lists that are published together begin with the same octets, and so with one head."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[Head, bytes]] = {}
        self._lengths: tuple[int, ...] = ()

    def find(self, data: Octets, at: int, limit: int) -> tuple[Head, bytes, int] | None:
        """The head at `at`, its algorithm as written, and where it ends; None if none that is known stands there."""
        for length in self._lengths:
            known = self._known.get(data[at : at + length])
            if known is not None and at + length <= limit:
                return *known, at + length
        return None

    def keep(self, octets: bytes, head: Head, algorithm: bytes) -> None:
        """Remembers a head; when there are many all are forgotten."""
        if len(self._known) >= _MOST_HEADS or len(self._lengths) >= _MOST_LENGTHS:
            self._known, self._lengths = {}, ()
        self._known[octets] = head, algorithm
        if len(octets) not in self._lengths:
            self._lengths = (len(octets), *self._lengths)


_MOST_HEADS: Final = 256
_MOST_LENGTHS: Final = 4
_HEADS: Final = _Heads()


def _read_new_head(data: Octets, fields: int, limit: int) -> tuple[Head, bytes, int]:
    """The head at `fields`, its algorithm as written, and where it ends; it is known from now on."""
    (begin, end), entries_at = _read_fields(data, fields, limit)
    octets = data[fields:entries_at]
    try:
        head = _read_head(octets)
    except der.DerError as error:
        raise moved(error, fields) from error
    _HEADS.keep(octets, head, data[begin:end])
    return head, data[begin:end], entries_at


def _read_fields(data: Octets, at: int, limit: int) -> tuple[Span, int]:
    """Where the inner algorithm is, and where version, algorithm, issuer, thisUpdate and nextUpdate have ended."""
    begin, algorithm = at, (0, 0)
    for number, tags in enumerate(((der.INTEGER,), (der.SEQUENCE,), (der.SEQUENCE,), _TIMES, _TIMES)):
        tag, _, end = read_header(data, at, limit)
        if tag not in tags:
            clause, field = _FIELDS[number]
            raise der.DerError(at, clause, field, f"tag {tag:#04x}")
        if number == 1:
            algorithm = (at, end)
        at = end
    if at - begin > MAXIMUM_HEAD:
        raise der.DerError(begin, "local limit", f"at most {MAXIMUM_HEAD} octets before the entries", f"{at - begin}")
    return algorithm, at


_FIELDS: Final = (
    ("RFC 5280 §5.1.2.1", "version 2, without which no extension may be read"),
    ("RFC 5280 §5.1.2.2", "the algorithm"),
    ("RFC 5280 §5.1.2.3", "the issuer"),
    ("RFC 5280 §5.1.2.4", "thisUpdate"),
    ("RFC 5280 §5.1.2.5", "nextUpdate, which is required"),
)


def _read_head(head: bytes) -> Head:
    """The five fields, of what has five elements."""
    tag_and_length = b"\x30\x82" + len(head).to_bytes(2)  # so that offsets can be told from those of the list
    whole = der.Element(tag_and_length + head, der.SEQUENCE, 0, 4, 4 + len(head))
    try:
        version, algorithm, issuer, this_update, next_update = der.children(whole)
        _require_version_2(version)
        return Head(
            read_algorithm(algorithm), read_name(issuer), der.read_time(this_update), der.read_time(next_update)
        )
    except der.DerError as error:
        raise moved(error, -4) from error


def _require_version_2(element: der.Element) -> None:
    if der.read_integer(element) != _VERSION_2:
        raise der.DerError(element.body, "RFC 5280 §5.1.2.1", "version 2 (1)", element.content.hex())


def _split_rest(data: Octets, at: int, limit: int) -> tuple[Span, Span]:
    """Where the entries are, and the extensions [0]: either may be absent."""
    entries = (at, at)
    if at < limit and data[at] == der.SEQUENCE:
        entries = expect_header(data, at, limit, der.SEQUENCE)
        at = entries[1]
    extensions = (at, at)
    if at < limit:
        extensions = expect_header(data, at, limit, 0xA0)
        at = extensions[1]
    if at != limit:
        raise der.DerError(at, "RFC 5280 §5.1", "the end of tbsCertList", f"{limit - at} octets more")
    return entries, extensions


def _read_signature(data: Octets, body: int, end: int) -> bytes:
    if end - body > MAXIMUM_HEAD:
        raise der.DerError(body, "local limit", f"a signature of at most {MAXIMUM_HEAD} octets", f"{end - body}")
    if body == end or data[body]:
        raise der.DerError(body, "RFC 5280 §4.1.1.3", "whole octets", data[body : min(end, body + 1)].hex() or "none")
    return data[body + 1 : end]
