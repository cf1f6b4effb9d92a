"""Options of the profile: each unknown of spec/card.md has a choice, and a card made otherwise does otherwise.

One row an option: the other value, the commands that tell the two cards apart, and the last answer of each. A field of
`Options` without a row fails the first test.
"""

import re
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from cardsim.folder import load_card, save_card
from cardsim.options import FciForm, ImageSizes, Options
from cardsim.personalise import IssuedFiles, Pins, personalise, personalise_phone
from cardsim.profile import Profile, Token
from cardsim.status import StatusWord
from tests.cardsim import openssl
from tests.cardsim.conftest import HOLDER, SERIAL, Keys, ask, powered

JPKI = "00A4040C0AD392F000260100000001"
TEXT, VISUAL, COMMON, JUKI = (f"00A4040C0AD392100031000101{last}" for last in ("0408", "0402", "0100", "0401"))
AUTH, SIGN = "002000980431323334", "802A009701AA00"
WRONG = "002000980430303030"
TEXT_PIN, JUKI_PIN, CODE_B = "002000910431323334", "0020009C0431323334", "002000920E3535303231373230333532323835"
BIRTH = "0020009106353530323137"
OTHER = StatusWord.WRONG_DATA
"""A word that none of the defaults is, but for `bad_new_value`."""
YES, NO = True, False
SIGNED = "[0-9A-F]{512}9000"
TERMINAL_CERTIFICATE = "80A206C1000238" + "00" * 568


class Row(NamedTuple):
    """What tells a card with the other value from one with the default."""

    other: Any
    commands: list[str]
    default: str
    """What the default card answers to the last command; a regular expression over hex."""
    otherwise: str
    card: str = "plastic"


ROWS = {
    "blocked_attempt": Row(StatusWord.METHOD_BLOCKED, [JPKI, WRONG, WRONG, WRONG, AUTH], "6984", "6983"),
    "reselect_clears_verified": Row(YES, [JPKI, AUTH, JPKI, SIGN], SIGNED, "6982"),
    "warm_reset_clears_verified": Row(NO, [JPKI, AUTH, "reset", SIGN], "6A82", SIGNED),
    "failed_verify_drops_verified": Row(NO, [JPKI, AUTH, WRONG, SIGN], "6982", SIGNED),
    "odd_length_costs_a_try": Row(NO, [JPKI, "002000980131", "00200098"], "63C2", "63C3"),
    "overlong_value": Row(OTHER, [JPKI, "0020009811" + "31" * 17], "6700", "6A80"),
    "change_keeps_verified": Row(NO, [JPKI, AUTH, "002401980435363738", SIGN], SIGNED, "6982"),
    "reference_by_sfi_selects": Row(NO, [JPKI, "00200098", "00200080"], "63C3", "6986"),
    "failed_select_keeps_file": Row(NO, [JPKI, "00A4020C02000A", "00A4020C020003", "00B0000002"], "30829000", "6986"
    ),
    "fci": Row(FciForm.EMPTY, [JPKI.replace("040C", "0400") + "00"], "6F0C840AD392F0002601000000019000", "9000"),
    "verify_on_other_file": Row(OTHER, [JPKI, "0020008A"], "6981", "6A80"),
    "sign_on_other_file": Row(OTHER, [JPKI, "802A008A01AA00"], "6985", "6A80"),
    "sign_without_default_key": Row(OTHER, [JPKI, "802A000001AA00"], "6A86", "6A80"),
    "bad_signing_length": Row(
        StatusWord.WRONG_LENGTH, [JPKI, AUTH, "802A00970000F6" + "AA" * 246 + "0000"], "6985", "6700"
    ),
    "bad_new_value": Row(StatusWord.WRONG_LENGTH, [JPKI, AUTH, "0024019803313233"], "6A80", "6700"),
    "fixed_pin_change": Row(OTHER, [VISUAL, BIRTH, "0024019106353530323138"], "6982", "6A80"),
    "selects_by_prefix": Row(YES, ["00A4040C05D392F00026"], "6A82", "9000"),
    "unknown_files_exist": Row(NO, [JPKI, "00A4020C020009", "00B0890001"], "6982", "6A82"),
    "contact_atr_inside_only": Row(YES, ["00CA5F5100"], "E000FF8131FE45149000", "6A88"),
    "lower_cvc": Row(YES, ["00CA7F21000000"], "6A88", "7F21820233[0-9A-F]{1126}9000"),
    "current_record": Row(OTHER, [COMMON, "00B2000C00"], "6A83", "6A80"),
    "change_by_other_command": Row(OTHER, [COMMON, JUKI_PIN, "0024019C0439393939"], "6985", "6A80"),
    "authenticate_on_other_file": Row(OTHER, [COMMON, "0088009C01AA00"], "6985", "6A80"),
    "terminal_certificate_without_slot": Row(OTHER, [JPKI, TERMINAL_CERTIFICATE], "6985", "6A80"),
    "secured_command": Row(OTHER, [JPKI, "0C84000008"], "6882", "6A80"),
    "key_delivery": Row(NO, [TEXT, TEXT_PIN, "80AE0000"], "6700", "66F1"),
    "iphone_command": Row(OTHER, ["80FC0000"], "9000", "6A80", card="iphone"),
    "certificate_file_size": Row(2000, [JPKI, "00B08A00000000"], "[0-9A-F]{3800}9000", "[0-9A-F]{4000}9000"),
    "certificate_filler": Row(0xFF, [JPKI, "00A4020C02000A", "00B0076B01"], "009000", "FF9000"),
    "third_certificate": Row(YES, [JPKI, "00B0880003"], "8F8F009000", "8F8F8F9000"),
    "empty_signature_files": Row(NO, [JPKI, "0020009B"], "63C0", "6A82", card="child"),
    "iphone_certificate_needs_pin": Row(NO, [JPKI, "00B08A0002"], "6982", "30829000", card="iphone"),
    "attributes_file_size": Row(
        600, [TEXT, TEXT_PIN, "00B08200000000"], "[0-9A-F]{1024}9000", "[0-9A-F]{1200}9000"
    ),
    "information_file_size": Row(300, [TEXT, "00B08500000000"], "[0-9A-F]{512}9000", "[0-9A-F]{600}9000"),
    "filler": Row(0x00, [TEXT, "00B085FF01"], "FF9000", "009000"),
    "visual_filler": Row(0, [VISUAL, "00B08300000000"], "[0-9A-F]{640}FFFF9000", "[0-9A-F]{640}9000"),
    "unknown_content": Row(0xAA, [TEXT, "00B0852402"], "00009000", "AAAA9000"),
    "record_version": Row(3, [VISUAL, "00B0832201"], "019000", "039000"),
    "filler_file_free": Row(YES, [TEXT, "00B0880001"], "6982", "FF9000"),
    "resident_code_file": Row(3, [JUKI, "00B0830001"], "6A82", "6982"),
    "images": Row(
        ImageSizes(name=(300, 30)), [VISUAL, CODE_B, "00B08200000000"],
        ".*49484452000001E000000030.*9000", ".*494844520000012C0000001E.*9000",
    ),
    "code_a_tries": Row(5, [TEXT, "00200094"], "63CA", "63C5"),
    "code_b_tries": Row(5, [VISUAL, "00200092"], "63CA", "63C5"),
    "birth_tries": Row(3, [VISUAL, "00200091"], "63CA", "63C3"),
    "codes_share_tries": Row(YES, [TEXT, "002000940C" + "30" * 12, VISUAL, "00200093"], "63CA", "63C9"),
}  # fmt: skip


def card_with(issued: IssuedFiles, kind: str, options: Options) -> Profile:
    """A plastic card, a child's without signature certificate, or an iPhone."""
    if kind == "iphone":
        return personalise_phone(issued, token=Token.IPHONE, serial=SERIAL, options=options)
    files = replace(issued, sign_certificate=None, sign_key=None) if kind == "child" else issued
    return personalise(HOLDER, files, Pins(), serial=SERIAL, options=options)


def last_answer(profile: Profile, commands: list[str]) -> str:
    """What a fresh card answers to the last of the commands; `reset` is a warm reset."""
    card = powered(profile)
    answer = ""
    for command in commands:
        if command == "reset":
            card.reset()
        else:
            (answer,) = ask(card, command)
    return answer


def test_every_option_has_a_row() -> None:
    """No option without a proof that both its values do something, and no row without an option."""
    assert sorted(ROWS) == sorted(Options.__struct_fields__)


@pytest.mark.parametrize("name", ROWS)
def test_card_does_as_its_profile_says(issued: IssuedFiles, name: str) -> None:
    """The default is the choice of the specification; a card with the other value answers otherwise."""
    row = ROWS[name]
    assert getattr(Options(), name) != row.other
    for options, expected in ((Options(), row.default), (Options(**{name: row.other}), row.otherwise)):
        answer = last_answer(card_with(issued, row.card, options), row.commands)
        assert re.fullmatch(expected, answer), f"{name}={getattr(options, name)}: {expected[:60]}, actual {answer[:60]}"


def test_options_stay_with_the_card(issued: IssuedFiles, tmp_path: Path) -> None:
    """A card whose every option is another one is the same card when it comes back from its folder."""
    profile = personalise(
        HOLDER, issued, serial=SERIAL, options=Options(**{name: row.other for name, row in ROWS.items()})
    )
    save_card(profile, tmp_path / "card")
    loaded, store = load_card(tmp_path / "card")
    assert loaded == profile
    assert loaded.options == profile.options != Options()
    assert store.load().pins["card.code_a"].left == 5
    store.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [("filler", 256), ("certificate_filler", -1), ("resident_code_file", 0x1F), ("visual_filler", -1)],
)
def test_option_that_no_card_could_have(name: str, value: Any) -> None:
    """A byte is a byte, an identifier one of this card's: told when it is set, with what was expected."""
    with pytest.raises(ValueError, match=rf"option {name}: expected 0 to .*, got {value}"):
        Options(**{name: value})


@pytest.mark.parametrize("which", ["text_key", "common_key"])
def test_chip_may_have_keys_of_their_own(issued: IssuedFiles, keys: Keys, tmp_path: Path, which: str) -> None:
    """Whether text 0013 and common 0019 are the chip's key is unknown: they are, or others where others are given."""
    challenge = b"kazashi"
    digest_info = "3031300D060960864801650304020105000420" + sha256(challenge).hexdigest()
    commands = {
        "text_key": [TEXT, f"802A000033{digest_info}00"],
        "common_key": [COMMON, f"0088009907{challenge.hex()}00"],
    }[which]
    own = {"text_key": replace(issued, text_key=keys.sign), "common_key": replace(issued, common_key=keys.sign)}
    for files, key in ((issued, keys.chip), (own[which], keys.sign)):
        answer = last_answer(personalise(HOLDER, files, serial=SERIAL), commands)
        assert openssl.accepts(tmp_path, key.public_key(), challenge, bytes.fromhex(answer)[:-2])


def test_row_that_tells_nothing_apart_is_found() -> None:
    """The table can fail: msgspec refuses an option that is none, and a row with equal answers matches neither card."""
    with pytest.raises(TypeError):
        msgspec.structs.replace(Options(), colour="red")
    for name, row in ROWS.items():
        assert not re.fullmatch(row.default, row.otherwise), name
