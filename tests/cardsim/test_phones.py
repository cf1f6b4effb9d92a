"""The JPKI application in a phone (spec/card.md §2.1, §7): labels, the certificate behind the PIN, `80 FC`."""

import pytest

from cardsim.folder import load_card, save_card
from cardsim.personalise import IssuedFiles, personalise_phone
from cardsim.profile import Options, Token
from cardsim.slot import InsertedCard
from cardsim.status import StatusWord
from tests.cardsim.conftest import SERIAL, ask, powered

JPKI = "00A4040C0AD392F000260100000001"
PHONES = [(Token.ANDROID, "JPKIAPGPSETOKEN"), (Token.IPHONE, "JPKIAPIOSTOKEN")]


def phone(issued: IssuedFiles, token: Token, options: Options = Options()) -> InsertedCard:  # noqa: B008
    """A phone held to the reader."""
    return powered(personalise_phone(issued, token=token, serial=SERIAL, options=options))


@pytest.mark.parametrize(("token", "label"), PHONES)
def test_label(issued: IssuedFiles, token: Token, label: str) -> None:
    """The first 32 bytes of EF 0006, padded with spaces: MC compares them all, myna reads exactly these."""
    assert ask(phone(issued, token), JPKI, "00B0860020")[1] == label.encode().ljust(32).hex().upper() + "9000"


@pytest.mark.parametrize("token", [Token.ANDROID, Token.IPHONE])
def test_certificate_is_behind_the_pin(issued: IssuedFiles, token: Token) -> None:
    """EF 000A opens with PIN 0018 (MYN#6), its CA certificate does not want it; nothing else differs."""
    card = phone(issued, token)
    assert ask(card, JPKI, "00B08A0002", "00B08B0002", "00200098", "002000980431323334", "00B08A0002") == [
        "9000", "6982", "30829000", "63C3", "9000", "30829000",
    ]  # fmt: skip
    assert ask(card, "00B0810002", "0020009B06414243313233", "00B0810002") == ["6982", "9000", "30829000"]


@pytest.mark.parametrize("token", [Token.ANDROID, Token.IPHONE])
@pytest.mark.parametrize("last", ["0408", "0402", "0401", "0100"])
def test_other_applications_are_absent(issued: IssuedFiles, token: Token, last: str) -> None:
    """Text and visual applications are absent from phones; myna (Go) stops there."""
    assert ask(phone(issued, token), f"00A4040C0AD392100031000101{last}") == ["6A82"]


def test_command_of_the_iphone(issued: IssuedFiles, card: InsertedCard) -> None:
    """`80 FC 00 00` is the iPhone's alone; on plastic it is 6700 (measured), on Android taken to be so."""
    assert ask(card, "80FC0000", JPKI, "80FC0000") == ["6700", "9000", "6700"]
    assert ask(phone(issued, Token.ANDROID), "80FC0000") == ["6700"]
    assert ask(phone(issued, Token.IPHONE), "80FC0000", "80FC0100") == ["9000", "6A86"]
    other = Options(iphone_command=StatusWord.SECURITY_NOT_SATISFIED)
    assert ask(phone(issued, Token.IPHONE, other), "80FC0000") == ["6982"]


def test_card_is_no_phone(issued: IssuedFiles) -> None:
    """A plastic card has more than one application: it is made otherwise."""
    with pytest.raises(ValueError, match="made by personalise"):
        personalise_phone(issued, token=Token.CARD, serial=SERIAL)


def test_phone_in_a_folder(issued: IssuedFiles, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A phone is saved and loaded as what it is."""
    made = personalise_phone(issued, token=Token.IPHONE, serial=SERIAL)
    folder = tmp_path_factory.mktemp("phone")
    save_card(made, folder)
    loaded, store = load_card(folder)
    store.close()
    assert loaded == made
