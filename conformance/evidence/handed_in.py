"""What the command line hands in with a run: statement, expected failures, key; read before anything is played."""

import hashlib
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.text import Text

from conformance.evidence.expected_failures import load_expected_failures, read_expected_failures
from conformance.evidence.run_journal import NAME
from conformance.evidence.run_options import ExpectedFile, StatementFile
from conformance.evidence.signing_key import PASSPHRASE, PassphraseMissing, SigningKey, load_key
from harness.contract.statement import read_statement
from harness.errors import ConfigurationError

INTERRUPTED = 130
"""128 and the number of SIGINT, as shells have it: an interrupted run has no verdict."""


def statement_file(path: Path) -> StatementFile:
    """Return the conformance statement of `--ics`; ConfigurationError names file, field and rule."""
    try:
        octets = path.read_bytes()
    except OSError as fault:
        raise ConfigurationError(f"{path}: {fault.strerror}; name a conformance statement with --ics") from fault
    return StatementFile(read_statement(octets, path), octets)


def expected_file(path: Path) -> ExpectedFile:
    """Return the expected failures of `--expected`; ConfigurationError names file, field and rule."""
    octets = load_expected_failures(path)
    return ExpectedFile(read_expected_failures(octets, path), octets, path)


def signing_key(path: Path) -> SigningKey:
    """Return the key of `--sign`; its passphrase is in the environment, or asked for where somebody can answer."""
    said = os.environ.get(PASSPHRASE)
    try:
        return load_key(path, said.encode() if said else None)
    except PassphraseMissing:
        if not sys.stdin.isatty():
            raise
    passphrase: str = typer.prompt(f"{path}: passphrase / パスフレーズ", hide_input=True, err=True)
    return load_key(path, passphrase.encode())


def file_sha256(path: Path | None) -> str:
    """Return the hash of a file that describes the target; empty for none, or one that cannot be read (said later)."""
    try:
        return "" if path is None else hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def described_watches(watches: Sequence[str]) -> dict[str, str]:
    """Return what tells one choice of `--watch` from another: its hash, for paths are nobody's business."""
    return {"watch": hashlib.sha256("\n".join(watches).encode()).hexdigest()} if watches else {}


@contextmanager
def resumable(out: Path, console: Console) -> Iterator[None]:
    """Say how to go on where something interrupts the block and a journal is left; Ctrl-C ends with 130."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit) as stop:
        if (out / NAME).is_file():
            told = shlex.join([*(word for word in sys.argv[1:] if word != "--resume"), "--resume"])
            console.print(
                Text(f"interrupted; go on with / 中断しました。再開するには:\n  ./kazashi {told}"), soft_wrap=True
            )
        if isinstance(stop, SystemExit):
            raise
        raise typer.Exit(INTERRUPTED) from stop
