"""The issue's own sentence, asked with `openssl crl` and `openssl ocsp`, which share nothing with the harness.

"A moved holder's signature certificate is absent from the CRL one second before publication and present with reason 3
at publication, the authentication certificate good throughout."
"""

import re
from datetime import datetime
from pathlib import Path

import pytest

from harness.contract.vocabulary import Kind
from harness.municipalities import AOI, WAKABA
from harness.personalisation import IssuedCard
from harness.world import World
from tests.harness.instants import jst
from tests.harness.life_cycle.scenes import HAPPENS, MARK, PUBLICATION, SECOND
from tests.harness.openssl import at, openssl, write_authorities, write_card

INSTANTS = [HAPPENS, MARK - SECOND, MARK, PUBLICATION - SECOND, PUBLICATION]


@pytest.fixture
def moved(world: World) -> IssuedCard:
    """The card of somebody who got it a day before and moved from 葵市 to 若葉市 at 09:07 of 2 December."""
    card = world.issue_card(world.new_resident(municipality=AOI.code).id)
    world.clock.set(HAPPENS)
    world.move(card.resident.id, WAKABA.code)
    return card


def listed(world: World, kind: Kind, instant: datetime, folder: Path) -> dict[int, str]:
    """Return what `openssl crl` reads in the list of 葵市 at an instant: serial and reason; its signature is right."""
    der, authority = folder / "list.crl", write_authorities(folder, world)[kind.value]
    der.write_bytes(world.jlis.crl(kind, AOI, instant))
    code, text = openssl("crl", "-inform", "DER", "-in", der, "-noout", "-text", "-CAfile", authority)
    assert code == 0
    assert "verify OK" in text
    found = re.findall(
        r"Serial Number: ([0-9A-F]+)\n.*\n(?:.*CRL entry extensions:\n.*X509v3 CRL Reason Code: *\n *(.+))?", text
    )
    return {int(serial, 16): reason for serial, reason in found}


def ask(world: World, kind: Kind, card: IssuedCard, instant: datetime, folder: Path) -> str:
    """Return what `openssl ocsp` says of a certificate after its own question was answered at an instant."""
    authority, leaf = write_authorities(folder, world)[kind.value], write_card(folder, card)[kind.value]
    question, answer = folder / "question.der", folder / "answer.der"
    code, said = openssl("ocsp", "-issuer", authority, "-cert", leaf, "-no_nonce", "-reqout", question)
    assert code == 0, said
    answer.write_bytes(world.jlis.ocsp(kind, question.read_bytes(), instant).der)
    code, said = openssl(
        "ocsp", "-respin", answer, "-issuer", authority, "-cert", leaf, "-CAfile", authority, "-no_nonce", *at(instant)
    )
    assert code == 0, said
    assert "Response verify OK" in said
    return said


@pytest.mark.parametrize("instant", [HAPPENS, PUBLICATION - SECOND])
def test_absent_until_a_second_before_publication(
    world: World, moved: IssuedCard, tmp_path: Path, instant: datetime
) -> None:
    """The list of the day before still answers at 02:59:59."""
    assert moved.sign_serial not in listed(world, Kind.SIGN, instant, tmp_path)


def test_present_with_reason_3_at_publication(world: World, moved: IssuedCard, tmp_path: Path) -> None:
    """At 03:00:00 it is there: affiliationChanged, by its DER ENUMERATED 3."""
    assert listed(world, Kind.SIGN, PUBLICATION, tmp_path) == {moved.sign_serial: "Affiliation Changed"}
    code, structure = openssl("asn1parse", "-inform", "DER", "-in", tmp_path / "list.crl")
    assert code == 0
    assert re.findall(r"X509v3 CRL Reason Code\n.*\[HEX DUMP\]:([0-9A-F]+)", structure) == ["0A0103"]


@pytest.mark.parametrize("instant", INSTANTS)
def test_the_authentication_certificate_is_good_throughout(
    world: World, moved: IssuedCard, tmp_path: Path, instant: datetime
) -> None:
    """No list carries it and OCSP says good, before and after."""
    assert listed(world, Kind.AUTH, instant, tmp_path) == {}
    assert re.search(r"^(?:\S+: )?good$", ask(world, Kind.AUTH, moved, instant, tmp_path), re.MULTILINE)


@pytest.mark.parametrize("instant", INSTANTS)
def test_ocsp_knows_sooner(world: World, moved: IssuedCard, tmp_path: Path, instant: datetime) -> None:
    """Of the signature certificate OCSP says from 09:15 on what the list says from 03:00 of the next day on."""
    said = ask(world, Kind.SIGN, moved, instant, tmp_path)
    if instant < MARK:
        assert re.search(r"^(?:\S+: )?good$", said, re.MULTILINE)
        return
    assert re.search(r"^(?:\S+: )?revoked$", said, re.MULTILINE)
    assert "Reason: affiliationChanged" in said
    assert "Revocation Time: Dec  2 00:07:00 2026 GMT" in said


def test_instants_are_those_of_the_sentence() -> None:
    """09:07 of 2 December, its mark, and 03:00 of the day after."""
    assert [jst("2026-12-02T09:07:00"), jst("2026-12-02T09:15:00"), jst("2026-12-03T03:00:00")] == [
        HAPPENS,
        MARK,
        PUBLICATION,
    ]
