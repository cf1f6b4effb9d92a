"""The whole suite while the host's clock is wrong: a day and ten years, ahead and behind (CONFORMANCE.md).

By libfaketime (Debian: `apt-get install libfaketime`; LIBFAKETIME names the library elsewhere), which harness, product
and all they start inherit. Nothing of them may depend on the host's day: the world has a clock of its own.
"""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

OFFSETS = {"a day ahead": "+1d", "a day behind": "-1d", "ten years ahead": "+10y", "ten years behind": "-10y"}
SPANS = {"+1d": timedelta(days=1), "-1d": -timedelta(days=1), "+10y": timedelta(3650), "-10y": -timedelta(3650)}
TAP = "tests.conformance.reference_reader:make"
RUNS = {
    "relying-party over HTTP": ("--target", "reference"),
    "card": ("--role", "card"),
    "responder": ("--role", "responder"),
    "tap-client": ("--role", "tap-client", "--target", f"python:{TAP}"),
}
PATIENCE = 1500


def library() -> str:
    """Where libfaketime is; without it the night proves nothing."""
    found = os.environ.get("LIBFAKETIME") or next(
        (str(path) for path in Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), None
    )
    assert found is not None, "expected libfaketime (apt-get install libfaketime, or LIBFAKETIME), actual none"
    return found


def under(offset: str, *command: str) -> subprocess.CompletedProcess[str]:
    """What a command comes to whose host clock is off, and that of all it starts.

    The monotonic clock is off by as much, and spans stay what they are; left alone, libfaketime 0.9.10 breaks
    `time.sleep` (EINVAL: an absolute instant of the one clock is compared with the other).
    """
    return subprocess.run(
        command,
        env={**os.environ, "LD_PRELOAD": library(), "FAKETIME": offset},
        text=True,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.parametrize("offset", OFFSETS.values(), ids=list(OFFSETS))
def test_a_started_product_feels_it(offset: str) -> None:
    """A process that a process starts has the wrong day too: else the rest of this file would prove nothing."""
    says = "import datetime; print(datetime.datetime.now(datetime.UTC).isoformat())"
    starts = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {says!r}], check=True)"
    felt = datetime.fromisoformat(under(offset, sys.executable, "-c", starts).stdout.strip())
    right = datetime.now(UTC)  # noqa: TID251  (the host's own, to tell how far off that is)
    assert abs(felt - right - SPANS[offset]) < timedelta(hours=1)


@pytest.mark.parametrize("offset", OFFSETS.values(), ids=list(OFFSETS))
@pytest.mark.parametrize("run", RUNS.values(), ids=list(RUNS))
def test_conformant_under_a_wrong_host_clock(run: tuple[str, ...], offset: str, tmp_path: Path) -> None:
    """Exit code 0: every verdict is what it is when the clock is right."""
    certify = ("-c", "from harness.cli import main; main()", "certify", "--seed", "7", "--out", str(tmp_path))
    done = under(offset, sys.executable, *certify, *run)
    assert done.returncode == 0, done.stderr[-3000:]
