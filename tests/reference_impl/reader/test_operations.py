"""What the client reads is what stands on the card, whatever the card may do where no source tells."""

from datetime import date

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384

from cardsim.options import Options
from cardsim.status import StatusWord
from harness.presented import Form
from reference_impl.reader.faults import CardRefused, CertificateAbsent
from reference_impl.reader.pins import PinTry
from reference_impl.reader.references import (
    AUTH_PIN,
    BIRTH_DATE,
    REFERENCES,
    SIGN_PASSWORD,
    TEXT_CODE_A,
    TEXT_PIN,
    VISUAL_CODE_A,
    VISUAL_CODE_B,
)
from reference_impl.reader.signing import Scheme
from reference_impl.reader.token import Presence, TokenKind
from reference_impl.verification.genuineness import is_chip_present, parse_birth_record
from tests.reference_impl.reader.cards import CHALLENGE, Desk, client_of
from tests.reference_impl.reader.operations import DOCUMENT, NO_TRY, OPERATIONS

TELLING = (
    "auth certificate",
    "tries",
    "card record",
    "authenticate",
    "sign",
    "attributes",
    "number by a",
    "chip",
    "face by b",
)
"""Operations that meet each file and each kind of key."""
PHONES = {Form.ANDROID: TokenKind.ANDROID, Form.IPHONE: TokenKind.IPHONE}
JP2 = bytes.fromhex("0000000C6A502020")
PNG = bytes.fromhex("89504E470D0A1A0A")


def rsa_key(certificate: bytes) -> RSAPublicKey:
    """The key of a certificate."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    assert isinstance(key, RSAPublicKey)
    return key


def test_a_card_tells_what_stands_on_it(desk: Desk) -> None:
    """Token, certificates, attributes, number, face: each is the resident's."""
    client, card = client_of(desk.profile(), desk), desk.world.card_of(desk.resident)
    holder = card.resident
    token = client.jpki.read_token()
    assert (token.kind, token.serial) == (TokenKind.CARD, card.profile.serial)
    assert client.jpki.read_presence() == Presence(sign=True, auth=True, third=False)
    assert client.jpki.read_auth_certificate() == card.auth_certificate
    authorities = desk.world.trust().authorities
    assert client.jpki.read_auth_ca_certificate() == authorities["auth"]
    assert client.jpki.read_sign_ca_certificate() == authorities["sign"]
    attributes = client.text.read_attributes(TEXT_PIN, desk.attempt(TEXT_PIN))
    assert attributes.name == holder.name
    assert (attributes.birth_date, attributes.issuer_known) == (f"{holder.birth_date:%Y%m%d}", True)
    number = client.text.read_personal_number(TEXT_PIN, desk.attempt(TEXT_PIN))
    assert number.reveal() == desk.secret(TEXT_CODE_A)
    face = client.visual.read_face(VISUAL_CODE_B, desk.attempt(VISUAL_CODE_B))
    assert (face.birth_date, face.photo[:8], face.name_image[:8]) == (attributes.birth_date, JP2, PNG)
    assert client.visual.read_number_image(desk.attempt(VISUAL_CODE_A))[:8] == PNG
    assert client.read_card_record().expiry == face.expiry


def test_without_pinned_issuers_it_is_said_that_none_was_asked(desk: Desk) -> None:
    """`issuer_known` is False then, and the records are read all the same."""
    client = client_of(desk.profile())
    assert not client.text.read_attributes(TEXT_PIN, desk.attempt(TEXT_PIN)).issuer_known
    assert not client.visual.read_face(VISUAL_CODE_B, desk.attempt(VISUAL_CODE_B)).issuer_known


def test_signatures_verify_under_the_certificate(desk: Desk) -> None:
    """PKCS#1 v1.5 by default, PSS where asked for, by an independent verification."""
    client = client_of(desk.profile())
    signed = client.jpki.authenticate(CHALLENGE, desk.attempt(AUTH_PIN))
    rsa_key(signed.certificate).verify(signed.signature, CHALLENGE, PKCS1v15(), SHA256())
    signed = client.jpki.authenticate(CHALLENGE, desk.attempt(AUTH_PIN), Scheme.PSS)
    rsa_key(signed.certificate).verify(signed.signature, CHALLENGE, PSS(MGF1(SHA256()), 32), SHA256())
    signed = client.jpki.sign_document(DOCUMENT, desk.attempt(SIGN_PASSWORD))
    assert signed.certificate == desk.world.card_of(desk.resident).sign_certificate
    rsa_key(signed.certificate).verify(signed.signature, DOCUMENT, PKCS1v15(), SHA256())


def test_the_chip_proves_itself_by_the_birth_date(desk: Desk) -> None:
    """The proof is what the verification core takes: record, certificate, signature over our challenge."""
    born = desk.world.resident(desk.resident).birth_date
    proof = client_of(desk.profile(), desk).visual.authenticate_chip(
        CHALLENGE, PinTry.of_birth_date(born, must_remain=9)
    )
    assert is_chip_present(parse_birth_record(proof.birth_record), CHALLENGE, proof.signature)


@pytest.mark.parametrize("form", PHONES)
def test_a_phone_shows_its_certificate_after_its_pin(desk: Desk, form: Form) -> None:
    """Without the PIN 6982; with it the certificate and signatures; text and visual are not there."""
    client = client_of(desk.profile(form))
    assert client.jpki.read_token().kind is PHONES[form]
    with pytest.raises(CardRefused) as refused:
        client.jpki.read_auth_certificate()
    assert refused.value.sw == 0x6982
    attempt = PinTry("1234", must_remain=1)
    certificate = client.jpki.read_auth_certificate(attempt)
    signed = client.jpki.authenticate(CHALLENGE, attempt)
    assert signed.certificate == certificate
    rsa_key(certificate).verify(signed.signature, CHALLENGE, PKCS1v15(), SHA256())
    assert client.jpki.sign_document(DOCUMENT, PinTry("ABC123", must_remain=1)).signature
    tries = client.all_tries()
    assert [tries[each] for each in REFERENCES] == [3, 5, None, None, None, None, None, None]


def test_the_next_card_is_a_matter_of_configuration(desk: Desk) -> None:
    """ASSUMED: another AID and ECDSA; everything else of the client is the same."""
    client = client_of(desk.profile(Form.NEXT))
    signed = client.jpki.authenticate(CHALLENGE, PinTry("1234", must_remain=1))
    key = x509.load_der_x509_certificate(signed.certificate).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    r, s = int.from_bytes(signed.signature[:48]), int.from_bytes(signed.signature[48:])
    key.verify(encode_dss_signature(r, s), CHALLENGE, ec.ECDSA(SHA384()))
    assert client.jpki.sign_document(DOCUMENT, PinTry("ABC123", must_remain=1)).scheme is Scheme.ECDSA_P384
    with pytest.raises(ValueError, match="found PSS"):
        client.jpki.authenticate(CHALLENGE, PinTry("1234", must_remain=1), Scheme.PSS)


def test_a_card_without_signature_certificate_is_told_before_its_password(desk: Desk) -> None:
    """A child's card: `CertificateAbsent`, and no password was asked for; authentication works."""
    child = desk.world.new_resident(birth_date=date(2016, 5, 5)).id
    desk.world.issue_card(child)
    client = client_of(desk.world.card_of(child).profile)
    assert not client.jpki.read_presence().sign
    with pytest.raises(CertificateAbsent):
        client.jpki.sign_document(DOCUMENT, PinTry("ABC123", must_remain=1))
    assert client.jpki.authenticate(CHALLENGE, PinTry("1234", must_remain=1)).signature


def alternatives() -> list[tuple[str, object]]:
    """Each option of the virtual card, with another value than the default."""
    found: list[tuple[str, object]] = []
    for field in msgspec.structs.fields(Options):
        default = field.default
        if isinstance(default, bool):
            found.append((field.name, not default))
        elif isinstance(default, StatusWord):
            found.append((field.name, StatusWord.METHOD_BLOCKED))
        elif field.name.endswith("_tries"):
            found.append((field.name, 4))
        elif isinstance(default, int):
            found.append((field.name, 0x1E))
        elif not isinstance(default, msgspec.Struct):
            found += [(field.name, each) for each in type(default) if each is not default]
    return found


@pytest.mark.parametrize(("name", "value"), alternatives(), ids=lambda each: str(getattr(each, "name", each)))
def test_every_operation_works_whatever_the_card_does_otherwise(desk: Desk, name: str, value: object) -> None:
    """Where no source tells, or sources disagree, the client depends on neither answer."""
    changed: Options = msgspec.structs.replace(Options(), **{name: value})
    client = client_of(desk.world.card_of(desk.resident, options=changed).profile, desk)
    for each in (OPERATIONS[name] for name in TELLING):
        attempt = NO_TRY if each.reference is None else desk.attempt(each.reference)
        assert each.do(client, attempt)


def test_every_reference_is_where_the_table_says(desk: Desk) -> None:
    """The tries of a fresh card: 3 and 5 as documented (spec/card.md §3), 10 for the codes."""
    tries = client_of(desk.profile()).all_tries()
    assert [tries[each] for each in REFERENCES] == [3, 5, 3, 10, 10, 10, 10, 10]
    assert BIRTH_DATE in tries
