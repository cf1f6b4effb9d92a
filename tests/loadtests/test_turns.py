"""The mix: the stated share of bad logins, every kind of them, the same for the same seed."""

from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from loadtests.population import read_population, write_population
from loadtests.truth import Deed
from loadtests.turns import turns
from tests.loadtests.people import population

BAD_KINDS = {"forged", "replayed", "revoked", "on-hold", "expired", "not-enrolled"}


def logins(visits: int, *, bad: float = 0.2, seed: int = 1, user: int = 0) -> list[str]:
    """The kinds of the logins that so many visits make."""
    kinds = []
    for turn in islice(turns(population(bad=bad, seed=seed), user), visits):
        kinds += ["good", turn.kind] if turn.deed is Deed.REPLAYED else [turn.kind]
    return kinds


@pytest.mark.parametrize("bad", [0.01, 0.2, 0.5])
def test_stated_share_of_the_logins_is_bad(bad: float) -> None:
    """A replaying visitor's first login is a good one and is counted as such."""
    kinds = logins(2000, bad=bad)
    assert sum(kind in BAD_KINDS for kind in kinds) / len(kinds) == pytest.approx(bad, abs=0.002)


def test_share_holds_over_every_few_logins() -> None:
    """A short run is no luck: of any thirty logins, five to seven are bad."""
    kinds = logins(500)
    for start in range(len(kinds) - 30):
        assert 5 <= sum(kind in BAD_KINDS for kind in kinds[start : start + 30]) <= 7


def test_every_kind_comes_equally_often() -> None:
    """Over whole rounds of the six bad kinds their counts differ by one at most; some were lost just now."""
    counts = Counter(logins(600))
    bad = [counts[kind] for kind in BAD_KINDS]
    assert max(bad) - min(bad) <= 1
    assert counts["just-lost"] == pytest.approx(counts["good"] / 9, rel=0.1)


def test_same_seed_same_turns_and_users_differ() -> None:
    """A run can be repeated; its users do not march in step."""
    assert logins(60) == logins(60)
    assert logins(60) != logins(60, user=1)
    assert logins(60) != logins(60, seed=2)


def test_population_survives_its_file_which_only_its_owner_reads(tmp_path: Path) -> None:
    """Keys are in it."""
    path = tmp_path / "population.json"
    write_population(population(), path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_population(path) == population()


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff"])
def test_file_without_a_population_is_a_configuration_fault(tmp_path: Path, content: bytes | None) -> None:
    """Missing, empty, something else: one line."""
    path = tmp_path / "population.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="expected a population"):
        read_population(path)
