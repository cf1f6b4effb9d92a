"""Residents that a register carries, and those it does not."""

from datetime import date
from typing import Any

import msgspec
import pytest

from harness.births import BirthUnknown
from harness.population import make_resident
from harness.residents import ImpossibleResident, Resident, card_sex, checked, written_name

DAY = date(2026, 12, 1)


def resident(**special: Any) -> Resident:
    """Return a plain resident but for the fields given."""
    return msgspec.structs.replace(make_resident(1, 0), **special)


@pytest.mark.parametrize(
    ("special", "says"),
    [
        pytest.param({"sex": "0"}, r"sex", id="0 is the card's digit, not the register's"),
        pytest.param({"sex": "1\n"}, r"sex", id="a line feed after the digit"),
        pytest.param({"kana": "しけん　はなこ"}, r"kana", id="hiragana"),
        pytest.param({"kana": "ｼｹﾝ"}, r"kana", id="half-width kana"),
        pytest.param({"former_name": ""}, r"former_name", id="an empty former name"),
        pytest.param({"former_kana": "ミホン"}, r"former_kana: expected none without a former name", id="kana of none"),
        pytest.param({"alias": "試験　光"}, r"alias: expected none without a nationality", id="通称 of a national"),
        pytest.param({"kanji_name": "試験　光"}, r"kanji_name: expected none without", id="漢字併記 of a national"),
        pytest.param({"residence_until": DAY}, r"residence_until: expected none without", id="the stay of a national"),
        pytest.param(
            {"nationality": "VNM", "former_name": "試験"}, r"former_name: expected none with", id="旧氏 abroad"
        ),
        pytest.param({"nationality": "vn"}, r"nationality", id="another form of a country"),
        pytest.param({"is_head": True}, r"is_head: expected the head of some household", id="the head of nothing"),
        pytest.param({"birth_unknown": "year"}, r"birth_unknown", id="an unknown year alone"),
        pytest.param({"name": "試験　花\n子"}, r"name: expected no control or format character", id="a line feed"),
        pytest.param({"name": "試験\u200d花子"}, r"name: expected no control or format", id="a zero-width joiner"),
        pytest.param({"address": "\u202e試験県"}, r"address: expected no control or format", id="right to left"),
        pytest.param({"name": "\U000e0100城"}, r"name: expected a first character", id="a selector of nothing"),
        pytest.param({"address": "試" * 201}, r"address: expected at most 200 characters", id="201 characters"),
        pytest.param({"address": "試" * 401}, r"address", id="401 code points"),
    ],
)
def test_refused(special: dict[str, Any], says: str) -> None:
    """With the field, what was expected and what is there."""
    with pytest.raises(ImpossibleResident, match=rf"^resident 'r000001': .*{says}"):
        checked(resident(**special), DAY)


@pytest.mark.parametrize(
    "special",
    [
        pytest.param({"sex": "3"}, id="sex unknown"),
        pytest.param({"address": "葛\U000e0100" * 200}, id="200 characters in 400 code points"),
        pytest.param({"name": "\ue000"}, id="外字"),
        pytest.param({"nationality": "VNM", "residence_until": date(2026, 11, 30)}, id="a stay that is over"),
        pytest.param({"nationality": "VNM"}, id="a permanent resident"),
        pytest.param({"former_name": "見本", "former_kana": "ミホン", "kana": "シケン・ヴィー　ハナコ"}, id="旧氏"),
        pytest.param({"household": "h1", "is_head": True}, id="a head"),
        pytest.param({"birth_unknown": BirthUnknown.ALL}, id="birth unknown"),
        pytest.param({"birth_date": DAY}, id="born today"),
    ],
)
def test_accepted(special: dict[str, Any]) -> None:
    """As it is, and as it comes back from the history."""
    made = resident(**special)
    assert checked(made, DAY) == made
    assert msgspec.json.decode(msgspec.json.encode(made), type=Resident) == made


def test_a_resident_of_an_old_history() -> None:
    """What was stored before there were the new fields is read as the same person."""
    stored = (
        '{"id":"r000001","name":"標本　花子","birth_date":"1996-05-17","sex":"1","number":"999957911673",'
        '"municipality":"48202","address":"試験県若葉市本町２丁目２番７号","security_code":"1888","card_expiry":null}'
    )
    assert msgspec.json.decode(stored, type=Resident) == make_resident(1, 0)


@pytest.mark.parametrize(
    ("special", "written"),
    [
        ({"name": "試験　花子"}, "試験　花子"),
        ({"name": "試験　花子", "former_name": "見本"}, "試験［見本］　花子"),
        ({"name": "試験", "former_name": "見本"}, "試験［見本］"),
        ({"name": "ＡＮＮＡ", "nationality": "USA", "alias": "試験　花"}, "ＡＮＮＡ（試験　花）"),
        ({"name": "ＡＮＮＡ", "nationality": "TWN", "kanji_name": "安娜"}, "ＡＮＮＡ　安娜"),
        ({"name": "ＡＮＮＡ", "nationality": "TWN", "kanji_name": "安娜", "alias": "花"}, "ＡＮＮＡ　安娜（花）"),
    ],
)
def test_written_name(special: dict[str, Any], written: str) -> None:
    """「氏［旧氏］　名」; Latin letters, ideographs, 通称."""
    assert written_name(checked(resident(**special), DAY)) == written


@pytest.mark.parametrize(("sex", "digit"), [("1", "1"), ("2", "2"), ("3", "0")])
def test_sex_on_the_card(sex: str, digit: str) -> None:
    """spec/card.md §2.2: the card's 0 is the certificate's 3."""
    assert card_sex(resident(sex=sex)) == digit
