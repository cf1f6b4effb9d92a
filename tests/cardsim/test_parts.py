"""The small parts beneath the applications: values on demand, the generator, the synthetic 個人番号."""

import pickle
from dataclasses import replace
from datetime import date

import msgspec
import pytest

from cardsim.card_contents import code_b_of
from cardsim.generator import draw
from cardsim.on_demand import OnDemand
from cardsim.personal_number import check_digit, is_synthetic
from cardsim.personalise import IssuedFiles, Pins, personalise
from cardsim.profile import Options, Profile, encode_profile
from tests.cardsim.conftest import HOLDER, SERIAL, ask, powered


def test_value_is_made_once_and_only_when_asked() -> None:
    """Looking for a key, counting and failing make nothing; reading makes that one; comparing makes all."""
    asked = []

    def make(key: int) -> str:
        asked.append(key)
        return str(key)

    values = OnDemand(dict.fromkeys((3, 1, 2)), make)
    assert (len(values), 1 in values, 4 in values, list(values), asked) == (3, True, False, [3, 1, 2], [])
    with pytest.raises(KeyError):
        values[4]
    assert (values[1], values[1], values.get(4), asked) == ("1", "1", None, [1])
    assert (list(values.made()), list(values.passing()), list(values.made())) == (["1"], ["3", "1", "2"], ["1"])
    assert values == {1: "1", 2: "2", 3: "3"}
    assert pickle.loads(pickle.dumps(values)) == {1: "1", 2: "2", 3: "3"}  # noqa: S301  (our own bytes)


def test_serialiser_that_was_not_told_refuses(profile: Profile) -> None:
    """A profile is never written with applications missing: `encode_profile` writes all, another encoder fails."""
    with pytest.raises(TypeError, match=r"Applications|OnDemand"):
        msgspec.json.encode(profile)
    whole = msgspec.json.decode(encode_profile(profile), type=Profile)
    assert whole == profile
    assert len(whole.applications) == 5


def test_signed_records_are_made_when_read(issued: IssuedFiles) -> None:
    """Personalising and tapping ask for no signature; reading a signed record asks for one, once."""
    signed = []

    def sign(digest_info: bytes) -> bytes:
        signed.append(digest_info)
        return bytes(256)

    card = powered(personalise(HOLDER, replace(issued, sign_record=sign), Pins(), serial=SERIAL))
    ask(card, "00A4040C0AD3921000310001010402", "0020009106353530323137", "00B0810000", "802A000001AA00")
    assert signed == []
    ask(card, "00A4040C0AD3921000310001010408", "002000910431323334", "00B0830000", "00B0830000")
    assert len(signed) == 1


def test_drawn_bytes_are_a_function_of_the_state() -> None:
    """The same state gives the same bytes; the next state gives others; a longer draw begins as the shorter."""
    first, after = draw(b"seed", 40)
    assert (draw(b"seed", 40), len(first)) == ((first, after), 40)
    assert draw(after, 40)[0] != first
    assert draw(b"seed", 256)[0][:40] == first


@pytest.mark.parametrize(
    ("number", "synthetic"),
    [
        ("999900000011", True), ("999900000012", False), ("123456789018", False), ("99990000001", False),
        ("9999000000011", False), ("99990000001x", False), ("９９９９０００００００１１", False),
    ],
)  # fmt: skip
def test_synthetic_numbers(number: str, *, synthetic: bool) -> None:
    """Twelve ASCII digits, 9999 in front, a correct check digit: all three, or it is none of ours."""
    assert is_synthetic(number) == synthetic


def test_check_digit_by_hand() -> None:
    """平成26年総務省令第85号 第5条 by hand: 9999 0000 001 weighs 9·6+9·5+9·4+9·3 + 1·2 = 164 = 14·11 + 10, so 1."""
    assert (9 * 6 + 9 * 5 + 9 * 4 + 9 * 3 + 1 * 2) % 11 == 10
    assert check_digit("99990000001") == "1"


@pytest.mark.parametrize("number", ["123456789018", "999900000012"])
def test_holder_with_a_number_that_somebody_could_have(number: str) -> None:
    """Such a number is refused and not repeated."""
    with pytest.raises(ValueError, match="begins 9999") as caught:
        replace(HOLDER, number=number)
    assert number not in str(caught.value)


@pytest.mark.parametrize(
    ("born", "expiry", "code", "expected"),
    [
        (date(1980, 2, 17), date(2035, 2, 17), "2285", "55021720352285"),
        (date(2019, 5, 1), date(2026, 12, 31), "0001", "01050120260001"),
        (date(1926, 12, 25), date(2030, 1, 1), "9999", "01122520309999"),
    ],
)
def test_code_b(born: date, expiry: date, code: str, expected: str) -> None:
    """照合番号B: the example of §3; the first day of Reiwa with a short expiry; the first day of Showa."""
    holder = replace(HOLDER, birth_date=born, expiry=expiry, security_code=code)
    assert code_b_of(holder) == expected


@pytest.mark.parametrize("pins", [Pins(text=b"12345"), Pins(juki=b"12a4")])
def test_other_pins_of_the_wrong_format(issued: IssuedFiles, pins: Pins) -> None:
    """The PINs of the text, common and 住基 applications are checked before there is a card."""
    with pytest.raises(ValueError, match="does not have the format FOUR_DIGITS"):
        personalise(HOLDER, issued, pins, serial=SERIAL)


def test_own_pins_everywhere(issued: IssuedFiles) -> None:
    """Each PIN stands where it belongs: text 0011, 共通 and 住基 001C."""
    card = powered(personalise(HOLDER, issued, Pins(text=b"1111", juki=b"2222"), serial=SERIAL))
    for last, pin in (("0408", "0020009104 31313131"), ("0100", "0020009C0432323232"), ("0401", "0020009C0432323232")):
        assert ask(card, f"00A4040C0AD392100031000101{last}", pin.replace(" ", "")) == ["9000", "9000"]


def test_unknown_files_can_be_absent(issued: IssuedFiles) -> None:
    """Selectable and closed by default; a profile may leave them out. EF 0016 is known and stays."""
    jpki = "00A4040C0AD392F000260100000001"
    for exist, select, read in ((True, "9000", "6982"), (False, "6A82", "6A82")):
        options = Options(unknown_files_exist=exist)
        card = powered(personalise(HOLDER, issued, Pins(), serial=SERIAL, options=options))
        for fid in ("05", "09", "19", "1C", "1E"):
            assert ask(card, jpki, f"00A4020C0200{fid}", f"00B0{0x80 | int(fid, 16):02X}0001") == ["9000", select, read]
        assert ask(card, jpki, "00A4020C020010") == ["9000", select]
        assert ask(card, jpki, "00A4020C020016", "00B0000001") == ["9000", "9000", "6982"]


def test_prefix_of_an_aid(issued: IssuedFiles) -> None:
    """Full AID only by default; where a profile selects by prefix, the first in the table, and nothing foreign."""
    prefix, foreign = "00A4040C05D392F00026", "00A4040C05A000000079"
    strict = powered(personalise(HOLDER, issued, serial=SERIAL))
    loose = powered(personalise(HOLDER, issued, serial=SERIAL, options=Options(selects_by_prefix=True)))
    assert ask(strict, prefix, foreign) == ["6A82", "6A82"]
    assert ask(loose, prefix, "00B08A0002", foreign) == ["9000", "30829000", "6A82"]
    assert ask(loose, "00A4040C0BD392F00026010000000100") == ["6A82"]
