"""Each wrong certificate has one thing wrong, the thing its name says; OpenSSL and cryptography say what they see."""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import MD5, SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import SubjectKeyIdentifier

from harness.contract.vocabulary import Kind
from harness.jlis.life_events import LifeEvent
from harness.jlis.populations import Medium
from harness.jlis.wrong_certificates import (
    VARIANTS,
    Inexpressible,
    NotThisCertificate,
    Signer,
    Standing,
    Wrong,
    variants_of,
    wrong_certificate,
)
from harness.keys import KeyPool
from harness.world import World
from tests.harness.instants import jst
from tests.harness.issuers import namesake, signer_of
from tests.harness.openssl import write_pem
from tests.harness.regions import cryptography_says, openssl_says, regions
from tests.harness.wrong_opinions import EVERY_EXTENSION, KEY_USAGE, NOBODYS, OK, ROWS

START = jst("2026-12-01T00:00:00")
NOW = START + timedelta(days=1)
NEEDS_CUBIC_ISSUER = {Wrong.FORGED_FOR_EXPONENT_3}
CASES = [(kind, wrong) for kind in Kind for wrong in variants_of(kind) if wrong not in NEEDS_CUBIC_ISSUER]
IDS = [f"{kind.value}-{wrong}" for kind, wrong in CASES]
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
DIGEST_INFO_WITHOUT_NULL = bytes.fromhex("302f300b0609608648016503040201" + "0420")
"""RFC 8017 §9.2 note 1, and the same without 05 00."""
ARC = "1.2.392.200149.8.5.5"


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the keys of one installation."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def world(pool: Path) -> Iterator[World]:
    """A world of which only the issuers are looked at."""
    made = World.create(KeyPool(pool), seed=7, start=START)
    yield made
    made.close()


@pytest.fixture(scope="module")
def leaves(world: World) -> dict[Kind, bytes]:
    """Both certificates of a card whose holder the tests know by heart."""
    resident = world.new_resident(
        name="試験　花子",
        birth_date=date(1990, 4, 1),
        sex="2",
        municipality="48201",
        address="試験県葵市中央１丁目１番１号",
    )
    card = world.issue_card(resident.id)
    return {Kind.AUTH: card.auth_certificate, Kind.SIGN: card.sign_certificate}


@pytest.fixture(scope="module")
def signers(world: World, leaves: dict[Kind, bytes], pool: Path) -> dict[Kind, Signer]:
    """Who issued them, and who else might have."""
    assert leaves
    return {kind: signer_of(world, kind, pool) for kind in Kind}


def authority(signer: Signer, folder: Path) -> Path:
    """Return the right issuer's certificate as OpenSSL reads it."""
    return write_pem(folder, "authority", signer.issuer.certificate.public_bytes(Encoding.DER))


def block(signature: bytes, signer: Signer) -> bytes:
    """Return what stands inside a signature (RFC 8017 §8.2.2, steps 2 and 3 a)."""
    public = signer.issuer.key.public_key().public_numbers()
    return pow(int.from_bytes(signature, "big"), public.e, public.n).to_bytes(len(signature), "big")


def digest_of(signed: bytes) -> bytes:
    """Return the SHA-256 of what was signed."""
    return hashlib.sha256(signed).digest()


def attributes(der: bytes) -> list[tuple[str, object]]:
    """Return the holder's attributes as asn1crypto reads them."""
    found = asn1.Certificate.load(der).subject_alt_name_value
    return [(name.chosen["type_id"].dotted, name.chosen["value"].native) for name in found]


def test_every_variant_is_made_and_is_looked_at() -> None:
    """Vocabulary, table of variants and table of opinions hold the same; the one exception is tested by itself."""
    assert set(VARIANTS) == set(Wrong)
    assert set(ROWS) | NEEDS_CUBIC_ISSUER == set(Wrong)
    assert all(variant.clause and variant.kinds for variant in VARIANTS.values())


@pytest.mark.parametrize(("kind", "wrong"), CASES, ids=IDS)
def test_one_thing_is_other(kind: Kind, wrong: Wrong, leaves: dict[Kind, bytes], signers: dict[Kind, Signer]) -> None:
    """The changed regions are those of the table; where none is, the signature is another."""
    correct, made = regions(leaves[kind]), regions(wrong_certificate(wrong, leaves[kind], signers[kind]))
    changed = made.differs(correct)
    if ROWS[wrong].changed == EVERY_EXTENSION:
        assert not made.extensions
        return
    assert changed == ROWS[wrong].changed
    assert changed or made.signature != correct.signature


@pytest.mark.parametrize(("kind", "wrong"), CASES, ids=IDS)
def test_signature_holds_where_the_variant_says_so(
    kind: Kind, wrong: Wrong, leaves: dict[Kind, bytes], signers: dict[Kind, Signer]
) -> None:
    """The right issuer's key verifies what is signed, unless signature or signer is what is wrong."""
    made = regions(wrong_certificate(wrong, leaves[kind], signers[kind]))
    algorithm = {Wrong.SHA1_SIGNATURE: SHA1(), Wrong.MD5_SIGNATURE: MD5()}.get(wrong, SHA256())  # noqa: S303
    key = signers[kind].issuer.certificate.public_key()
    assert isinstance(key, RSAPublicKey)
    try:
        key.verify(made.signature, made.signed, PKCS1v15(), algorithm)
        holds = True
    except InvalidSignature:
        holds = False
    assert holds is VARIANTS[wrong].signature_holds


@pytest.mark.parametrize(("kind", "wrong"), CASES, ids=IDS)
def test_what_others_say(
    kind: Kind, wrong: Wrong, leaves: dict[Kind, bytes], signers: dict[Kind, Signer], tmp_path: Path
) -> None:
    """OpenSSL's verdict and cryptography's reading are those of the table."""
    made = wrong_certificate(wrong, leaves[kind], signers[kind])
    row = ROWS[wrong]
    assert openssl_says(made, authority(signers[kind], tmp_path), kind.value, NOW, tmp_path) == row.openssl_of(kind)
    assert cryptography_says(made) == row.cryptography


@pytest.mark.parametrize("kind", list(Kind))
def test_correct_certificate_is_correct(
    kind: Kind, leaves: dict[Kind, bytes], signers: dict[Kind, Signer], tmp_path: Path
) -> None:
    """What the variants are made from passes both: their refusals come from the one change."""
    assert openssl_says(leaves[kind], authority(signers[kind], tmp_path), kind.value, NOW, tmp_path) == OK
    assert cryptography_says(leaves[kind]) == "parses"


def test_legal_though_odd_is_accepted_by_others() -> None:
    """Nothing is called legal that OpenSSL refuses or cryptography cannot read."""
    legal = [wrong for wrong in Wrong if VARIANTS[wrong].standing is Standing.LEGAL]
    assert len(legal) >= 8
    assert all((ROWS[wrong].openssl, ROWS[wrong].cryptography) == (OK, "parses") for wrong in legal)


def test_fault_that_openssl_can_see_is_refused_by_it() -> None:
    """Nothing is called a fault of RFC 5280 that OpenSSL, told purpose and policy, lets pass."""
    faults = {wrong for wrong in Wrong if VARIANTS[wrong].standing is Standing.FAULT} - NEEDS_CUBIC_ISSUER
    assert len(faults) >= 12
    assert not [wrong for wrong in faults if ROWS[wrong].openssl == OK]


SERIAL = "{serial}"
FIELDS = {
    Wrong.VERSION_1_WITH_EXTENSIONS: ("version", ""),
    Wrong.VERSION_2: ("version", "a003020101"),
    Wrong.SERIAL_ZERO: ("serial", "020100"),
    Wrong.SERIAL_OF_21_OCTETS: ("serial", f"0215{'01' * 17}{SERIAL}"),
    Wrong.SERIAL_OF_20_OCTETS: ("serial", f"0214{'01' * 16}{SERIAL}"),
    Wrong.SERIAL_WITH_HIGH_BIT: ("serial", "02050087000001"),
    Wrong.SERIAL_NOT_MINIMAL: ("serial", f"020500{SERIAL}"),
    Wrong.LENGTH_IN_LONG_FORM: ("serial", f"028104{SERIAL}"),
    Wrong.SUBJECT_EMPTY: ("subject", "3000"),
    Wrong.ALGORITHM_WITHOUT_NULL: ("outer algorithm", "300b06092a864886f70d01010b"),
    Wrong.SHA1_SIGNATURE: ("outer algorithm", "300d06092a864886f70d0101050500"),
    Wrong.MD5_SIGNATURE: ("outer algorithm", "300d06092a864886f70d0101040500"),
    Wrong.ALGORITHMS_DIFFER: ("algorithm", "300d06092a864886f70d01010d0500"),
    Wrong.TRAILING_OCTETS: ("after the certificate", "0500"),
}


@pytest.mark.parametrize("wrong", FIELDS, ids=str)
def test_field_is_what_its_name_says(wrong: Wrong, leaves: dict[Kind, bytes], signers: dict[Kind, Signer]) -> None:
    """The octets of the changed field, as the standards have them."""
    name, expected = FIELDS[wrong]
    serial = regions(leaves[Kind.AUTH]).fields["serial"][2:].hex()
    assert len(serial) == 8
    made = regions(wrong_certificate(wrong, leaves[Kind.AUTH], signers[Kind.AUTH]))
    assert made.fields[name].hex() == expected.format(serial=serial)


EXTENSIONS = {
    Wrong.KEY_USAGE_WITHOUT_DIGITAL_SIGNATURE: "300e0603551d0f0101ff040403020640",
    Wrong.KEY_USAGE_WITHOUT_NON_REPUDIATION: "300e0603551d0f0101ff040403020780",
    Wrong.KEY_CERT_SIGN: "300e0603551d0f0101ff0404030202c4",
    Wrong.BOOLEAN_NOT_FF: "300e0603551d0f0101010404030206c0",
    Wrong.TRAILING_OCTETS_IN_EXTENSION: "30100603551d0f0101ff0406030206c00500",
    Wrong.CA_TRUE: "300f0603551d130101ff040530030101ff",
    Wrong.EXTENDED_KEY_USAGE_OTHER: "30130603551d25040c300a06082b06010505070301",
}


def test_extension_is_what_its_name_says(leaves: dict[Kind, bytes], signers: dict[Kind, Signer]) -> None:
    """The octets of the changed extension of a signature certificate (RFC 5280 §4.2.1.3, .9, .12)."""
    for wrong, expected in EXTENSIONS.items():
        made = regions(wrong_certificate(wrong, leaves[Kind.SIGN], signers[Kind.SIGN]))
        assert expected in {one.hex() for one in made.extensions}, wrong


def test_unknown_extensions_differ_in_criticality_alone(leaves: dict[Kind, bytes], signers: dict[Kind, Signer]) -> None:
    """The critical one is refused for being critical: its legal twin is the same but for 01 01 FF."""
    critical, twin = (
        regions(wrong_certificate(wrong, leaves[Kind.AUTH], signers[Kind.AUTH])).extensions[-2]
        for wrong in (Wrong.UNKNOWN_CRITICAL_EXTENSION, Wrong.UNKNOWN_EXTENSION)
    )
    assert critical[2:].replace(bytes.fromhex("0101ff"), b"") == twin[2:]


def test_times_are_what_their_names_say(leaves: dict[Kind, bytes], signers: dict[Kind, Signer]) -> None:
    """UTCTime 500101… says 1950 (RFC 5280 §4.1.2.5.1); the GeneralizedTime is the instant of the correct one."""
    correct = asn1.Certificate.load(leaves[Kind.AUTH]).native["tbs_certificate"]["validity"]

    def validity(wrong: Wrong) -> dict[str, datetime]:
        made = asn1.Certificate.load(wrong_certificate(wrong, leaves[Kind.AUTH], signers[Kind.AUTH]))
        found = made.native["tbs_certificate"]["validity"]
        return dict(found)

    assert validity(Wrong.UTC_TIME_FOR_2050)["not_after"].year == 1950
    assert validity(Wrong.GENERALIZED_TIME_BEFORE_2050) == correct
    assert validity(Wrong.VALIDITY_REVERSED) == {
        "not_before": correct["not_after"],
        "not_after": correct["not_before"],
    }


@pytest.mark.parametrize(
    ("wrong", "auth", "sign"),
    [
        (Wrong.POLICY_OF_OTHER_KIND, "1.2.392.200149.8.5.1.0.20", "1.2.392.200149.8.5.1.2.30"),
        (Wrong.POLICY_OF_PRODUCTION, "1.2.392.200149.8.5.1.3.30", "1.2.392.200149.8.5.1.1.20"),
        (Wrong.POLICY_OF_PHONES, "1.2.392.200149.8.5.1.2.50", "1.2.392.200149.8.5.1.0.40"),
        (Wrong.POLICY_UNKNOWN, NOBODYS, NOBODYS),
    ],
)
def test_policy_is_what_its_name_says(
    wrong: Wrong, auth: str, sign: str, leaves: dict[Kind, bytes], signers: dict[Kind, Signer]
) -> None:
    """The OID alone is another (spec/pki.md §1.5): the qualifier is the correct one's."""
    for kind, oid in ((Kind.AUTH, auth), (Kind.SIGN, sign)):
        correct, made = (
            asn1.Certificate.load(der).certificate_policies_value
            for der in (leaves[kind], wrong_certificate(wrong, leaves[kind], signers[kind]))
        )
        assert made.native == [{**correct.native[0], "policy_identifier": oid}]


def test_policies_of_a_phone_are_those_of_phones(
    world: World, leaves: dict[Kind, bytes], signers: dict[Kind, Signer]
) -> None:
    """§1.5, §1.6: what is wrong is the kind or the environment, never the medium too."""
    assert leaves
    (resident,) = world.residents()
    world.happen(resident.id, LifeEvent.PHONE_BOUND)
    phones = [entry for entry in world.all_certificates(resident.id) if entry.medium is Medium.PHONE]
    made = {
        (entry.kind, wrong): asn1.Certificate.load(
            wrong_certificate(wrong, world.certificate(entry), signers[entry.kind])
        ).certificate_policies_value.native[0]["policy_identifier"]
        for entry in phones
        for wrong in (Wrong.POLICY_OF_OTHER_KIND, Wrong.POLICY_OF_PRODUCTION)
    }
    assert made == {
        (Kind.AUTH, Wrong.POLICY_OF_OTHER_KIND): "1.2.392.200149.8.5.1.0.40",
        (Kind.AUTH, Wrong.POLICY_OF_PRODUCTION): "1.2.392.200149.8.5.1.3.50",
        (Kind.SIGN, Wrong.POLICY_OF_OTHER_KIND): "1.2.392.200149.8.5.1.2.50",
        (Kind.SIGN, Wrong.POLICY_OF_PRODUCTION): "1.2.392.200149.8.5.1.1.40",
    }


def test_production_policy_is_not_wrong_twice(leaves: dict[Kind, bytes], signers: dict[Kind, Signer]) -> None:
    """A certificate that has it already cannot be given it; one with nobody's has no kind to be the other of."""
    signer = signers[Kind.AUTH]
    production, nobodys = (
        wrong_certificate(wrong, leaves[Kind.AUTH], signer)
        for wrong in (Wrong.POLICY_OF_PRODUCTION, Wrong.POLICY_UNKNOWN)
    )
    with pytest.raises(NotThisCertificate, match="expected a policy of the test arc"):
        wrong_certificate(Wrong.POLICY_OF_PRODUCTION, production, signer)
    with pytest.raises(NotThisCertificate, match="expected a policy of the profiles, actual 2"):
        wrong_certificate(Wrong.POLICY_OF_OTHER_KIND, nobodys, signer)


def test_authority_key_is_what_its_name_says(leaves: dict[Kind, bytes], signers: dict[Kind, Signer]) -> None:
    """Key identifier or serial number is another, and nothing beside it; an older generation is named by both."""
    signer = signers[Kind.AUTH]
    assert signer.older is not None

    def named(wrong: Wrong) -> dict[str, object]:
        made = asn1.Certificate.load(wrong_certificate(wrong, leaves[Kind.AUTH], signer))
        return dict(made.authority_key_identifier_value.native)

    correct = dict(asn1.Certificate.load(leaves[Kind.AUTH]).authority_key_identifier_value.native)
    keyid, serial, older = (
        named(wrong)
        for wrong in (
            Wrong.AUTHORITY_KEY_ID_OTHER,
            Wrong.AUTHORITY_SERIAL_OTHER,
            Wrong.ISSUED_BY_OLDER_GENERATION,
        )
    )
    key = "key_identifier"
    number = "authority_cert_serial_number"
    assert {name for name in correct if keyid[name] != correct[name]} == {key}
    assert {name for name in correct if serial[name] != correct[name]} == {number}
    identifier = signer.older.certificate.extensions.get_extension_for_class(SubjectKeyIdentifier).value.digest
    assert older == {**correct, key: identifier, number: signer.older.certificate.serial_number}


def test_distribution_point_is_another_municipality(leaves: dict[Kind, bytes], signers: dict[Kind, Signer]) -> None:
    """The last two attributes are others; everything above them is the correct one's."""

    def point(der: bytes) -> list[str]:
        (found,) = asn1.Certificate.load(der).crl_distribution_points_value
        return [part["value"].native for rdn in found["distribution_point"].chosen[0].chosen.chosen for part in rdn]

    correct = point(leaves[Kind.SIGN])
    made = point(wrong_certificate(Wrong.DISTRIBUTION_POINT_OTHER, leaves[Kind.SIGN], signers[Kind.SIGN]))
    assert made == [*correct[:-2], "Betsu-ken", "Betsu-shi CRLDP"]
    assert made[-2:] != correct[-2:]


@pytest.mark.parametrize(
    ("wrong", "bits", "exponent"),
    [
        (Wrong.KEY_OF_1024_BITS, 1024, 65537),
        (Wrong.KEY_WITH_EXPONENT_3, 2048, 3),
        (Wrong.KEY_WITH_EXPONENT_1, 2048, 1),
    ],
)
def test_key_is_what_its_name_says(
    wrong: Wrong, bits: int, exponent: int, leaves: dict[Kind, bytes], signers: dict[Kind, Signer]
) -> None:
    """Length and exponent of the holder's key."""
    made = wrong_certificate(wrong, leaves[Kind.AUTH], signers[Kind.AUTH])
    key = asn1.Certificate.load(made).public_key["public_key"].parsed.native
    assert (key["modulus"].bit_length(), key["public_exponent"]) == (bits, exponent)


def test_serial_is_negative(leaves: dict[Kind, bytes], signers: dict[Kind, Signer]) -> None:
    """What the name says, as an independent reader has it."""
    made = wrong_certificate(Wrong.SERIAL_NEGATIVE, leaves[Kind.AUTH], signers[Kind.AUTH])
    assert asn1.Certificate.load(made).serial_number < 0


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (Wrong.OTHER_NAME_TWICE, [(f"{ARC}.5", "試験県別市別町９番９号")]),
        (
            Wrong.ADDRESS_AND_FLAGS_SWAPPED,
            [(f"{ARC}.6", "試験県葵市中央１丁目１番１号"), (f"{ARC}.5", "0" * 14)],
        ),
        (Wrong.NAME_FLAGS_TOO_SHORT, [(f"{ARC}.2", "0000")]),
        (Wrong.ERA_UNKNOWN, [(f"{ARC}.4", "019900401")]),
        (Wrong.BIRTH_MONTH_UNKNOWN, [(f"{ARC}.4", "419900000")]),
        (
            Wrong.ADDRESS_OF_200_CHARACTERS,
            [(f"{ARC}.5", "試験県葵市中央１丁目１番１号" + "番" * 186), (f"{ARC}.6", "0" * 200)],
        ),
        (
            Wrong.ADDRESS_OF_201_CHARACTERS,
            [(f"{ARC}.5", "試験県葵市中央１丁目１番１号" + "番" * 187), (f"{ARC}.6", "0" * 201)],
        ),
    ],
    ids=str,
)
def test_attributes_are_what_their_names_say(
    wrong: Wrong,
    expected: list[tuple[str, str]],
    leaves: dict[Kind, bytes],
    signers: dict[Kind, Signer],
) -> None:
    """The attributes that the correct certificate has not are these, and no other has moved."""
    correct = attributes(leaves[Kind.SIGN])
    made = attributes(wrong_certificate(wrong, leaves[Kind.SIGN], signers[Kind.SIGN]))
    assert [pair for pair in made if pair not in correct] == expected
    assert len(made) == len(correct) + (wrong is Wrong.OTHER_NAME_TWICE)


def test_other_names_have_another_tag_or_type(leaves: dict[Kind, bytes], signers: dict[Kind, Signer]) -> None:
    """The name is [1] instead of [0], or a BMPString (1E) in its place; spec/pki.md §1.4 has A0 and 0C."""
    name = "試験　花子"
    correct = bytes.fromhex("a0110c0f") + name.encode()

    def san(der: bytes) -> bytes:
        return next(one for one in regions(der).extensions if bytes.fromhex("0603551d11") in one)

    made = {
        wrong: san(wrong_certificate(wrong, leaves[Kind.SIGN], signers[Kind.SIGN]))
        for wrong in (Wrong.OTHER_NAME_WITH_OTHER_TAG, Wrong.OTHER_NAME_OF_OTHER_TYPE)
    }
    assert correct in san(leaves[Kind.SIGN])
    assert not [wrong for wrong in made if correct in made[wrong]]
    assert bytes.fromhex("a1110c0f") + name.encode() in made[Wrong.OTHER_NAME_WITH_OTHER_TAG]
    assert bytes.fromhex("a00c1e0a") + name.encode("utf-16-be") in made[Wrong.OTHER_NAME_OF_OTHER_TYPE]


def test_names_are_what_their_names_say(leaves: dict[Kind, bytes], signers: dict[Kind, Signer]) -> None:
    """The re-encoded issuer says the same in printable strings; the other issuer says something else."""
    correct = asn1.Certificate.load(leaves[Kind.AUTH]).issuer
    reencoded, other = (
        asn1.Certificate.load(wrong_certificate(wrong, leaves[Kind.AUTH], signers[Kind.AUTH])).issuer
        for wrong in (Wrong.ISSUER_REENCODED, Wrong.ISSUER_OTHER)
    )
    assert reencoded.native == correct.native
    assert {part["value"].name for rdn in reencoded.chosen for part in rdn} == {"printable_string"}
    assert other.native == {**correct.native, "organization_name": "SOMEBODY-ELSE"}


def test_blocks_are_what_their_names_say(leaves: dict[Kind, bytes], signers: dict[Kind, Signer]) -> None:
    """Padding and DigestInfo inside two signatures that no library makes; OpenSSL refuses both (the table)."""
    signer = signers[Kind.AUTH]
    garbage, bare = (
        regions(wrong_certificate(wrong, leaves[Kind.AUTH], signer))
        for wrong in (Wrong.PADDING_WITH_GARBAGE, Wrong.DIGEST_INFO_WITHOUT_NULL)
    )
    head = b"\x00\x01" + b"\xff" * 8 + b"\x00" + DIGEST_INFO + digest_of(garbage.signed)
    assert block(garbage.signature, signer) == head + b"\xa5" * (256 - len(head))
    tail = b"\x00" + DIGEST_INFO_WITHOUT_NULL + digest_of(bare.signed)
    assert block(bare.signature, signer) == b"\x00\x01" + b"\xff" * (254 - len(tail)) + tail


@pytest.mark.parametrize("kind", list(Kind))
def test_forgery_passes_whoever_does_not_read_to_the_end(
    kind: Kind, leaves: dict[Kind, bytes], signers: dict[Kind, Signer], tmp_path: Path
) -> None:
    """Under an issuer with e = 3 the forged block has the right head; OpenSSL accepts the signed twin only."""
    cubic = namesake(kind, 0x06D0_00F2, exponent=3)
    issued = wrong_certificate(
        Wrong.ISSUED_BY_OLDER_GENERATION, leaves[kind], Signer(signers[kind].issuer, older=cubic)
    )
    signer = Signer(cubic)
    made = wrong_certificate(Wrong.FORGED_FOR_EXPONENT_3, issued, signer)
    assert regions(made).signed == regions(issued).signed
    inside = block(regions(made).signature, signer)
    head = b"\x00\x01" + b"\xff" * 8 + b"\x00" + DIGEST_INFO + digest_of(regions(made).signed)
    assert inside.startswith(head)
    ca = authority(signer, tmp_path)
    assert openssl_says(issued, ca, kind.value, NOW, tmp_path) == OK
    assert openssl_says(made, ca, kind.value, NOW, tmp_path) == "certificate signature failure"


@pytest.mark.parametrize(
    "wrong",
    [
        Wrong.SIGNED_BY_STRANGER,
        Wrong.SIGNED_BY_OTHER_KIND,
        Wrong.SIGNED_BY_OLDER_GENERATION,
        Wrong.ISSUED_BY_OLDER_GENERATION,
        Wrong.KEY_OF_1024_BITS,
        Wrong.KEY_WITH_EXPONENT_3,
        Wrong.FORGED_FOR_EXPONENT_3,
    ],
)
def test_what_was_not_given_is_asked_for(wrong: Wrong, leaves: dict[Kind, bytes], signers: dict[Kind, Signer]) -> None:
    """Without the somebody or the key that a variant is about no certificate is made, least of all a correct one."""
    with pytest.raises(Inexpressible, match=r"^signer: expected .*, actual "):
        wrong_certificate(wrong, leaves[Kind.AUTH], Signer(signers[Kind.AUTH].issuer))


def test_variant_of_the_other_kind_is_refused(leaves: dict[Kind, bytes], signers: dict[Kind, Signer]) -> None:
    """A certificate for authentication has no attributes of a holder to bend."""
    with pytest.raises(NotThisCertificate, match="era-unknown: expected a certificate of kind sign, actual auth"):
        wrong_certificate(Wrong.ERA_UNKNOWN, leaves[Kind.AUTH], signers[Kind.AUTH])


def test_what_is_wrong_already_is_not_bent_again(leaves: dict[Kind, bytes], signers: dict[Kind, Signer]) -> None:
    """A certificate of version 1 is no correct certificate; one that lacks an extension is said to lack it."""
    signer = signers[Kind.SIGN]
    version_1 = wrong_certificate(Wrong.VERSION_1, leaves[Kind.SIGN], signer)
    with pytest.raises(NotThisCertificate, match="expected version 3"):
        wrong_certificate(Wrong.SERIAL_ZERO, version_1, signer)
    bare = wrong_certificate(Wrong.KEY_USAGE_ABSENT, leaves[Kind.SIGN], signer)
    with pytest.raises(NotThisCertificate, match=f"expected an extension {KEY_USAGE}"):
        wrong_certificate(Wrong.KEY_CERT_SIGN, bare, signer)


@pytest.mark.parametrize(("kind", "wrong"), CASES, ids=IDS)
def test_same_values_give_the_same_octets(
    kind: Kind, wrong: Wrong, leaves: dict[Kind, bytes], signers: dict[Kind, Signer]
) -> None:
    """A negative case can be run again: nothing in it is random."""
    first, second = (wrong_certificate(wrong, leaves[kind], signers[kind]) for _ in range(2))
    assert first == second
