"""Every fault of an answer's content: what it changes and nothing else, and what `openssl ocsp` says of it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import ocsp as asn1
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from harness.contract.vocabulary import Kind
from harness.jlis.fault_grammar import GRAMMAR, Fault, FaultDoor
from harness.jlis.faults import Order
from harness.jlis.ocsp_faults import BENDS, TELL_NOTHING
from harness.jlis.ocsp_policy import ResponderKey, ResponderPolicy
from harness.personalisation import IssuedCard
from harness.world import World
from tests.harness.asking import NONCE_ID, request, tlv
from tests.harness.instants import jst
from tests.harness.openssl import at, openssl, write_authorities, write_card

NOW = jst("2026-12-02T09:07:00")
NONCE = bytes(range(32))
NEVER = 0x0666
Bent = Callable[..., bytes]


@pytest.fixture
def card(world: World) -> IssuedCard:
    """A card of yesterday; it is 09:07."""
    card = world.issue_card(world.new_resident().id)
    world.clock.set(NOW)
    return card


@pytest.fixture
def bent(world: World, card: IssuedCard) -> Bent:
    """Return the answer about the card's authentication certificate, or another serial, under faults in this order."""
    service = world.jlis.responder

    def bent(*faults: Fault, serial: int | None = None, nonce: bytes | None = NONCE, seconds: float = 90.0) -> bytes:
        orders = [
            Order(fault, FaultDoor.OCSP_AUTH, seconds=seconds if GRAMMAR[fault].seconds else None) for fault in faults
        ]
        asked = request(world, Kind.AUTH, card.auth_serial if serial is None else serial, nonce=nonce)
        return service.answer(Kind.AUTH, asked, NOW, orders).der

    return bent


def parts(der: bytes) -> dict[str, Any]:
    """Return what a response says, in parts, by asn1crypto."""
    response = asn1.OCSPResponse.load(der, strict=True)
    basic = response["response_bytes"]["response"].parsed
    data = basic["tbs_response_data"]
    singles = list(data["responses"])
    return {
        "response status": response["response_status"].native,
        "type": response["response_bytes"]["response_type"].dotted,
        "responder": data["responder_id"].dump(),
        "produced": data["produced_at"].native,
        "certificates": [one["cert_id"].dump() for one in singles],
        "statuses": [one["cert_status"].dump() for one in singles],
        "this": [one["this_update"].native for one in singles],
        "next": [one["next_update"].native for one in singles],
        "single extensions": [one["single_extensions"].dump() for one in singles],
        "extensions": data["response_extensions"].dump(),
        "algorithm": basic["signature_algorithm"]["algorithm"].native,
        "signers": [one.dump() for one in basic["certs"]],
    }


ANOTHER_SIGNER = {"responder", "signers"}
CHANGES: dict[Fault, set[str]] = {
    Fault.WRONG_SIGNER: ANOTHER_SIGNER,
    Fault.OTHER_AUTHORITY: ANOTHER_SIGNER,
    Fault.OTHER_GENERATION: {"signers"},  # one responder key for all generations: byKey says the same
    Fault.SIGNED_BY_AUTHORITY: ANOTHER_SIGNER,
    Fault.SIGNER_WITHOUT_PURPOSE: {"signers"},
    Fault.SIGNER_OTHER_PURPOSE: {"signers"},
    Fault.SIGNER_EXPIRED: {"signers"},
    Fault.SIGNER_NOT_YET: {"signers"},
    Fault.SIGNER_REVOKED: {"signers"},
    Fault.SIGNER_OMITTED: {"signers"},
    Fault.STALE: {"this", "next"},
    Fault.FUTURE: {"this", "next"},
    Fault.OLD_THIS_UPDATE: {"this"},
    Fault.FAR_NEXT_UPDATE: {"next"},
    Fault.NO_NEXT_UPDATE: {"next"},
    Fault.UPDATES_SWAPPED: {"this", "next"},
    Fault.PRODUCED_PAST: {"produced"},
    Fault.PRODUCED_FUTURE: {"produced"},
    Fault.WRONG_SERIAL: {"certificates"},
    Fault.WRONG_NAME_HASH: {"certificates"},
    Fault.WRONG_KEY_HASH: {"certificates"},
    Fault.WRONG_ISSUER: {"certificates"},
    Fault.TWIN_HASH: {"certificates"},
    Fault.RESPONDER_BY_NAME: {"responder"},
    Fault.RESPONDER_BY_KEY: set(),
    Fault.WRONG_RESPONDER_NAME: {"responder"},
    Fault.WRONG_RESPONDER_KEY: {"responder"},
    Fault.SAYS_GOOD: set(),
    Fault.NEVER_ISSUED_GOOD: set(),
    Fault.NEVER_ISSUED_REVOKED: set(),
    Fault.UNSOLICITED_NONCE: set(),
    Fault.WRONG_NONCE: {"extensions"},
    Fault.NO_NONCE: {"extensions"},
    Fault.SHORT_NONCE: {"extensions"},
    Fault.LONG_NONCE: {"extensions"},
    Fault.OVERLONG_NONCE: {"extensions"},
    Fault.EMPTY_NONCE: {"extensions"},
    Fault.RAW_NONCE: {"extensions"},
    Fault.NONCE_IN_SINGLE: {"extensions", "single extensions"},
    Fault.CRITICAL_EXTENSION: {"extensions"},
    Fault.UNCRITICAL_EXTENSION: {"extensions"},
    Fault.CRITICAL_SINGLE_EXTENSION: {"single extensions"},
    Fault.SHA1_SIGNATURE: {"algorithm"},
    Fault.WRONG_ALGORITHM: {"algorithm"},
    Fault.BAD_SIGNATURE: set(),
    **{
        fault: {"statuses"}
        for fault in Fault
        if fault.name.startswith("REVOKED_") or fault in {Fault.SAYS_UNKNOWN, Fault.SAYS_REVOKED}
    },
    **{fault: {"response status"} for fault in Fault if fault.name.endswith("_WITH_BYTES")},
    **{
        fault: {"certificates", "statuses", "this", "next", "single extensions"}
        for fault in (
            Fault.EXTRA_SINGLE,
            Fault.EXTRA_SINGLE_FIRST,
            Fault.TWIN_SINGLES,
            Fault.CONTRADICTION,
            Fault.MISSING_SINGLE,
        )
    },
}
"""What differs from the true answer about a certificate that is good, asked with a nonce."""
ELSEWHERE = {
    Fault.TRUNCATED,
    Fault.TRAILING_OCTETS,
    Fault.WRONG_TYPE,
    Fault.NO_THIS_UPDATE,
    Fault.NO_PRODUCED_AT,
    *TELL_NOTHING,
}
"""What asn1crypto cannot take apart, or what has no parts: below."""


def test_every_fault_is_in_one_of_the_tables() -> None:
    """No fault of content without a test of what it does."""
    assert set(CHANGES) | ELSEWHERE == set(BENDS)
    assert not set(CHANGES) & ELSEWHERE


@pytest.mark.parametrize("fault", CHANGES, ids=str)
def test_a_fault_changes_what_it_says_and_nothing_else(bent: Bent, fault: Fault) -> None:
    """Part by part against the true answer; the signature is right, except where that is the fault."""
    true, wrong = parts(bent()), parts(bent(fault))
    assert {name for name in true if true[name] != wrong[name]} == CHANGES[fault]
    assert is_signed(bent(fault)) is (fault not in {Fault.BAD_SIGNATURE, Fault.WRONG_ALGORITHM})


def is_signed(der: bytes) -> bool:
    """Return whether the signature is that of the certificate that goes along, or else of the delegate."""
    basic = asn1.OCSPResponse.load(der)["response_bytes"]["response"].parsed
    if not list(basic["certs"]):
        return True  # nobody to ask
    key = x509.load_der_x509_certificate(basic["certs"][0].dump()).public_key()
    assert isinstance(key, RSAPublicKey)
    named = basic["signature_algorithm"]["algorithm"].native
    if named not in {"sha1_rsa", "sha256_rsa"}:
        return False
    digest = SHA1() if named == "sha1_rsa" else SHA256()  # noqa: S303  (the fault is that it is used)
    try:
        key.verify(basic["signature"].native, basic["tbs_response_data"].dump(), PKCS1v15(), digest)
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.OCSP_MALFORMED_REQUEST, 1),
        (Fault.OCSP_INTERNAL_ERROR, 2),
        (Fault.TRY_LATER, 3),
        (Fault.OCSP_STATUS_4, 4),
        (Fault.OCSP_SIG_REQUIRED, 5),
        (Fault.OCSP_UNAUTHORIZED, 6),
        (Fault.OCSP_STATUS_7, 7),
        (Fault.SUCCESSFUL_WITHOUT_BYTES, 0),
    ],
)
def test_a_status_alone(bent: Bent, world: World, card: IssuedCard, fault: Fault, status: int) -> None:
    """Five octets, and nothing was published by them: the card can still have been lost at 09:00."""
    assert bent(fault) == bytes([0x30, 3, 0x0A, 1, status])
    world.clock.set(jst("2026-12-02T09:00:00"))
    world.lose(card.resident.id)


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.MALFORMED_REQUEST_WITH_BYTES, "malformed_request"),
        (Fault.INTERNAL_ERROR_WITH_BYTES, "internal_error"),
        (Fault.TRY_LATER_WITH_BYTES, "try_later"),
        (Fault.SIG_REQUIRED_WITH_BYTES, "sign_required"),
        (Fault.UNAUTHORIZED_WITH_BYTES, "unauthorized"),
    ],
)
def test_a_status_with_bytes(bent: Bent, fault: Fault, status: str) -> None:
    """The error around the true answer, whose signature is right."""
    assert parts(bent(fault))["response status"] == status


def test_what_cannot_be_taken_apart(bent: Bent) -> None:
    """Half of it, two octets more, another type, a field that has to be there and is not."""
    whole = bent()
    assert bent(Fault.TRUNCATED) == whole[: len(whole) // 2]
    assert bent(Fault.TRAILING_OCTETS) == whole + b"\x05\x00"
    assert bytes.fromhex("06032a0304") in bent(Fault.WRONG_TYPE)
    assert bytes.fromhex("06092b0601050507300101") not in bent(Fault.WRONG_TYPE)
    this, produced = (b"\x18\x0f20261202%06dZ" % clock for clock in (0, 700))  # two octets alone stand in keys, too
    for fault, gone in ((Fault.NO_THIS_UPDATE, this), (Fault.NO_PRODUCED_AT, produced)):
        assert {time for time in (this, produced) if time in whole and time not in bent(fault)} == {gone}
    for fault in (Fault.NO_THIS_UPDATE, Fault.NO_PRODUCED_AT, Fault.WRONG_TYPE):
        with pytest.raises((ValueError, AttributeError, KeyError)):
            parts(bent(fault))


def delegate(der: bytes) -> x509.Certificate:
    """Return the certificate that goes along."""
    basic = asn1.OCSPResponse.load(der)["response_bytes"]["response"].parsed
    return x509.load_der_x509_certificate(basic["certs"][0].dump())


def test_who_signs(world: World, bent: Bent) -> None:
    """Each signer is who the fault says: by issuer, purpose, validity and nocheck."""
    authority = x509.load_der_x509_certificate(world.trust().authorities["auth"])
    for fault in Fault:
        if fault.name.startswith("SIGNER_") and fault is not Fault.SIGNER_OMITTED:
            delegate(bent(fault)).verify_directly_issued_by(authority)
    assert delegate(bent(Fault.SIGNED_BY_AUTHORITY)) == authority
    purposes = {}
    for fault in (Fault.SIGNER_WITHOUT_PURPOSE, Fault.SIGNER_OTHER_PURPOSE, Fault.SIGNER_EXPIRED):
        try:
            found = delegate(bent(fault)).extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
            purposes[fault] = [one._name for one in found]
        except x509.ExtensionNotFound:
            purposes[fault] = []
    assert list(purposes.values()) == [[], ["clientAuth"], ["OCSPSigning"]]
    assert delegate(bent(Fault.SIGNER_EXPIRED)).not_valid_after_utc < NOW - timedelta(hours=1)
    assert delegate(bent(Fault.SIGNER_NOT_YET)).not_valid_before_utc > NOW + timedelta(hours=1)
    older = delegate(bent(Fault.OTHER_GENERATION))
    assert older.issuer == authority.subject
    with pytest.raises(InvalidSignature):
        older.verify_directly_issued_by(authority)
    older.verify_directly_issued_by(
        x509.load_der_x509_certificate(world.trust().generations["auth"][-2])  # the one before
    )


def test_the_revoked_signer_is_called_revoked(world: World, bent: Bent) -> None:
    """It carries no nocheck, and who asks the responder about its serial number hears revoked."""
    signer = delegate(bent(Fault.SIGNER_REVOKED))
    with pytest.raises(x509.ExtensionNotFound):
        signer.extensions.get_extension_for_class(x509.OCSPNoCheck)
    said = world.jlis.responder.answer(Kind.AUTH, request(world, Kind.AUTH, signer.serial_number), NOW)
    assert said.said == "revoked keyCompromise"
    proper = delegate(bent())
    said = world.jlis.responder.answer(Kind.AUTH, request(world, Kind.AUTH, proper.serial_number), NOW)
    assert said.said == "unknown"


def test_times(bent: Bent) -> None:
    """By the seconds ordered, from the world's instant."""
    span = timedelta(seconds=90)
    assert parts(bent(Fault.PRODUCED_PAST))["produced"] == NOW - span
    assert parts(bent(Fault.PRODUCED_FUTURE))["produced"] == NOW + span
    assert parts(bent(Fault.OLD_THIS_UPDATE))["this"] == [NOW - span]
    assert parts(bent(Fault.FAR_NEXT_UPDATE))["next"] == [NOW + span]
    swapped = parts(bent(Fault.UPDATES_SWAPPED))
    assert swapped["this"] > swapped["next"]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.SAYS_REVOKED, None),
        (Fault.REVOKED_UNSPECIFIED, 0),
        (Fault.REVOKED_KEY_COMPROMISE, 1),
        (Fault.REVOKED_CA_COMPROMISE, 2),
        (Fault.REVOKED_AFFILIATION_CHANGED, 3),
        (Fault.REVOKED_SUPERSEDED, 4),
        (Fault.REVOKED_CESSATION, 5),
        (Fault.REVOKED_HOLD, 6),
        (Fault.REVOKED_UNKNOWN_REASON, 7),
        (Fault.REVOKED_REMOVE_FROM_CRL, 8),
        (Fault.REVOKED_PRIVILEGE_WITHDRAWN, 9),
        (Fault.REVOKED_AA_COMPROMISE, 10),
    ],
)
def test_revoked_for_each_reason(bent: Bent, fault: Fault, reason: int | None) -> None:
    """[1] { revocationTime, [0] CRLReason }: the octets of RFC 6960 §4.2.1, a minute ago."""
    time = b"\x18\x0f20261202000600Z"
    why = b"" if reason is None else bytes([0xA0, 3, 0x0A, 1, reason])
    assert parts(bent(fault))["statuses"] == [bytes([0xA1, len(time + why)]) + time + why]


def test_statuses_that_are_turned(world: World, card: IssuedCard, bent: Bent) -> None:
    """good for who is revoked; good and 1970 for who was never issued, and for nobody else."""
    world.lose(card.resident.id)
    world.clock.set(jst("2026-12-02T09:30:00"))
    good, unknown = b"\x80\x00", b"\x82\x00"
    service = world.jlis.responder
    asked = request(world, Kind.AUTH, card.auth_serial)
    orders = {fault: [Order(fault, FaultDoor.OCSP_AUTH)] for fault in (Fault.SAYS_GOOD, Fault.NEVER_ISSUED_GOOD)}
    said = {
        fault: parts(service.answer(Kind.AUTH, asked, world.clock.now(), order).der)["statuses"]
        for fault, order in orders.items()
    }
    assert said[Fault.SAYS_GOOD] == [good]
    assert said[Fault.NEVER_ISSUED_GOOD] != [good]
    assert parts(bent(serial=NEVER))["statuses"] == [unknown]
    assert parts(bent(Fault.NEVER_ISSUED_GOOD, serial=NEVER))["statuses"] == [good]
    never = parts(bent(Fault.NEVER_ISSUED_REVOKED, serial=NEVER, nonce=None))
    assert never["statuses"] == [bytes.fromhex("a116180f") + b"19700101000000Z" + bytes.fromhex("a0030a0106")]
    assert never["extensions"].endswith(bytes.fromhex("06092b0601050507300109") + bytes.fromhex("04020500"))


def nonces(der: bytes) -> list[bytes]:
    """Return what stands in the extnValue of each nonce."""
    extensions = asn1.OCSPResponse.load(der)["response_bytes"]["response"].parsed["tbs_response_data"][
        "response_extensions"
    ]
    return [one["extn_value"].contents for one in extensions if one["extn_id"].dotted == "1.3.6.1.5.5.7.48.1.2"]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (None, b"\x04\x20" + NONCE),
        (Fault.SHORT_NONCE, b"\x04\x10" + NONCE[:16]),
        (Fault.LONG_NONCE, b"\x04\x21" + NONCE + b"\x00"),
        (Fault.OVERLONG_NONCE, b"\x04\x81\x81" + NONCE + bytes(97)),
        (Fault.EMPTY_NONCE, b"\x04\x00"),
        (Fault.RAW_NONCE, NONCE),
        (Fault.WRONG_NONCE, b"\x04\x20" + bytes(255 - octet for octet in NONCE)),
    ],
)
def test_nonces(bent: Bent, fault: Fault | None, expected: bytes) -> None:
    """Octet for octet what stands in the extension."""
    said = bent(*([] if fault is None else [fault]))
    assert tlv(0x30, NONCE_ID, tlv(0x04, expected)) in said
    assert said.count(NONCE_ID) == 1


def test_nonces_elsewhere_and_unasked(bent: Bent) -> None:
    """In the SingleResponse alone; and one that nobody sent, only to who sent none."""
    assert nonces(bent(Fault.NONCE_IN_SINGLE)) == []
    assert b"\x04\x22\x04\x20" + NONCE in parts(bent(Fault.NONCE_IN_SINGLE))["single extensions"][0]
    assert nonces(bent(nonce=None)) == []
    assert nonces(bent(Fault.UNSOLICITED_NONCE, nonce=None)) == [b"\x04\x20" + NONCE]
    assert nonces(bent(Fault.UNSOLICITED_NONCE)) == [b"\x04\x20" + NONCE]


def test_cert_ids(world: World, card: IssuedCard, bent: Bent) -> None:
    """The twin is the same certificate by SHA-256, the wrong issuer the other kind's by SHA-1."""

    def cert_id(fault: Fault) -> asn1.CertId:
        return asn1.CertId.load(parts(bent(fault))["certificates"][0], strict=True)

    twin = cert_id(Fault.TWIN_HASH)
    issuer = asn1_x509.Certificate.load(world.trust().authorities["auth"])
    assert twin["hash_algorithm"]["algorithm"].native == "sha256"
    assert twin["issuer_name_hash"].native == issuer.subject.sha256
    assert twin["serial_number"].native == card.auth_serial
    other = asn1_x509.Certificate.load(world.trust().authorities["sign"])
    wrong = cert_id(Fault.WRONG_ISSUER)
    assert wrong["issuer_name_hash"].native == other.subject.sha1
    assert wrong["issuer_key_hash"].native == other.public_key.sha1


def test_singles(card: IssuedCard, bent: Bent) -> None:
    """How many, about whom, and what they say."""
    good = b"\x80\x00"

    def said(fault: Fault) -> list[tuple[int, bool]]:
        found = parts(bent(fault))
        serials = [asn1.CertId.load(one)["serial_number"].native for one in found["certificates"]]
        return list(zip(serials, [one == good for one in found["statuses"]], strict=True))

    asked = card.auth_serial
    assert said(Fault.EXTRA_SINGLE) == [(asked, True), (asked + 1, True)]
    assert said(Fault.EXTRA_SINGLE_FIRST) == [(asked + 1, False), (asked, True)]
    assert said(Fault.TWIN_SINGLES) == [(asked, True), (asked, True)]
    assert said(Fault.CONTRADICTION) == [(asked, True), (asked, False)]
    assert said(Fault.MISSING_SINGLE) == []


def test_faults_compose_in_their_order(bent: Bent) -> None:
    """Two at once are both there; of two of one kind the later one has the last word."""
    both = parts(bent(Fault.STALE, Fault.OTHER_AUTHORITY))
    assert both["signers"] == parts(bent(Fault.OTHER_AUTHORITY))["signers"]
    assert both["next"] == parts(bent(Fault.STALE))["next"]
    unknown = parts(bent(Fault.SAYS_UNKNOWN))["statuses"]
    assert parts(bent(Fault.REVOKED_HOLD, Fault.SAYS_UNKNOWN))["statuses"] == unknown
    assert parts(bent(Fault.SAYS_UNKNOWN, Fault.REVOKED_HOLD))["statuses"] != unknown
    assert nonces(bent(Fault.NO_NONCE, Fault.WRONG_NONCE)) == []
    assert bent(Fault.BAD_SIGNATURE, Fault.TRUNCATED) != bent(Fault.TRUNCATED, Fault.TRAILING_OCTETS)


@pytest.mark.parametrize("fault", sorted(set(BENDS)), ids=str)
def test_every_fault_also_of_a_p256_responder(world: World, card: IssuedCard, fault: Fault) -> None:
    """Each makes an answer, whoever signs; the key of those who sign is P-256 where the authority is not the signer."""
    service = world.jlis.responder
    service.switch(Kind.AUTH, ResponderPolicy(responder_key=ResponderKey.P256))
    said = service.answer(
        Kind.AUTH, request(world, Kind.AUTH, card.auth_serial, nonce=NONCE), NOW, [Order(fault, FaultDoor.OCSP_AUTH)]
    )
    ecdsa = bytes.fromhex("06082a8648ce3d0403") in said.der or bytes.fromhex("06072a8648ce3d0401") in said.der
    assert ecdsa is (fault not in {Fault.SIGNED_BY_AUTHORITY, *TELL_NOTHING, Fault.TRUNCATED}) or (
        fault is Fault.TRUNCATED
    )


OPENSSL_SAYS = {
    Fault.SIGNED_BY_AUTHORITY: "Response verify OK",
    Fault.SIGNER_WITHOUT_PURPOSE: "Response Verify Failure",
    Fault.SIGNER_OTHER_PURPOSE: "Response Verify Failure",
    Fault.SIGNER_EXPIRED: "Response Verify Failure",
    Fault.SIGNER_NOT_YET: "Response Verify Failure",
    Fault.SIGNER_OMITTED: "Response Verify Failure",
    Fault.OTHER_GENERATION: "Response Verify Failure",
    Fault.BAD_SIGNATURE: "Response Verify Failure",
    Fault.WRONG_ALGORITHM: "Response Verify Failure",
    Fault.WRONG_RESPONDER_KEY: "Response Verify Failure",
    Fault.WRONG_RESPONDER_NAME: "Response Verify Failure",
    Fault.RESPONDER_BY_NAME: "Response verify OK",
    Fault.WRONG_NAME_HASH: "No Status found",
    Fault.WRONG_KEY_HASH: "No Status found",
    Fault.WRONG_ISSUER: "No Status found",
    Fault.MISSING_SINGLE: "No Status found",
    Fault.EXTRA_SINGLE: "Response verify OK",
    Fault.SAYS_UNKNOWN: "unknown",
    Fault.REVOKED_KEY_COMPROMISE: "Reason: keyCompromise",
    Fault.REVOKED_HOLD: "Reason: certificateHold",
    Fault.SHORT_NONCE: "Response verify OK",
    Fault.OCSP_SIG_REQUIRED: "sigrequired (5)",
    Fault.OCSP_UNAUTHORIZED: "unauthorized (6)",
    Fault.OCSP_MALFORMED_REQUEST: "malformedrequest (1)",
    Fault.OCSP_INTERNAL_ERROR: "internalerror (2)",
    Fault.TRY_LATER_WITH_BYTES: "trylater (3)",
    Fault.NO_THIS_UPDATE: "Error parsing response",
    Fault.NO_PRODUCED_AT: "Error parsing response",
    Fault.TRUNCATED: "Error reading OCSP response",
    Fault.NO_NEXT_UPDATE: "Response verify OK",
    Fault.UNCRITICAL_EXTENSION: "Response verify OK",
}


@pytest.mark.parametrize("fault", OPENSSL_SAYS, ids=str)
def test_what_openssl_says(world: World, card: IssuedCard, bent: Bent, tmp_path: Path, fault: Fault) -> None:
    """For its own reason; the legal oddities are believed. Without the fault it says: verify OK, good."""
    leaves, authorities = write_card(tmp_path, card), write_authorities(tmp_path, world)

    def say(der: bytes) -> str:
        (tmp_path / "response.der").write_bytes(der)
        options: list[str | Path] = ["-respin", tmp_path / "response.der", "-issuer", authorities["auth"]]
        options += ["-cert", leaves["auth"], "-CAfile", authorities["auth"], "-no_nonce", *at(NOW)]
        return openssl("ocsp", *options)[1]

    true = say(bent())
    assert "Response verify OK" in true
    assert OPENSSL_SAYS[fault] == "Response verify OK" or OPENSSL_SAYS[fault] not in true
    assert OPENSSL_SAYS[fault] in say(bent(fault))
