"""What is wrong with a list, one thing each: what the list then says, and what `openssl verify` makes of it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from asn1crypto import crl as asn1
from cryptography import x509

from harness.contract.vocabulary import Kind
from harness.doors.jlis import JlisDoor
from harness.doors.server import Served
from harness.jlis import crl, crl_points
from harness.jlis.authority import Authority
from harness.jlis.crl_faults import BENDS, bend_of
from harness.jlis.fault_grammar import Fault, FaultDoor
from harness.jlis.faults import Order
from harness.jlis.generations import Generations
from harness.jlis.ocsp_faults import Setting
from harness.jlis.populations import Medium
from harness.jlis.signers import Signers
from harness.keys import KeyPool
from harness.municipalities import AOI, WAKABA
from harness.personalisation import IssuedCard
from harness.world import World
from tests.harness.fake_register import FakeRegister
from tests.harness.instants import jst
from tests.harness.openssl import at, openssl, write_authorities, write_card

NOW = jst("2026-12-03T12:00:00")
OK, REVOKED, NO_LIST = ": OK", "certificate revoked", "unable to get certificate CRL"
Moved = tuple[World, IssuedCard]


@pytest.fixture
def moved(world: World) -> Moved:
    """Somebody of 葵市 whose signature certificate was revoked the day before."""
    card = world.issue_card(world.new_resident(municipality=AOI.code).id)
    world.clock.set(jst("2026-12-02T09:07:00"))
    world.move(card.resident.id)
    world.clock.set(NOW)
    return world, card


def wrong(moved: Moved, fault: Fault, kind: Kind = Kind.SIGN) -> bytes:
    """Return 葵市's list with one thing wrong."""
    return moved[0].jlis.crl(kind, AOI, NOW, Order(fault, FaultDoor.CRL))


@pytest.fixture
def verify(moved: Moved, tmp_path: Path) -> Callable[[bytes], str]:
    """Run `openssl verify -crl_check` of the revoked certificate with a list."""
    leaves, authorities = write_card(tmp_path, moved[1]), write_authorities(tmp_path, moved[0])

    def run(der: bytes) -> str:
        raw, pem = tmp_path / "list.der", tmp_path / "list.pem"
        raw.write_bytes(der)
        openssl("crl", "-inform", "DER", "-in", raw, "-out", pem)
        options: list[str | Path] = [
            "-crl_check",
            "-extended_crl",
            *at(NOW),
            "-CAfile",
            authorities["sign"],
            "-CRLfile",
            pem,
        ]
        return openssl("verify", *options, leaves["sign"])[1]

    return run


EFFECTS = {
    Fault.WRONG_SIGNER: ({"signature", "key"}, NO_LIST),
    Fault.OTHER_AUTHORITY: ({"signature", "key"}, NO_LIST),
    Fault.STALE: ({"signature", "this", "next"}, "CRL has expired"),
    Fault.FUTURE: ({"signature", "this", "next"}, "CRL is not yet valid"),
    Fault.LIST_WRONG_PARTITION: ({"signature", "scope", "entries"}, "different CRL scope"),
    Fault.LIST_IDP_MISMATCH: ({"signature", "scope"}, "different CRL scope"),
    Fault.LIST_OTHER_ISSUER: ({"signature", "issuer"}, NO_LIST),
    Fault.BAD_SIGNATURE: ({"signature"}, "CRL signature failure"),
    Fault.LIST_IDP_ABSENT: ({"signature", "scope", "extensions"}, REVOKED),
    Fault.LIST_IDP_NOT_CRITICAL: ({"signature", "extensions"}, REVOKED),
    Fault.LIST_ONLY_AUTHORITIES: ({"signature", "scope"}, "different CRL scope"),
    Fault.LIST_NO_NEXT_UPDATE: ({"signature", "next"}, REVOKED),
    Fault.LIST_NUMBER_BACK: ({"signature", "number"}, REVOKED),
    Fault.LIST_UNKNOWN_CRITICAL: ({"signature", "extensions"}, "unhandled critical CRL extension"),
    Fault.LIST_ENTRY_UNKNOWN_CRITICAL: ({"signature", "entries"}, "unhandled critical CRL extension"),
    Fault.LIST_INDIRECT: ({"signature", "scope", "entries"}, OK),
    Fault.LIST_DELTA: ({"signature", "extensions"}, NO_LIST),
    Fault.LIST_REMOVE_FROM_CRL: ({"signature", "entries"}, OK),
    Fault.LIST_REASON_7: ({"signature", "entries"}, REVOKED),
    Fault.LIST_EMPTY: ({"signature", "entries"}, OK),
    Fault.LIST_EMPTY_SEQUENCE: ({"signature", "entries"}, OK),
    Fault.LIST_YESTERDAY: ({"signature", "this", "next", "number", "entries"}, OK),
}
"""What differs from the list as it should be, and what OpenSSL 3 says of the revoked certificate with the wrong one.

Where it says OK it was misled, and a product that asks it alone is misled, too; it reads neither number nor nextUpdate
where there is none.
"""


def fields(der: bytes) -> dict[str, object]:
    """Return what a list says, by field, read by asn1crypto."""
    made = asn1.CertificateList.load(der, strict=True)
    tbs = made["tbs_cert_list"]
    extensions = {e["extn_id"].dotted: e for e in tbs["crl_extensions"]}
    return {
        "issuer": tbs["issuer"].dump(),
        "this": tbs["this_update"].native,
        "next": tbs["next_update"].native,
        "entries": tbs["revoked_certificates"].dump(),
        "extensions": [(oid, extension["critical"].native) for oid, extension in extensions.items()],
        "key": extensions["2.5.29.35"]["extn_value"].parsed.dump(),
        "number": extensions["2.5.29.20"]["extn_value"].parsed.native,
        "scope": extensions["2.5.29.28"]["extn_value"].parsed.dump() if "2.5.29.28" in extensions else None,
        "signature": made["signature"].native,
    }


@pytest.mark.parametrize("fault", EFFECTS)
def test_one_thing_is_wrong(moved: Moved, verify: Callable[[bytes], str], fault: Fault) -> None:
    """But for that one thing and the signature the list is as it should be; OpenSSL's word on it is on record."""
    right, bent = moved[0].jlis.crl(Kind.SIGN, AOI, NOW), wrong(moved, fault)
    before, after = fields(right), fields(bent)
    differing, said = EFFECTS[fault]
    assert {name for name in before if before[name] != after[name]} == differing
    assert REVOKED in verify(right)
    assert said in verify(bent)


def test_every_fault_has_its_row() -> None:
    """But for two, which have tests of their own."""
    assert set(EFFECTS) | {Fault.LIST_HUGE, Fault.TRUNCATED} == set(BENDS)


def test_values_of_what_is_wrong(moved: Moved) -> None:
    """The scope that is named, the number, the base, the reasons: each as its name says."""
    right = fields(moved[0].jlis.crl(Kind.SIGN, AOI, NOW))
    other = fields(moved[0].jlis.crl(Kind.SIGN, WAKABA, NOW))
    assert fields(wrong(moved, Fault.LIST_IDP_MISMATCH))["scope"] == other["scope"]
    assert wrong(moved, Fault.LIST_WRONG_PARTITION) == moved[0].jlis.crl(Kind.SIGN, WAKABA, NOW)
    assert fields(wrong(moved, Fault.LIST_NUMBER_BACK))["number"] == 4052  # 2026-12-03 has 4062 (test_crl.py)
    assert right["number"] == 4062
    yesterday = moved[0].jlis.crl(Kind.SIGN, AOI, jst("2026-12-03T02:59:59"))
    assert wrong(moved, Fault.LIST_YESTERDAY) == yesterday
    delta = x509.load_der_x509_crl(wrong(moved, Fault.LIST_DELTA))
    assert delta.extensions.get_extension_for_class(x509.DeltaCRLIndicator).value.crl_number == 4061
    assert [entry.serial_number for entry in delta] == [moved[1].sign_serial]
    for fault, ending in ((Fault.LIST_REASON_7, "0a0107"), (Fault.LIST_REMOVE_FROM_CRL, "0a0108")):
        assert bytes.fromhex(f"551d150403{ending}") in wrong(moved, fault)
    assert fields(wrong(moved, Fault.LIST_EMPTY))["entries"] == b""
    assert fields(wrong(moved, Fault.LIST_EMPTY_SEQUENCE))["entries"] == bytes.fromhex("3000")


@pytest.mark.parametrize("fault", [Fault.LIST_ENTRY_UNKNOWN_CRITICAL, Fault.LIST_REASON_7, Fault.LIST_INDIRECT])
def test_a_fault_of_entries_has_one(moved: Moved, fault: Fault) -> None:
    """Nothing is revoked among the authentication certificates; the odd entry is of a number that nobody has."""
    made = asn1.CertificateList.load(wrong(moved, fault, Kind.AUTH), strict=True)["tbs_cert_list"]
    (entry,) = made["revoked_certificates"]
    assert entry["user_certificate"].native == 0x3FFF_FFFF


def test_a_truncated_list_is_half_of_it(moved: Moved) -> None:
    """The first half of the true octets, which nobody can read."""
    right = moved[0].jlis.crl(Kind.SIGN, AOI, NOW)
    assert wrong(moved, Fault.TRUNCATED) == right[: len(right) // 2]
    with pytest.raises(ValueError, match="ParseError"):
        x509.load_der_x509_crl(wrong(moved, Fault.TRUNCATED))


def test_a_huge_list_has_the_true_entries_too(keys: KeyPool, moved: Moved) -> None:
    """As many as ordered, each of a number of its own that no counter reaches, and the one that is revoked."""
    authority = Authority.found(Kind.SIGN, Generations(NOW).life(3), keys.named("a"), keys.named("a"))
    (entry,) = [each for each in moved[0].certificates(moved[1].resident.id) if each.kind is Kind.SIGN]
    setting = Setting(NOW, timedelta(), Signers(lambda: authority, authority))
    bend = bend_of(Fault.LIST_HUGE, setting, 40_000)
    made = x509.load_der_x509_crl(crl.crl_at(authority, Medium.CARD, AOI, FakeRegister([entry]), NOW, bend))
    serials = [revoked.serial_number for revoked in made]
    assert len(serials) == len(set(serials)) == 40_001
    assert serials[0] == entry.serial == moved[1].sign_serial
    assert min(serials[1:]) == 0x4000_0000
    assert max(revoked.revocation_date_utc for revoked in made) < made.last_update_utc
    assert made.is_signature_valid(authority.key.public_key())


TOGETHER = [Fault.LIST_IDP_ABSENT, Fault.LIST_WRONG_PARTITION, Fault.LIST_NUMBER_BACK]


@pytest.mark.parametrize("ordered", [TOGETHER, TOGETHER[::-1]], ids=["in order", "in the other"])
def test_several_faults_together(moved: Moved, ordered: list[Fault]) -> None:
    """Another municipality's list without its scope, in whichever order they were set: it passes for the right one.

    Through the door, where a fault of the carrier meets it, too; the journal names them, and each was counted.
    """
    world, door = moved[0], JlisDoor(moved[0])
    for fault in (*ordered, Fault.WRONG_CONTENT_TYPE):
        door.faults.set(Order(fault, FaultDoor.CRL))
    with Served(door.app) as served, httpx.Client(base_url=served.url, trust_env=False) as client:
        answer = client.get(crl.path_of(Kind.SIGN, AOI, Medium.CARD, 3))
    assert answer.headers["content-type"] != "application/pkix-crl"
    made = x509.load_der_x509_crl(answer.content)
    assert not list(made), "the revoked certificate is on the list of 葵市"
    assert [extension.oid.dotted_string for extension in made.extensions] == ["2.5.29.35", "2.5.29.20"]
    assert made.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 4052
    assert {standing.given for standing in door.faults} == {1}
    (line,) = world.journal.since(0)
    assert all(fault.value in line.answer for fault in ordered)


def test_a_carrier_meets_an_authoritys_list(moved: Moved) -> None:
    """What is at the door meets whoever asks for any list."""
    door = JlisDoor(moved[0])
    door.faults.set(Order(Fault.UNAVAILABLE, FaultDoor.CRL))
    with Served(door.app) as served, httpx.Client(base_url=served.url, trust_env=False) as client:
        assert client.get(crl_points.authority_path(Kind.SIGN, 3)).status_code == 503
        door.faults.clear()
        assert client.get(crl_points.authority_path(Kind.SIGN, 3)).status_code == 200
