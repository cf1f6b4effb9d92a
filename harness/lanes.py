"""`kazashi test`: what else the tests need is installed where that is allowed, then tox runs every lane.

A lane whose programs are missing and may not be installed is left out, named with the reason, and named again at
the end; under CI (the variable CI is set) a lane left out is a failure, for a skipped lane must not look green.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from harness.errors import ConfigurationError

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Need:
    """A program (or header file) that a lane needs, and the Debian package that brings it."""

    program: str
    package: str

    def is_there(self) -> bool:
        """Return whether it is on PATH; a path is looked for as a file."""
        if self.program.startswith("/"):
            return Path(self.program).exists()
        # Daemons stand where an ordinary Debian user's PATH does not look.
        return shutil.which(self.program, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin") is not None


@dataclass(frozen=True, slots=True)
class Lane:
    """One tox environment, what it shows, and what it needs beside Python packages."""

    name: str
    shows: str
    needs: tuple[Need, ...] = ()

    def missing(self) -> list[Need]:
        """Return the needs that are not there."""
        return [need for need in self.needs if not need.is_there()]


OPENSSL = Need("openssl", "openssl")
PERL = Need("json_pp", "perl")
"""Debian's base system has a perl without its modules; the package that brings json_pp brings JSON::PP too."""
PYTHON_HEADER = Need(f"{sysconfig.get_path('include')}/Python.h", "python3-dev")
DIRECTORY = (Need("slapd", "slapd"), Need("ldapsearch", "ldap-utils"))
JPEG_2000 = Need("opj_decompress", "libopenjp2-tools")
FONTS = (
    Need("fc-list", "fontconfig"),
    Need("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "fonts-noto-cjk"),
)
PICTURES = (
    JPEG_2000,
    Need("tesseract", "tesseract-ocr"),
    Need("zbarimg", "zbar-tools"),
    Need("xmllint", "libxml2-utils"),
    Need("rsvg-convert", "librsvg2-bin"),
    Need("pngtopnm", "netpbm"),
    *FONTS,
    Need("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "fonts-dejavu-core"),
)
"""Who reads what we draw: OCR, bar codes, images, fonts."""
WRK = Need("wrk", "wrk")
MACHINES = (Need("unshare", "util-linux"), Need("nsenter", "util-linux"), Need("ip", "iproute2"))
"""Network namespaces as machines of their own."""
LANES = (
    Lane("lint", "ruff and the import contracts"),
    Lane("types", "mypy --strict on everything"),
    Lane(
        "unit",
        "card, world, fake J-LIS, relying party, contract, load",
        (OPENSSL, PERL, *DIRECTORY, JPEG_2000, WRK, *MACHINES),
    ),
    Lane("scenarios", "the stories, in process", (PERL,)),
    Lane("conformance", "reference, checker, mutants and dishonest targets", (OPENSSL, PERL)),
    Lane("load-smoke", "Locust with truth, twenty seconds, the server's ceiling beside it", (WRK,)),
    Lane(
        "languages",
        "starters, control clients, trust material: Java, Go, TypeScript, curl",
        (
            OPENSSL,
            Need("java", "default-jdk-headless"),
            Need("javac", "default-jdk-headless"),
            Need("mvn", "maven"),
            Need("go", "golang-go"),
            Need("node", "nodejs"),
            Need("npm", "npm"),
            Need("curl", "curl"),
            Need("mcs", "mono-mcs"),
            Need("mono", "mono-runtime"),
            Need("/usr/lib/mono/4.5/System.Net.Http.dll", "libmono-cil-dev"),
            Need("/usr/lib/cli/Newtonsoft.Json-5.0/Newtonsoft.Json.dll", "libnewtonsoft-json5.0-cil"),
            Need("unshare", "util-linux"),
        ),
    ),
    Lane(
        "judges",
        "what is issued, judged by OpenSSL, GnuTLS and pkilint; what is drawn, by OCR and bar-code readers",
        (OPENSSL, Need("certtool", "gnutls-bin"), Need("ocsptool", "gnutls-bin"), *PICTURES),
    ),
    Lane(
        "browser",
        "reports in a real Chromium: offline, both languages, axe, on paper",
        (PERL, Need("chromium", "chromium"), *FONTS),
    ),
    Lane(
        "postgresql",
        "the store of several processes, on a PostgreSQL of its own",
        (Need("/usr/lib/postgresql/15/bin/postgres", "postgresql-15"), Need("runuser", "util-linux")),
    ),
    Lane(
        "pcsc",
        "real PC/SC: pcscd, vpcd, OpenSC, OpenSSL",
        (
            OPENSSL,
            Need("pcscd", "pcscd"),
            Need("pkcs15-tool", "opensc"),
            Need("/usr/lib/x86_64-linux-gnu/engines-3/pkcs11.so", "libengine-pkcs11-openssl"),
            Need("p11tool", "gnutls-bin"),
            Need("pcsc_scan", "pcsc-tools"),
            Need("scriptor", "pcsc-tools"),
            Need("/usr/include/PCSC/winscard.h", "libpcsclite-dev"),
            Need("/usr/lib/pcsc/drivers/serial/libifdvpcd.so", "vsmartcard-vpcd"),
            Need("swig", "swig"),
            Need("cc", "gcc"),
            Need("/usr/include/stdio.h", "libc6-dev"),
            PYTHON_HEADER,
            Need("unshare", "util-linux"),
            Need("nsenter", "util-linux"),
            Need("ip", "iproute2"),
            Need("nm", "binutils"),
        ),
    ),
)


def test(
    lanes: Annotated[
        list[str] | None, typer.Argument(help="lanes to run; all when none is named / 実行するレーン")
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
    known = {lane.name: lane for lane in LANES}
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
