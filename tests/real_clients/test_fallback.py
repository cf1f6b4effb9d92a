"""Where the kernel refuses namespaces: pcscd without them if no other runs, otherwise a reason, never silence.

The machine is played by a namespace that this test makes, in which `unshare` is a program that refuses.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cardsim.folder import save_card
from cardsim.profile import Profile
from harness.pcsc_lane import PcscLane

ROOT = Path(__file__).resolve().parents[2]
REFUSED = "unshare: unshare failed: Operation not permitted"


@pytest.fixture
def machine(lane: PcscLane, profile: Profile, tmp_path: Path) -> Path:
    """A folder with an `unshare` that refuses, an empty `/run` to be, and a card."""
    if not lane.daemon.isolated:
        pytest.skip("no namespaces here: every other test of this lane showed the fallback")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "unshare").write_text(f"#!/bin/sh\necho '{REFUSED}' >&2\nexit 1\n", encoding="ascii")
    (tmp_path / "bin" / "unshare").chmod(0o755)
    (tmp_path / "run").mkdir()
    save_card(profile, tmp_path / "card")
    return tmp_path


def test_without_namespaces_pcscd_runs_alone_or_says_why_not(machine: Path) -> None:
    """The first lane runs at /run/pcscd; a second one beside it names the refusal, the socket and what to do."""
    done = subprocess.run(
        ["unshare", "-Urnm", sys.executable, "-m", "tests.real_clients.refusing_machine", str(machine)],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{machine / 'bin'}:{os.environ['PATH']}"},
        executable="/usr/bin/unshare",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    isolated, shown, second = done.stdout.strip().split("\n")
    assert isolated == "isolated False"
    assert shown == "pkcs15-tool PKCS#15 Card [JPKI]:"
    assert second.startswith(f"second 2 no namespaces for a private pcscd ({REFUSED})")
    assert "another pcscd listens at /run/pcscd/pcscd.comm" in second
    assert not (machine / "run" / "pcscd" / "pcscd.comm").exists()
