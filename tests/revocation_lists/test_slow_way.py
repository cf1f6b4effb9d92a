"""How the work is divided: what is regular never comes to the strict reader, what is irregular comes there alone.

The reader of millions is right even if it sends everything the slow way, so that the answers alone do not tell whether
it is still fast. Here is counted what goes that way, and each step is compared with one that takes one thing at a time.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import pytest

from reference_impl.verification.der import DerError
from reference_impl.verification.lists import reader, shapes, walk
from reference_impl.verification.lists.entry import Entry, read_entry
from reference_impl.verification.lists.frame import Span
from reference_impl.verification.lists.keys import key_and_place
from tests.revocation_lists import making as m

PIECE, CHUNK, FEW = 512, 32, 8
"""Small enough that a short list has many pieces and chunks."""
BEHIND = bytes(shapes.LONGEST)
"""As much as the extensions and the signature of a list take."""
GENERALIZED = m.generalized("20260801123456Z")
MORE: dict[str, tuple[bytes, ...]] = {
    "nothing": (),
    "reason": (m.reason(1),),
    "invalidity date": (m.reason(4), m.extension(m.INVALIDITY_DATE, m.generalized("20260731000000Z"))),
    "unknown": (m.extension(m.UNKNOWN, b"\xee" * 5),),
    "unknown, long": (m.extension(m.UNKNOWN, b"\xee" * 100),),
    "longest": (m.extension(m.UNKNOWN, b"\xee" * 205),),
}


@dataclass
class Ways:
    """What went the slow way: places that a shape was learnt at, places read strictly, lists walked one by one."""

    learnt: list[int] = field(default_factory=list)
    strict: list[int] = field(default_factory=list)
    followed: list[bytes] = field(default_factory=list)

    def read(self, data: bytes, *spans: Span) -> tuple[list[int], dict[int, DerError]]:
        """The entries of the spans, of all data without any; what went which way is counted anew."""
        for each in (self.learnt, self.strict, self.followed):
            each.clear()
        keyed, faults = reader.read_entries(data, spans or [(0, len(data))])
        return sorted(keyed.tolist()), faults


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> Ways:
    """Counts, with pieces and chunks that are small."""
    found = Ways()
    learn, strictly, follow = reader._Comparison._learn, reader._read_one, walk._follow

    def count_learnt(self: reader._Comparison, place: int) -> shapes.Shape | None:
        found.learnt.append(int(place))
        return learn(self, place)

    def count_strict(data: bytes, place: int, limit: int) -> Entry:
        found.strict.append(place)
        return strictly(data, place, limit)

    def count_followed(entries: bytes) -> walk.Walked:
        found.followed.append(entries)
        return follow(entries)

    monkeypatch.setattr(reader._Comparison, "_learn", count_learnt)
    monkeypatch.setattr(reader, "_read_one", count_strict)
    monkeypatch.setattr(walk, "_follow", count_followed)
    monkeypatch.setattr(walk, "PIECE", PIECE)
    monkeypatch.setattr(reader, "_CHUNK", CHUNK)
    monkeypatch.setattr(reader, "_FEW", FEW)
    return found


def serials(octets: int, count: int, seed: int = 1) -> Iterator[int]:
    """Positive serial numbers of so many octets; of 21 the first is the zero before a high bit."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, no secrets
    for _ in range(count):
        bits = min(8 * octets - 1, 160)
        yield chance.randrange(1 << (0 if octets == 1 else bits - 1 if octets > 20 else bits - 8), 1 << bits)


def expected(entries: list[bytes], start: int = 0) -> tuple[list[int], list[int]]:
    """Where the entries begin, and the word of each."""
    places = [start + sum(map(len, entries[:number])) for number in range(len(entries))]
    words = [
        key_and_place(read_entry(each, 0, len(each)).serial, place) for each, place in zip(entries, places, strict=True)
    ]
    return places, sorted(words)


@pytest.mark.parametrize("more", MORE.values(), ids=MORE.keys())
@pytest.mark.parametrize("date", [m.utc("260801123456Z"), GENERALIZED], ids=["utc", "generalized"])
@pytest.mark.parametrize("octets", range(1, 22))
def test_regular_lists_do_not_go_the_slow_way(octets: int, date: bytes, more: tuple[bytes, ...], ways: Ways) -> None:
    """The first entry is learnt, no other is read by itself, and no piece is walked again; of any number of entries."""
    for count in (2, FEW - 1, FEW, CHUNK, CHUNK + 2, CHUNK + FEW, 3 * CHUNK + 5):
        entries = [m.entry(each, *more, date=date) for each in serials(octets, count)]
        if entries[0][1] > 0x81:
            return  # with a length of three octets it is not regular
        places, words = expected(entries)
        octets_of_all = b"".join(entries)
        assert ways.read(octets_of_all + BEHIND, (0, len(octets_of_all))) == (words, {})
        assert (len(ways.learnt), ways.strict, ways.followed) == (1, [], [])
        assert ways.learnt[0] in places


def test_first_of_a_length_is_learnt(ways: Ways) -> None:
    """Of those in hand the first; the shape serves for all chunks behind it."""
    entries = [m.entry(each) for each in serials(4, 2 * CHUNK)]
    ways.read(b"".join(entries) + BEHIND, (0, len(b"".join(entries))))
    assert ways.learnt == [0]


IRREGULAR = {
    "another date form": (m.entry(0x07123456, date=m.generalized("18991231000000Z")), False),
    "of three octets of length": (m.entry(0x07123456, m.extension(m.UNKNOWN, bytes(300))), False),
    "single of its length": (m.entry(0x07123456, m.reason(1), m.extension(m.UNKNOWN, b"1")), False),
    "reason 7": (m.entry(0x07123456, m.reason(7)), True),
    "small z": (m.entry(0x07123456, m.reason(1), date=m.utc("260801123456z")), True),
    "30 February": (m.entry(0x07123456, m.reason(1), date=m.utc("260230123456Z")), True),
    "hour 24, generalized": (m.entry(0x07123456, m.reason(1), date=m.generalized("20260801243456Z")), True),
    "serial not minimal": (
        m.tlv(0x30, m.tlv(2, b"\0\5ab"), m.utc("260801123456Z"), m.tlv(0x30, m.reason(1))),
        True,
    ),
    "21 octets, none of them a zero": (m.entry(1 << 160, m.reason(1)), True),
}


@pytest.mark.parametrize(("irregular", "is_wrong"), IRREGULAR.values(), ids=IRREGULAR.keys())
@pytest.mark.parametrize("before", [0, 1, CHUNK - 1, CHUNK, 2 * CHUNK + 3])
def test_irregular_entry_alone_goes_the_slow_way(
    irregular: bytes,
    is_wrong: bool,  # noqa: FBT001 - a case
    before: int,
    ways: Ways,
) -> None:
    """One among its like, wherever it stands: nothing else is read by itself, and it is what it is said to be."""
    wide = 21 if len(irregular) == len(m.entry(1 << 160, m.reason(1))) else 4
    date = GENERALIZED if b"\x18\x0f" in irregular else m.utc("260801123456Z")
    entries = [m.entry(each, m.reason(1), date=date) for each in serials(wide, 4 * CHUNK + 10)]
    place = len(b"".join(entries[:before]))
    octets = b"".join([*entries[:before], irregular, *entries[before:]])
    words, faults = ways.read(octets + BEHIND, (0, len(octets)))
    assert ways.strict == [place]
    assert list(faults) == ([0] if is_wrong else [])
    if not is_wrong:
        assert words == expected([*entries[:before], irregular, *entries[before:]])[1]


def test_wrong_entries_alone_are_not_learnt(ways: Ways) -> None:
    """Three wrong ones, of which the first may not be the measure; none behind the first is read, and it is told of."""
    wrong = m.entry(0x07123456, m.reason(7))
    octets = m.entry(0x07123456) + wrong * 3 + m.entry(0x07123456, m.reason(8))
    words, faults = ways.read(octets + BEHIND, (0, len(octets)))
    first = len(m.entry(0x07123456))
    assert (words, list(faults), ways.strict) == ([], [0], [0, first])
    assert first < faults[0].offset < first + len(wrong)


@pytest.mark.parametrize("bare", range(0, 2 * shapes.LONGEST, 8))
def test_entries_near_the_end_go_the_slow_way(bare: int, ways: Ways) -> None:
    """Of a list with nothing behind it: what a row of the table would reach past the end from, and no more."""
    entries = [m.entry(each) for each in serials(4, CHUNK)]
    octets = b"".join(entries) + bytes(bare)
    places, words = expected(entries)
    assert ways.read(octets, (0, len(octets) - bare)) == (words, {})
    assert ways.strict == [each for each in places if each > len(octets) - reader._USUAL]


def test_list_of_one_entry_and_nothing_else(ways: Ways) -> None:
    """Shorter than a row, and than the window of a guess; also where a last octet leads out of it."""
    made = m.entry(5)
    assert ways.read(made) == ([key_and_place(5, 0)], {})
    assert ways.strict == [0]
    words, faults = ways.read(made + b"\x30")
    assert (words, list(faults)) == ([], [0])


def test_division_of_a_chunk() -> None:
    """Fewer than asked for of a length wait, the longer ones too; nothing is put anywhere without need."""
    made = [m.entry(each) for each in serials(13, 4)] + [m.entry(each, m.reason(1)) for each in serials(15, 4)]
    octets = b"".join(made)
    places = np.array(expected(made)[0], np.int64)
    assert {len(each) for each in made} == {32, 48}

    def divide(behind: int, width: int, few: int) -> tuple[int, list[list[int]], list[list[int]]]:
        compared = reader._Comparison(octets + bytes(behind))
        compared.take(places, width, few)
        taken = sum(map(len, compared.keyed))
        return taken, [each.tolist() for each in compared.waiting], [each.tolist() for each in compared.doubtful]

    assert divide(264, 48, 4) == (8, [], [])
    assert divide(264, 48, 5) == (0, [places.tolist()], [])
    assert divide(264, 40, 4) == (4, [places[4:].tolist()], [])
    assert divide(0, 48, 4) == (8, [], [])
    assert divide(0, 56, 3) == (7, [], [places[7:].tolist()])


def test_row_of_every_beginning_of_a_serial() -> None:
    """Fewest octets; negative ones only of four octets and more, the others are left to the strict reader."""
    octets = (0x00, 0x01, 0x7F, 0x80, 0x81, 0xFE, 0xFF)
    for width in range(1, 22):
        made = m.entry(next(serials(width, 1)))
        shape = shapes.Shape(made, read_entry(made, 0, len(made)))
        table = np.zeros((len(octets) ** 2, shapes.LONGEST), np.uint8)
        table[:, : len(made)] = np.frombuffer(made, np.uint8)
        pairs = list(product(octets, octets))
        table[:, 4] = [first for first, _ in pairs]
        if width > 1:
            table[:, 5] = [second for _, second in pairs]
        right = [
            first < 0x80
            if width == 1
            else (first, second >> 7) not in {(0, 0), (0xFF, 1)} and (width >= 4 or first < 0x80)
            for first, second in pairs
        ]
        assert shape.holds(table).tolist() == right, width
        assert shape.fits(table).tolist() == [width < 21 or first == 0 for first, _ in pairs], width


def test_lengths_of_rows() -> None:
    """Rows have one number exactly if form, length and length of the serial are one; others are too long to compare."""
    edges = (0x00, 0x01, 0x02, 0x1F, 0x20, 0x7E, 0x7F, 0x80, 0x81, 0x82, 0x83, 0xC5, 0xFE, 0xFF)
    rows = [
        (tag, first, second, third, fourth, 9, 9, 9)
        for tag, first, second in product((0x30, 0x38, 0xFF), edges, edges)
        for third, fourth in product((0x00, 0x01, 0x04, 0x14, 0x1F, 0x24, 0xFF), (0x00, 0x02, 0x05, 0x15, 0x3F))
    ]
    numbers, sizes = shapes.lengths_of(np.array(rows, np.uint8))
    met: dict[object, set[int]] = {}
    for (_, first, second, third, fourth, *_), number in zip(rows, numbers.tolist(), strict=True):
        if first < 0x80:
            met.setdefault((first, third & 0x1F), set()).add(number)
            assert sizes[number] == first + 2
        elif first == 0x81 and second >= 0x80:
            met.setdefault((first, second, fourth & 0x1F), set()).add(number)
            assert sizes[number] == second + 3
        else:
            assert sizes[number] > shapes.LONGEST
    assert all(len(each) == 1 for each in met.values())
    assert len(set.union(*met.values())) == len(met)


def one_by_one(octets: bytes, start: int = 0) -> tuple[list[int], list[int]]:
    """Where the elements of this chain begin, and where it breaks: lengths of one to three octets."""
    places: list[int] = []
    rest = octets
    while rest:
        head = rest[:4]
        match list(head[1:]):
            case [length, *_] if length < 0x80:
                size = 2 + length
            case [0x81, length, *_]:
                size = 3 + length
            case [0x82, high, low]:
                size = 4 + 256 * high + low
            case _:
                return places, [start]
        if size > len(rest):
            return places, [start]
        places.append(start)
        start, rest = start + size, rest[size:]
    return places, []


CHAINS = [
    b"",
    b"\x30",
    b"\x30\0",
    b"\x30\0\x30",
    b"\x30\x03abc\x30\0",
    b"\x30\x03abc\x30\1",
    b"\x30\x7f" + bytes(127) + b"\x30\0",
    b"\x30\x80" + bytes(128) + m.entry(5),
    b"\x30\x81\x05" + bytes(5) + b"\x30\0",
    b"\x30\x81\xff" + bytes(255) + b"\x30\x01a",
    b"\x30\x82\1\3" + bytes(259) + b"\x30\x01a",
    b"\x30\x82\1\3" + bytes(258),
    b"\x30\x81",
    b"\x30\x82\1",
    b"\x30\x83\0\0\1a" + bytes(300),
    b"\x30\x84\0\0\0\1a" + bytes(300),
    b"\x30\xff" + bytes(400),
    b"\x30\x01a" * 200,
    (b"\x30\x01a" * 63) + b"\x30\x81\x81" + bytes(129) + b"\x30\x01a" * 64,
]


@pytest.mark.parametrize("octets", CHAINS, ids=range(len(CHAINS)))
def test_chain_is_followed(octets: bytes, ways: Ways) -> None:
    """One by one, in lock-step, alone, and between lists that touch it: the same places, the same break."""
    places, broken = one_by_one(octets)
    found = walk._follow(octets)
    assert (found.places.tolist(), found.broken) == (places, broken)
    usual = m.entry(5) * 3
    for before, after in ((b"", b""), (usual, usual)):
        ways.followed.clear()
        start, stop = len(before), len(before + octets)
        spans = [(0, start), (start, stop), (stop, stop + len(after))]
        data = np.frombuffer(before + octets + after, np.uint8)
        ends = walk._walk(data, walk._cut(data, spans))[1]
        assert [end == stop for end, (_, stop) in zip(ends, spans, strict=True)] == [True, not broken, True]
        lists = [one_by_one(data[begin:end].tobytes(), begin) for begin, end in spans]
        walked = walk.find_entries(data, spans)
        assert sorted(walked.places.tolist()) == [place for each, _ in lists for place in each]
        assert walked.broken == [place for _, each in lists for place in each]
        assert ways.followed == ([octets] if broken else [])


def test_list_with_a_fault_takes_no_entry_of_the_next(ways: Ways) -> None:
    """Lists that touch: the first fault of the one, every entry of the other."""
    good = [m.entry(each) for each in serials(4, 30)]
    bad = b"".join(good[:9]) + m.entry(6, m.reason(7)) + m.entry(7, m.reason(8))
    octets = b"".join(good) + bad + b"".join(good)
    start, stop = len(b"".join(good)), len(b"".join(good) + bad)
    words, faults = ways.read(octets + BEHIND, (0, start), (start, stop), (stop, len(octets)))
    assert words == sorted(expected(good)[1] + expected(good, stop)[1])
    assert list(faults) == [1]
    assert faults[1].offset < stop - len(m.entry(7, m.reason(8)))


def test_how_many_octets_a_length_takes() -> None:
    """Beyond its first octet and what that says: right for the two long forms, out of every list for others."""
    data = np.array([0x30, 0, 0x12, 0x34, 0x56, 0, 0, 0], np.uint8)
    for form in range(256):
        data[1] = form
        more = walk._more(data, np.array([0, 0]), np.array([form, 5], np.uint8)).tolist()
        right = {0x81: 3 + 0x12, 0x82: 4 + 0x1234}.get(form)
        assert more[1] == 0
        if form < 0x80:
            assert more[0] == 0
        elif right is None:
            assert more[0] > 1 << 39
        else:
            assert 2 + form + more[0] == right


def guess(data: bytes, place: int) -> int | None:
    """The first place of 160 from there on where an entry seems to begin."""
    for at in range(place, place + 160):
        width = data[at + 3]
        if data[at] == 0x30 and data[at + 2] == 2 and 1 <= width <= 21:
            time = at + 4 + width
            if data[time : time + 2] in {b"\x17\x0d", b"\x18\x0f"}:
                return at
    return None


def test_guesses() -> None:
    """What nearly looks like an entry is passed over, at every distance and for every width of the serial."""
    heads = [bytes([tag, 9, kind]) for tag, kind in ((0x30, 2), (0x31, 2), (0x2F, 2), (0x30, 3), (0x30, 1))]
    times = [bytes(each) for each in product((0x16, 0x17, 0x18, 0x19), range(12, 17))]
    tries = [head + bytes([width]) + bytes(width) + b"\x17\x0d" for head, width in product(heads, range(24))]
    tries += [heads[0] + bytes([width]) + bytes(width) + each for width, each in product((1, 8, 21), times)]
    real = m.entry(0x07123456)
    pieces: list[bytes] = []
    places: list[int] = []
    at = 0
    for number, each in enumerate(tries):
        for distance in (0, 7, number % 180, 159 - len(each), 160 - len(each)):
            made = each + bytes(distance) + real + bytes(240)
            pieces.append(made)
            places.append(at)
            at += len(made)
    for distance in (0, 1, 158, 159, 160, 161):
        made = bytes(distance) + m.entry((1 << 160) - 1) + bytes(240)
        pieces.append(made)
        places.append(at)
        at += len(made)
    data = b"".join(pieces)
    right = [guess(data, place) for place in places]
    found, is_found = walk._guess(np.frombuffer(data, np.uint8), np.array(places, np.int64))
    assert is_found.tolist() == [each is not None for each in right]
    assert found[is_found].tolist() == [each for each in right if each is not None]
    assert 20 < right.count(None) < len(right) - 20


@pytest.mark.parametrize("over", [-1, 0, 1, 30, PIECE, PIECE + 1, 5 * PIECE])
def test_pieces(over: int, ways: Ways) -> None:
    """Bounds a piece apart, with a piece at least before the first and behind the last; each ends where one begins."""
    many = b"".join(m.entry(each) for each in serials(4, 400))
    spans = [(0, 2 * PIECE + over), (2 * PIECE + over, 2 * PIECE + over), (2 * PIECE + over, len(many) - 300)]
    pieces = walk._cut(np.frombuffer(many, np.uint8), spans)
    right: list[tuple[int, int, int]] = []
    for owner, (start, stop) in enumerate(spans):
        starts, bound = [start], start + PIECE
        while stop - start > 2 * PIECE and bound < stop - PIECE:
            guessed = guess(many, bound)
            assert guessed is not None
            starts.append(guessed)
            bound += PIECE
        right += [(begin, end, owner) for begin, end in zip(starts, [*starts[1:], stop], strict=True)]
    columns: Any = (pieces.starts.tolist(), pieces.stops.tolist(), pieces.owner.tolist())
    assert list(zip(*columns, strict=True)) == right
    assert not ways.followed
