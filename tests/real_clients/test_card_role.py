"""The role card through pcscd: the same cases, the same verdicts as in process."""

from conformance.judge import Verdict
from conformance.roles.card.bench import CardBench
from conformance.roles.card.case import CARD
from conformance.roles.card.facts import CardFacts
from conformance.roles.card.target import pcsc_cards
from conformance.roles.role_catalogue import load_role_catalogue
from conformance.roles.role_run import examine
from harness.pcsc_lane import OUR_READER
from tests.real_clients.programs import Bench

SOME = [
    "commands/answer-to-reset",
    "pins/count-without-power",
    "pins/count-over-reset",
    "pins/power-forgets",
    "pins/states-apart",
    "reading/extended-length",
    "reading/past-the-end",
    "signing/login",
    "selecting/foreign-aid",
]
SECRETS = CardFacts(auth_pin="1234", password="ABC123", text_pin="1234")


def test_card_behind_pcscd_passes(bench: Bench) -> None:
    """What power, reset and long answers are through a real reader; the card is not blocked."""
    catalogue = load_role_catalogue(CARD).with_twins([*SOME, "pins/blocked"])
    assert bench.lane.kind == "pcscd"
    run = examine(catalogue, CardBench(pcsc_cards(None), SECRETS), target="", seed=1)
    assert run.product.startswith(OUR_READER)
    wanted = dict.fromkeys(catalogue.cases, Verdict.PASS) | {"pins/blocked": Verdict.NA}
    assert {case_id: judged.verdict for case_id, judged in run.judgements.items()} == wanted
