"""Options of the profile: each unknown of spec/card.md §8 can be answered otherwise."""

import pytest

from cardsim.personalise import IssuedFiles
from cardsim.profile import Options
from cardsim.status import StatusWord
from tests.cardsim.conftest import ask, with_options

JPKI = "00A4040C0AD392F000260100000001"
VISUAL = "00A4040C0AD3921000310001010402"
OTHER = StatusWord.WRONG_DATA
"""A word that none of the defaults below is."""


@pytest.mark.parametrize(
    ("options", "commands", "default"),
    [
        pytest.param(Options(verify_on_other_file=OTHER), [JPKI, "0020008A"], "6981", id="VERIFY of a certificate"),
        pytest.param(Options(sign_on_other_file=OTHER), [JPKI, "802A008A01AA00"], "6985", id="sign with a certificate"),
        pytest.param(Options(sign_without_default_key=OTHER), [JPKI, "802A000001AA00"], "6A86", id="no default key"),
        pytest.param(
            Options(fixed_pin_change=OTHER),
            [VISUAL, "0020009106353530323137", "0024019106353530323138"],
            "6982",
            id="change of the birth date",
        ),
    ],
)
def test_word_is_an_option(issued: IssuedFiles, options: Options, commands: list[str], default: str) -> None:
    """The default is the choice of the specification; a profile that says otherwise is obeyed."""
    assert ask(with_options(issued, Options()), *commands)[-1] == default
    assert ask(with_options(issued, options), *commands)[-1] == "6A80"


def test_word_for_a_bad_new_value(issued: IssuedFiles) -> None:
    """6A80 unless the profile says otherwise."""
    commands = [JPKI, "002000980431323334", "0024019803313233"]
    assert ask(with_options(issued, Options()), *commands)[-1] == "6A80"
    card = with_options(issued, Options(bad_new_value=StatusWord.WRONG_LENGTH))
    assert ask(card, *commands)[-1] == "6700"


def test_warm_reset_of_the_default_card(issued: IssuedFiles) -> None:
    """A warm reset clears the session by default."""
    card = with_options(issued, Options())
    ask(card, JPKI, "002000980431323334")
    card.reset()
    assert ask(card, "00A40000", JPKI, "802A009701AA00") == ["6A86", "9000", "6982"]
