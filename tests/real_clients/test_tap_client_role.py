"""The role tap-client with real programs behind real PC/SC: OpenSC, and the example as a pyscard program."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.judge import Verdict
from conformance.roles.role_catalogue import load_role_catalogue
from conformance.roles.role_run import RoleJudgement, examine
from conformance.roles.tap_client.bench import TapBench
from conformance.roles.tap_client.case import TAP_CLIENT
from conformance.roles.tap_client.laid import Cards
from conformance.roles.tap_client.pcsc_desk import PcscDesk
from harness.contract.client import TapClient
from harness.contract.program_binding import ProgramBinding
from harness.keys import KeyPool
from harness.pcsc_lane import PcscLane

CASES = [
    "slow/within",
    "tapping/certificate",
    "tapping/contactless",
    "tapping/no-query",
    "tapping/removed",
    "tapping/renewed-card",
    "typing/cloned",
    "typing/right",
    "typing/wrong",
]
OPENSC = {
    "tapping/no-query": Verdict.WARN,
    "tapping/removed": Verdict.FAIL,
    "typing/cloned": Verdict.WARN,
    "typing/wrong": Verdict.FAIL,
}
"""It asks for the tries of both PINs when it takes hold of the card; takes a card that went for one whose file
is too short; checks no signature; and does not tell how many tries are left."""


def judgements_of(module: str, case_ids: list[str], lane: PcscLane, folder: Path) -> dict[str, RoleJudgement]:
    """What the judge says of a program at our readers, case by case."""
    cards = Cards(KeyPool(folder / "keys"), seed=7)
    binding = ProgramBinding([sys.executable, "-m", module], timeout=60)
    try:
        with TapClient(binding) as client:
            catalogue = load_role_catalogue(TAP_CLIENT).with_twins(case_ids)
            return examine(catalogue, TapBench(client, PcscDesk(lane, cards, folder)), target=module, seed=1).judgements
    finally:
        cards.close()


@pytest.mark.parametrize(
    ("module", "expected"),
    [("conformance.targets.tap_client", {}), ("conformance.targets.opensc_adapter", OPENSC)],
    ids=["pyscard program", "OpenSC"],
)
def test_programs_are_judged_by_the_trace(
    module: str, expected: dict[str, Verdict], lane: PcscLane, tmp_path: Path
) -> None:
    """Both read and sign as they should; what OpenSC does otherwise is seen, and said."""
    judgements = judgements_of(module, CASES, lane, tmp_path)
    verdicts = {case_id: judged.verdict for case_id, judged in judgements.items()}
    assert verdicts == {case_id: expected.get(case_id, Verdict.PASS) for case_id in CASES}
    if expected:
        broken = [check.name for check in judgements["typing/wrong"].checks if not check.held]
        assert broken == ["tries left"]


def test_power_off_ends_a_session_as_well(lane: PcscLane, tmp_path: Path) -> None:
    """pyscard's own way: nobody answers that frame, and the program has said its last word before the card knows."""
    judgements = judgements_of("tests.real_clients.unpowering_program", ["typing/session-ended"], lane, tmp_path)
    assert {judged.verdict for judged in judgements.values()} == {Verdict.PASS}


def test_program_is_certified_by_one_command(tmp_path: Path) -> None:
    """Behind the substitute, in a process that loads no other PC/SC library: the report says what stood between.

    That the session was ended is in the trace when the program has answered: a reset is done when it returns.
    """
    words = ["certify", "--role", "tap-client", "--target", "pyscard", "--reader", "substitute", "--seed", "1"]
    cases = ["--case", "typing/wrong", "--case", "typing/session-ended"]
    done = subprocess.run(
        [sys.executable, "-m", "harness.cli", *words, *cases, "--out", str(tmp_path / "out")],
        env={**os.environ, "KAZASHI_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert report["counts"]["PASS"] == 3
    assert "SUBSTITUTE" in report["product"]
