"""The request that nearly every client sends, read without a parser: one question, perhaps a nonce, DER throughout.

It is read twice over. A strict walk (`_walk`) takes a request apart by the lengths that it gives, or gives up; whoever
called then asks the general reader. What the walk found depends on no octet of the serial number and of the nonce, so
the octets around them are remembered: a request that has the same ones in the same places has the same shape. That
this reader says what the general one says, or nothing, is proved by changing octets (tests/harness/
test_ocsp_request.py).
"""

from typing import NamedTuple

from harness.jlis.ocsp_encoding import NONCE_ID
from harness.jlis.ocsp_question import OcspRequest, Question

MOST_SHAPES = 256
LONGEST_SERIAL = 20
"""RFC 5280 §4.1.2.2."""
HASHES = {
    bytes.fromhex("300906052b0e03021a0500"): ("sha1", 20),
    bytes.fromhex("300706052b0e03021a"): ("sha1", 20),
    bytes.fromhex("300d06096086480165030402010500"): ("sha256", 32),
    bytes.fromhex("300b0609608648016503040201"): ("sha256", 32),
}
"""AlgorithmIdentifiers with NULL and without parameters (RFC 5754 §2), and the length of the hash."""
TRUE = b"\x01\x01\xff"
LONGEST_NONCE = 128


class _Shape(NamedTuple):
    """Where a request has what, and the octets around it."""

    size: int
    cert_at: int
    serial_end: int
    middle: bytes
    """From the end of the serial number to the nonce; to the end where there is none."""
    nonce_at: int
    """Where the nonce begins; the request's length where there is none."""
    hash_algorithm: str
    name_hash: bytes
    key_hash: bytes


class _Other(Exception):
    """Not the common request."""


class CommonRequests:
    """Reads requests of the common shape, and remembers the shapes it met, at most `MOST_SHAPES`."""

    def __init__(self) -> None:
        self._shapes: dict[bytes, _Shape] = {}
        self._places: dict[int, tuple[int, ...]] = {}
        """Where serial numbers begin in requests of a length."""

    def read(self, data: bytes) -> OcspRequest | None:
        """Return what a request says, or None when somebody else has to read it."""
        size = len(data)
        for at in self._places.get(size, ()):
            shape = self._shapes.get(data[:at])
            if shape is not None and shape.size == size:  # else its outer length is not its length
                break
        else:
            try:
                at, shape = _walk(data)
            except (_Other, IndexError):
                return None
            self._remember(data[:at], size, at, shape)
        _, cert_at, end, middle, nonce_at, algorithm, name_hash, key_hash = shape
        first = data[at]
        if data[end:nonce_at] != middle or first >= 0x80 or (first == 0 and end - at > 1 and data[at + 1] < 0x80):
            return None  # negative, or longer than it need be: the general reader decides
        question = Question(data[cert_at:end], algorithm, name_hash, key_hash, int.from_bytes(data[at:end], "big"))
        return OcspRequest((question,), data[nonce_at:] or None)

    def _remember(self, head: bytes, size: int, at: int, shape: _Shape) -> None:
        if len(self._shapes) >= MOST_SHAPES:
            self._shapes.clear()
            self._places.clear()
        self._shapes[head] = shape
        places = self._places.get(size, ())
        if at not in places:
            self._places[size] = (*places, at)


def _walk(data: bytes) -> tuple[int, _Shape]:
    """Return where the serial number begins, and the shape; `_Other` when this is not the common request."""
    end = len(data)
    at = _opened(data, 0, 0x30, end)  # OCSPRequest, nothing behind it
    at = _opened(data, at, 0x30, end)  # tbsRequest, no signature behind it
    at, list_end = _object(data, at, 0x30, end)  # requestList: v1 by default, no requestorName
    at = _opened(data, at, 0x30, list_end)  # Request, the only one
    cert_at = at
    at = _opened(data, at, 0x30, list_end)  # CertID, no extensions behind it
    algorithm_end = at + 2 + data[at + 1]
    try:
        algorithm, size = HASHES[data[at:algorithm_end]]
    except KeyError as fault:
        raise _Other from fault
    name_at, name_end = _object(data, algorithm_end, 0x04, list_end)
    key_at, key_end = _object(data, name_end, 0x04, list_end)
    serial_at, serial_end = _object(data, key_end, 0x02, list_end)
    if name_end - name_at != size or key_end - key_at != size or serial_end != list_end:
        raise _Other
    if not 1 <= serial_end - serial_at <= LONGEST_SERIAL:
        raise _Other
    nonce_at = end if list_end == end else _nonce_at(data, list_end, end)
    shape = _Shape(
        end,
        cert_at,
        serial_end,
        data[serial_end:nonce_at],
        nonce_at,
        algorithm,
        data[name_at:name_end],
        data[key_at:key_end],
    )
    return serial_at, shape


def _nonce_at(data: bytes, at: int, end: int) -> int:
    """Return where the nonce begins: the only extension, to the end of the request."""
    at = _opened(data, at, 0xA2, end)
    at = _opened(data, at, 0x30, end)
    at = _opened(data, at, 0x30, end)
    if data[at : at + len(NONCE_ID)] != NONCE_ID:
        raise _Other
    at += len(NONCE_ID)
    if data[at : at + len(TRUE)] == TRUE:
        at += len(TRUE)
    at = _opened(data, at, 0x04, end)
    at = _opened(data, at, 0x04, end)
    if not 1 <= end - at <= LONGEST_NONCE:
        raise _Other
    return at


def _opened(data: bytes, at: int, tag: int, end: int) -> int:
    """Return where the contents of the object at `at` begin; it has to end at `end`."""
    begins, ends = _object(data, at, tag, end)
    if ends != end:
        raise _Other
    return begins


def _object(data: bytes, at: int, tag: int, limit: int) -> tuple[int, int]:
    """Return where the contents of the object at `at` begin and end, its length in the shortest form."""
    if data[at] != tag:
        raise _Other
    length, begins = data[at + 1], at + 2
    if length == 0x81:
        length, begins = data[begins], begins + 1
        if length < 0x80:
            raise _Other
    elif length == 0x82:
        length, begins = data[begins] << 8 | data[begins + 1], begins + 2
        if length < 0x100:
            raise _Other
    elif length > 0x7F:
        raise _Other
    if begins + length > limit:
        raise _Other
    return begins, begins + length
