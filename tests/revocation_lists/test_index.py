"""The table of listed serials beside a dictionary: every size, crowded homes, marks of every width, several lists."""

import random
from collections.abc import Sequence

import numpy as np
import pytest

from reference_impl.verification.lists import index as index_module
from reference_impl.verification.lists.index import Index, breadth_of, cells_of, lay_out
from reference_impl.verification.lists.keys import LAST_KEY, MULTIPLIER, key_and_place
from tests.revocation_lists import making as m

HOME = pow(MULTIPLIER, -1, 1 << 30)
"""The serial whose key is 1: its multiples have the keys that follow."""


def indexed(lists: Sequence[Sequence[int]]) -> tuple[Index, list[tuple[int, int]], list[dict[int, int]]]:
    """Entries of these lists one after the other: index, spans, and where a dictionary has each serial's first."""
    data, spans, places, words = bytearray(), [], [], []
    for serials in lists:
        start = len(data)
        where: dict[int, int] = {}
        for serial in serials:
            where.setdefault(serial, len(data))
            words.append(key_and_place(serial, len(data)))
            data += m.entry(serial)
        spans.append((start, len(data)))
        places.append(where)
    return Index(bytes(data), lay_out(np.array(words, np.uint64))), spans, places


def disagreements(lists: Sequence[Sequence[int]], asked: Sequence[int]) -> list[int]:
    """Serials that the index puts elsewhere than the dictionary does, alone or among others."""
    index, spans, places = indexed(lists)
    assert len(index) == sum(map(len, lists))
    few = [serial for serial in asked if 0 <= serial < 1 << 64]
    wrong = []
    for span, where in zip(spans, places, strict=True):
        wrong += [serial for serial in asked if index.find(serial, *span) != where.get(serial)]
        many = index.find_many(np.array(few, np.uint64), span)
        wrong += [serial for serial, place in zip(few, many.tolist(), strict=True) if place != where.get(serial, -1)]
    return wrong


@pytest.mark.parametrize("count", [0, 1, 2, 15, 16, 17, 100, 3000])
@pytest.mark.parametrize("bits", [8, 12, 30, 31, 34, 80])
def test_same_as_a_dictionary(count: int, bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Serials at random, some twice, some negative, in three lists of one index; chunks that end inside a crowd."""
    monkeypatch.setattr(index_module, "_CHUNK", 7)
    chance = random.Random(count * 100 + bits)  # noqa: S311 - repeatable, no secrets
    lists = [[chance.getrandbits(bits) * chance.choice((1, 1, 1, -1)) for _ in range(count)] for _ in range(3)]
    known = [serial for serials in lists for serial in serials]
    asked = [*known, *(serial + near for serial in known[:500] for near in (1, -1, 1 << 30, 1 << 32))]
    assert disagreements(lists, [*asked, 0, 1, -1, LAST_KEY, LAST_KEY + 1]) == []


@pytest.mark.parametrize(
    "serials",
    [
        [5 + (number << 30) for number in range(700)],
        [HOME * key & LAST_KEY for key in range(700)],
        [HOME * (LAST_KEY - key) & LAST_KEY for key in range(700)],
    ],
    ids=["one key", "the first keys", "the last keys"],
)
def test_crowds(serials: list[int]) -> None:
    """Hundreds from one home, the first or the last: each is found, and what is not listed is not."""
    beside = [HOME * key & LAST_KEY for key in (0, 699, 700, 701, LAST_KEY - 700, LAST_KEY)]
    assert disagreements([serials, serials[:5]], [*serials, *beside, 5, 6, 5 + (700 << 30)]) == []


@pytest.mark.parametrize(("octets", "alike"), [(2, 1), (4, 300)])
def test_marks_are_as_wide_as_they_have_to_be(octets: int, alike: int) -> None:
    """A large table has marks of two octets; where many entries have one key they are wider, and still all there."""
    count = 3_000_000
    serials = np.arange(count, dtype=np.uint64) * np.uint64(16) + np.uint64(0x07000000)
    serials[:alike] = serials[0]
    keyed = (serials * np.uint64(MULTIPLIER) & np.uint64(LAST_KEY)) << np.uint64(32) | np.arange(count, dtype=np.uint64)
    index = Index(b"", lay_out(keyed))
    assert index.cells.marks.itemsize == octets
    assert len(index.cells.marks) == cells_of(count, octets)
    found = index.find_many(serials, (0, count))
    assert (found[alike:] == np.arange(alike, count)).all()
    assert set(found[:alike].tolist()) == {0}
    assert index.find(int(serials[0]), 1, count) == (1 if alike > 1 else None)
    assert (index.find_many(serials[alike:] + np.uint64(1), (0, count)) == -1).all()


def test_every_key_has_a_cell() -> None:
    """The greatest key's home is inside the table, with room behind it, whatever the table's size."""
    for count in (0, 1, 10, 1000, 10**6, 5 * 10**6, 10**8):
        for octets in (2, 4, 8):
            if (1 << 8 * octets) // breadth_of(count) > 4:
                assert LAST_KEY // breadth_of(count) < cells_of(count, octets) - 1
    assert 6 * cells_of(5_000_000, 2) < 45_000_000
