"""pcsc-tools of Debian: pcsc_scan sees the card come, scriptor speaks to it in a language of its own."""

import re
from pathlib import Path

from tests.real_clients.programs import Bench


def test_pcsc_scan_shows_the_readers_and_the_card(bench: Bench) -> None:
    """`pcsc_scan -c` says once what is where: our reader with the card and its ATR, the other one empty."""
    shown = bench.run("pcsc_scan", "-n", "-c")
    assert shown.returncode == 0, shown.stderr
    readers = [part.split("\n") for part in re.split(r"\n Reader \d+: ", shown.stdout)[1:]]
    card = [lines for lines in readers if "Card inserted" in "".join(lines)]
    assert len(card) == 1
    assert card[0][0].strip() == "Kazashi Virtual Reader 00 00"
    assert "ATR: 3B E0 00 FF 81 31 FE 45 14" in "".join(card[0])
    assert any("Acme CardStation" in lines[0] and "Card removed" in "".join(lines) for lines in readers)


def test_scriptor_speaks_to_the_card(bench: Bench, tmp_path: Path) -> None:
    """Commands in a file, one a line, answers on the screen; the card's trace has exactly these commands."""
    commands = ["00A4040C0AD392F000260100000001", "00A4020C020018", "00200080", "002000800439393939", "00B0860004"]
    script = tmp_path / "script"
    script.write_text("\n".join(commands) + "\n", encoding="ascii")
    said = bench.run("scriptor", "-r", bench.card.slot, str(script))
    assert said.returncode == 0, said.stderr
    answers = [line[2:].split(" :")[0].strip() for line in said.stdout.splitlines() if line.startswith("< ")]
    assert answers == ["90 00", "90 00", "63 C3", "63 C2", "4A 50 4B 49 90 00"]
    assert [line.command[:4].hex().upper() for line in bench.commands()] == [command[:8] for command in commands]
