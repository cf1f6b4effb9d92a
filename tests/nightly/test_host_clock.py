"""The whole suite while the host's clock is wrong by hours, a day, ten years, ahead and behind (CONFORMANCE.md).

Hours, for lists come at three in the morning: whoever begins an hour later sees another day, and no run of ours at
its usual hour would.

By a library of a page (`wrong_clock.c`, made with `cc`) that is preloaded into harness, product and all they start.
Nothing of them may depend on the host's day: the world has a clock of its own.
"""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

DAY, TEN_YEARS = timedelta(days=1), timedelta(days=3653)
OFFSETS = {
    "a day ahead": DAY,
    "a day behind": -DAY,
    "ten years ahead": TEN_YEARS,
    "ten years behind": -TEN_YEARS,
    **{f"{hours} hours ahead": timedelta(hours=hours) for hours in (6, 12, 18)},
}
SOURCE = Path(__file__).with_name("wrong_clock.c")
RUNS = {
    "relying-party over HTTP": ("--target", "reference"),
    "card": ("--role", "card"),
    "responder": ("--role", "responder"),
    "tap-client": ("--role", "tap-client"),
}
PATIENCE = 1500


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library, made anew; without a compiler the night proves nothing."""
    made = tmp_path_factory.mktemp("clock") / "wrong_clock.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", made, SOURCE, "-ldl"], check=True)
    return made


def under(library: Path, offset: timedelta, *command: str) -> subprocess.CompletedProcess[str]:
    """What a command comes to whose host clock is off, and that of all it starts."""
    wrong = {"LD_PRELOAD": str(library), "KAZASHI_WRONG_SECONDS": str(int(offset.total_seconds()))}
    return subprocess.run(
        command, env={**os.environ, **wrong}, text=True, capture_output=True, timeout=PATIENCE, check=False
    )


@pytest.mark.parametrize("offset", OFFSETS.values(), ids=list(OFFSETS))
def test_a_started_product_feels_it(library: Path, offset: timedelta) -> None:
    """A process that a process starts has the wrong day too: else the rest of this file would prove nothing."""
    says = "import datetime; print(datetime.datetime.now(datetime.UTC).isoformat())"
    starts = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {says!r}], check=True)"
    felt = datetime.fromisoformat(under(library, offset, sys.executable, "-c", starts).stdout.strip())
    right = datetime.now(UTC)  # noqa: TID251  (the host's own, to tell how far off that is)
    assert abs(felt - right - offset) < timedelta(hours=1)


@pytest.mark.parametrize("offset", OFFSETS.values(), ids=list(OFFSETS))
@pytest.mark.parametrize("run", RUNS.values(), ids=list(RUNS))
def test_conformant_under_a_wrong_host_clock(
    library: Path, run: tuple[str, ...], offset: timedelta, tmp_path: Path
) -> None:
    """Exit code 0: every verdict is what it is when the clock is right."""
    certify = ("-c", "from harness.cli import main; main()", "certify", "--seed", "7", "--out", str(tmp_path))
    done = under(library, offset, sys.executable, *certify, *run)
    assert done.returncode == 0, done.stderr[-3000:]
