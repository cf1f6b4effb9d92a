"""Cards of a world in every form and with every fault: read through a reader, judged by OpenSSL."""

from datetime import date
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from cardsim.applications import jpki
from cardsim.readers.inprocess import InProcessConnection
from cardsim.slot import InsertedCard
from harness.chronicle import EventRefused
from harness.forgery import Variant
from harness.jlis.life_events import LifeEvent
from harness.jlis.populations import PHONE_AUTH
from harness.kept_cards import CardsInFolder
from harness.personalisation import IssuedCard
from harness.presented import GENUINE, Form, Which, present, told_by_serial
from harness.slot import SlotRefused
from harness.slots import Slots
from harness.world import World
from tests.cardsim.chip_proof import first_failure
from tests.harness.openssl import openssl

SELECT_JPKI = "00A4040C0AD392F000260100000001"
PIN = "002000980431323334"
READ_AUTH, READ_CA = "00B08A00000000", "00B08B00000000"
READ_LABEL = "00B0860020"
SIGN = "802A009733{}00"
DIGEST_INFO = "3031300D060960864801650304020105000420"
BORN = date(1980, 2, 17)
ERA = b"550217"


@pytest.fixture
def holder(world: World) -> str:
    """Somebody with a card and a phone."""
    resident = world.new_resident(birth_date=BORN, with_card=True)
    world.happen(resident.id, LifeEvent.PHONE_BOUND)
    return resident.id


class Terminal:
    """A card in the in-process reader, asked in hexadecimal."""

    def __init__(self, card: IssuedCard) -> None:
        self.card = InsertedCard.unused(card.profile)
        self._connection = InProcessConnection(self.card)
        self._connection.connect()

    def ask(self, *commands: str) -> list[str]:
        """What the card answers to each."""
        told = [self._connection.transmit(list(bytes.fromhex(command))) for command in commands]
        return [bytes(data).hex().upper() + f"{sw1:02X}{sw2:02X}" for data, sw1, sw2 in told]


def der_of(answer: str) -> bytes:
    """The certificate in a zero-filled file."""
    body = bytes.fromhex(answer[:-4])
    return body[: 4 + int.from_bytes(body[2:4], "big")]


def verified(folder: Path, authority: bytes, certificate: bytes, at: int) -> bool:
    """Whether OpenSSL verifies a certificate under an authority at an instant."""
    for name, der in (("ca", authority), ("leaf", certificate)):
        (folder / f"{name}.der").write_bytes(der)
        openssl("x509", "-inform", "DER", "-in", folder / f"{name}.der", "-out", folder / f"{name}.pem")
    options = ("-ignore_critical", "-attime", str(at), "-CAfile", folder / "ca.pem", folder / "leaf.pem")
    return openssl("verify", *options)[0] == 0


def signs(folder: Path, certificate: bytes, signature: bytes, signed: bytes) -> bool:
    """Whether OpenSSL recovers what was signed by a certificate's key."""
    (folder / "signature").write_bytes(signature)
    (folder / "leaf.der").write_bytes(certificate)
    recovered = openssl(
        "pkeyutl", "-verifyrecover", "-certin", "-inkey", folder / "leaf.der", "-keyform", "DER",
        "-in", folder / "signature", "-out", folder / "recovered",
    )  # fmt: skip
    return recovered[0] == 0 and (folder / "recovered").read_bytes() == signed


@pytest.mark.parametrize(("form", "label"), [(Form.ANDROID, "JPKIAPGPSETOKEN"), (Form.IPHONE, "JPKIAPIOSTOKEN")])
def test_a_phone_holds_the_pair_of_the_register_behind_its_pin(
    world: World, holder: str, tmp_path: Path, form: Form, label: str
) -> None:
    """Certificate 000A opens with the PIN, is the register's phone certificate, and its key signs under it."""
    phone, _ = present(world, holder, Which(form))
    terminal = Terminal(phone)
    chosen, told, closed, _, unlocked, read, signed = terminal.ask(
        SELECT_JPKI, READ_LABEL, READ_AUTH, READ_CA, PIN, READ_AUTH, SIGN.format(DIGEST_INFO + "11" * 32)
    )
    assert (chosen, told, closed, unlocked) == ("9000", label.encode().ljust(32).hex().upper() + "9000", "6982", "9000")
    (entry,) = [each for each in world.all_certificates(holder) if each.population == PHONE_AUTH]
    assert entry.serial == phone.auth_serial
    assert der_of(read) == world.certificate(entry) == phone.auth_certificate
    certificate = x509.load_der_x509_certificate(der_of(read))
    (name,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert str(name.value)[-1] == "M"  # the phone's letter
    assert signs(tmp_path, der_of(read), bytes.fromhex(signed)[:-2], bytes.fromhex(DIGEST_INFO) + b"\x11" * 32)
    assert terminal.ask("00A4040C0AD3921000310001010408") == ["6A82"]


def test_who_has_no_phone_presents_none(world: World) -> None:
    """Nobody's certificates are made up: the refusal says what has to befall them."""
    resident = world.new_resident(with_card=True)
    with pytest.raises(EventRefused, match="expected a phone with certificates, actual none; let phone-bound"):
        present(world, resident.id, Which(Form.ANDROID))


def test_a_new_phone_is_another_one(world: World, holder: str) -> None:
    """After a change of phone the new pair is at hand, under another number; the card is as it was."""
    before, card = present(world, holder, Which(Form.IPHONE))[0], world.card_of(holder)
    world.happen(holder, LifeEvent.PHONE_REPLACED)
    after = present(world, holder, Which(Form.IPHONE))[0]
    assert after.auth_serial != before.auth_serial
    assert after.profile.serial != before.profile.serial
    assert world.card_of(holder) == card


def test_the_next_card_says_that_it_is_assumed(world: World, holder: str, tmp_path: Path) -> None:
    """P-384 under an authority that says ASSUMED, ten years, marked; OpenSSL verifies; the register knows nothing."""
    card, _ = present(world, holder, Which(Form.NEXT))
    terminal = Terminal(card)
    chosen, closed, authority, opened, read = terminal.ask(
        "00A4040C09F04B415A4153484921", READ_AUTH, READ_CA, PIN, READ_AUTH
    )
    assert (chosen, closed, opened) == ("9000", "6982", "9000")
    assert der_of(read) == card.auth_certificate
    certificate, issuer = (x509.load_der_x509_certificate(der_of(each)) for each in (read, authority))
    assert "Next generation (ASSUMED)" in issuer.subject.rfc4514_string()
    assert certificate.not_valid_after_utc.year - world.clock.now().year in {9, 10}
    text = openssl("x509", "-inform", "DER", "-in", _written(tmp_path, der_of(read)), "-noout", "-text")[1]
    assert "NIST CURVE: P-384" in text
    assert "ecdsa-with-SHA384" in text
    assert "2.25.259267976" in text  # the marker
    assert "OCSP" not in text
    now = int(world.clock.now().timestamp())
    assert verified(tmp_path, der_of(authority), der_of(read), now)
    assert not verified(tmp_path, der_of(authority), der_of(read), now + 11 * 366 * 86_400)
    assert card.auth_serial not in {entry.serial for entry in world.all_certificates(holder)}
    assert present(world, holder, Which(Form.NEXT))[0].auth_certificate == card.auth_certificate
    assert card.profile.serial == world.card_of(holder).profile.serial + "-next"
    assert told_by_serial(card.profile.serial) is not None


def _written(folder: Path, der: bytes) -> Path:
    (folder / "one.der").write_bytes(der)
    return folder / "one.der"


FAILS = {
    Variant.SELF_MADE: "cvc",
    Variant.CLONED: "chip",
    Variant.SPLICED: None,
    Variant.OLD_ISSUER: "cvc",
    Variant.REPLAYING: "chip",
    Variant.TRIES_STAY: None,
    Variant.MISMATCHED: None,
}
"""Where OpenSSL stops on the way from the anchor to the chip; the rest are met elsewhere, or cannot be parsed."""


@pytest.mark.parametrize("variant", Variant)
def test_each_variant_is_one_word(world: World, holder: str, tmp_path: Path, variant: Variant) -> None:
    """Its number ends with the word, it has a line in both languages, and it fails where that line says."""
    card, _ = present(world, holder, Which(variant=variant))
    assert card.profile.serial == f"{world.card_of(holder).profile.serial}-{variant}"
    assert told_by_serial(card.profile.serial) == variant.told
    assert all(variant.told)
    assert present(world, holder, Which(variant=variant))[0] == card  # made anew it is the same
    if variant in FAILS:
        spki = world.trust().card_issuers[0][1]
        assert first_failure(Terminal(card).card, ERA, b"n" * 32, spki[-261:-5], tmp_path) == FAILS[variant]
        genuine = Terminal(world.card_of(holder)).card
        assert first_failure(genuine, ERA, b"n" * 32, spki[-261:-5], tmp_path) is None


@pytest.mark.parametrize("variant", FAILS)
def test_who_logs_in(world: World, holder: str, tmp_path: Path, variant: Variant) -> None:
    """A clone, a splice and a card whose key is another's sign nothing that the victim's certificate verifies."""
    card, genuine = (present(world, holder, which)[0] for which in (Which(variant=variant), GENUINE))
    *_, read, signed = Terminal(card).ask(SELECT_JPKI, PIN, READ_AUTH, SIGN.format(DIGEST_INFO + "22" * 32))
    assert der_of(read) == genuine.auth_certificate
    verifies = signs(tmp_path, der_of(read), bytes.fromhex(signed)[:-2], bytes.fromhex(DIGEST_INFO) + b"\x22" * 32)
    assert verifies == (variant not in {Variant.CLONED, Variant.SPLICED, Variant.MISMATCHED})


def test_what_no_chain_shows(world: World, holder: str) -> None:
    """A splice shows the victim's certificate on another chip; tries stay; lengths do not fit."""
    genuine = world.card_of(holder)
    spliced = Terminal(present(world, holder, Which(variant=Variant.SPLICED))[0])
    assert der_of(spliced.ask(SELECT_JPKI, READ_AUTH)[1]) == genuine.auth_certificate
    chip = "00A4040C0AD3921000310001010402", "002000910635353032313700".removesuffix("00"), "00B08100000000"
    assert spliced.ask(*chip)[2] != Terminal(genuine).ask(*chip)[2]
    guessed = Terminal(present(world, holder, Which(variant=Variant.TRIES_STAY))[0])
    assert guessed.ask(SELECT_JPKI, *["002000980439393939"] * 9)[1:] == ["63C3"] * 9
    cut = Terminal(present(world, holder, Which(variant=Variant.CERTIFICATE_CUT))[0])
    body = bytes.fromhex(cut.ask(SELECT_JPKI, READ_AUTH)[1])[:-2]
    assert len(body) < 4 + int.from_bytes(body[2:4], "big")


def test_a_splice_on_a_named_persons_card(world: World, holder: str) -> None:
    """Another resident of the same birth date lends the chip; one of another birth date cannot."""
    twin, stranger = (world.new_resident(birth_date=day, with_card=True) for day in (BORN, date(1981, 1, 1)))
    card, _ = present(world, holder, Which(variant=Variant.SPLICED, other=twin.id))
    key = card.profile.applications[jpki.AID].elements[jpki.AUTH_KEY]
    assert key == world.card_of(twin.id).profile.applications[jpki.AID].elements[jpki.AUTH_KEY]
    with pytest.raises(EventRefused, match="two cards of the same birth date"):
        present(world, holder, Which(variant=Variant.SPLICED, other=stranger.id))


@pytest.mark.parametrize(
    ("which", "said"),
    [
        (Which(Form.ANDROID, Variant.CLONED), "expected form card, actual android"),
        (Which(other="r000001"), "for a clone or a splice only"),
    ],
)
def test_what_makes_no_sense_is_refused(world: World, holder: str, which: Which, said: str) -> None:
    """A forged phone, and another's chip in a genuine card."""
    with pytest.raises(EventRefused, match=said):
        present(world, holder, which)


def test_a_child_has_no_next_card(world: World) -> None:
    """A next card without a signature certificate is not modelled, and that is said."""
    child = world.new_resident(birth_date=date(2020, 1, 1), with_card=True)
    with pytest.raises(EventRefused, match="expected a signature certificate"):
        present(world, child.id, Which(Form.NEXT))


def test_a_clone_beside_its_victim(world: World, holder: str) -> None:
    """Two slots, two cards, two counts of tries; the phone in a third; none of them twice."""
    whiches = GENUINE, Which(variant=Variant.CLONED), Which(Form.ANDROID)
    with Slots(4) as slots:
        for slot, which in zip(slots, whiches, strict=False):
            card, life = present(world, holder, which)
            slots.insert(slot.name, card.profile, holder, life)
            slot.power_on()
        wrong = [bytes.fromhex(command) for command in (SELECT_JPKI, "002000980439393939")]
        counts = [[slot.transmit(command) for command in wrong][-1].hex() for slot in list(slots)[:3]]
        assert counts == ["63c2"] * 3
        with pytest.raises(SlotRefused, match="expected a card that is in no slot"):
            slots.insert("Kazashi-4", card.profile, holder, life)


def test_a_renewed_holders_clone_keeps_its_folder(world: World, holder: str, tmp_path: Path) -> None:
    """What is kept of a clone follows its victim's new certificates, as the card itself does."""
    cards = CardsInFolder(tmp_path / "cards")
    for _ in range(2):
        card, life = present(world, holder, Which(variant=Variant.CLONED))
        cards.open(card.profile, life).close()
        world.happen(holder, LifeEvent.RENEWED)
    assert {path.name for path in (tmp_path / "cards").iterdir()} == {card.profile.serial}
