"""A population whose certificates and keys are rubbish: enough for whatever signs nothing."""

from datetime import UTC, datetime

from harness.contract.messages import TerminalCredential
from loadtests.population import LoadHolder, Population, Standing
from loadtests.truth import Declared, Facts, Moment

INSTANT = datetime(2026, 12, 8, 1, 7, tzinfo=UTC)


def population(*, bad: float = 0.2, seed: int = 1) -> Population:
    """Two holders of each standing."""
    facts = Facts(not_after=INSTANT, enrolled=True)
    holders = [
        LoadHolder(f"{standing.value}-{number}", standing, b"certificate", b"key", facts)
        for standing in Standing
        for number in (1, 2)
    ]
    return Population(
        seed=seed,
        bad=bad,
        timeout=5.0,
        service="library",
        terminal=TerminalCredential(id="counter-1", credential="secret"),
        declared=Declared(clock_seconds=0, status_seconds=0, coarse_reasons=False),
        moment=Moment(INSTANT, 4),
        forger_key=b"forger",
        holders=holders,
    )
