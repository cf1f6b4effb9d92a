"""The role tap-client with real programs behind real PC/SC: OpenSC, and the example as a pyscard program."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cardsim.folder import save_card
from cardsim.trace_file import read_trace
from conformance.judge import Verdict
from conformance.roles.role_catalogue import load_role_catalogue
from conformance.roles.role_run import examine
from conformance.roles.tap_client.bench import TapBench
from conformance.roles.tap_client.case import TAP_CLIENT, Do, Laid
from conformance.roles.tap_client.laid import Cards, OnReader
from harness.contract.client import TapClient
from harness.contract.program_binding import ProgramBinding
from harness.keys import KeyPool
from harness.pcsc_lane import OUR_READER, PcscLane
from harness.pcsc_lane.readers import slot_of

CASES = ["tapping/certificate", "tapping/no-query", "typing/right", "typing/wrong"]
OPENSC = {"tapping/no-query": Verdict.WARN, "typing/wrong": Verdict.FAIL}
"""It asks for the tries of both PINs when it takes hold of the card; and it does not tell how many are left."""


class LaneDesk:
    """Readers of pcscd: a fresh genuine card for each run."""

    capabilities: frozenset[str] = frozenset()

    def __init__(self, lane: PcscLane, cards: Cards, folder: Path) -> None:
        self._lane, self._cards, self._folder, self._number = lane, cards, folder, 0

    @contextmanager
    def lay(self, do: Do) -> Iterator[tuple[str, OnReader]]:
        """Yield the reader's name, with the card in it; its trace is read when it was taken out."""
        assert do.card is Laid.GENUINE
        on_reader = self._cards.laid(do.card)
        assert on_reader.card is not None
        self._number += 1
        place, trace = self._folder / f"card{self._number}", self._folder / f"trace{self._number}.jsonl"
        save_card(on_reader.card.profile, place)
        process = self._lane.insert(place, trace=trace)
        try:
            yield slot_of(OUR_READER), on_reader
        finally:
            process.remove()
            on_reader.trace.lines.extend(read_trace(trace))


@pytest.mark.parametrize(
    ("module", "expected"),
    [("conformance.targets.tap_client", {}), ("conformance.targets.opensc_adapter", OPENSC)],
    ids=["pyscard program", "OpenSC"],
)
def test_programs_are_judged_by_the_trace(
    module: str, expected: dict[str, Verdict], lane: PcscLane, tmp_path: Path
) -> None:
    """Both read and sign as they should; what OpenSC does otherwise is seen, and said."""
    cards = Cards(KeyPool(tmp_path / "keys"), seed=7)
    binding = ProgramBinding([sys.executable, "-m", module], timeout=60)
    try:
        with TapClient(binding) as client:
            catalogue = load_role_catalogue(TAP_CLIENT).with_twins(CASES)
            run = examine(catalogue, TapBench(client, LaneDesk(lane, cards, tmp_path)), target=module, seed=1)
    finally:
        cards.close()
    verdicts = {case_id: judged.verdict for case_id, judged in run.judgements.items()}
    assert verdicts == {case_id: expected.get(case_id, Verdict.PASS) for case_id in CASES}
    if expected:
        broken = [check.name for check in run.judgements["typing/wrong"].checks if not check.held]
        assert broken == ["tries left"]
