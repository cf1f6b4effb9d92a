"""Registers in files: what they tell, and every row that is wrong by its line."""

from datetime import date
from pathlib import Path

import pytest

from reference_impl.services.register import Known, RegisterRefused, read_register

CSV = """account,household,birth_date,municipality
aa01,h-1,1961-04-01,28215
aa02,h-1,,
aa03,h-2,2020-02-29,28201
"""
JSON = """[
  {"account": "aa01", "household": "h-1", "birth_date": "1961-04-01", "municipality": "28215"},
  {"account": "aa02", "household": "h-1"},
  {"account": "aa03", "household": "h-2", "birth_date": "2020-02-29", "municipality": "28201"}
]
"""


@pytest.mark.parametrize(("name", "text"), [("r.csv", CSV), ("r.csv", "\ufeff" + CSV), ("r.json", JSON)])
def test_both_forms_tell_the_same(tmp_path: Path, name: str, text: str) -> None:
    """Households, their size, and what is known of each; nobody else is."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    register = read_register(tmp_path / name)
    assert register.find("aa01") == Known("h-1", date(1961, 4, 1), "28215")
    assert register.find("aa02") == Known("h-1")
    assert register.find("aa09") is None
    assert [register.members(each) for each in ("h-1", "h-2", "h-3")] == [2, 1, 0]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("r.csv", CSV.replace("aa02", "aa01"), [":3: account: 「aa01」は前にもあります"]),
        ("r.csv", CSV.replace("1961-04-01", "1961-04-31"), [":2: birth_date: "]),
        ("r.csv", CSV.replace("1961-04-01", "昭和36年"), [":2: birth_date: 年月日"]),
        ("r.csv", CSV.replace("28201", "2820"), [":4: municipality: "]),
        ("r.csv", CSV.replace("aa02,h-1,,", "aa02"), [":3: $: "]),
        ("r.csv", CSV.replace("aa02,h-1", ",h 1"), [":3: account: "]),
        ("r.csv", CSV.replace("aa01", "a a").replace("aa03", ""), [":2: account: ", ":4: account: "]),
        ("r.csv", CSV.replace("household", "house"), [":1: $: 列名"]),
        ("r.csv", CSV.replace("aa02", '"aa02'), [": $: CSV として読めません"]),
        ("r.json", JSON.replace('"aa02"', '"aa01"'), [":3: account: 「aa01」"]),
        ("r.json", JSON.replace('"h-2"', "7"), [":4: household: "]),
        ("r.json", JSON.replace('"account": "aa02", ', ""), [":3: $: 項目"]),
        ("r.json", JSON.replace('{"account": "aa02", "household": "h-1"}', "[]"), [":3: $: "]),
        ("r.json", JSON[:-3], ["「,」か「]」が必要です"]),
        ("r.json", JSON.replace('"aa03"', '"aa03'), [":4: $: JSON として読めません"]),
        ("r.json", "{}", [":1: $: 配列"]),
        ("r.json", "[" * 100_000, ["$: "]),
    ],
)
def test_what_is_wrong_is_named_by_its_line(tmp_path: Path, name: str, text: str, said: list[str]) -> None:
    """In both languages, and nothing of the file is taken."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(RegisterRefused) as refused:
        read_register(tmp_path / name)
    lines = str(refused.value).splitlines()
    assert len(lines) == len(said)
    for line, part in zip(lines, said, strict=True):
        assert line.startswith(str(tmp_path / name))
        assert part in line


@pytest.mark.parametrize("make", [str, Path.mkdir, lambda path: path.write_bytes(b"\xff")])
def test_file_that_cannot_be_read_is_named(tmp_path: Path, make: object) -> None:
    """Absent, a folder, or not UTF-8."""
    make(tmp_path / "r.csv")  # type: ignore[operator]
    with pytest.raises(RegisterRefused, match=r"r\.csv:1: .*(cannot be read)"):
        read_register(tmp_path / "r.csv")
