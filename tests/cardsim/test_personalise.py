"""Personalisation: what becomes a card, and what is refused."""

from dataclasses import replace

import msgspec
import pytest

from cardsim.files import ISSUER_SECURITY_DOMAIN, Application, Element, File, SigningKey, build_application
from cardsim.personalise import Holder, IssuedFiles, Pins, personalise
from cardsim.pins import Pin, PinFormat
from cardsim.profile import Profile
from cardsim.state import fresh_kept
from tests.cardsim.conftest import HOLDER, SERIAL, ask, powered

JPKI = "00A4040C0AD392F000260100000001"
FREE = File(0x0A, "free", b"x")
PIN = Pin(0x18, "pin", PinFormat.FOUR_DIGITS, 3, b"1234", "pin")


def test_child_has_no_signature_certificate(issued: IssuedFiles) -> None:
    """A child's card says so in EF 0008, answers both queries 63Cx, and lets nothing of the signature side be used."""
    child = replace(issued, sign_certificate=None, sign_key=None)
    card = powered(personalise(HOLDER, child, serial=SERIAL))
    assert ask(card, JPKI, "00B0880000", "00200098", "0020009B", "0020009B06414243313233", "00B0810004") == [
        "9000", "008F009000", "63C3", "63C0", "6984", "6982",
    ]  # fmt: skip
    assert ask(card, "802A009A01AA00", "00B0820002") == ["6982", "30829000"]


def test_own_pins(issued: IssuedFiles) -> None:
    """The PINs of the card are those given, its birth key is the holder's birth date."""
    card = powered(personalise(HOLDER, issued, Pins(b"0000", b"XYZ987"), serial=SERIAL))
    assert ask(card, JPKI, "002000980430303030", "0020009B0658595A393837") == ["9000", "9000", "9000"]


def test_large_certificate_makes_a_large_file(issued: IssuedFiles) -> None:
    """A certificate beyond 1900 bytes has a file of its own size."""
    large = bytes.fromhex("308207D0") + bytes(2000)
    card = powered(personalise(HOLDER, replace(issued, auth_certificate=large), serial=SERIAL))
    assert ask(card, JPKI, "00B08A00000000")[1] == large.hex().upper() + "9000"


@pytest.mark.parametrize("der", [b"", b"\x30\x81\x80" + bytes(128), b"\x30\x82\x00\x10" + bytes(15)])
def test_certificate_clients_could_not_size(issued: IssuedFiles, der: bytes) -> None:
    """DER that does not begin 30 82 and its length cannot be put on a card."""
    with pytest.raises(ValueError, match="begins 30 82"):
        personalise(HOLDER, replace(issued, auth_certificate=der), serial=SERIAL)


@pytest.mark.parametrize("pins", [Pins(auth=b"123"), Pins(auth=b"12a4"), Pins(sign=b"ABC12"), Pins(sign=b"abc123")])
def test_pin_of_the_wrong_format(issued: IssuedFiles, pins: Pins) -> None:
    """A PIN that could never be typed is refused, and not repeated in the message."""
    with pytest.raises(ValueError, match="does not have the format") as caught:
        personalise(HOLDER, issued, pins, serial=SERIAL)
    assert pins.auth.decode() not in str(caught.value)
    assert pins.sign.decode() not in str(caught.value)


@pytest.mark.parametrize(
    "serial", ["", "123", "12345678901234567", "123456789012345x", "１２３４５６７８９０１２３４５６"]
)
def test_serial_of_the_wrong_form(issued: IssuedFiles, serial: str) -> None:
    """A serial has 16 ASCII digits."""
    with pytest.raises(ValueError, match="16 digits"):
        personalise(HOLDER, issued, serial=serial)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"number": "12345"}, "number of a holder has 12 digits"),
        ({"municipality_code": "4820"}, "municipality_code of a holder has 5 digits"),
        ({"security_code": "12a4"}, "security_code of a holder has 4 digits"),
        ({"sex": "x"}, "'1', '2' or '9'"),
    ],
)
def test_impossible_holder(change: dict[str, str], message: str) -> None:
    """What cannot be printed on a card is refused; the number itself is not repeated."""
    fields = {name: getattr(HOLDER, name) for name in Holder.__slots__}
    with pytest.raises(ValueError, match=message) as caught:
        Holder(**(fields | change))
    assert "12345" not in str(caught.value)


def test_half_a_signature_side(issued: IssuedFiles) -> None:
    """A certificate without its key, or a key without its certificate, is a mistake."""
    with pytest.raises(ValueError, match="come together"):
        replace(issued, sign_key=None)


@pytest.mark.parametrize(
    ("elements", "default_key", "message"),
    [
        ((FREE, FREE), 0, "share an identifier"),
        ((File(0x1F, "beyond", b""),), 0, "identifiers are 0001 to 001E"),
        ((File(0x01, "locked", b"", (0x18,)),), 0, "needs PIN 0018"),
        ((FREE, File(0x01, "locked", b"", (0x0A,))), 0, "needs PIN 000A"),
        ((PIN, SigningKey(0x17, "key", b"", (0x18, 0x11))), 0, "needs PIN 0011"),
        ((FREE,), 0x0A, "default key 000A"),
    ],
)
def test_table_that_contradicts_itself(elements: tuple[Element, ...], default_key: int, message: str) -> None:
    """A table with a lock that no PIN opens, or two files in one place, is no application."""
    with pytest.raises(ValueError, match=message):
        build_application(b"\xd3\x92", "test", elements, default_key=default_key)


@pytest.mark.parametrize("tries", [0, 16])
def test_tries_that_cannot_be_counted(tries: int) -> None:
    """63Cx counts to 15."""
    with pytest.raises(ValueError, match="1 to 15 tries"):
        Pin(0x18, "pin", PinFormat.FOUR_DIGITS, tries, b"1234", "pin")


def test_two_pins_with_one_counter() -> None:
    """PINs that keep their tries under one name share them, and so must begin alike: else it is a mistake."""
    other = msgspec.structs.replace(PIN, initial=b"9999")
    for second, shared in ((PIN, True), (other, False)):
        tables = {b"\xd3\x92\x01": PIN, b"\xd3\x92\x02": second}
        profile = Profile("0" * 16, {aid: build_application(aid, "test", (pin,)) for aid, pin in tables.items()})
        if shared:
            assert len(fresh_kept(profile).pins) == 1
        else:
            with pytest.raises(ValueError, match=r"keep their tries as .* and differ"):
                fresh_kept(profile)


def test_domain_is_no_application(profile: Profile) -> None:
    """The ISD is always there and never listed."""
    assert ISSUER_SECURITY_DOMAIN not in profile.applications
    assert all(isinstance(application, Application) for application in profile.applications.values())
