"""The plugin in a vendor's own test suite: the documentation's example, a failing product, what is left behind."""

import re
from pathlib import Path

import pytest

from tests.plugin.vendor import ACCEPTS_ALL, ALWAYS, example, run


def test_example_of_the_documentation_passes(tmp_path: Path) -> None:
    """Against the reference all four tests pass, as the page promises, and nobody is warned of anything."""
    done = run(tmp_path, example(), "--kazashi-target", "reference", "-W", "error")
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


def test_product_that_accepts_everything_fails_the_vendor_s_tests(tmp_path: Path) -> None:
    """It never asked the fake J-LIS, and the lost card gives it away."""
    done = run(tmp_path, example(), "--kazashi-target", ACCEPTS_ALL)
    assert done.returncode == 1
    assert "2 failed, 2 passed" in done.stdout
    assert re.search(r"expected a question about serial [0-9A-F]+ within 5.0 s, actual none", done.stdout)
    assert re.search(r"FAILED .*test_a_lost_card_is_refused_after_the_mark", done.stdout)


def test_worlds_of_two_tests_have_nothing_to_do_with_each_other(tmp_path: Path) -> None:
    """The same first resident with all tries, whatever the test before did, and the world before is shut."""
    source = (
        "import pytest, socket\n"
        "from urllib.parse import urlsplit\n"
        "from harness.terminal.card_reader import CardReader, PinRefused\n"
        "opened, serials = [], []\n"
        "@pytest.mark.parametrize('_', range(2))\n"
        "def test_it(card, reader, jlis, _):\n"
        "    assert card.tries_left() == 3\n"
        "    with pytest.raises(PinRefused):\n"
        "        CardReader(reader.connection()).sign_challenge('9999', b'')\n"
        "    card.remove()\n"
        "    with pytest.raises(Exception, match='expected a card'):\n"
        "        reader.connection()\n"
        "    card.insert()\n"
        "    assert card.tries_left() == 2\n"
        "    serials.append(card.issued.auth_serial)\n"
        "    opened.append(urlsplit(jlis.addresses['ocsp-auth']))\n"
        "    socket.create_connection((opened[-1].hostname, opened[-1].port)).close()\n"
        "def test_nothing_is_left():\n"
        "    assert len(set(serials)) == 1 and len(serials) == 2\n"
        "    for address in opened:\n"
        "        with pytest.raises(ConnectionRefusedError):\n"
        "            socket.create_connection((address.hostname, address.port))\n"
    )
    done = run(tmp_path, source)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("ends", ["pass", "assert False", "import pytest; pytest.exit('enough', returncode=1)"])
def test_product_that_was_started_ends_with_the_run(tmp_path: Path, ends: str) -> None:
    """However the run ends, the process is gone."""
    product = tmp_path / "product.sh"
    product.write_text(f'echo $$ >"{tmp_path}/pid"\nexec perl {ALWAYS} accept\n', encoding="utf-8")
    source = f"def test_it(target):\n    assert target.hello()\n    {ends}\n"
    done = run(tmp_path, source, "--kazashi-target", f"command:sh {product}")
    assert done.returncode == (0 if ends == "pass" else 1), done.stdout
    pid = int((tmp_path / "pid").read_text(encoding="ascii"))
    assert not Path(f"/proc/{pid}").exists()


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
