"""The search itself: planted anywhere it is found, over the borders of pieces; noise and honest files hold nothing."""

import gzip
import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.privacy import scan as scanning
from conformance.privacy.canary import Canary, Kind
from conformance.privacy.finder import Finder
from conformance.privacy.scan import OVERLAP, Octets, scan
from conformance.privacy.written import LONGEST, Written, writings

CANARY = Canary(Kind.ADDRESS, "a/case", "試験県葵市本町３丁目１２番地　榎楢橡梓荘")
WRITINGS = list(writings(CANARY))
FINDER = Finder(WRITINGS)
PIECE = 4096
DRAWN = random.Random(20261122)  # noqa: S311  (noise)
"""The same noise in every run: of a megabyte in groups of four octets one draw in fifty holds somebody's date or
number (`written.SHORTEST`)."""
NOISE = DRAWN.randbytes(3 * PIECE)


def many(owners: int) -> list[Canary]:
    """Canaries as a run of so many cases has them."""
    return [
        each
        for number in range(owners)
        for each in (
            Canary(Kind.NAME, f"c/{number}", f"標本　楓{chr(0x4E00 + number)}柚桂"),
            Canary(Kind.PERSONAL_NUMBER, f"c/{number}", f"9999{number:08}"),
            Canary(Kind.BIRTH_DATE, f"c/{number}", f"19{40 + number % 60}-10-1{number % 10}"),
            Canary(Kind.PIN, f"c/{number}", f"{1000 + number}"),
            Canary(Kind.CERTIFICATE_NUMBER, f"c/{number}", f"{0x7000000 + number:x}"),
            Canary(Kind.CARD_NUMBER, f"c/{number}", f"{117440512 + number:016}"),
            Canary(Kind.CERTIFICATE, f"c/{number}", octets=DRAWN.randbytes(48)),
        )
    ]


@settings(max_examples=150, deadline=None)
@given(
    which=st.integers(0, len(WRITINGS) - 1),
    at=st.integers(0, 2 * PIECE),
    before=st.integers(0, 3 * PIECE),
    begin=st.integers(0, 64),
)
def test_planted_anywhere_it_is_found_there(which: int, at: int, before: int, begin: int) -> None:
    """Whatever the writing, wherever it stands beside the borders of pieces, however much was read before."""
    written, kept = WRITINGS[which], scanning.PIECE
    place = before + at
    text = (NOISE * 2)[:place] + written.octets + NOISE[:100]
    scanning.PIECE = PIECE
    try:
        found = {(hit.at, hit.written.octets) for hit in scan(FINDER, Octets(text), min(begin, place), packed=False)}
    finally:
        scanning.PIECE = kept
    assert (place, written.octets) in found


@pytest.mark.parametrize("spaces", [1, 7])
def test_squeezed_over_the_border_of_two_pieces(spaces: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hexadecimal in pairs, begun in one piece and ended in the next; the offset is that of its first digit."""
    monkeypatch.setattr(scanning, "PIECE", PIECE)
    hexed = CANARY.text.encode().hex(" ").replace(" ", " " * spaces).encode()
    for begin in range(PIECE - len(hexed), PIECE, 13):
        text = b"." * begin + hexed + b"." * PIECE
        assert begin in {hit.at for hit in scan(FINDER, Octets(text), packed=False)}


def test_what_ends_behind_the_place_where_a_look_begins_is_found_once() -> None:
    """A log that was read to the middle of a value."""
    text = b"x" * 300 + CANARY.text.encode() + b"x" * 300
    middle = 310
    first = list(scan(FINDER, Octets(text), 0, middle))
    second = [hit for hit in scan(FINDER, Octets(text), middle) if hit.written.encoding == "UTF-8"]
    assert first == []
    assert [hit.at for hit in second if hit.written.octets == CANARY.text.encode()] == [300]
    assert list(scan(FINDER, Octets(text), middle + OVERLAP)) == []


def test_noise_holds_nothing() -> None:
    """Random octets, digits, hexadecimal and base64, against the canaries of a hundred cases."""
    finder = Finder(each for canary in many(100) for each in writings(canary))
    drawn = random.Random(7)  # noqa: S311  (noise)
    noise = drawn.randbytes(3 << 20)
    digits = bytes(48 + each % 10 for each in drawn.randbytes(1 << 18))
    for text in (noise, digits, noise[: 1 << 20].hex().encode(), noise[: 1 << 20].hex(" ", 4).encode()):
        assert list(scan(finder, Octets(text))) == []


def test_a_pattern_is_at_most_as_long_as_what_is_read_again() -> None:
    """Else it could stand over a border unseen."""
    assert max(len(each.octets) for each in WRITINGS) <= LONGEST < OVERLAP


def test_owners_of_one_value_are_all_named() -> None:
    """Two residents of one birth date."""
    finder = Finder(
        each for owner in ("a/one", "a/two") for each in writings(Canary(Kind.BIRTH_DATE, owner, "1990-01-02"))
    )
    assert {hit.written.canary.owner for hit in scan(finder, Octets(b"born 1990-01-02."))} == {"a/one", "a/two"}


def test_patterns_added_later_are_looked_for() -> None:
    """As the cases of a run come."""
    finder = Finder()
    assert list(scan(finder, Octets(b"........................"))) == []
    finder.add([Written(CANARY, b"abcdefgh", "UTF-8")])
    assert [hit.at for hit in scan(finder, Octets(b"xabcdefghx"))] == [1]


def test_a_bomb_is_unpacked_so_far_and_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands within the bound is found; the rest is not unpacked."""
    monkeypatch.setattr(scanning, "MOST_UNPACKED", 1 << 16)
    bomb = gzip.compress(CANARY.text.encode() * 2 + bytes(1 << 24))
    begun = time.process_time()
    assert {hit.packed for hit in scan(FINDER, Octets(bomb))} == {("gzip at 0",)}
    assert len(scanning.unpack(Octets(bomb), 0, "gzip")) <= 1 << 16
    assert time.process_time() - begun < 30


def test_files_of_this_repository_hold_no_canary() -> None:
    """Two megabytes of what people and programs write; the first serial number and PIN of each world stand in them."""
    kinds = set(Kind) - {Kind.PIN, Kind.CERTIFICATE_NUMBER, Kind.CARD_NUMBER}
    finder = Finder(each for canary in many(30) for each in writings(canary) if canary.kind in kinds)
    for path in sorted(Path(__file__).parents[3].glob("docs/*.md"))[:40]:
        assert [hit.written.canary for hit in scan(finder, Octets(path.read_bytes()))] == [], path
