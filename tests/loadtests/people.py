"""A population of this installation's holders, as a run would have it, for whatever does without a product."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from harness.contract.messages import TerminalCredential
from loadtests.casting import cast, facts_of, how_many
from loadtests.holders import KEYS, Holders, MadeOf
from loadtests.mixes import Mix, find_mix, parse_bad
from loadtests.population import LoadHolder, Population
from loadtests.truth import Declared, Moment
from loadtests.vocabulary import Signatures, Standing

INSTANT = datetime(2026, 12, 8, 1, 7, tzinfo=UTC)
MADE_OF = MadeOf(seed=1, holders=1000, ending=20, keys=23, precomputed=False, installation="")


def mix_with(bad: str, name: str = "portal-logins") -> Mix:
    """A mix with other shares of bad visits."""
    return parse_bad(bad, find_mix(name))


def population(
    bad: str = "0.2",
    *,
    seed: int = 1,
    mix: str = "portal-logins",
    users: int = 20,
    workers: int = 1,
    folder: Path | None = None,
    made_of: MadeOf = MADE_OF,
) -> Population:
    """What Locust would be told of a run of so many users."""
    row = mix_with(bad, mix)
    numbers = how_many(users, row, made_of, workers=workers)
    apart: dict[Standing, list[LoadHolder]] = {
        standing: [msgspec.structs.replace(Anybody().at(place), id=f"{standing}-{place}") for place in range(count)]
        for standing, count in numbers.items()
        if standing in (Standing.UNKNOWN, Standing.RENEWED)
    }
    return Population(
        seed=seed,
        timeout=5.0,
        mix=row,
        signatures=Signatures.KEY,
        terminal=TerminalCredential(id="counter-1", credential="secret"),
        declared=Declared(clock_seconds=0, status_seconds=0, coarse_reasons=False),
        moment=Moment(INSTANT, 4),
        folder=str(folder),
        told="some holders",
        cast=[each for each in cast(numbers, made_of, row) if each.standing is not Standing.RENEWED],
        facts={standing: facts_of(standing) for standing in Standing},
        forger_key=b"" if folder is None else _forger(folder),
        apart=apart,
    )


def of_folder(folder: Path, **other: Any) -> Population:
    """What Locust would be told of the holders in a folder."""
    with Holders(folder) as holders:
        return population(folder=folder, made_of=holders.made_of, **other)


def _forger(folder: Path) -> bytes:
    """Return a key that certifies nobody in the folder: any of its own does where nothing is false."""
    return msgspec.msgpack.decode((folder / KEYS).read_bytes(), type=list[bytes])[0]


class Anybody:
    """Holders of rubbish, one at each place: enough for whatever signs nothing."""

    def at(self, place: int) -> LoadHolder:
        """Return somebody."""
        return LoadHolder(
            place=place,
            id=f"r{place:06d}",
            certificate=b"certificate",
            key=0,
            not_after=INSTANT,
            birth_date=INSTANT.date(),
            birth_record=b"record",
            cvc=b"cvc",
        )
