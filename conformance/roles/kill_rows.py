"""Which case of a role kills which of its mutants, seen by playing all cases against each: rows of the kill matrix.

`python -m conformance.roles.kill_rows` writes docs/kill_matrix_roles.csv, with the columns of docs/kill_matrix.csv.
"""

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from conformance.judge import Verdict
from conformance.mutants.mutant import ROOT
from conformance.register import RequiredOf
from conformance.roles.card import mutants as card_mutants
from conformance.roles.card.bench import CardBench
from conformance.roles.card.case import CardMutant
from conformance.roles.card.target import EmulatedCards, synthetic_card
from conformance.roles.platform_client.bench import platform_bench
from conformance.roles.responder import mutants as responder_mutants
from conformance.roles.responder.bench import ResponderBench
from conformance.roles.responder.case import ResponderMutant
from conformance.roles.responder.stand import stand
from conformance.roles.role_catalogue import RoleCatalogue, load_role_catalogue
from conformance.roles.role_mutants import RoleMutant, load_role_mutants
from conformance.roles.role_run import Bench, examine
from conformance.roles.rule_off import off_for_a_while
from conformance.roles.tap_client.bench import InProcessDesk, TapBench
from conformance.roles.tap_client.laid import Cards
from conformance.roles.vocabularies import VOCABULARIES
from harness.contract.client import PlatformClient, TapClient
from harness.contract.python_binding import PythonBinding
from harness.keys import KeyPool

FILE = ROOT / "docs" / "kill_matrix_roles.csv"
COLUMNS = ("mutant", "role", "case", "killed")
KILLED = (Verdict.FAIL, Verdict.WARN)
SEED = 7
Row = tuple[str, str, str, str]


def rows(role: str, keys: Path) -> Iterator[Row]:
    """Yield a row for each mutant of a role and each case that is applicable to it."""
    vocabulary = VOCABULARIES[role]
    catalogue = load_role_catalogue(vocabulary)
    for mutant in load_role_mutants(role, vocabulary.mutant_type):
        with _client_bench(mutant) if role == RequiredOf.PLATFORM_CLIENT.value else _bench_of(mutant, keys) as bench:
            yield from _of(mutant, catalogue, bench)


def _of(mutant: RoleMutant, catalogue: RoleCatalogue[Any], bench: Bench[Any]) -> Iterator[Row]:
    """A case kills where it fails by itself, its twin passing: one that fails by its twin alone proves nothing."""
    run = examine(catalogue, bench, target=mutant.id, seed=SEED)
    for case_id, judged in run.judgements.items():
        if judged.verdict is Verdict.NA:
            continue
        own = any(not check.held and check.name not in ("twin", "recovery") for check in judged.checks)
        beside = judged.case.twin is None or run.judgements[judged.case.twin].verdict is Verdict.PASS
        killed = judged.verdict in KILLED and own and beside
        yield mutant.id, catalogue.role, case_id, "yes" if killed else "no"


@contextmanager
def _bench_of(mutant: RoleMutant, keys: Path) -> Iterator[Bench[Any]]:
    """Yield a bench whose target is the mutant."""
    pool = KeyPool(keys)
    if isinstance(mutant, ResponderMutant):
        with responder_mutants.edited(mutant, keys) if mutant.edits else _faulty(mutant, pool) as facts:
            bench = ResponderBench(facts)
            try:
                yield bench
            finally:
                bench.close()
    elif isinstance(mutant, CardMutant) and mutant.adversary is not None:
        profile, secrets = synthetic_card(pool, seed=SEED)
        yield CardBench(EmulatedCards(card_mutants.adversary(mutant.adversary, profile, pool)), secrets)
    elif isinstance(mutant, CardMutant):
        with card_mutants.edited(mutant, keys) as (cards, secrets):
            yield CardBench(cards, secrets)
    else:
        laid = Cards(pool, seed=SEED)
        with off_for_a_while(mutant):
            client = TapClient(PythonBinding("conformance.targets.tap_client:make", timeout=10))
            yield TapBench(client, InProcessDesk(laid))
        laid.close()


@contextmanager
def _client_bench(mutant: RoleMutant) -> Iterator[Bench[Any]]:
    with off_for_a_while(mutant):
        client = PlatformClient(PythonBinding("conformance.targets.platform_client:make", timeout=10))
        with platform_bench(client) as bench:
            yield bench


@contextmanager
def _faulty(mutant: ResponderMutant, keys: KeyPool) -> Iterator[Any]:
    with stand(keys, lightweight=mutant.lightweight) as made, responder_mutants.faulty(mutant, made) as facts:
        yield replace(facts, stages=None)  # a stage has a door of its own, at which no fault stands


def main() -> None:
    """Write the file, for the roles named on the command line or all."""
    with TemporaryDirectory(prefix="kazashi-keys-") as folder, FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for role in sys.argv[1:] or list(VOCABULARIES):
            writer.writerows(rows(role, Path(folder)))


if __name__ == "__main__":
    main()
