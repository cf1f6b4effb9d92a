"""Certificates to the bytes of spec/pki.md §1.2–§1.5: order, criticality, string types, by asn1crypto and OpenSSL."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import x509

from harness.contract.vocabulary import Kind
from harness.personalisation import IssuedCard
from harness.world import World
from tests.harness.openssl import at, openssl, write_authorities, write_card

P, U = "printable_string", "utf8_string"
C, O, OU, L, CN = "2.5.4.6", "2.5.4.10", "2.5.4.11", "2.5.4.7", "2.5.4.3"  # noqa: E741  (RFC 4514 §3)
KEY_USAGE, SAN, IAN, BASIC, CRLDP, SKI, AKI, POLICIES, EKU, AIA = (
    "2.5.29.15",
    "2.5.29.17",
    "2.5.29.18",
    "2.5.29.19",
    "2.5.29.31",
    "2.5.29.14",
    "2.5.29.35",
    "2.5.29.32",
    "2.5.29.37",
    "1.3.6.1.5.5.7.1.1",
)
MARKER = "2.25.259267976"
AGENCY = "Japan Agency for Local Authority Information Systems"
UNITS = {"auth": "JPKI for user authentication", "sign": "JPKI for digital signature"}
JAPANESE = {"auth": "公的個人認証サービス利用者証明用", "sign": "公的個人認証サービス署名用"}


@pytest.fixture
def card(world: World) -> IssuedCard:
    """A card whose holder the tests know by heart."""
    resident = world.new_resident(
        name="試験　花子",
        birth_date=date(1990, 4, 1),
        sex="2",
        municipality="48201",
        address="試験県葵市中央１丁目１番１号",
    )
    return world.issue_card(resident.id)


def parsed(der: bytes) -> x509.Certificate:
    """Return a certificate read by asn1crypto, which the profiles are not made with."""
    return x509.Certificate.load(der, strict=True)


def leaf(card: IssuedCard, kind: str) -> x509.Certificate:
    """Return one of the card's certificates."""
    return parsed(card.auth_certificate if kind == "auth" else card.sign_certificate)


def rdns(name: x509.Name) -> list[tuple[str, str, str]]:
    """Return each RDN as (attribute, string type, value); a set of two would be a fault of the profile."""
    found = []
    for rdn in name.chosen:
        (attribute,) = rdn
        found.append((attribute["type"].dotted, attribute["value"].name, attribute["value"].native))
    return found


def extensions(certificate: x509.Certificate) -> list[tuple[str, bool]]:
    """Return each extension with its criticality, in the order they stand in."""
    return [
        (found["extn_id"].dotted, found["critical"].native) for found in certificate["tbs_certificate"]["extensions"]
    ]


def value_of(certificate: x509.Certificate, oid: str) -> Any:
    """Return the parsed value of an extension."""
    (found,) = [e for e in certificate["tbs_certificate"]["extensions"] if e["extn_id"].dotted == oid]
    return found["extn_value"].parsed


@pytest.mark.parametrize("kind", ["auth", "sign"])
def test_authority_extensions(world: World, kind: str) -> None:
    """§1.2: five extensions in the observed order and the marker last; no AKI, no policies, no AIA."""
    certificate = parsed(world.trust().authorities[kind])
    assert extensions(certificate) == [
        (KEY_USAGE, True),
        (SAN, False),
        (BASIC, True),
        (CRLDP, False),
        (SKI, False),
        (MARKER, False),
    ]
    assert value_of(certificate, KEY_USAGE).native == {"key_cert_sign", "crl_sign"}
    assert value_of(certificate, BASIC).native == {"ca": True, "path_len_constraint": None}


@pytest.mark.parametrize("kind", ["auth", "sign"])
def test_authority_names(world: World, kind: str) -> None:
    """§1.2: issuer = subject = the name of its own distribution point, C printable and the rest UTF-8, two OU RDNs."""
    certificate = parsed(world.trust().authorities[kind])
    expected = [(C, P, "JP"), (O, U, "JPKI-TEST"), (OU, U, UNITS[kind]), (OU, U, AGENCY)]
    assert rdns(certificate.subject) == expected
    assert certificate.issuer.dump() == certificate.subject.dump()
    (point,) = value_of(certificate, CRLDP)
    (full_name,) = point["distribution_point"].chosen
    assert certificate.subject.dump() in full_name.dump()
    (japanese,) = value_of(certificate, SAN)
    assert rdns(japanese.chosen) == [
        (C, P, "JP"),
        (O, U, "公的個人認証サービス"),
        (OU, U, JAPANESE[kind]),
        (OU, U, "地方公共団体情報システム機構"),
    ]


@pytest.mark.parametrize("kind", ["auth", "sign"])
def test_every_certificate_is_version_3_with_sha256_and_rsa_2048(world: World, card: IssuedCard, kind: str) -> None:
    """§1.2–§1.4: v3, sha256WithRSAEncryption with NULL, RSA-2048 with e = 65537, UTCTime."""
    for certificate in (parsed(world.trust().authorities[kind]), leaf(card, kind)):
        body = certificate["tbs_certificate"]
        assert body["version"].native == "v3"
        assert certificate["signature_algorithm"].dump() == bytes.fromhex("300d06092a864886f70d01010b0500")
        key = certificate.public_key["public_key"].parsed
        assert key["public_exponent"].native == 65537
        assert key["modulus"].native.bit_length() == 2048
        assert [body["validity"][end].name for end in ("not_before", "not_after")] == ["utc_time", "utc_time"]


def test_authentication_certificate_extensions(card: IssuedCard) -> None:
    """§1.3: eight extensions in the observed order, and the marker last; nothing that is said to be absent."""
    assert extensions(leaf(card, "auth")) == [
        (KEY_USAGE, True),
        (EKU, False),
        (POLICIES, True),
        (IAN, False),
        (CRLDP, False),
        (AIA, False),
        (AKI, False),
        (SKI, False),
        (MARKER, False),
    ]


def test_signature_certificate_extensions(card: IssuedCard) -> None:
    """§1.4: seven extensions, no EKU, no AIA, and the marker last."""
    assert extensions(leaf(card, "sign")) == [
        (KEY_USAGE, True),
        (SAN, False),
        (POLICIES, True),
        (IAN, False),
        (CRLDP, False),
        (AKI, False),
        (SKI, False),
        (MARKER, False),
    ]


def test_key_usage_bits(card: IssuedCard) -> None:
    """§1.3: digitalSignature alone (03 02 07 80); §1.4: with nonRepudiation (03 02 06 C0)."""
    assert value_of(leaf(card, "auth"), KEY_USAGE).dump() == bytes.fromhex("03020780")
    assert value_of(leaf(card, "sign"), KEY_USAGE).dump() == bytes.fromhex("030206c0")


@pytest.mark.parametrize(
    ("kind", "policy"), [("auth", "1.2.392.200149.8.5.1.2.30"), ("sign", "1.2.392.200149.8.5.1.0.20")]
)
def test_policy_of_the_test_arc_with_its_cps(card: IssuedCard, kind: str, policy: str) -> None:
    """§1.5: one policy of the test arc, one CPS qualifier as IA5String under a test domain."""
    (found,) = value_of(leaf(card, kind), POLICIES)
    assert found["policy_identifier"].dotted == policy
    (qualifier,) = found["policy_qualifiers"]
    assert qualifier["policy_qualifier_id"].dotted == "1.3.6.1.5.5.7.2.1"
    assert qualifier["qualifier"].dump() == b"\x16\x1dhttp://www.jpki.test/cps.html"


@pytest.mark.parametrize("kind", ["auth", "sign"])
def test_distribution_point_is_the_municipality(card: IssuedCard, kind: str) -> None:
    """§1.3, §1.4: one point, fullName, directoryName down to the municipality; no reasons, no cRLIssuer."""
    (point,) = value_of(leaf(card, kind), CRLDP)
    assert point["distribution_point"].name == "full_name"
    (name,) = point["distribution_point"].chosen
    assert rdns(name.chosen) == [
        (C, P, "JP"),
        (O, U, "JPKI-TEST"),
        (OU, U, UNITS[kind]),
        (OU, U, "CRL Distribution Points G3"),
        (OU, U, "Shiken-ken"),
        (CN, U, "Aoi-shi CRLDP"),
    ]
    assert point["reasons"].native is None
    assert point["crl_issuer"].native is None


@pytest.mark.parametrize("kind", ["auth", "sign"])
def test_key_identifiers(world: World, card: IssuedCard, kind: str) -> None:
    """AKI carries keyid, issuer and serial of the authority; SKI is the SHA-1 of the key's bits."""
    certificate, issuer = leaf(card, kind), parsed(world.trust().authorities[kind])
    aki = value_of(certificate, AKI)
    assert aki["key_identifier"].native == issuer.public_key.sha1
    (name,) = aki["authority_cert_issuer"]
    assert issuer.subject.dump() in name.dump()
    assert aki["authority_cert_serial_number"].native == issuer.serial_number
    assert value_of(certificate, SKI).native == certificate.public_key.sha1
    assert value_of(issuer, SKI).native == issuer.public_key.sha1


def test_authentication_subject_and_addresses(card: IssuedCard) -> None:
    """§1.3: C and a CN of 14 capitals or digits, municipality code, 3 digits, A; client auth; an OCSP address."""
    certificate = leaf(card, "auth")
    (country, (attribute, string, name)) = rdns(certificate.subject)
    assert country == (C, P, "JP")
    assert (attribute, string, len(name)) == (CN, U, 23)
    assert name[:14].isalnum()
    assert name[:14] == name[:14].upper()
    assert name[14:19] == "48201"
    assert name[19:22].isdigit()
    assert name[22] == "A"
    assert value_of(certificate, EKU).native == ["client_auth"]
    (access,) = value_of(certificate, AIA)
    assert access["access_method"].dotted == "1.3.6.1.5.5.7.48.1"
    assert access["access_location"].native == "http://ocspauthnorm.jpki.test"


def test_signature_subject(card: IssuedCard) -> None:
    """§1.4: C, two localities, and a CN of yyyymmddhhmmss in Japan's time, municipality code and 9 digits."""
    country, prefecture, city, (attribute, string, name) = rdns(leaf(card, "sign").subject)
    assert [country, prefecture, city] == [(C, P, "JP"), (L, U, "Shiken-ken"), (L, U, "Aoi-shi")]
    assert (attribute, string) == (CN, U)
    assert name == f"2026120100000048201{card.sign_serial % 10**9:09d}"


def test_holder_attributes(card: IssuedCard) -> None:
    """§1.4: six otherNames in their order, each [0] EXPLICIT UTF8String; E = 4 is 平成, the year is Gregorian."""
    found = value_of(leaf(card, "sign"), SAN)
    assert [name.name for name in found] == ["other_name"] * 6
    values = [(name.chosen["type_id"].dotted, name.chosen["value"].native) for name in found]
    arc = "1.2.392.200149.8.5.5"
    assert values == [
        (f"{arc}.1", "試験　花子"),
        (f"{arc}.4", "419900401"),
        (f"{arc}.3", "2"),
        (f"{arc}.5", "試験県葵市中央１丁目１番１号"),
        (f"{arc}.2", "00000"),
        (f"{arc}.6", "0" * 14),
    ]
    first = found[0].chosen.dump()
    assert bytes.fromhex("a0110c0f") + "試験　花子".encode() in first


@pytest.mark.parametrize("kind", ["auth", "sign"])
def test_issuer_alternative_name_is_japanese(card: IssuedCard, kind: str) -> None:
    """§1.3, §1.4: the authority's name in Japanese."""
    (name,) = value_of(leaf(card, kind), IAN)
    assert rdns(name.chosen)[2] == (OU, U, JAPANESE[kind])


@pytest.mark.parametrize("kind", ["auth", "sign"])
def test_everything_issued_is_marked(world: World, card: IssuedCard, kind: str) -> None:
    """§1.5: the marker is a UTF8String that says what this is, in authority and leaf alike."""
    for certificate in (parsed(world.trust().authorities[kind]), leaf(card, kind)):
        assert value_of(certificate, MARKER).dump() == b"\x0c\x11KAZASHI EMULATION"


def test_serial_numbers_have_four_octets_and_validity_ends_with_a_day_in_japan(card: IssuedCard) -> None:
    """§1.3: four content octets today; from issuance to 14:59:59Z of the fifth birthday."""
    certificate = leaf(card, "auth")
    assert certificate["tbs_certificate"]["serial_number"].contents == bytes.fromhex("07000000")
    validity = certificate["tbs_certificate"]["validity"].native
    assert validity["not_before"] == datetime(2026, 11, 30, 15, 0, 0, tzinfo=UTC)
    assert validity["not_after"] == datetime(2031, 4, 1, 14, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (
            "auth",
            (
                "Key Usage: critical\n                Digital Signature\n",
                "TLS Web Client Authentication",
                "Policy: 1.2.392.200149.8.5.1.2.30\n                  CPS: http://www.jpki.test/cps.html",
                "OCSP - URI:http://ocspauthnorm.jpki.test",
                "OU = CRL Distribution Points G3, OU = Shiken-ken, CN = Aoi-shi CRLDP",
            ),
        ),
        (
            "sign",
            (
                "Key Usage: critical\n                Digital Signature, Non Repudiation\n",
                "Policy: 1.2.392.200149.8.5.1.0.20\n                  CPS: http://www.jpki.test/cps.html",
                "Subject: C = JP, L = Shiken-ken, L = Aoi-shi, CN = 2026120100000048201",
                "OU = CRL Distribution Points G3, OU = Shiken-ken, CN = Aoi-shi CRLDP",
            ),
        ),
    ],
)
def test_openssl_shows_the_profile(card: IssuedCard, kind: str, shown: tuple[str, ...], tmp_path: Path) -> None:
    """`openssl x509 -text` reads everything as meant, and the marker as the last extension under its own number."""
    code, text = openssl("x509", "-noout", "-text", "-in", write_card(tmp_path, card)[kind])
    assert code == 0
    for words in shown:
        assert words in text
    last = text[text.rindex("X509v3") :]
    assert f"            {MARKER}: \n                ..KAZASHI EMULATION\n" in last


@pytest.mark.parametrize("kind", [Kind.AUTH, Kind.SIGN])
def test_openssl_accepts_strictly(world: World, card: IssuedCard, kind: Kind, tmp_path: Path) -> None:
    """`openssl verify -x509_strict` accepts each leaf under its own authority, and under no other."""
    leaves, authorities = write_card(tmp_path, card), write_authorities(tmp_path, world)
    now = at(world.clock.now())
    code, text = openssl(
        "verify", "-x509_strict", "-check_ss_sig", *now, "-CAfile", authorities[kind.value], leaves[kind.value]
    )
    assert (code, text.endswith(": OK\n")) == (0, True), text
    other = Kind.SIGN if kind is Kind.AUTH else Kind.AUTH
    code, _ = openssl("verify", *now, "-CAfile", authorities[other.value], leaves[kind.value])
    assert code != 0
