"""The report of the other roles: the card's trace decoded, drawn where it failed, and how the target is named again."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import msgspec
import pytest

from conformance.judge import Verdict
from conformance.report.role_view import role_view
from conformance.report.role_write import role_json
from conformance.report.schema import report_schema
from conformance.report.view import Both
from conformance.roles.card.bench import CardBench
from conformance.roles.card.case import CARD, CardCase
from conformance.roles.card.target import EmulatedCards, synthetic_card
from conformance.roles.role_catalogue import load_role_catalogue
from conformance.roles.role_commands import RoleOptions, said_of_target
from conformance.roles.role_run import RoleRun, examine
from harness.keys import KeyPool

MADE = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def run(key_folder: Path) -> RoleRun[CardCase]:
    """A wrong PIN and its twin, the first of them taken for a failure."""
    profile, facts = synthetic_card(KeyPool(key_folder), seed=7)
    catalogue = load_role_catalogue(CARD).with_twins(["pins/wrong-counts"])
    done = examine(catalogue, CardBench(EmulatedCards(profile), facts), target="inprocess", seed=7)
    assert done.count(Verdict.PASS) == len(done.judgements)
    judged = dict(done.judgements)
    wrong = judged["pins/wrong-counts"]
    broken = replace(wrong.checks[-1], held=False)
    judged["pins/wrong-counts"] = replace(wrong, verdict=Verdict.FAIL, checks=(*wrong.checks[:-1], broken))
    said = said_of_target("card", RoleOptions("reference", 10.0, reader="Kazashi Reader 01"))
    return replace(done, judgements=judged, said_of_target=said)


def test_trace_is_decoded_in_both_languages_and_hides_the_pin(run: RoleRun[CardCase]) -> None:
    """Commands have names, status words their meaning, and a PIN is asterisks."""
    (case,) = [case for case in role_view(run, MADE).cases if case.id == "pins/wrong-counts"]
    verify = next(apdu for apdu in case.apdus if apdu.status.startswith("63C") and "**" in apdu.command)
    assert verify.name == Both("VERIFY", "照合 VERIFY")
    assert verify.command.startswith("00 20 00 80 04 ** **")
    assert verify.meaning.ja.startswith("残り")
    assert "✗" in case.picture
    assert "VERIFY" in case.picture
    assert case.again == (
        f"./kazashi certify --role card --reader 'Kazashi Reader 01' --seed {run.seed} --case pins/wrong-counts"
    )


def test_report_of_a_card_has_the_shape_of_all_reports(run: RoleRun[CardCase]) -> None:
    """One schema for every role."""
    jsonschema.validate(msgspec.json.decode(role_json(run)), report_schema())


@pytest.mark.parametrize(
    ("role", "options", "said"),
    [
        ("card", RoleOptions("reference", 10.0), "--reader inprocess"),
        ("tap-client", RoleOptions("python:a:b", 20.0), "--timeout 20.0 --target python:a:b"),
        (
            "responder",
            RoleOptions("http://host/ocsp", 10.0, Path("ca.pem"), "good=1A", "nonce"),
            "--target http://host/ocsp --issuer ca.pem --serials good=1A --claims nonce",
        ),
    ],
)
def test_target_is_named_as_it_was(role: str, options: RoleOptions, said: str) -> None:
    """What differs from what is assumed, and nothing else."""
    assert " ".join(said_of_target(role, options)) == said
