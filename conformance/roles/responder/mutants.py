"""Responders with one thing wrong: the fake J-LIS under a fault, or from a copied tree with a rule off."""

import json
import shutil
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from conformance.mutants.mutant import ROOT
from conformance.roles.responder.case import About
from conformance.roles.responder.facts import Facts, Known
from conformance.roles.responder.stand import Stand
from conformance.roles.role_mutants import RoleMutant, load_role_mutants
from harness.errors import HarnessFault
from harness.jlis.fault_grammar import Fault, FaultDoor
from harness.jlis.faults import Order

COPIED = ("cardsim", "conformance", "harness")
ENDING_SECONDS = 10


class FaultOrdered(Struct, frozen=True, forbid_unknown_fields=True):
    """One fault, at one door."""

    fault: Fault
    door: FaultDoor


class ResponderMutant(RoleMutant, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A responder with one thing wrong."""

    faults: tuple[FaultOrdered, ...] = ()
    lightweight: bool = False
    """Whether it speaks by RFC 9919, but for what is wrong."""
    claims: tuple[str, ...] = ()
    """What it claims besides, and does not keep."""


def load_responder_mutants() -> list[ResponderMutant]:
    """Return every mutant of the role, by id."""
    return load_role_mutants("responder", ResponderMutant)


@contextmanager
def faulty(mutant: ResponderMutant, made: Stand) -> Iterator[Facts]:
    """Yield the facts of a stand while the faults of a mutant stand."""
    for each in mutant.faults:
        made.faults.set(Order(each.fault, each.door))
    try:
        yield replace(made.facts, claims=made.facts.claims | frozenset(mutant.claims))
    finally:
        made.faults.clear()


@contextmanager
def edited(mutant: ResponderMutant, keys: Path) -> Iterator[Facts]:
    """Yield the facts of a fake J-LIS that runs from a copied tree with the mutant's edits, as a process of its own."""
    with TemporaryDirectory(prefix=f"kazashi-{mutant.id}-") as folder:
        tree = Path(folder)
        for name in COPIED:
            shutil.copytree(
                ROOT / name, tree / name
            )  # compiled code too: what is not edited need not be compiled again
        mutant.apply(tree)
        # -m looks in the working directory first: the copy is found before the installed package.
        words = [sys.executable, "-m", "conformance.roles.responder.stand", "--keys", str(keys.absolute())]
        with subprocess.Popen(words, cwd=tree, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            try:
                line = process.stdout.readline() if process.stdout else ""
                if not line:
                    raise HarnessFault(f"mutant {mutant.id}: expected its facts on standard output, actual none")
                yield read_facts(line)
            finally:
                if process.stdin:
                    process.stdin.close()
                try:
                    process.wait(ENDING_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()


def read_facts(line: str) -> Facts:
    """Return the facts that a stand announced."""
    said = json.loads(line)
    known = {
        About(name): Known(each["serial"], each["reason"], each["at"] and datetime.fromisoformat(each["at"]))
        for name, each in said["known"].items()
    }
    return Facts(
        product=said["product"],
        issuer=b64decode(said["issuer"]),
        known=known,
        ocsp=said["ocsp"],
        crl=said["crl"],
        claims=frozenset(said["claims"]),
        certificate=b64decode(said["certificate"]),
    )
