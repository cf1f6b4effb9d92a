"""The plugin in a vendor's own test suite: the documentation's example, a failing product, a wrong target."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "pytest.md").read_text(encoding="utf-8"), re.DOTALL)
ALWAYS = ROOT / "conformance" / "targets" / "always.pl"


def run(folder: Path, source: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a vendor's test module with the plugin as installed."""
    (folder / "test_vendor.py").write_text(source, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def example() -> str:
    """The code of the documentation."""
    assert EXAMPLE is not None
    return EXAMPLE[1]


def test_example_of_the_documentation_passes(tmp_path: Path) -> None:
    """Against the reference all five tests pass, as the page promises."""
    done = run(tmp_path, example(), "--kazashi-target", "reference")
    assert done.returncode == 0, done.stdout
    assert "5 passed" in done.stdout


def test_product_that_accepts_everything_fails_the_vendor_s_test(tmp_path: Path) -> None:
    """The lost card is what gives it away."""
    done = run(tmp_path, example(), "--kazashi-target", f"command:perl {ALWAYS} accept")
    assert done.returncode == 1
    assert re.search(r"FAILED .*test_a_lost_card_is_refused_after_the_mark", done.stdout)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ((), "`target` needs a product: pytest --kazashi-target=reference"),
        (("--kazashi-target", "nonsense"), "--target 'nonsense': expected reference"),
        (("--kazashi-target", "command:/no/such/program"), "expected a program that starts"),
    ],
)
def test_unusable_target_says_what_to_do(tmp_path: Path, options: tuple[str, ...], says: str) -> None:
    """No product, or none that can be reached: never a pass, and a line that helps."""
    done = run(tmp_path, "def test_it(target):\n    assert target\n", *options)
    assert done.returncode != 0
    assert says in done.stdout + done.stderr


def test_worlds_of_two_tests_have_nothing_to_do_with_each_other(tmp_path: Path) -> None:
    """The same first resident with all tries, whatever the test before did."""
    source = (
        "import pytest\n"
        "from harness.terminal.card_reader import CardReader, PinRefused\n"
        "@pytest.mark.parametrize('_', range(2))\n"
        "def test_it(card, reader, clock, _):\n"
        "    assert card.tries_left() == 3\n"
        "    with pytest.raises(PinRefused):\n"
        "        CardReader(reader.connection()).sign_challenge('9999', b'')\n"
        "    card.remove()\n"
        "    with pytest.raises(Exception, match='expected a card'):\n"
        "        reader.connection()\n"
        "    card.insert()\n"
        "    assert card.tries_left() == 2\n"
    )
    done = run(tmp_path, source)
    assert done.returncode == 0, done.stdout


def test_project_that_does_not_use_it_does_not_pay(tmp_path: Path) -> None:
    """Without one of the fixtures nothing of the harness is imported but the plugin itself."""
    source = (
        "import sys\n"
        "def test_it():\n"
        "    ours = {name for name in sys.modules if name.split('.')[0] in ('harness', 'cardsim')}\n"
        "    assert ours <= {'harness', 'harness.pytest_plugin'}\n"
    )
    done = run(tmp_path, source)
    assert done.returncode == 0, done.stdout
