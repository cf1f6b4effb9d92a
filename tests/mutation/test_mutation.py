"""The tool itself: what it changes, and that it tells a tested line from an untested one."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.operators import mutants

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return a < 1", {"return a <= 1", "return a < 2", "return None"}),
        ("return a and b", {"return a", "return b", "return None"}),
        ("return not a", {"return a", "return None"}),
        ("raise a", {"pass"}),
        ("a = True", {"a = False"}),
        ("a = b + 'words'", set()),
        ("a = b << c", {"a = b >> c"}),
        ("a: b | c = 1", {"a: b | c = 2"}),
        ("a = b if c else d", {"a = b if True else d", "a = b if False else d"}),
    ],
)
def test_each_change(body: str, expected: set[str]) -> None:
    """One thing at a time, and nothing in the parameters or in words."""
    (function,) = ast.parse(f"def f(x=1, y=True):\n    {body}\n").body
    assert isinstance(function, ast.FunctionDef)
    before = ast.unparse(function)
    assert {ast.unparse(each.tree.body[0]) for each in mutants(function)} == expected
    assert ast.unparse(function) == before


def test_tested_and_untested(tmp_path: Path) -> None:
    """Of two conditions one is tested at its boundary: its mutants are noticed, those of the other survive."""
    package = tmp_path / "tried"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "sizes.py").write_text("def is_small(n):\n    return n < 5\n\n\ndef is_large(n):\n    return n > 5\n")
    (tmp_path / "test_sizes.py").write_text(
        "from tried.sizes import is_large, is_small\n"
        "def test_small():\n    assert [is_small(n) for n in (4, 5)] == [True, False]\n"
        "def test_large():\n    assert is_large(9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.mutation", str(package), str(tmp_path / "test_sizes.py")],
        cwd=ROOT, env={"PYTHONPATH": f"{tmp_path}:{ROOT}", "PATH": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert "6 mutants, 2 survived" in done.stdout.splitlines()[-1]
    assert [line.split(": ")[1].split(" (")[0] for line in done.stderr.splitlines() if "sizes.py:" in line] == [
        "Gt becomes GtE",
        "5 becomes 6",
    ]
