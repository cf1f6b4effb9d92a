"""Cards with one thing wrong: which, where OpenSSL meets it, and that everything else is as on a genuine card."""

import secrets
import subprocess
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from cardsim import adversarial
from cardsim.adversarial import MakersKeys, WrongLength
from cardsim.personalise import IssuedFiles, Pins, personalise
from cardsim.profile import Profile
from cardsim.tlv import TlvError, parse_one
from harness.jlis.card_issuer import CardIssuer, birth_record
from harness.municipalities import MUNICIPALITIES
from tests.cardsim.chip_proof import chip_modulus, first_failure
from tests.cardsim.conftest import CVC, HOLDER, Keys, ask, certificate, powered

JPKI = bytes.fromhex("D392F000260100000001")
VISUAL = bytes.fromhex("D3921000310001010402")
SELECT_JPKI = "00A4040C0AD392F000260100000001"
AIDS = {
    "jpki": JPKI,
    "visual": VISUAL,
    "text": bytes.fromhex("D3921000310001010408"),
    "juki": bytes.fromhex("D3921000310001010401"),
    "common": bytes.fromhex("D3921000310001010100"),
}
BIRTH = b"550217"
OLD_ID = b"6000022\x08\x05001\x00\x00\x00\x00"


@dataclass(frozen=True, slots=True)
class Issued:
    """Two genuine cards of one birth date, and the keys of everybody: the issuer's, the makers'."""

    victim: Profile
    other: Profile
    anchor: bytes
    old: RSAPrivateKey
    maker: MakersKeys


@pytest.fixture(scope="module")
def cards(keys: Keys, issued: IssuedFiles) -> Issued:
    """Cards whose chain is whole."""
    fresh = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(9)]
    issuer, municipality, old, *rest = fresh
    code, town = next(iter(MUNICIPALITIES.items()))
    assert code == town.code

    def made(owned: Keys, name: str, serial: str) -> Profile:
        files = IssuedFiles(
            auth_certificate=certificate(owned.auth, name),
            auth_ca_certificate=issued.auth_ca_certificate,
            sign_certificate=certificate(owned.sign, name),
            sign_ca_certificate=issued.sign_ca_certificate,
            auth_key=owned.auth,
            sign_key=owned.sign,
            chip_key=owned.chip,
            birth_record=birth_record(date(1980, 2, 17), owned.chip.public_key(), municipality),
            cvc=CardIssuer(issuer).certify(town, municipality.public_key()),
            text_cvc=issued.text_cvc,
            sign_record=issued.sign_record,
            images=issued.images,
        )
        return personalise(HOLDER, files, Pins(), serial=serial)

    return Issued(
        made(keys, "victim", "1" * 16),
        made(Keys(*rest[:3]), "other", "2" * 16),
        modulus(issuer),
        old,
        MakersKeys(*rest[3:6]),
    )


def modulus(key: RSAPrivateKey) -> bytes:
    """The modulus of a 2048-bit key."""
    return key.public_key().public_numbers().n.to_bytes(256, "big")


def differences(card: Profile, genuine: Profile) -> set[str]:
    """What is not the same on two cards, by name: files by application and identifier."""
    names = {
        name
        for name in ("serial", "atr", "options", "free_area", "flaws")
        if getattr(card, name) != getattr(genuine, name)
    }
    assert card.applications.keys() == genuine.applications.keys()
    for aid, application in card.applications.items():
        there = genuine.applications[aid]
        assert application.elements.keys() == there.elements.keys()
        label = next(name for name, known in AIDS.items() if known == aid)
        names |= {f"{label} {fid:04X}" for fid, item in application.elements.items() if item != there.elements[fid]}
    return names


def prove(card: Profile, anchor: bytes, folder: Path, nonce: bytes | None = None) -> str | None:
    """Where OpenSSL stops, with a nonce of its own."""
    return first_failure(powered(card), BIRTH, nonce or secrets.token_bytes(32), anchor, folder)


def test_genuine_cards_pass(cards: Issued, tmp_path: Path) -> None:
    """The twin of all below: both cards are verified to the end under the anchor, and under no other."""
    assert prove(cards.victim, cards.anchor, tmp_path) is None
    assert prove(cards.other, cards.anchor, tmp_path) is None
    assert prove(cards.victim, modulus(cards.old), tmp_path) == "cvc"


def test_self_made_card_fails_at_the_first_step(cards: Issued, tmp_path: Path) -> None:
    """Nobody's issuer signed it; under its maker's key all of it holds, and it says what the genuine one says."""
    card = adversarial.self_made(cards.victim, cards.maker)
    assert prove(card, cards.anchor, tmp_path) == "cvc"
    assert prove(card, modulus(cards.maker.issuer), tmp_path) is None
    assert differences(card, cards.victim) == {"visual 0001", "visual 0004", "visual 001A"}
    for fid, same in ((0x04, slice(0, 42)), (0x01, slice(0, 16))):
        bodies = [getattr(profile.applications[VISUAL].elements[fid], "body", b"") for profile in (card, cards.victim)]
        assert bodies[0][same] == bodies[1][same]
        assert len(bodies[0]) == len(bodies[1])


def test_clone_fails_at_the_last_step(cards: Issued, tmp_path: Path) -> None:
    """All that can be read is the victim's; the private keys are not, and so no signature verifies."""
    card = adversarial.cloned(cards.victim, cards.other)
    assert prove(card, cards.anchor, tmp_path) == "chip"
    private = {"jpki 0017", "jpki 001A", "visual 001A", "text 0006", "text 0013", "common 0019"}
    assert differences(card, cards.victim) == private
    for label, fid in (("jpki", 0x0A), ("visual", 0x01), ("visual", 0x04), ("text", 0x06)):
        bodies = [getattr(found.applications[AIDS[label]].elements[fid], "body", b"") for found in (card, cards.victim)]
        assert bodies[0] == bodies[1] != b""
    assert not login_verifies(card, tmp_path)
    assert login_verifies(cards.victim, tmp_path)


def test_spliced_card_is_seen_by_who_remembers_the_chip(cards: Issued, tmp_path: Path) -> None:
    """Its chain holds and the certificate is the victim's: the chip's key alone is another than at registration."""
    card = adversarial.spliced(cards.victim, cards.other)
    assert prove(card, cards.anchor, tmp_path) is None
    assert differences(card, cards.other) == {"jpki 000A"}
    read = (SELECT_JPKI, "00B08A000000 00".replace(" ", ""))
    assert ask(powered(card), *read) == ask(powered(cards.victim), *read)
    assert chip_modulus(powered(card), BIRTH) != chip_modulus(powered(cards.victim), BIRTH)
    assert not login_verifies(card, tmp_path)


def test_spliced_card_needs_one_birth_date(cards: Issued) -> None:
    """Two dates would be seen without any signature: that is no splice."""
    record = cards.other.applications[VISUAL].elements[0x01]
    older = msgspec.structs.replace(record, body=getattr(record, "body", b"").replace(b"19800217", b"19790217"))
    with pytest.raises(ValueError, match="same birth date"):
        adversarial.spliced(cards.victim, adversarial._with_element(cards.other, VISUAL, older))


def test_old_issuer_is_an_anchor_no_more(cards: Issued, tmp_path: Path) -> None:
    """The CVC names and bears the old key's signature; the rest of the chain is untouched."""
    card = adversarial.with_old_issuer(cards.victim, cards.old, OLD_ID)
    assert prove(card, cards.anchor, tmp_path) == "cvc"
    assert prove(card, modulus(cards.old), tmp_path) is None
    assert differences(card, cards.victim) == {"visual 0004"}
    body = getattr(card.applications[VISUAL].elements[4], "body", b"")
    assert (body[10:26], len(body)) == (OLD_ID, len(CVC))
    with pytest.raises(ValueError, match="16 bytes"):
        adversarial.with_old_issuer(cards.victim, cards.old, b"6000022")


def test_replaying_card_fails_at_a_fresh_nonce(cards: Issued, tmp_path: Path) -> None:
    """Once it passed; at another nonce the same bytes do not, and nothing else of the card is different."""
    digest = "3031300d060960864801650304020105000420" + (b"\x11" * 32).hex()
    heard = bytes.fromhex(ask(powered(cards.victim), f"00A4040C0A{VISUAL.hex()}", f"802A000033{digest}00")[1][:-4])
    card = adversarial.replaying(cards.victim, heard)
    assert prove(card, cards.anchor, tmp_path) == "chip"
    assert differences(card, cards.victim) == {"flaws"}
    select = f"00A4040C0A{VISUAL.hex()}"
    assert ask(powered(card), select, f"802A000033{digest}00")[1] == heard.hex().upper() + "9000"
    assert login_verifies(card, tmp_path), "keys behind a PIN are genuine"
    with pytest.raises(ValueError, match="heard before"):
        adversarial.replaying(cards.victim, b"")


def test_tries_that_stay(cards: Issued) -> None:
    """Twenty wrong PINs and still three tries; each answer is one that a genuine card may give."""
    card = powered(adversarial.tries_that_stay(cards.victim))
    assert ask(card, SELECT_JPKI) == ["9000"]
    assert ask(card, *(20 * ["002000980439393939"])) == 20 * ["63C3"]
    assert ask(card, "00200098", "802A009701AA00", "002000980431323334", "002000980439393939", "802A009701AA00") == [
        "63C3", "6982", "9000", "63C3", "6982",
    ]  # fmt: skip
    assert differences(card.profile, cards.victim) == {"flaws"}


def test_flaws_add_up(cards: Issued) -> None:
    """A card may have two of them."""
    card = adversarial.replaying(adversarial.tries_that_stay(cards.victim), b"\x01" * 256)
    assert ask(powered(card), f"00A4040C0A{VISUAL.hex()}", "802A000001AA00", "0020009106393939393939") == [
        "9000", 256 * "01" + "9000", "63CA",
    ]  # fmt: skip


def test_mismatched_key(cards: Issued, tmp_path: Path) -> None:
    """The signature is well formed and verifies under another key than the certificate's."""
    card = adversarial.mismatched(cards.victim, cards.maker.chip)
    assert not login_verifies(card, tmp_path)
    assert differences(card, cards.victim) == {"jpki 0017"}
    assert prove(card, cards.anchor, tmp_path) is None


@pytest.mark.parametrize("wrong", WrongLength, ids=lambda wrong: wrong.name.lower())
def test_wrong_length(cards: Issued, wrong: WrongLength) -> None:
    """One file says another length than it has; all others are the genuine card's, and reading it ends as usual."""
    card = adversarial.with_wrong_length(cards.victim, wrong)
    name = {"CVC_SHORT": "visual 0004", "RECORD_BEYOND_FILE": "visual 0001"}.get(wrong.name, "jpki 000A")
    assert differences(card, cards.victim) == {name}
    assert not well_formed(card, name)
    assert well_formed(cards.victim, name)


def well_formed(card: Profile, name: str) -> bool:
    """Whether a file holds one object of exactly the length it says, and of the length clients demand."""
    label, fid = name.split()
    body = getattr(card.applications[{"jpki": JPKI, "visual": VISUAL}[label]].elements[int(fid, 16)], "body", b"")
    try:
        found, end = parse_one(body)
    except TlvError:
        return False
    if name == "jpki 000A":
        try:
            x509.load_der_x509_certificate(found.raw)
        except ValueError:
            return False
        return set(body[end:]) <= {0}
    return len(found.raw) == {"visual 0004": 568, "visual 0001": 547}[name]


def login_verifies(card: Profile, folder: Path) -> bool:
    """Whether OpenSSL verifies a login signature under the authentication certificate that the card shows."""
    inserted = powered(card)
    challenge = secrets.token_bytes(32)
    hashed = subprocess.run(["openssl", "dgst", "-sha256", "-binary"], input=challenge, capture_output=True, check=True)
    sign = "802A009733" + "3031300d060960864801650304020105000420" + hashed.stdout.hex() + "00"
    answers = ask(inserted, SELECT_JPKI, "00B08A00000000", "002000980431323334", sign)
    shown = x509.load_der_x509_certificate(parse_one(bytes.fromhex(answers[1])[:-2])[0].raw)
    (folder / "shown.pem").write_bytes(shown.public_bytes(Encoding.PEM))
    subprocess.run(
        ["openssl", "x509", "-in", folder / "shown.pem", "-pubkey", "-noout", "-out", folder / "public.pem"], check=True
    )
    (folder / "login").write_bytes(bytes.fromhex(answers[3])[:-2])
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", folder / "public.pem", "-signature", folder / "login"],
        input=challenge, capture_output=True, check=False,
    )  # fmt: skip
    return done.stdout == b"Verified OK\n"
