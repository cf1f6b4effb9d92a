"""What the journal keeps of a nonce: the value as it came, told by asn1crypto and by hand."""

import pytest
from asn1crypto import ocsp

from harness.jlis.ocsp_nonce import LONGEST_KEPT, nonce_value
from tests.harness.asking import handmade, nonce_extension, tlv

SHA256 = bytes.fromhex("300d06096086480165030402010500")
CERT_ID = tlv(0x30, SHA256, tlv(0x04, b"n" * 32), tlv(0x04, b"k" * 32), tlv(0x02, b"\x01"))


def asked(value: bytes) -> bytes:
    """Return a request whose nonce extension holds these octets."""
    return handmade([CERT_ID], nonce_extension(value))


@pytest.mark.parametrize("length", [1, 15, 16, 32, 33, 127, 128])
def test_wrapped_nonce_is_kept_with_its_wrapping(length: int) -> None:
    """RFC 9654 §2.1: the value of the extension is an OCTET STRING; asn1crypto reads the same from it."""
    nonce = bytes(range(length))
    kept = nonce_value(asked(tlv(0x04, nonce)))
    assert kept == tlv(0x04, nonce)
    (extension,) = ocsp.OCSPRequest.load(asked(tlv(0x04, nonce)))["tbs_request"]["request_extensions"]
    assert extension["extn_value"].contents == kept


@pytest.mark.parametrize("raw", [b"", b"\x04", b"sixteen octets..", b"\x02\x01\x05", b"\x04\x05abc"])
def test_nonce_without_its_wrapping_is_kept_as_it_came(raw: bytes) -> None:
    """Such a request may be refused; what was wrong with it stands in the journal all the same."""
    assert nonce_value(asked(raw)) == raw


def test_of_a_nonce_that_is_too_long_the_beginning_is_kept() -> None:
    """The journal of a run does not grow with what a product sends."""
    kept = nonce_value(asked(tlv(0x04, bytes(1000))))
    assert kept is not None
    assert len(kept) == LONGEST_KEPT
    assert kept.startswith(bytes.fromhex("048203e8"))


@pytest.mark.parametrize("request_octets", [handmade([CERT_ID]), b"", b"\x30", asked(tlv(0x04, b"n" * 16))[:-20]])
def test_no_nonce_is_none(request_octets: bytes) -> None:
    """Neither a request without one, nor what ends before it or in it."""
    assert nonce_value(request_octets) is None
