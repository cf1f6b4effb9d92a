"""Logins out of a population on disk: what a core must say of each is what is true, and nothing was signed for it."""

from collections import Counter
from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from harness.keys import KeyPool
from loadtests.options import Options
from loadtests.targets.core_loading import load_core
from loadtests.targets.stored import Stored, mix_of_core, stored, stored_rounds
from loadtests.vocabulary import Signatures

HOLDERS = 60
BAD = "revoked=4%,on-hold=4%,expired=4%,forged=4%"


def options(**other: str) -> Options:
    """A run with stored signatures, but for what is given."""
    asked = {"bad": BAD, "population": str(HOLDERS), **other}
    return Options(
        target="",
        users=1,
        seconds=1,
        seed=5,
        timeout=1.0,
        signatures=Signatures.PRECOMPUTED,
        **asked,  # type: ignore[arg-type]
    )


@pytest.fixture
def found(installation: Path) -> Stored:
    """The people, and what a core is given of their world."""
    with stored(options(), KeyPool(installation / "keys")) as people:
        return people


def test_core_says_what_is_held_right(found: Stored) -> None:
    """The reference's core over the world's lists: each reason, of every kind of login."""
    core = load_core("reference_impl.verification", "under_load", found.material)
    said: Counter[tuple[str, str, str]] = Counter()
    for asked in stored_rounds(found.population):
        core.renew(each.challenge for each in asked)
        for each in asked:
            word = core.verify(core.prepare(each.certificate, each.challenge, each.signature))
            said[each.kind, each.right, word] += 1
    assert {kind for kind, _, _ in said} == {"good", "just-lost", "revoked", "on-hold", "expired", "forged"}
    assert all(right == word for _, right, word in said), said
    assert {right for _, right, _ in said} == {"OK", "REVOKED", "ON_HOLD", "EXPIRED", "BAD_SIGNATURE"}


def test_nobody_comes_twice_in_a_round(found: Stored) -> None:
    """What is stored of a holder is one challenge: twice it would be a replay of our own making."""
    for asked in stored_rounds(found.population):
        assert len({each.challenge for each in asked}) == len(asked)


def test_workers_share_nobody(found: Stored) -> None:
    """Each worker's rounds are of its own holders."""
    driven = [
        {each.holder for asked in stored_rounds(found.population.shard(index, 2)) for each in asked} for index in (0, 1)
    ]
    assert all(driven)
    assert not driven[0] & driven[1]


def test_share_of_all_is_divided_among_what_a_core_can_refuse() -> None:
    """A core has no accounts: the whole share of the mix is of who is revoked, on hold, expired or forged."""
    mix = mix_of_core(options(bad="20%"))
    assert {kind.value for kind in mix.bad} == {"forged", "revoked", "on-hold", "expired"}
    assert sum(mix.bad.values()) == pytest.approx(0.2)


def test_kind_that_no_core_can_refuse_is_not_left_out_silently() -> None:
    """Whoever asks for one percent of strangers is told that a core knows none."""
    with pytest.raises(ConfigurationError, match="for a core, actual not-enrolled"):
        mix_of_core(options(bad="revoked=1%,not-enrolled=1%"))


def test_population_without_signatures_is_refused(installation: Path, folder: Path) -> None:
    """Nothing can be taken out of it that is not in it."""
    asked = options(population=str(folder))
    with (
        pytest.raises(ConfigurationError, match="expected a population with signatures"),
        stored(asked, KeyPool(installation / "keys")),
    ):
        pass
