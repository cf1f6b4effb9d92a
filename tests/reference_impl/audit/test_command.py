"""The command line: exit codes, one line for what cannot be done, findings in Japanese and English."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from reference_impl.audit import Pseudonyms
from reference_impl.audit.command import main
from reference_impl.audit.pseudonym import read_or_make_key
from tests.reference_impl.audit import stories
from tests.reference_impl.audit.stories import ROWS

Capture = pytest.CaptureFixture[str]


def run(capture: Capture, *arguments: str | Path, language: str = "en") -> tuple[int, str, list[str]]:
    """Exit code, standard output, and the lines of standard error."""
    code = main(["--lang", language, *map(str, arguments)])
    said = capture.readouterr()
    return code, said.out, said.err.splitlines()


def test_a_sound_store_is_exit_0(store: Path, tmp_path: Path, capsys: Capture) -> None:
    """Head, rows, heads compared: one line; the head that was kept before is in it."""
    heads = tmp_path / "heads"
    code, line, _ = run(capsys, "head", "--store", store, "--append", heads)
    assert code == 0
    chain, last, end = stories.head_on_record(store)
    assert (json.loads(line)["chain"], json.loads(line)["sequence"], json.loads(line)["hash"]) == (chain, last, end)
    assert run(capsys, "head", "--store", store, "--append", heads)[0] == 0
    assert heads.read_text(encoding="utf-8").splitlines()[0] == line.strip()
    code, out, said = run(capsys, "verify", "--store", store, "--expect", heads)
    assert (code, out, len(said)) == (0, "", 1)
    assert f"{ROWS} rows verified" in said[0]
    assert f"end: row {last} {end}" in said[0]
    assert "heads compared: 2" in said[0]
    assert "findings: 0" in said[0]


@pytest.mark.parametrize(("language", "says"), [("en", "a row was changed"), ("ja", "行の内容が変更されています")])
def test_findings_are_exit_1(store: Path, capsys: Capture, language: str, says: str) -> None:
    """A line for each, with row, expected and actual, in the language asked for; then the summary."""
    rows = stories.lines(store)
    own = rows[6][:64]
    rows[6] = rows[6].replace("accept", "reject")
    del rows[11]
    stories.put_lines(store, rows)
    code, _, said = run(capsys, "verify", "--store", store, language=language)
    assert code == 1
    assert len(said) == 3
    assert said[0].startswith("CHANGED")
    assert says in said[0]
    assert own in said[0]
    assert stories.sha256(rows[6][65:]) in said[0]
    assert "7" in said[0]
    assert said[1].startswith("REMOVED")
    assert "12" in said[1]


def test_the_environment_says_which_language(store: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """LANG, where nothing else is said."""
    for value, says in (("ja_JP.UTF-8", "行を検証"), ("C.UTF-8", "rows verified")):
        monkeypatch.setenv("LANG", value)
        assert main(["verify", "--store", str(store)]) == 0
        assert says in capsys.readouterr().err


@pytest.mark.parametrize("form", ["csv", "json"])
def test_export_writes_a_new_file(store: Path, tmp_path: Path, capsys: Capture, form: str) -> None:
    """For its owner alone, the same as on standard output, and never over one that is there."""
    out = tmp_path / f"audit.{form}"
    arguments = ("export", "--store", store, "--format", form)
    assert run(capsys, *arguments, "--out", out)[0] == 0
    assert out.stat().st_mode & 0o777 == 0o600
    command = [sys.executable, "-m", "reference_impl.audit", *map(str, arguments)]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    printed = subprocess.run(command, capture_output=True, check=False, env=environment)
    assert (printed.returncode, printed.stdout) == (0, out.read_bytes())
    before = out.read_bytes()
    code, _, said = run(capsys, *arguments, "--out", out)
    assert (code, len(said)) == (2, 1)
    assert "expected a new file" in said[0]
    assert out.read_bytes() == before


def test_export_selects(store: Path, capsys: Capture) -> None:
    """Instants with their offset; what is found comes with exit code 1 and the rows none the less."""
    since = stories.entry(17).at.astimezone().isoformat()
    program = [sys.executable, "-m", "reference_impl.audit", "export", "--store", str(store), "--format", "json"]
    done = subprocess.run([*program, "--since", since], capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 3)
    stories.put_lines(store, stories.lines(store)[:-1])
    done = subprocess.run([*program, "--since", since], capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stdout.splitlines())) == (1, 2)
    assert "TRUNCATED" in done.stderr
    with pytest.raises(SystemExit) as refused:
        main(["export", "--store", str(store), "--format", "json", "--since", "2026-11-21T00:00"])
    assert refused.value.code == 2
    assert "expected an offset" in capsys.readouterr().err


def test_retention_says_what_it_removed(store: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows and seals, then nothing more to do; the store verifies afterwards."""
    now = stories.entry(10).at + timedelta(days=30)
    monkeypatch.setattr("reference_impl.audit.command._now", lambda: now)
    retention = ("retain", "--store", store, "--days", "30", "--by", "operator-1")
    code, _, said = run(capsys, *retention)
    assert (code, said) == (0, ["Rows 1–7 were removed; 1 seals are left."])
    code, _, said = run(capsys, *retention, language="ja")
    assert (code, said) == (0, ["30 日より古い行はありません。"])
    assert run(capsys, "verify", "--store", store)[0] == 0


def test_retention_of_a_broken_chain_is_exit_1(store: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Findings, and that nothing was removed."""
    monkeypatch.setattr("reference_impl.audit.command._now", lambda: stories.START + timedelta(days=4000))
    rows = stories.lines(store)
    del rows[2]
    stories.put_lines(store, rows)
    code, _, said = run(capsys, "retain", "--store", store, "--days", "1", "--by", "o")
    assert code == 1
    assert said[0].startswith("REMOVED row 3")
    assert "Nothing was removed" in said[-1]
    assert stories.lines(store) == rows


def test_holder_prints_a_pseudonym(tmp_path: Path, capsys: Capture) -> None:
    """The one the rows have; serials as accounts write them, however they are typed."""
    key = tmp_path / "key"
    expected = Pseudonyms(read_or_make_key(key)).of("library", "ab12", "3f0")
    for serial in ("3f0", "03F0"):
        code, out, _ = run(
            capsys, "holder", "--key", key, "--service", "library", "--issuer-key", "ab12", "--serial", serial
        )
        assert (code, out) == (0, f"{expected}\n")


@pytest.mark.parametrize(
    "case",
    [
        (("verify", "--store", "absent.db"), "no such file"),
        (("verify", "--store", "mysql://me:secret@host/d"), "expected a file or postgresql+psycopg"),
        (("verify", "--store", "other.db"), "actual: "),
        (("verify", "--store", "{store}", "--expect", "absent"), "heads absent"),
        (("verify", "--store", "{store}", "--expect", "empty"), "expected at least one head"),
        (("verify", "--store", "{store}", "--expect", "other.db"), "line 1: expected a line of `head`"),
        (("head", "--store", "{store}", "--append", "absent/heads"), "expected a file to add to"),
        (("holder", "--key", "absent", "--service", "s", "--issuer-key", "i", "--serial", "1"), "audit key absent"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(
    store: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, case: tuple[tuple[str, ...], str]
) -> None:
    """What, where, expected, actual; no traceback, no password, nothing made."""
    arguments, says = case
    monkeypatch.chdir(tmp_path)
    Path("empty").write_text("", encoding="utf-8")
    Path("other.db").write_text("something else entirely\n" * 100, encoding="utf-8")
    code, out, said = run(capsys, *(each.format(store=store) for each in arguments))
    assert (code, out, len(said)) == (2, "", 1)
    assert says in said[0]
    assert "secret" not in said[0]
    assert not Path("absent.db").exists()
