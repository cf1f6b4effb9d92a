"""The table of mixes: every row can be loaded, and whatever is wrong with one is named by file, field and rule."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from harness.errors import ConfigurationError
from loadtests.commands import app
from loadtests.mixes import TABLE, find_mix, load_mixes, parse_bad
from loadtests.vocabulary import Bad

PORTAL = find_mix("portal-logins")
Change = Callable[[dict[str, Any]], object]


def test_the_seven_days_are_there() -> None:
    """The mixes that the issue names, and every purpose and kind of bad visit in one of them."""
    mixes = load_mixes()
    assert list(mixes) == [
        "library-morning",
        "shelter-rush",
        "polling-day",
        "kiosk-lunch",
        "portal-logins",
        "filing-day",
        "renewal-wave",
    ]
    assert {purpose.value for mix in mixes.values() for purpose in mix.purposes} == {
        "tap",
        "login",
        "sign",
        "enrol",
        "relink",
    }
    assert {kind for mix in mixes.values() for kind in mix.bad} == set(Bad)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda row: row.update(purposes={"tap": 0.5}), "field purposes: expected shares that make 1"),
        (lambda row: row.update(purposes={"enrol": 1}), "field purposes: expected login, tap or sign among them"),
        (lambda row: row.update(purposes={"vote": 1}), "vote"),
        (lambda row: row.update(environments={"online": 1}), "field environments: expected attended, managed or lent"),
        (lambda row: row.update(environments={"attended": 0.9}), "field environments: expected shares that make 1"),
        (lambda row: row.update(think=[2, 1]), "field think: expected the shorter time first"),
        (lambda row: row.update(think=[-1, 1]), "field think"),
        (lambda row: row.update(bad={}), "field bad: expected one kind or more"),
        (lambda row: row.update(bad={"revoked": 0.6, "forged": 0.5}), "less than 1 together"),
        (lambda row: row.update(bad={"unknown": 0.1}, purposes={"tap": 1}), "kinds that these purposes allow"),
        (lambda row: row.update(bad={"revoked": 1.5}), "field bad"),
        (lambda row: row.update(mood="good"), "mood"),
        (lambda row: row.pop("ja"), "missing required field `ja`"),
        (lambda row: row.update(name="Library"), "field name"),
        (lambda row: row.update(pace=0), "field pace"),
    ],
)
def test_fault_of_a_row_names_file_field_and_rule(tmp_path: Path, change: Change, says: str) -> None:
    """One line that says where."""
    rows = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    change(rows[0])
    path = tmp_path / "mixes.yaml"
    path.write_text(yaml.safe_dump(rows), encoding="utf-8")
    with pytest.raises(ConfigurationError) as fault:
        load_mixes(path)
    assert says in str(fault.value)
    assert str(path) in str(fault.value)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("text", ["", "{", "a: 1", "[]", "- 1"])
def test_file_that_is_no_table_is_refused(tmp_path: Path, text: str) -> None:
    """Empty, broken, something else."""
    path = tmp_path / "mixes.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"mixes\.yaml"):
        load_mixes(path)


def test_name_that_comes_twice_is_refused(tmp_path: Path) -> None:
    """Which of the two would `--mix` mean?"""
    path = tmp_path / "mixes.yaml"
    rows = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump([rows[0], rows[0]]), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="expected another name"):
        load_mixes(path)


def test_unknown_mix_is_refused() -> None:
    """The error names those that there are."""
    with pytest.raises(ConfigurationError, match="library-morning"):
        find_mix("festival")


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("revoked=1%,forged=1%", {"revoked": 0.01, "forged": 0.01}),
        ("revoked=0.01, suspended=2%", {"revoked": 0.01, "on-hold": 0.02}),
        ("0.6", dict.fromkeys(("forged", "revoked", "on-hold", "expired", "not-enrolled", "replayed"), 0.1)),
        ("60%", dict.fromkeys(("forged", "revoked", "on-hold", "expired", "not-enrolled", "replayed"), 0.1)),
    ],
)
def test_bad_share_as_it_is_written(text: str, bad: dict[str, float]) -> None:
    """Kind by kind, or one share that is divided as the mix divides its own."""
    found = {kind.value: share for kind, share in parse_bad(text, PORTAL).bad.items()}
    assert found == pytest.approx(bad)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0", "between 0 and 1"),
        ("1", "between 0 and 1"),
        ("nan", "between 0 and 1"),
        ("101%", "between 0 and 1"),
        ("revoked", "between 0 and 1"),
        ("revoked=", "between 0 and 1"),
        ("angry=1%", "expected kinds of"),
        ("revoked=1%,revoked=1%", "twice"),
        ("on-hold=1%,suspended=1%", "twice"),
        ("revoked=60%,forged=60%", "less than 1 together"),
    ],
)
def test_unusable_bad_share_is_refused(text: str, says: str) -> None:
    """One line, before anything is made."""
    with pytest.raises(ConfigurationError, match=says):
        parse_bad(text, PORTAL)


def test_kind_that_cannot_come_about_is_refused() -> None:
    """Nobody who signs a document can be a stranger: a signature needs no account."""
    with pytest.raises(ConfigurationError, match="unknown, which nobody who comes for tap can be"):
        parse_bad("unknown=1%", find_mix("polling-day"))


def test_mixes_are_listed_in_both_languages() -> None:
    """`kazashi load mixes`."""
    done = CliRunner().invoke(app, ["mixes"], env={"COLUMNS": "200"})
    assert done.exit_code == 0
    assert "投票日の列" in done.output
    assert "Polling day" in done.output
