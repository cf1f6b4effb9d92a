"""What `adapter new` writes: the whole starter, to a new folder only, and nothing that tools left behind."""

import sys
from pathlib import Path

import pytest

from harness.adapters.starter import STARTERS, languages, write_starter
from harness.errors import ConfigurationError
from tests.adapters.conftest import Built
from tests.adapters.toolchains import TOOLCHAINS, need, succeed

OURS = sorted(TOOLCHAINS)


@pytest.mark.parametrize("language", OURS)
def test_what_is_written_is_what_is_kept(language: str, tmp_path: Path) -> None:
    """Every file of the starter arrives byte for byte, its READMEs in both languages among them."""
    out = tmp_path / "new" / "adapter"
    written = write_starter(language, out)
    names = {str(path.relative_to(out)) for path in written}
    assert names >= {"README.md", "README.ja.md", ".gitignore"}
    assert names == {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    for path in written:
        assert path.read_bytes() == (STARTERS / language / path.relative_to(out)).read_bytes()


def test_languages_are_the_folders() -> None:
    """Whoever adds a folder has added a language."""
    assert set(languages()) >= set(OURS)


def test_what_tools_made_is_left_out(tmp_path: Path) -> None:
    """A starter that somebody built in place is written as if it had not been; its folder alone is no language."""
    kept = {"main.x", ".gitignore", "src/deep/part.x"}
    made = {"src/__pycache__/part.pyc", "node_modules/a/index.js", "dist/main.js", "stray.pyc"}
    for name in kept | made:
        file = tmp_path / "starters" / "x" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("text", encoding="utf-8")
    (tmp_path / "starters" / "__pycache__").mkdir()
    starters, out = tmp_path / "starters", tmp_path / "out"
    assert {str(path.relative_to(out)) for path in write_starter("x", out, starters=starters)} == kept
    assert languages(starters) == ["x"]


def test_read_only_source_is_writable_when_written(tmp_path: Path) -> None:
    """An installed package may be read-only; what a vendor gets is theirs to edit, programs still programs."""
    source = tmp_path / "starters" / "x" / "run.sh"
    source.parent.mkdir(parents=True)
    source.write_text("text", encoding="utf-8")
    source.chmod(0o555)
    (written,) = write_starter("x", tmp_path / "out", starters=tmp_path / "starters")
    assert written.stat().st_mode & 0o700 == 0o700


def test_folder_that_holds_something_is_refused_and_untouched(tmp_path: Path) -> None:
    """Nobody's files are written over."""
    (tmp_path / "mine").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="expected a new or empty folder, actual one that holds files"):
        write_starter("python", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """A path that can be no folder is a configuration error, not a stack trace."""
    file = tmp_path / "file"
    file.touch()
    for out in (file, file / "below"):
        with pytest.raises(ConfigurationError, match="name another folder"):
            write_starter("python", out)


@pytest.mark.parametrize("language", ["cobol", "", "../starters/python", "Python"])
def test_unknown_language_names_the_known_ones(language: str, tmp_path: Path) -> None:
    """The error lists what there is, and nothing is written."""
    with pytest.raises(ConfigurationError, match=r"expected one of .*go, .*python, typescript.*choose one of them"):
        write_starter(language, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("language", OURS)
def test_starter_passes_its_own_tests(language: str, built: Built) -> None:
    """The unit tests that a vendor gets pass with the language's own tools."""
    folder = built(language)
    for command in need(language).test:
        said = succeed(command, folder)
        assert "no tests ran" not in said.lower()
        assert "Ran 0 tests" not in said


def test_python_starter_is_typed(tmp_path: Path) -> None:
    """mypy --strict has nothing to say of it, without the house's settings."""
    write_starter("python", tmp_path / "adapter")
    command = (sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", str(tmp_path / "cache"), ".")
    assert "Success" in succeed(command, tmp_path / "adapter")


def test_go_starter_is_formatted(built: Built) -> None:
    """gofmt would change no file."""
    assert succeed(("gofmt", "-l", "."), built("go")) == ""


def test_lock_file_names_no_registry() -> None:
    """The vendor's own registry is asked; what comes is checked by its hash."""
    text = (STARTERS / "typescript" / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in text
    assert text.count('"integrity"') == text.count('"node_modules/')
