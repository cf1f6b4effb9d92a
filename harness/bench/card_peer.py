"""The peer of `apdu.pcsc`: vicc, the card that comes with vsmartcard (Debian: vsmartcard-vpicc), in the same reader.

It is a program of others under the GPL: run, never imported.
"""

import subprocess
import tempfile
import time
from pathlib import Path

from harness.pcsc_lane.daemon import end_process
from harness.pcsc_lane.faults import LaneUnavailable
from harness.pcsc_lane.lane import OUR_READER, PcscLane
from harness.pcsc_lane.readers import Connection, await_empty, sees_card, slot_of

VICC = Path("/usr/bin/vicc")
_MODULES = "/usr/lib/python3/site-packages/virtualsmartcard"
"""Where Debian 12's package has them; its python3 does not look there."""
APPEARS_SECONDS = 8.0
_SELECT_ROOT = bytes.fromhex("00A4000C023F00")
"""Of an ISO 7816 card without files of ours; answered 9000 without data: less work than READ BINARY of 256 bytes."""


def vicc_rate(lane: PcscLane, commands: int) -> tuple[float | None, str]:
    """Return vicc's SELECTs a second through the lane, or None; and what to say of it."""
    if not VICC.exists():
        return None, "peer vicc is not installed: apt-get install vsmartcard-vpicc"
    where = ["--hostname=127.0.0.1", f"--port={lane.daemon.ports[OUR_READER]}"]
    command = [*lane.daemon.door_prefix(), "env", f"PYTHONPATH={_MODULES}", "/usr/bin/python3", str(VICC), *where]
    quiet, said = subprocess.DEVNULL, tempfile.TemporaryFile()  # noqa: SIM115  (closed below)
    process = subprocess.Popen(
        [*command, "--type=iso7816"], cwd="/", stdin=quiet, stdout=quiet, stderr=said, start_new_session=True
    )
    try:
        if not sees_card(slot_of(OUR_READER), APPEARS_SECONDS):
            said.seek(0)
            last = said.read().decode(errors="replace").strip().rpartition("\n")[2]
            return None, f"peer vicc did not come into the reader: {last or 'no word from it'}"
        with lane.connected() as connection:
            return _rate(connection, max(20, commands)), "reference: vicc's SELECT without data"
    except LaneUnavailable as fault:
        return None, f"peer vicc: {fault}"
    finally:
        end_process(process)
        said.close()
        await_empty(slot_of(OUR_READER))


def _rate(connection: Connection, commands: int) -> float:
    begun = time.perf_counter()
    for _ in range(commands):
        connection.transmit(list(_SELECT_ROOT))
    return commands / (time.perf_counter() - begun)
