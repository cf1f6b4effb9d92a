"""The links from a chip to its issuer, one at a time: how its files are read, and whose signature counts."""

import pytest

from reference_impl.verification.der import DerError
from reference_impl.verification.genuineness import (
    parse_birth_record,
    parse_card_certificate,
    trusted_card_issuer,
)
from reference_impl.verification.tlv import read_items
from reference_impl.verification.trust import CardIssuer, read_card_issuer
from tests.reference_impl import pki


def tlv(tag: str, value: bytes) -> bytes:
    """One item of the visual application."""
    length = bytes([len(value)]) if len(value) < 128 else b"\x82" + len(value).to_bytes(2)
    return bytes.fromhex(tag) + length + value


def issuer(key: str = "card-issuer", key_id: bytes = pki.KEY_ID_ISSUER) -> CardIssuer:
    """A pinned card issuer."""
    return read_card_issuer(key_id, pki.spki(key))


def test_card_certificate_is_read_field_by_field() -> None:
    """Two identifiers of 16 octets, the key, what was signed, and by what (spec/card.md §2.2, EF 0004)."""
    found = parse_card_certificate(pki.cvc())
    (whole,) = read_items(pki.cvc(), (b"\x7f\x21",))
    body, signature = read_items(whole.value, (b"\x5f\x4e", b"\x5f\x37"))
    assert (found.issuer_key_id, found.subject_key_id) == (pki.KEY_ID_ISSUER, pki.KEY_ID_TOWN)
    assert (found.body, found.signature) == (body.value, signature.value)
    assert found.key.public_numbers() == pki.key("town").public_key().public_numbers()


def test_birth_record_is_read_field_by_field() -> None:
    """The date, the chip's key, and what of both was signed (spec/card.md §2.3, EF 0001)."""
    found, key = parse_birth_record(pki.birth_record()), pki.card_key("chip")
    assert (found.birth_date, found.chip_key) == ("19900401", key)
    assert found.signed == tlv("DF11", b"19900401") + tlv("DF12", key)
    assert found.key.public_numbers() == pki.key("chip").public_key().public_numbers()


@pytest.mark.parametrize("octets", [0, 16, 31])
def test_identifiers_cut_short(octets: int) -> None:
    """Fewer than 32 octets are no two identifiers."""
    whole = tlv("7F21", tlv("5F4E", bytes(octets)) + tlv("5F37", bytes(256)))
    with pytest.raises(DerError) as caught:
        parse_card_certificate(whole)
    expected = "two key identifiers of 16 octets"
    assert str(caught.value) == f"offset 0: spec/card.md §2.2: expected {expected}, found {octets} octets"


def test_identifiers_and_no_key() -> None:
    """Behind 32 octets of identifiers the key is missed."""
    whole = tlv("7F21", tlv("5F4E", bytes(32)) + tlv("5F37", bytes(256)))
    with pytest.raises(DerError, match="expected tag 90, found the end of the data"):
        parse_card_certificate(whole)


@pytest.mark.parametrize("key", [bytes.fromhex("9003010001910103"), bytes.fromhex("9001049101FF")])
def test_key_that_is_none(key: bytes) -> None:
    """A modulus of a few bits is refused where it stands, with the words of the reader of keys."""
    with pytest.raises(DerError, match=r"^offset 0: spec/card\.md §2\.2: expected an RSA key, found "):
        parse_card_certificate(tlv("7F21", tlv("5F4E", bytes(32) + key) + tlv("5F37", bytes(256))))


@pytest.mark.parametrize("date", [b"", b"1990040", b"199004010", b"1990040x", b"1990 401"])
def test_date_of_another_form(date: bytes) -> None:
    """Eight digits and nothing else; what stands there instead is not repeated."""
    key = pki.card_key("chip")
    whole = tlv("FF10", tlv("DF11", date) + tlv("DF12", key) + tlv("DF13", bytes(256)))
    with pytest.raises(DerError) as caught:
        parse_birth_record(whole)
    words = f"expected DF11 of eight digits, found {len(date)} octets of another form"
    assert str(caught.value) == f"offset 0: spec/card.md §2.3: {words}"


def test_issuer_has_the_identifier_and_the_key() -> None:
    """The identifier alone proves nothing, and a right key is not believed under another identifier."""
    certificate, other = parse_card_certificate(pki.cvc()), b"another key id.."
    right = issuer()
    assert trusted_card_issuer(certificate, (right,)) is right
    assert trusted_card_issuer(certificate, (issuer("town"), issuer("card-issuer", other), right)) is right
    for wrong in ((), (issuer("town"),), (issuer("card-issuer", other),)):
        assert trusted_card_issuer(certificate, wrong) is None
