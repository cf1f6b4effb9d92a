"""A generator that drives the same holders for days does not grow: visits are made, judged and forgotten."""

import gc
import tracemalloc
from itertools import islice
from pathlib import Path

import msgspec
import pytest

from harness.contract.messages import Begun
from harness.contract.vocabulary import Kind, Purpose
from loadtests import keyring, signing
from loadtests.desk import Desk
from loadtests.holders import Holders
from loadtests.turns import Turns
from loadtests.vocabulary import Signatures
from tests.loadtests.people import of_folder

WARM, VISITS = 150, 450
MOST_GROWTH = 50_000
"""Octets over all these visits; one holder's certificates alone are 3,400, one card's files 40,000."""


@pytest.mark.parametrize("signatures", [Signatures.KEY, Signatures.CARD])
def test_visits_leave_nothing(folder: Path, signatures: Signatures) -> None:
    """Once every holder was met, memory stands still: keys and cards are kept, visits are not."""
    people = msgspec.structs.replace(
        of_folder(folder, mix="filing-day", users=4), signatures=signatures, authorities=_authorities(folder)
    )
    with Holders(folder) as holders:
        turns, desk = Turns(people, holders), Desk(people, holders)
        begun = Begun(session="s", challenge=b"c" * 32, document=b"d", birth_date="1980-01-01")

        def drive(visits: int) -> None:
            for turn in islice(turns, visits):
                assert turn.purpose in (Purpose.LOGIN, Purpose.SIGN)
                desk.begin(turn)
                assert not isinstance(desk.present(turn, begun), str)

        drive(WARM)
        gc.collect()
        tracemalloc.start()
        try:
            before, _ = tracemalloc.get_traced_memory()
            drive(VISITS)
            gc.collect()
            after, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert after - before < MOST_GROWTH


def _authorities(folder: Path) -> dict[Kind, bytes]:
    """Certificates for the authorities' files on a card: nobody checks them here."""
    with Holders(folder) as holders:
        return dict.fromkeys(Kind, holders.at(0).certificate)


def test_what_is_kept_is_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of fifty cards and chips five are kept, those used last; whoever comes again is made anew and signs the same."""
    monkeypatch.setattr(signing, "MOST_CARDS", 5)
    monkeypatch.setattr(keyring, "MOST_LOADED", 5)
    with Holders(folder) as holders:
        cards = signing.CardSigner(holders, _authorities(folder))
        first = cards.login(holders.at(0), b"c" * 32)
        for place in range(50):
            cards.login(holders.at(place), b"c" * 32)
            holders.keyring.chip(place)
        assert (len(cards._cards), len(holders.keyring._chips)) == (5, 5)
        assert cards.login(holders.at(0), b"c" * 32) == first
