"""Responders with one thing wrong: the fake J-LIS under a fault of its grammar, or with a rule of its code off."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from conformance.roles.responder.case import ResponderMutant
from conformance.roles.responder.facts import Facts
from conformance.roles.responder.stage import remote_stage, serve_stages
from conformance.roles.responder.stand import Stand, stand
from conformance.roles.role_mutants import RoleMutant, load_role_mutants
from conformance.roles.rule_off import process_of
from harness.errors import HarnessFault
from harness.jlis.faults import Order
from harness.keys import KeyPool


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
    """Yield the facts of a fake J-LIS with the mutant's edits, in a process of its own."""
    with process_of(mutant, serve, str(keys.absolute()), loads=stand.__module__) as line:
        facts = line.recv()
        if not isinstance(facts, Facts):
            raise HarnessFault(f"mutant {mutant.id}: expected its facts, actual {facts!r}")
        yield replace(facts, stages=partial(remote_stage, line))


def serve(mutant: RoleMutant, line: Connection, words: tuple[str, ...]) -> None:
    """Serve a stand until the line is closed."""
    (keys,) = words
    del mutant
    pool = KeyPool(Path(keys))
    with stand(pool) as made:
        line.send(replace(made.facts, stages=None))
        serve_stages(line, pool)
