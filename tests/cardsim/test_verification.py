"""VERIFY and CHANGE REFERENCE DATA (spec/card.md §3)."""

import pytest

from cardsim.personalise import IssuedFiles
from cardsim.profile import Options
from cardsim.slot import InsertedCard
from cardsim.status import StatusWord
from tests.cardsim.conftest import ask, with_options

JPKI = "00A4040C0AD392F000260100000001"
VISUAL = "00A4040C0AD3921000310001010402"
AUTH = "00A4020C020018"
SIGN = "00A4020C02001B"
QUERY = "00200080"
RIGHT = "002000800431323334"
WRONG = "002000800439393939"
PROOF = "802A0097023132 00"


@pytest.fixture
def at_auth(card: InsertedCard) -> InsertedCard:
    """The card with the authentication PIN current."""
    ask(card, JPKI, AUTH)
    return card


def test_wrong_until_blocked(at_auth: InsertedCard) -> None:
    """Each wrong PIN costs a try; the last gives 63C0; then even the right one is 6984 and a query still 63C0."""
    assert ask(at_auth, QUERY, WRONG, WRONG, QUERY, WRONG, WRONG, RIGHT, QUERY) == [
        "63C3", "63C2", "63C1", "63C1", "63C0", "6984", "6984", "63C0",
    ]  # fmt: skip


def test_success_gives_all_tries_back(at_auth: InsertedCard) -> None:
    """A right PIN resets the counter; a query afterwards still answers 63Cx (OSC#959)."""
    assert ask(at_auth, WRONG, WRONG, RIGHT, QUERY, WRONG) == ["63C2", "63C1", "9000", "63C3", "63C2"]


def test_query_forms(at_auth: InsertedCard) -> None:
    """`00200080` and `0020008000` ask alike, and by short identifier too."""
    assert ask(at_auth, QUERY, "0020008000", "00200098", "0020009B00") == ["63C3", "63C3", "63C3", "63C5"]


def test_counters_are_separate(card: InsertedCard) -> None:
    """Three tries, five tries and ten tries; none touches another."""
    assert ask(card, JPKI, "002000980439393939", "0020009B06414243313234", "00200098", "0020009B") == [
        "9000", "63C2", "63C4", "63C2", "63C4",
    ]  # fmt: skip
    assert ask(card, VISUAL, "00200091", "0020009106353530323138", "00200091") == ["9000", "63CA", "63C9", "63C9"]


def test_tries_survive_power_and_verification_does_not(at_auth: InsertedCard) -> None:
    """Power-off keeps the counter and forgets who was verified; a warm reset does too."""
    ask(at_auth, WRONG)
    at_auth.power_off()
    at_auth.power_on()
    assert ask(at_auth, JPKI, "00200098", "002000980431323334") == ["9000", "63C2", "9000"]
    at_auth.reset()
    assert ask(at_auth, JPKI, PROOF) == ["9000", "6982"]


def test_verification_can_survive_a_warm_reset(issued: IssuedFiles) -> None:
    """A profile may say that a warm reset clears nothing, as was measured without contact."""
    card = with_options(issued, Options(warm_reset_clears_verified=False))
    ask(card, JPKI, AUTH, RIGHT)
    card.reset()
    assert ask(card, PROOF)[0].endswith("9000")


def test_failure_drops_an_earlier_success(at_auth: InsertedCard) -> None:
    """After a wrong PIN the earlier right one no longer counts; the other PIN stays."""
    assert ask(at_auth, "0020009B06414243313233", AUTH, RIGHT, WRONG, PROOF) == ["9000", "9000", "9000", "63C2", "6982"]
    assert ask(at_auth, "802A009A02313200")[0].endswith("9000")


def test_failure_can_leave_an_earlier_success(issued: IssuedFiles) -> None:
    """Whether it drops is unknown: a profile may say it does not."""
    card = with_options(issued, Options(failed_verify_drops_verified=False))
    assert ask(card, JPKI, AUTH, RIGHT, WRONG, PROOF)[-1].endswith("9000")


@pytest.mark.parametrize("value", ["31", "31323334FF", "3132333400", "31" * 16])
def test_odd_length_is_a_mismatch(at_auth: InsertedCard, value: str) -> None:
    """1 to 16 bytes are compared, whatever their number: padding is no PIN."""
    assert ask(at_auth, f"00200080{len(value) // 2:02X}{value}", QUERY) == ["63C2", "63C2"]


def test_odd_length_can_cost_nothing(issued: IssuedFiles) -> None:
    """A profile may refuse a wrong length with 6700 instead."""
    card = with_options(issued, Options(odd_length_costs_a_try=False))
    assert ask(card, JPKI, AUTH, "002000800131", QUERY, WRONG) == ["9000", "9000", "6700", "63C3", "63C2"]


def test_too_long_costs_nothing(at_auth: InsertedCard) -> None:
    """17 bytes are 6700 and no try."""
    assert ask(at_auth, "0020008011" + "31" * 17, QUERY) == ["6700", "63C3"]


@pytest.mark.parametrize(
    ("sw", "answer"), [(StatusWord.METHOD_BLOCKED, "6983"), (StatusWord.REFERENCE_BLOCKED, "6984")]
)
def test_blocked_word_is_an_option(issued: IssuedFiles, sw: StatusWord, answer: str) -> None:
    """Two clients look for 6983: a profile may answer it."""
    card = with_options(issued, Options(blocked_attempt=sw))
    assert ask(card, JPKI, AUTH, WRONG, WRONG, WRONG, WRONG)[-1] == answer


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        ("00200180", "6A86"),
        ("00200000", "6A86"),
        ("0020009F", "6A86"),
        ("00200083", "6A82"),
        ("0020008A", "6981"),
        ("00200097", "6981"),
        ("002000970431323334", "6981"),
        ("002400800431323334", "6A86"),
        ("002401800431323334", "6982"),
        ("00240180", "6700"),
        ("0024018A0431323334", "6981"),
    ],
)
def test_refused_changes_nothing(at_auth: InsertedCard, command: str, sw: str) -> None:
    """A refused VERIFY or CHANGE leaves the current PIN and its counter."""
    assert ask(at_auth, command, QUERY) == [sw, "63C3"]


def test_short_identifier_makes_the_pin_current(at_auth: InsertedCard, issued: IssuedFiles) -> None:
    """Naming a PIN by short identifier selects it, unless the profile says otherwise."""
    assert ask(at_auth, "0020009B", QUERY) == ["63C5", "63C5"]
    card = with_options(issued, Options(reference_by_sfi_selects=False))
    assert ask(card, JPKI, AUTH, "0020009B", QUERY) == ["9000", "9000", "63C5", "63C3"]


def test_change(at_auth: InsertedCard) -> None:
    """After VERIFY a new value counts at once, survives power-off, and the old one is wrong."""
    assert ask(at_auth, RIGHT, "002401800435363738", PROOF)[:2] == ["9000", "9000"]
    at_auth.power_off()
    at_auth.power_on()
    assert ask(at_auth, JPKI, AUTH, RIGHT, "002000800435363738") == ["9000", "9000", "63C2", "9000"]


@pytest.mark.parametrize(
    ("pin", "old", "new", "sw"),
    [
        (AUTH, "31323334", "313233", "6A80"),
        (AUTH, "31323334", "3132333435", "6A80"),
        (AUTH, "31323334", "3132334E", "6A80"),
        (SIGN, "414243313233", "4142433132", "6A80"),
        (SIGN, "414243313233", "616263313233", "6A80"),
        (SIGN, "414243313233", "41" * 17, "6A80"),
        (SIGN, "414243313233", "41" * 16, "9000"),
        (SIGN, "414243313233", "414243444546", "9000"),
    ],
)
def test_new_value_must_have_the_format(card: InsertedCard, pin: str, old: str, new: str, sw: str) -> None:
    """A new value of the wrong format is 6A80 and the old one goes on."""
    verify_old = f"00200080{len(old) // 2:02X}{old}"
    ask(card, JPKI, pin, verify_old)
    assert ask(card, f"00240180{len(new) // 2:02X}{new}") == [sw]
    assert ask(card, verify_old)[0] == ("9000" if sw != "9000" else {AUTH: "63C2", SIGN: "63C4"}[pin])


def test_change_can_log_out(issued: IssuedFiles) -> None:
    """Whether a change keeps the PIN verified is unknown: a profile may say it does not."""
    card = with_options(issued, Options(change_keeps_verified=False))
    assert ask(card, JPKI, AUTH, RIGHT, "002401800435363738", PROOF) == ["9000", "9000", "9000", "9000", "6982"]


def test_birth_date_cannot_be_changed(card: InsertedCard) -> None:
    """The key that is the birth date stays what it is, verified or not."""
    assert ask(card, VISUAL, "0020009106353530323137", "0024019106353530323138", "0020009106353530323137") == [
        "9000", "9000", "6982", "9000",
    ]  # fmt: skip
