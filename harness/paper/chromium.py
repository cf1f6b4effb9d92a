"""The browser that prints: Debian's Chromium (or another of that family), found on PATH or named; no network for it."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from harness.errors import ConfigurationError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
MISSING = (
    "expected a Chromium to print with, actual none on PATH ({names}); as root: apt-get install chromium "
    "fonts-noto-cjk, or name one with --browser / Chromium がありません"
)
ALWAYS = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--no-first-run",
    # Nothing is fetched: no name has an address.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    # Reports are our own files, without scripts; inside a container, and as root, Chromium has no sandbox of its own.
    "--no-sandbox",
)
PATIENCE = 120.0
"""Seconds for a report of two hundred cases, each of them failed; one that passed takes three."""


def find_chromium(named: str | None = None) -> str:
    """Return the program's path; ConfigurationError says what is missing and how to mend it."""
    for name in NAMES if named is None else (named,):
        if found := shutil.which(name):
            return found
    if named is not None:
        raise ConfigurationError(f"--browser {named!r}: expected a program, actual none of that name or path")
    raise ConfigurationError(MISSING.format(names=", ".join(NAMES)))


def print_page(html: Path, pdf: Path, *, browser: str, patience: float = PATIENCE) -> None:
    """Write `html` (a file) as `pdf`, tagged and with an outline; ConfigurationError when the browser does not."""
    with tempfile.TemporaryDirectory(prefix="kazashi-print-", ignore_cleanup_errors=True) as profile:
        command = [
            browser,
            *ALWAYS,
            f"--user-data-dir={profile}",
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
            f"--print-to-pdf={pdf}",
            html.absolute().as_uri(),
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=patience)
        except subprocess.TimeoutExpired as fault:
            raise ConfigurationError(f"{browser}: expected {pdf} within {patience:g} s, actual none") from fault
        except OSError as fault:
            raise ConfigurationError(f"{browser}: expected a program that prints, actual {fault.strerror}") from fault
    if done.returncode != 0 or not pdf.is_file():
        last = (done.stderr.strip().splitlines() or ["nothing said"])[-1]
        raise ConfigurationError(f"{browser}: expected {pdf}, actual exit code {done.returncode}: {last}")
