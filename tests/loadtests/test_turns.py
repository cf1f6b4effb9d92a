"""The mix: the stated share of each kind of bad visit, the same for the same seed, nobody driven by two workers."""

from collections import Counter
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from harness.contract.vocabulary import Purpose
from harness.errors import ConfigurationError
from loadtests.mixes import load_mixes
from loadtests.population import Population, read_population, write_population
from loadtests.truth import Deed
from loadtests.turns import Turn, Turns
from loadtests.vocabulary import MAKINGS, Bad, Standing
from tests.loadtests.people import Anybody, population

ONE_PERCENT = "revoked=1%,forged=1%"


def turns_of(people: Population, visits: int) -> list[Turn]:
    """The first visits of one worker."""
    return list(islice(Turns(people, Anybody()), visits))


def kinds(turns: list[Turn]) -> list[str]:
    """The kinds of the verdicts that these visits make: a replaying visitor comes honestly first."""
    return [kind for turn in turns for kind in (["good", turn.kind] if turn.deed is Deed.REPLAYED else [turn.kind])]


def test_one_percent_is_one_percent() -> None:
    """Of 10,000 verdicts a hundred are on a revoked holder and a hundred on a forgery, but for one each."""
    counts = Counter(kinds(turns_of(population(ONE_PERCENT), 10_000)))
    assert counts["revoked"] == pytest.approx(100, abs=1)
    assert counts["forged"] == pytest.approx(100, abs=1)
    assert set(counts) == {"revoked", "forged", "good", "just-lost"}


@pytest.mark.parametrize("name", list(load_mixes()))
def test_every_mix_keeps_its_shares(name: str) -> None:
    """Each kind of bad verdict, but for two of 2,000; each honest purpose, nearly; only what can be bad is."""
    mix = load_mixes()[name]
    people = population(str(sum(mix.bad.values())), mix=name, users=200)
    turns = turns_of(people, 2000)
    found = kinds(turns)
    for kind, share in mix.bad.items():
        assert found.count(kind.value) == pytest.approx(share * len(found), abs=2), kind
    for turn in turns:
        if turn.kind in set(Bad):
            assert turn.purpose in MAKINGS[Bad(turn.kind)].purposes
    honest = [turn.purpose for turn in turns[:300] if turn.kind not in set(Bad)]
    for purpose, share in mix.purposes.items():
        if purpose is not Purpose.ENROL:  # newcomers run out; so do the renewed, later
            assert honest.count(purpose) >= share * len(honest) - 2


def test_short_run_is_no_luck() -> None:
    """Of any thirty verdicts where a fifth is to be bad, four to eight are."""
    bad = [kind in set(Bad) for kind in kinds(turns_of(population(), 600))]
    assert all(4 <= sum(bad[start : start + 30]) <= 8 for start in range(len(bad) - 30))


def test_nobody_enrols_twice_and_others_come_instead() -> None:
    """Who comes once is counted; when everybody has been, others make up the visits."""
    people = population(mix="shelter-rush", bad="0.05")
    turns = Turns(people, Anybody())
    newcomers = [turn.holder.id for turn in islice(turns, 6000) if turn.standing is Standing.NEWCOMER]
    assert len(newcomers) == len(set(newcomers)) == people.count(Standing.NEWCOMER)
    assert turns.exhausted > 0


def test_same_seed_same_turns() -> None:
    """A run can be repeated, and another seed is another run."""
    assert turns_of(population(), 60) == turns_of(population(), 60)
    assert turns_of(population(), 60) != turns_of(population(seed=2), 60)


@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(of=st.integers(1, 9), name=st.sampled_from(sorted(load_mixes())), users=st.integers(1, 60))
def test_no_holder_has_two_workers(of: int, name: str, users: int) -> None:
    """Parts have nobody in common and together everybody, whatever the mix and their number."""
    whole = population("0.1", mix=name, users=users, workers=of)
    parts = [whole.shard(index, of) for index in range(of)]
    for standing in Standing:
        places = [place for part in parts for place in part.places(standing)]
        assert sorted(places) == list(whole.places(standing))
        apart = [each.id for part in parts for each in part.made_apart(standing)]
        assert sorted(apart) == sorted(each.id for each in whole.made_apart(standing))
    driven = [{turn.holder.id for turn in turns_of(part, 50)} for part in parts]
    assert sum(map(len, driven)) == len(set().union(*driven))


def test_worker_without_somebody_is_refused() -> None:
    """A part in which nobody is revoked could not keep the mix's shares."""
    people = population(users=1, workers=1)
    with pytest.raises(ConfigurationError, match=r"expected somebody .*revoked.* actual nobody"):
        [Turns(people.shard(index, 3), Anybody()) for index in range(3)]


@pytest.mark.parametrize(("index", "of"), [(2, 2), (-1, 2)])
def test_part_that_is_none_is_refused(index: int, of: int) -> None:
    """Parts are counted from 0."""
    with pytest.raises(ConfigurationError, match="expected a part"):
        population().shard(index, of)


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
