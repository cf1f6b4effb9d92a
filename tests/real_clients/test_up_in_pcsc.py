"""`kazashi up --vpcd` with a real pcscd: a PC/SC program sees the card of a slot come and go."""

import os
import subprocess
import sys
from pathlib import Path

from harness.pcsc_lane import OUR_READER, PcscLane
from harness.pcsc_lane.readers import await_card, await_empty, connection_to, slot_of


def test_a_pcsc_program_sees_insertion_and_removal(lane: PcscLane, tmp_path: Path) -> None:
    """Inserted by command line, read and a try spent through pyscard, removed, inserted again with the try spent."""
    inside = [*lane.daemon.door_prefix(), sys.executable, "-m", "harness.cli"]
    home = {**os.environ, "KAZASHI_HOME": str(tmp_path)}
    port = lane.daemon.ports[OUR_READER]
    up = subprocess.Popen([*inside, "up", "--vpcd", f"127.0.0.1:{port}"], env=home, stdout=subprocess.PIPE, text=True)
    try:
        assert up.stdout is not None
        for line in up.stdout:
            if line.startswith("Ctrl-C"):
                break
        reader = slot_of(OUR_READER, 0)
        for left in (0xC2, 0xC1):
            subprocess.run([*inside, "card", "insert", "r000001"], env=home, check=True)
            await_card(reader)
            with connection_to(reader) as connection:
                for command in ("00A4040C0AD392F000260100000001", "00A4020C020018"):
                    assert connection.transmit(list(bytes.fromhex(command)))[1:] == (0x90, 0x00)
                assert connection.transmit(list(bytes.fromhex("002000800439393939")))[1:] == (0x63, left)
            subprocess.run([*inside, "card", "slots"], env=home, check=True)
            subprocess.run([*inside, "card", "remove"], env=home, check=True)
            await_empty(reader)
    finally:
        up.terminate()
        up.communicate(timeout=20)
