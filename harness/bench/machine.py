"""What the machine can do: `openssl speed`, and which core a process runs on."""

import os
import re
import subprocess
from contextlib import ExitStack
from pathlib import Path

from harness.errors import ConfigurationError

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
LONGEST = 60


def cores() -> list[int]:
    """Return the cores that this process may use."""
    return sorted(os.sched_getaffinity(0))


def pinned(core: int) -> list[str]:
    """Return what goes before a command that is to run on one core."""
    return ["taskset", "-c", str(core)]


def raw_signatures(algorithm: str, seconds: int, on: list[int]) -> float:
    """Return how many signatures a second `openssl speed` makes on these cores together: rsa2048, ecdsap256.

    Each core has a process of its own that counts the seconds of its core; openssl's own -multi would count the wall's.
    """
    command = ["openssl", "speed", "-mr", "-seconds", str(seconds), algorithm]
    with ExitStack() as stack:
        running = [
            stack.enter_context(
                subprocess.Popen(
                    [*pinned(core), *command], text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
                )
            )
            for core in on
        ]
        return sum(_rate(algorithm, process.communicate(timeout=LONGEST)[0]) for process in running)


def raw_verifications(seconds: int, core: int, algorithm: str = "rsa2048") -> float:
    """Return how many signatures a second `openssl speed` verifies on one core."""
    command = [*pinned(core), "openssl", "speed", "-mr", "-seconds", str(seconds), algorithm]
    said = subprocess.run(command, text=True, capture_output=True, check=True, timeout=LONGEST).stdout
    found = re.findall(r"^\+F[24]:[0-9]+:[0-9]+:[0-9.]+:([0-9.]+)", said, re.MULTILINE)
    if not found:
        raise ConfigurationError(f"openssl speed {algorithm}: expected a line +F2 or +F4, actual {said[-200:]!r}")
    value = float(found[-1])
    return 1 / value if value < 1 else value


def _rate(algorithm: str, said: str) -> float:
    found = re.findall(r"^\+F[24]:[0-9]+:[0-9]+:([0-9.]+):", said, re.MULTILINE)
    if not found:
        raise ConfigurationError(f"openssl speed {algorithm}: expected a line +F2 or +F4, actual {said[-200:]!r}")
    value = float(found[-1])
    return 1 / value if value < 1 else value  # older ones print seconds for one signature


def processor_seconds(process: int) -> float:
    """Return how long a process has kept a core busy."""
    columns = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(columns[11]) + int(columns[12])) / CLOCK_TICKS
