"""The quick reader of requests says what the general one says, or nothing: judged on octets changed in every way."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.jlis import ocsp_common_request
from harness.jlis.ocsp_common_request import CommonRequests
from harness.jlis.ocsp_question import OcspRequest
from harness.jlis.ocsp_request import RefusedRequest, read_any_request, read_request
from tests.harness.asking import handmade, nonce_extension, tlv

SHA1 = (bytes.fromhex("300906052b0e03021a0500"), bytes.fromhex("300706052b0e03021a"))
SHA256 = (bytes.fromhex("300d06096086480165030402010500"), bytes.fromhex("300b0609608648016503040201"))
CRITICAL_NONCE = bytes.fromhex("06092b06010505073001020101ff")


def asked(algorithm: bytes, serial: bytes, nonce: bytes | None = None, *, critical: bool = False) -> bytes:
    """Return a request, octet by octet."""
    size = 20 if algorithm in SHA1 else 32
    cert_id = tlv(0x30, algorithm, tlv(0x04, b"n" * size), tlv(0x04, b"k" * size), tlv(0x02, serial))
    if nonce is None:
        return handmade([cert_id])
    value = tlv(0x04, tlv(0x04, nonce))
    extension = tlv(0x30, CRITICAL_NONCE, value) if critical else nonce_extension(tlv(0x04, nonce))
    return handmade([cert_id], extension)


def general(data: bytes) -> OcspRequest | str:
    """Return what the general reader says, or why it refuses."""
    try:
        return read_any_request(data)
    except RefusedRequest as refused:
        return str(refused.status)


common = st.builds(
    asked,
    st.sampled_from([*SHA1, *SHA256]),
    st.integers(0, 2**159 - 1).map(lambda number: number.to_bytes(number.bit_length() // 8 + 1, "big")),
    st.one_of(st.none(), st.binary(min_size=1, max_size=128)),
    critical=st.booleans(),
)


@settings(max_examples=1000)
@given(data=common)
def test_the_common_request_is_read_at_once(data: bytes) -> None:
    """Both hashes, parameters or none, serials of up to 20 octets, nonces of 1 to 128: first met, and remembered."""
    shared = CommonRequests()
    expected = general(data)
    assert shared.read(data) == expected
    assert shared.read(data) == expected


SHARED = CommonRequests()
"""Remembers from example to example, as the responder does from request to request."""


@settings(max_examples=4000)
@given(
    data=common,
    changes=st.lists(st.tuples(st.integers(0, 400), st.integers(1, 255)), max_size=4),
    cut=st.one_of(st.none(), st.integers(0, 400)),
    tail=st.binary(max_size=2),
)
def test_changed_octets_never_make_it_say_something_else(
    data: bytes, changes: list[tuple[int, int]], cut: int | None, tail: bytes
) -> None:
    """Nothing, or what the general reader says; the true request was met before, so its shape is remembered."""
    SHARED.read(data)
    octets = bytearray(data[:cut] + tail)
    for place, mask in changes:
        if octets:
            octets[place % len(octets)] ^= mask
    quick = SHARED.read(bytes(octets))
    assert quick is None or quick == general(bytes(octets))


@pytest.mark.parametrize("nonce", [None, bytes(range(16))])
def test_each_octet_changed_in_each_way(nonce: bytes | None) -> None:
    """All 255 other values of every octet of a remembered request, one at a time."""
    data = asked(SHA1[0], b"\x07\x00\x00\x01", nonce)
    shared, read = CommonRequests(), 0
    shared.read(data)
    for place in range(len(data)):
        for mask in range(1, 256):
            octets = bytearray(data)
            octets[place] ^= mask
            quick = shared.read(bytes(octets))
            read += quick is not None
            if quick is not None or mask in {1, 0x80, 0xFF}:
                assert quick is None or quick == general(bytes(octets)), (place, mask)
    assert read > 40 * 255, "names, keys, serial and nonce may be anything"


@pytest.mark.parametrize(
    "serial",
    [
        b"\x00",
        b"\x7f",
        b"\x00\x80",
        b"\x00\x7f",
        b"\x80",
        b"\xff",
        b"\x00\x00\x01",
        b"",
        bytes([1]) * 20,
        bytes([1]) * 21,
    ],
    ids=bytes.hex,
)
def test_serials_at_the_edge(serial: bytes) -> None:
    """Zero, negative, longer than need be, none, 20 and 21 octets: first met, and where the length is remembered."""
    shared = CommonRequests()
    if serial:
        shared.read(asked(SHA1[0], b"\x01" * len(serial)))
    for data in (asked(SHA1[0], serial), asked(SHA1[0], serial, b"n")):
        quick = shared.read(data)
        assert quick is None or quick == general(data)


Make = Callable[[], bytes]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(tlv(0x30, asked(SHA1[0], b"\x01")[2:], b"\xa0\x00"), id="a signature"),
        pytest.param(asked(SHA1[0], b"\x01").replace(b"\x30\x42", b"\x30\x81\x42", 1), id="a longer length"),
        pytest.param(handmade([asked(SHA1[0], b"\x01")[8:]] * 2), id="two questions"),
        pytest.param(handmade([asked(SHA1[0], b"\x01")[8:]], single=b"\xa0\x02\x30\x00"), id="extensions of one"),
        pytest.param(asked(SHA1[0], b"\x01", b""), id="an empty nonce"),
        pytest.param(asked(SHA1[0], b"\x01", bytes(129)), id="a nonce of 129"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x30", id="a tag"),
    ],
)
def test_everything_else_is_left_to_the_general_reader(data: bytes) -> None:
    """It gives up; whoever reads by `read_request` hears what the general reader says."""
    assert CommonRequests().read(data) is None
    try:
        said: OcspRequest | str = read_request(data)
    except RefusedRequest as refused:
        said = str(refused.status)
    assert said == general(data)


def test_shapes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends hashes of ever new authorities fills no memory, and is read all the same."""
    monkeypatch.setattr(ocsp_common_request, "MOST_SHAPES", 3)
    shared = CommonRequests()
    for number in range(20):
        data = asked(SHA1[0], b"\x01" * (1 + number % 5)).replace(b"n" * 20, bytes([number]) * 20)
        assert shared.read(data) == general(data)
        assert len(shared._shapes) <= 3
        assert len(shared._places) <= 3
