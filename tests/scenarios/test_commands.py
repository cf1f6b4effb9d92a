"""`kazashi scenario`, as a user runs it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

LIARS = Path(__file__).parents[2] / "conformance" / "targets" / "always.pl"
ONE = "tap/resident-who-never-enrolled-is-refused"


def scenario(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a process of its own."""
    command = [sys.executable, "-c", "from harness.cli import main; main()", "scenario", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_list_for_a_program_has_the_agreed_shape() -> None:
    """One object, `scenarios`, with five texts each (DESIGN.md §5)."""
    listed = json.loads(scenario("list", "--json").stdout)
    assert list(listed) == ["scenarios"]
    assert {tuple(row) for row in listed["scenarios"]} == {("name", "family", "requirement", "title_ja", "title_en")}
    assert {
        "name": "tap/managed-places-are-accepted",
        "family": "tap",
        "requirement": "RP-KAZ-005",
        "title_ja": "窓口、管理された施設内、貸与端末でのかざしは受け入れられる",
        "title_en": "A tap is accepted at the counter, in a supervised room and on a lent terminal",
    } in listed["scenarios"]


@pytest.mark.parametrize(("language", "words"), [("ja", "登録していない利用者が"), ("en", "who never enrolled")])
def test_list_for_people_shows_requirement_and_confidence(language: str, words: str) -> None:
    """A name, what it is founded on and how well, and the title in the language asked for."""
    lines = scenario("list", "--lang", language).stdout.splitlines()
    at = lines.index(f"{ONE}  [RP-KAZ-001 published]")
    assert words in lines[at + 1]


def test_a_story_that_comes_out_as_told_is_exit_0() -> None:
    """Against the reference, which is started and ended for it."""
    done = scenario("run", ONE)
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            [
                "expected reject NOT_ENROLLED, actual accept OK",
                "journal of the fake J-LIS",
                "APDU trace",
                "READ BINARY",
            ],
        ),
        ("ja", ["期待: reject NOT_ENROLLED、実際: accept OK", "模擬J-LISの受付記録", "APDUトレース", "バイナリ読出し"]),
    ],
)
def test_one_that_does_not_tells_everything_and_is_exit_1(language: str, words: list[str]) -> None:
    """A product that accepts everything: complaint, steps, journal and trace are shown, in the language asked for."""
    done = scenario("run", ONE, "--lang", language, "--target", f"command:perl {LIARS} accept")
    assert done.returncode == 1, done.stdout
    for expected in [*words, "decode > purpose", ONE]:
        assert expected in done.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run", "tap/no-such-story"], "scenario 'tap/no-such-story': expected a story or a family"),
        (["run"], "expected either the name of a story or --all"),
        (["run", ONE, "--all"], "expected either the name of a story or --all"),
        (["run", ONE, "--target", "nobody"], "--target 'nobody': expected reference"),
        (["run", ONE, "--lang", "fr"], "--lang 'fr': expected ja or en"),
        (["run", ONE, "--card-backend", "usb"], "--card-backend 'usb': expected inprocess or pcsc"),
        (["list", "--lang", "fr"], "--lang 'fr': expected ja or en"),
    ],
    ids=["unknown story", "no story", "one and all", "unknown target", "unknown language", "unknown reader", "list"],
)
def test_what_cannot_be_told_is_one_line_and_exit_2(words: list[str], says: str) -> None:
    """What, expected and how to mend it; no story begins."""
    done = scenario(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert says in done.stderr


def test_what_is_not_about_the_product_is_counted_by_its_reason() -> None:
    """A product that offers neither reconcile nor a set-up: named, one line for each reason, and nothing fails."""
    done = scenario("run", "expiry/test-offline", "--target", f"command:perl {LIARS} accept")
    assert done.returncode == 2, "a file is no family"
    names = ("expiry/kiosk-closes", "expiry/queue-waits-for-jlis")
    said = [
        scenario("run", name, "--target", f"command:perl {LIARS} accept", "--lang", language)
        for name, language in zip(names, ("ja", "en"), strict=True)
    ]
    assert [done.returncode for done in said] == [0, 0]
    assert "対象外: 1件: set-up: a service that is open from 06:30 to 23:00" in said[0].stdout
    assert "not applicable: 1: the product offers no reconcile" in said[1].stdout


def test_a_page_where_none_can_be_is_exit_2(tmp_path: Path) -> None:
    """Before any story is told."""
    done = scenario("run", ONE, "--page", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"kazashi: --page .*: expected a file, actual a folder; name a file in it\n", done.stderr)


def test_nobody_at_the_address_is_one_line_and_exit_2() -> None:
    """No story is told about a product that is not there, and the line says how to mend it."""
    done = scenario("run", ONE, "--target", "http://127.0.0.1:9")
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"kazashi: hello at http://127\.0\.0\.1:9: expected an HTTP answer, .*--target\n", done.stderr)


def test_a_product_that_does_not_start_is_exit_2() -> None:
    """No story is told about it, and its last words are shown."""
    done = scenario("run", ONE, "--target", f"command:perl {LIARS} neither")
    assert done.returncode == 2
    assert "usage: perl always.pl accept|reject" in done.stdout
    assert "no tests ran" in done.stdout
