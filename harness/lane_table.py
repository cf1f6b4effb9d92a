"""Which lanes there are: a tox environment each, what it shows, and what it needs beside Python packages.

LANES are those of every run, in the order of tox.ini; ON_REQUEST take long, and run when they are named.
"""

import os
import shutil
import sysconfig
from dataclasses import dataclass
from pathlib import Path


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
POSTGRESQL = (Need("/usr/lib/postgresql/15/bin/postgres", "postgresql-15"), Need("runuser", "util-linux"))
COMPILER = Need("cc", "gcc")
READERS = (
    Need("pcscd", "pcscd"),
    Need("/usr/lib/pcsc/drivers/serial/libifdvpcd.so", "vsmartcard-vpcd"),
    # what pyscard is built with
    Need("/usr/include/PCSC/winscard.h", "libpcsclite-dev"),
    Need("swig", "swig"),
    COMPILER,
    Need("/usr/include/stdio.h", "libc6-dev"),
    PYTHON_HEADER,
    # a network of pcscd's own
    *MACHINES,
)
"""A pcscd with readers of our own, and a client of it."""
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
        POSTGRESQL,
    ),
    Lane(
        "pcsc",
        "real PC/SC: pcscd, vpcd, OpenSC, OpenSSL",
        (
            OPENSSL,
            *READERS,
            Need("pkcs15-tool", "opensc"),
            Need("/usr/lib/x86_64-linux-gnu/engines-3/pkcs11.so", "libengine-pkcs11-openssl"),
            Need("p11tool", "gnutls-bin"),
            Need("pcsc_scan", "pcsc-tools"),
            Need("scriptor", "pcsc-tools"),
            Need("nm", "binutils"),
        ),
    ),
)
ON_REQUEST = (
    Lane(
        "load-full",
        "every kind of target, mix, shape and fault of the load tests; three quarters of an hour, on a quiet machine",
        (WRK, *POSTGRESQL, *READERS),
    ),
    Lane("nightly", "other years, wrong host clocks, the whole kill matrix; two hours", (OPENSSL, PERL, COMPILER)),
    Lane("fuzz", "coverage-guided fuzzing of the card; five minutes"),
    Lane("fuzz-verification", "the same of the readers of the verification core; twenty minutes", (OPENSSL,)),
)
