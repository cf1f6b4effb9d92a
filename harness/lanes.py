"""`kazashi test`: what else the tests need is installed where that is allowed, then tox runs the lanes.

A lane whose programs are missing and may not be installed is left out, named with the reason, and named again at
the end; under CI (the variable CI is set) a lane left out is a failure, for a skipped lane must not look green.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from harness.errors import ConfigurationError
from harness.lane_table import LANES, ON_REQUEST, Lane, Need

ROOT = Path(__file__).resolve().parent.parent


def test(
    lanes: Annotated[
        list[str] | None,
        typer.Argument(
            help=f"lanes to run; when none is named all but {', '.join(lane.name for lane in ON_REQUEST)}, which take "
            "long / 実行するレーン(長時間のものは名前を指定したときだけ実行)"
        ),
    ] = None,
    *,
    install: Annotated[
        bool, typer.Option(help="install missing Debian packages when run as root / 不足する Debian パッケージを入れる")
    ] = True,
) -> None:
    """Run the tests of this repository: lint, types, unit, scenarios, conformance, load, languages, judges, and so on.

    このリポジトリの試験をすべて実行する。
    """
    if not (ROOT / "tox.ini").exists():
        raise ConfigurationError(f"{ROOT}: expected tox.ini; `kazashi test` runs in a checkout of the repository")
    chosen = _chosen(lanes or [])
    if install:
        _install_debian([need for lane in chosen for need in lane.missing()])
    left_out = {lane.name: lane.missing() for lane in chosen if lane.missing()}
    for line in _reasons(left_out):
        typer.echo(line, err=True)
    code = _run_tox([lane.name for lane in chosen if lane.name not in left_out])
    for line in _reasons(left_out):
        typer.echo(line, err=True)
    if left_out and os.environ.get("CI"):
        typer.echo("kazashi: CI is set: a lane left out counts as a failure", err=True)
        code = code or 1
    raise typer.Exit(code)


def _chosen(names: list[str]) -> list[Lane]:
    known = {lane.name: lane for lane in (*LANES, *ON_REQUEST)}
    for name in names:
        if name not in known:
            raise ConfigurationError(f"lane {name!r}: expected one of {', '.join(known)}")
    return [known[name] for name in names] or list(LANES)


def _install_debian(needs: list[Need]) -> None:
    """Install the packages of the missing programs when this is root on Debian; otherwise change nothing."""
    packages = sorted({need.package for need in needs})
    if not packages or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    typer.echo(f"kazashi: installing Debian packages: {' '.join(packages)}", err=True)
    # RUNLEVEL: a daemon that comes with a package is not started; the tests start their own, on loopback
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    quiet = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    for command in ([*quiet, "update"], [*quiet, "install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            typer.echo(f"kazashi: {' '.join(command)} failed: {done.stderr.strip()[-400:]}", err=True)
            return


def _reasons(left_out: dict[str, list[Need]]) -> list[str]:
    return [
        f"kazashi: lane {name} left out: missing {', '.join(need.program for need in needs)}; "
        f"as root: apt-get install {' '.join(sorted({need.package for need in needs}))}"
        for name, needs in left_out.items()
    ]


def _run_tox(names: list[str]) -> int:
    """Return tox's exit code; 1 when no lane can run, for nothing tested is not a pass."""
    if not names:
        return 1
    lock = ROOT / "requirements" / "tox.txt"
    installer = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:"]
    done = subprocess.run([*installer, "-r", str(lock)], check=False)
    if done.returncode != 0:
        raise ConfigurationError(f"{lock}: expected tox to install, actual pip exit code {done.returncode}")
    return subprocess.run(
        [sys.executable, "-m", "tox", "run", "--root", str(ROOT), "-e", ",".join(names)], cwd=ROOT, check=False
    ).returncode
