"""Revocation lists: their profile by asn1crypto, their effect by `openssl verify`, and when an entry comes and goes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import crl as asn1
from cryptography import x509
from cryptography.x509 import ocsp

from harness.contract.vocabulary import Kind
from harness.municipalities import AOI, MUNICIPALITIES, WAKABA, Municipality
from harness.personalisation import IssuedCard
from harness.world import World
from tests.harness.asking import ask
from tests.harness.conftest import MakeWorld
from tests.harness.instants import jst
from tests.harness.openssl import at, openssl, write_authorities, write_card

REASON, NUMBER, IDP, AKI = "2.5.29.21", "2.5.29.20", "2.5.29.28", "2.5.29.35"
Settled = tuple[World, IssuedCard]


@pytest.fixture
def settled(world: World) -> Settled:
    """A holder who lives in 葵市 and has had a card for a day."""
    card = world.issue_card(world.new_resident(municipality=AOI.code).id)
    world.clock.set(jst("2026-12-02T09:07:00"))
    return world, card


def listed(world: World, kind: Kind, place: Municipality, instant: datetime) -> dict[int, x509.RevokedCertificate]:
    """Return the entries of the list that is current at `instant`, by serial, read by `cryptography`."""
    found = x509.load_der_x509_crl(world.jlis.crl(kind, place, instant))
    return {entry.serial_number: entry for entry in found}


def test_profile_of_a_list(settled: Settled) -> None:
    """spec/pki.md §2: v2, AKI, CRLNumber, critical IDP with the point's name and onlyContainsUserCerts; 48 hours."""
    world, card = settled
    world.move(card.resident.id)
    now = jst("2026-12-03T12:00:00")
    found = asn1.CertificateList.load(world.jlis.crl(Kind.SIGN, AOI, now), strict=True)["tbs_cert_list"]
    assert found["version"].native == "v2"
    assert found["this_update"].native == jst("2026-12-03T03:00:00")
    assert found["next_update"].native == jst("2026-12-05T03:00:00")
    extensions = [(e["extn_id"].dotted, e["critical"].native) for e in found["crl_extensions"]]
    assert extensions == [(AKI, False), (NUMBER, False), (IDP, True)]
    point = found["crl_extensions"][2]["extn_value"].parsed
    assert point["only_contains_user_certs"].native is True
    assert not point["only_contains_ca_certs"].native
    assert not point["indirect_crl"].native
    leaf = x509.load_der_x509_certificate(card.sign_certificate)
    (name,) = list(leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value[0].full_name or [])
    assert name.value.public_bytes() in point["distribution_point"].dump()
    (entry,) = found["revoked_certificates"]
    assert entry["user_certificate"].native == card.sign_serial
    assert entry["revocation_date"].native == jst("2026-12-02T09:07:00")
    (reason,) = entry["crl_entry_extensions"]
    assert (reason["extn_id"].dotted, reason["extn_value"].parsed.dump()) == (REASON, bytes.fromhex("0a0103"))


def test_a_list_without_entries_leaves_the_sequence_out(world: World) -> None:
    """RFC 5280 §5.1.2.6: when nothing is revoked, revokedCertificates is absent, not empty."""
    found = asn1.CertificateList.load(world.jlis.crl(Kind.AUTH, AOI, world.clock.now()), strict=True)["tbs_cert_list"]
    assert found["revoked_certificates"].native is None


def test_numbers_grow_by_one_each_publication(world: World) -> None:
    """RFC 5280 §5.2.3: the number follows from the instant; the same publication always has the same bytes."""
    days = [
        jst("2026-12-02T02:59:59"),
        jst("2026-12-02T03:00:00"),
        jst("2026-12-03T02:59:59"),
        jst("2026-12-03T03:00:00"),
    ]
    lists = [world.jlis.crl(Kind.AUTH, AOI, day) for day in days]
    numbers = [
        x509.load_der_x509_crl(der).extensions.get_extension_for_class(x509.CRLNumber).value.crl_number for der in lists
    ]
    # 2015-10-20 is list 0; 2026-12-02 lies 4061 days later (11 years with leap days in 2016, 2020, 2024, and 43 days)
    assert numbers == [4060, 4061, 4061, 4062]
    assert lists[1] == lists[2]


def test_an_event_is_listed_from_the_next_publication(settled: Settled) -> None:
    """Moved at 09:07: not in the list one second before 03:00 of the next day, in the one of 03:00."""
    world, card = settled
    world.move(card.resident.id)
    assert listed(world, Kind.SIGN, AOI, jst("2026-12-03T02:59:59")) == {}
    entries = listed(world, Kind.SIGN, AOI, jst("2026-12-03T03:00:00"))
    assert list(entries) == [card.sign_serial]
    assert listed(world, Kind.AUTH, AOI, jst("2026-12-03T03:00:00")) == {}


def test_an_event_exactly_at_publication_counts_as_in(settled: Settled) -> None:
    """Lost at 03:00:00: in the list of 03:00:00, of both kinds, as certificateHold."""
    world, card = settled
    world.clock.set(jst("2026-12-03T03:00:00"))
    world.lose(card.resident.id)
    for kind in Kind:
        (entry,) = listed(world, kind, AOI, world.clock.now()).values()
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
        assert reason is x509.ReasonFlags.certificate_hold


def test_what_was_good_at_a_mark_is_never_said_to_have_been_revoked_by_then(settled: Settled) -> None:
    """Lost within the second that a list and a mark are as of: revoked since the next second, in answer and list."""
    world, card = settled
    publication = jst("2026-12-03T03:00:00")
    world.clock.set(publication + timedelta(milliseconds=100))
    assert ask(world, Kind.AUTH, card.auth_serial, world.clock.now()).certificate_status is ocsp.OCSPCertStatus.GOOD
    assert not listed(world, Kind.AUTH, AOI, world.clock.now())
    world.clock.set(publication + timedelta(milliseconds=500))
    world.lose(card.resident.id)
    next_day = publication + timedelta(days=1)
    since = publication + timedelta(seconds=1)
    assert ask(world, Kind.AUTH, card.auth_serial, next_day).revocation_time_utc == since
    assert listed(world, Kind.AUTH, AOI, next_day)[card.auth_serial].revocation_date_utc == since


def test_the_moved_stay_in_the_partition_their_certificate_names(settled: Settled) -> None:
    """The certificate's distribution point says 葵市, wherever its holder lives now."""
    world, card = settled
    world.move(card.resident.id, WAKABA.code)
    world.clock.advance(timedelta(days=1))
    world.revoke(card.resident.id, "auth", "cessationOfOperation")
    later = jst("2026-12-04T03:00:00")
    assert list(listed(world, Kind.AUTH, AOI, later)) == [card.auth_serial]
    assert list(listed(world, Kind.SIGN, AOI, later)) == [card.sign_serial]
    for kind in Kind:
        assert listed(world, kind, WAKABA, later) == {}


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("keyCompromise", 1),
        ("affiliationChanged", 3),
        ("superseded", 4),
        ("cessationOfOperation", 5),
        ("certificateHold", 6),
    ],
)
def test_reason_codes(settled: Settled, reason: str, code: int) -> None:
    """RFC 5280 §5.3.1: each reason has its own number in the list."""
    world, card = settled
    world.revoke(card.resident.id, "auth", reason)
    der = world.jlis.crl(Kind.AUTH, AOI, jst("2026-12-03T03:00:00"))
    (entry,) = asn1.CertificateList.load(der)["tbs_cert_list"]["revoked_certificates"]
    assert entry["crl_entry_extensions"][0]["extn_value"].parsed.dump() == bytes([0x0A, 1, code])


def test_an_expired_entry_is_dropped_from_the_second_list(make_world: MakeWorld) -> None:
    """RFC 5280 §3.3: on one scheduled list after notAfter (23:59:59), gone from the second."""
    world = make_world()
    card = world.issue_card(world.new_resident(municipality=AOI.code, card_expiry=jst("2026-12-05T12:00:00").date()).id)
    not_after = x509.load_der_x509_certificate(card.auth_certificate).not_valid_after_utc
    assert not_after == datetime(2026, 12, 5, 14, 59, 59, tzinfo=UTC)
    world.clock.set(jst("2026-12-03T09:00:00"))
    world.lose(card.resident.id)
    assert list(listed(world, Kind.AUTH, AOI, jst("2026-12-05T03:00:00"))) == [card.auth_serial]
    assert list(listed(world, Kind.AUTH, AOI, jst("2026-12-06T03:00:00"))) == [card.auth_serial]
    assert list(listed(world, Kind.AUTH, AOI, jst("2026-12-07T02:59:59"))) == [card.auth_serial]
    assert listed(world, Kind.AUTH, AOI, jst("2026-12-07T03:00:00")) == {}


def write_crl(folder: Path, der: bytes) -> Path:
    """Return a list as a PEM file, converted by OpenSSL."""
    raw, path = folder / "list.der", folder / "list.pem"
    raw.write_bytes(der)
    code, text = openssl("crl", "-inform", "DER", "-in", raw, "-out", path)
    assert code == 0, text
    return path


@pytest.fixture
def verify(settled: Settled, tmp_path: Path) -> Callable[[str, bytes, datetime], str]:
    """Run `openssl verify -crl_check` of a leaf with one list, at an instant."""
    world, card = settled
    leaves, authorities = write_card(tmp_path, card), write_authorities(tmp_path, world)

    def run(kind: str, der: bytes, instant: datetime) -> str:
        path = write_crl(tmp_path, der)
        options: list[str | Path] = [
            "-crl_check",
            "-extended_crl",
            *at(instant),
            "-CAfile",
            authorities[kind],
            "-CRLfile",
            path,
        ]
        return openssl("verify", *options, leaves[kind])[1]

    return run


def test_openssl_reads_and_verifies_a_list(settled: Settled, tmp_path: Path) -> None:
    """`openssl crl` says `verify OK` under the authority's key and not under the other's, and shows the profile."""
    world, card = settled
    world.move(card.resident.id)
    authorities = write_authorities(tmp_path, world)
    path = write_crl(tmp_path, world.jlis.crl(Kind.SIGN, AOI, jst("2026-12-03T03:00:00")))
    assert "verify OK" in openssl("crl", "-in", path, "-noout", "-CAfile", authorities["sign"])[1]
    assert "verify OK" not in openssl("crl", "-in", path, "-noout", "-CAfile", authorities["auth"])[1]
    shown = openssl("crl", "-in", path, "-noout", "-text")[1]
    for words in (
        "Version 2",
        "X509v3 Issuing Distribution Point: critical",
        "Only User Certificates",
        "Affiliation Changed",
    ):
        assert words in shown


def test_openssl_refuses_the_signature_certificate_after_a_move(
    settled: Settled, verify: Callable[[str, bytes, datetime], str]
) -> None:
    """Accepted with the list before, refused as revoked with the list after; the authentication certificate stays."""
    world, card = settled
    world.move(card.resident.id)
    before, after = jst("2026-12-03T02:59:59"), jst("2026-12-03T03:00:00")
    assert ": OK" in verify("sign", world.jlis.crl(Kind.SIGN, AOI, before), before)
    assert "certificate revoked" in verify("sign", world.jlis.crl(Kind.SIGN, AOI, after), after)
    assert ": OK" in verify("auth", world.jlis.crl(Kind.AUTH, AOI, after), after)


def test_openssl_refuses_the_list_of_another_municipality_and_a_stale_one(
    settled: Settled, verify: Callable[[str, bytes, datetime], str]
) -> None:
    """The critical IDP: a list of 若葉市 says nothing of a certificate of 葵市; after nextUpdate no list does."""
    world, _ = settled
    now = jst("2026-12-03T03:00:00")
    assert ": OK" not in verify("sign", world.jlis.crl(Kind.SIGN, WAKABA, now), now)
    assert "CRL has expired" in verify(
        "sign", world.jlis.crl(Kind.SIGN, AOI, now), now + timedelta(hours=48, seconds=1)
    )


def test_every_municipality_has_a_list_of_each_kind(world: World) -> None:
    """A certificate of any municipality finds its list."""
    for kind in Kind:
        for place in MUNICIPALITIES.values():
            assert x509.load_der_x509_crl(world.jlis.crl(kind, place, world.clock.now())).next_update_utc is not None
