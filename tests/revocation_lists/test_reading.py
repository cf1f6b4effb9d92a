"""The strict readers and the reader of millions: what they take, what they refuse, and that they are one."""

import itertools
import random
from datetime import UTC, datetime

import numpy as np
import pytest
from cryptography import x509

from reference_impl.verification.der import DerError, read_element
from reference_impl.verification.lists import walk
from reference_impl.verification.lists.entry import date_and_reason_at, read_entry, serial_at
from reference_impl.verification.lists.frame import read_frame
from reference_impl.verification.lists.index import Index, lay_out
from reference_impl.verification.lists.keys import PLACE, key_and_place
from reference_impl.verification.lists.octets import read_header
from reference_impl.verification.lists.reader import read_entries
from reference_impl.verification.lists.shapes import LONGEST
from reference_impl.verification.lists.terms import read_terms
from tests.revocation_lists import making as m

SERIALS = (
    1,
    0x7F,
    0x80,
    0xFFFF,
    0x07123456,
    0x7FFFFFFF,
    0x80000000,
    0x8F123456,
    1 << 40,
    (1 << 159) + 5,
    (1 << 160) - 1,
)
ODD_BUT_RIGHT = [
    m.entry(0x07123456, m.reason(0)),
    m.entry(0x07123456, m.reason(10), m.extension(m.INVALIDITY_DATE, m.generalized("20260731000000Z"))),
    m.entry(0x07123456, m.extension(m.UNKNOWN, b"anything")),
    m.entry(0x07123456, m.extension(m.UNKNOWN, bytes(200))),
    m.entry(0x07123456, m.extension(m.UNKNOWN, bytes(3000))),
    m.entry(0x07123456, date=m.generalized("20260801123456Z")),
    m.entry(0x07123456, date=m.generalized("20500101000000Z")),
    m.entry(0x07123456, date=m.utc("480229235959Z")),
    m.entry(0x07123456, date=m.utc("000229000000Z")),
    m.entry(0x07123456, date=m.generalized("20000229000000Z")),
    m.entry(0x07123456, date=m.generalized("18991231000000Z")),
    m.entry(0),
    m.entry(-1),
    m.entry(0x1234) + m.entry(-300),
    m.entry(0x123456) + m.entry(-70000),
    m.entry(-(1 << 40)),
]
WRONG = {
    "no serial": m.tlv(0x30, m.utc("260801123456Z")),
    "no date": m.tlv(0x30, m.integer(5)),
    "set": b"\x31" + m.entry(5)[1:],
    "serial not minimal": m.tlv(0x30, m.tlv(2, b"\0\x05"), m.utc("260801123456Z")),
    "negative serial not minimal": m.tlv(0x30, m.tlv(2, b"\xff\xfb"), m.utc("260801123456Z")),
    "serial not minimal, long": m.tlv(0x30, m.tlv(2, b"\0\x05aaaaaa"), m.utc("260801123456Z")),
    "negative serial not minimal, long": m.tlv(0x30, m.tlv(2, b"\xff\xfbaaaaaa"), m.utc("260801123456Z")),
    "serial of nothing": m.tlv(0x30, m.tlv(2), m.utc("260801123456Z")),
    "serial of 21 octets": m.entry(1 << 160),
    "serial is an octet string": m.tlv(0x30, m.tlv(4, b"\x05"), m.utc("260801123456Z")),
    "month 13": m.entry(5, date=m.utc("261301123456Z")),
    "month 0": m.entry(5, date=m.utc("260001123456Z")),
    "30 February": m.entry(5, date=m.utc("260230123456Z")),
    "29 February 2026": m.entry(5, date=m.utc("260229123456Z")),
    "29 February 1900": m.entry(5, date=m.generalized("19000229123456Z")),
    "31 April": m.entry(5, date=m.utc("260431123456Z")),
    "day 0": m.entry(5, date=m.utc("260400123456Z")),
    "hour 24": m.entry(5, date=m.utc("260801243456Z")),
    "minute 60": m.entry(5, date=m.utc("260801126056Z")),
    "second 60": m.entry(5, date=m.utc("260801123460Z")),
    "no seconds": m.entry(5, date=m.utc("2608011234Z")),
    "an offset": m.entry(5, date=m.utc("260801123456+0900")),
    "small z": m.entry(5, date=m.utc("260801123456z")),
    "a letter": m.entry(5, date=m.utc("2608O1123456Z")),
    "fractions": m.entry(5, date=m.generalized("20260801123456.5Z")),
    "generalized hour 24": m.entry(5, date=m.generalized("20260801243456Z")),
    "generalized minute 60": m.entry(5, date=m.generalized("20260801126056Z")),
    "year 0": m.entry(5, date=m.generalized("00000801123456Z")),
    "date is a string": m.tlv(0x30, m.integer(5), m.tlv(0x13, b"260801123456Z")),
    "reason 7": m.entry(5, m.reason(7)),
    "reason 8": m.entry(5, m.reason(8)),
    "reason 11": m.entry(5, m.reason(11)),
    "reason -1": m.entry(5, m.reason(0xFF)),
    "reason of two octets": m.entry(5, m.extension(m.REASON, bytes.fromhex("0a020001"))),
    "reason is an integer": m.entry(5, m.extension(m.REASON, bytes.fromhex("020101"))),
    "reason and a tail": m.entry(5, m.extension(m.REASON, bytes.fromhex("0a010100"))),
    "no extension in the sequence": m.tlv(0x30, m.integer(5), m.utc("260801123456Z"), m.tlv(0x30)),
    "a reason twice": m.entry(5, m.reason(1), m.reason(1)),
    "an unknown one twice": m.entry(5, m.extension(m.UNKNOWN, b""), m.extension(m.UNKNOWN, b"a")),
    "critical unknown": m.entry(5, m.extension(m.UNKNOWN, b"", critical=True)),
    "critical issuer": m.entry(5, m.extension(m.ISSUER, b"", critical=True)),
    "critical false": m.entry(5, m.tlv(0x30, bytes.fromhex("0603551d15010100"), m.tlv(4, bytes.fromhex("0a0101")))),
    "critical 1": m.entry(5, m.tlv(0x30, bytes.fromhex("0603551d15010101"), m.tlv(4, bytes.fromhex("0a0101")))),
    "extension without value": m.entry(5, m.tlv(0x30, bytes.fromhex("0603551d15"))),
    "extension with a tail": m.entry(5, m.tlv(0x30, bytes.fromhex("0603551d15"), m.tlv(4, b"\x0a\1\1"), b"\5\0")),
    "a fourth field": m.tlv(0x30, m.integer(5), m.utc("260801123456Z"), m.tlv(0x30, m.reason(1)), b"\5\0"),
    "invalidity date in UTCTime": m.entry(5, m.extension(m.INVALIDITY_DATE, m.utc("260801123456Z"))),
    "invalidity date that is none": m.entry(5, m.extension(m.INVALIDITY_DATE, m.generalized("20261301000000Z"))),
    "long form of a short length": b"\x30\x81" + m.entry(5)[1:],
    "indefinite length": b"\x30\x80" + m.entry(5)[2:] + b"\0\0",
    "too long": m.entry(5, m.extension(m.UNKNOWN, bytes(5000))),
}


def entries_of(octets: bytes) -> tuple[set[int], DerError | None]:
    """The serials that the reader of millions finds in these entries, or their first fault.

    Behind them is as much as extensions and signature take: entries at the very end are read one by one.
    """
    data = octets + bytes(LONGEST)
    keyed, faults = read_entries(data, [(0, len(octets))])
    found = {int(word) & PLACE: int(word) for word in keyed}
    for place, word in found.items():
        assert word == key_and_place(read_entry(data, place, len(octets)).serial, place)
    return {serial_at(data, place) for place in found}, faults.get(0)


def one_by_one(octets: bytes) -> tuple[set[int], DerError | None]:
    """The same by the strict reader alone."""
    at, found = 0, set()
    try:
        while at < len(octets):
            read = read_entry(octets, at, len(octets))
            found.add(read.serial)
            at += read.length
    except DerError as error:
        return set(), error
    return found, None


def same(octets: bytes) -> DerError | None:
    """Their common fault, after both readers were seen to say the same."""
    many, fault = entries_of(octets)
    each, expected = one_by_one(octets)
    assert many == each
    assert (fault is None) == (expected is None)
    if fault is not None and expected is not None:
        assert (fault.offset, fault.rule) == (expected.offset, expected.rule)
    return expected


@pytest.mark.parametrize("serial", SERIALS)
@pytest.mark.parametrize("code", [None, 1, 6, 9])
def test_entry_is_read_as_cryptography_reads_it(serial: int, code: int | None) -> None:
    """Serial, date and reason of entries of all widths, alone and among others of their shape."""
    made = m.entry(serial, *([m.reason(code)] if code else []))
    octets = m.entry(77) * 3 + made + m.entry(77, m.reason(4)) * 3
    parsed = x509.load_der_x509_crl(m.a_list(octets)).get_revoked_certificate_by_serial_number(serial)
    assert parsed is not None
    read = read_entry(made, 0, len(made))
    assert (read.serial, read.date) == (parsed.serial_number, parsed.revocation_date_utc)
    said = parsed.extensions.get_extension_for_class(x509.CRLReason).value.reason.value if code else "unspecified"
    assert read.reason == said
    assert date_and_reason_at(made, 0) == (read.date, read.reason)
    assert entries_of(octets) == ({77, serial}, None)


@pytest.mark.parametrize("odd", ODD_BUT_RIGHT, ids=range(len(ODD_BUT_RIGHT)))
def test_odd_entries_are_read(odd: bytes) -> None:
    """Each is taken by both readers, alone, behind others of its shape, and many times among usual ones."""
    assert same(odd) is None
    assert same(m.entry(5) * 10 + odd * 10 + m.entry(6, m.reason(1)) * 10) is None
    assert date_and_reason_at(odd, 0)[0] == read_entry(odd, 0, len(odd)).date


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_wrong_entry_is_refused_wherever_it_stands(wrong: bytes) -> None:
    """By both readers with the same offset and rule: alone, first, last, and in the middle of its own shape."""
    usual = m.entry(0x07123456) * 300 + m.entry(0x07123456, m.reason(1)) * 300
    for before, after in ((b"", b""), (b"", usual), (usual, b""), (usual, usual), (usual + m.entry(5) * 3, usual)):
        fault = same(before + wrong + after)
        assert fault is not None
        assert fault.offset >= len(before)


def test_every_date_of_the_calendar_and_those_beside_it() -> None:
    """Month 0 to 13 with day 0 to 32 of common, leap and century years, in both forms: as the calendar says."""
    for form, years in ((m.utc, ("26", "28", "00", "50", "49")), (m.generalized, ("1900", "2000", "2026", "2100"))):
        for year in years:
            for month in range(14):
                for day in (0, 1, 28, 29, 30, 31, 32):
                    date = form(f"{year}{month:02}{day:02}123456Z")
                    whole = int(year) if len(year) == 4 else int(year) + (1900 if year >= "50" else 2000)
                    octets = m.entry(5, date=form(f"{year}0301000000Z")) + m.entry(5, date=date) * 2
                    assert (same(octets) is None) == _is_date(whole, month, day)


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("date", [m.utc("260801123456Z"), m.generalized("20260801123456Z")], ids=["utc", "generalized"])
def test_every_octet_of_an_entry(date: bytes) -> None:
    """Every digit, what stands beside the digits, and every bit, at every place of an entry among its like."""
    usual = m.entry(0x07123456, m.reason(1), date=date)
    for place in range(len(usual)):
        for value in {*range(0x2E, 0x3D), *(usual[place] ^ 1 << bit for bit in range(8)), 0, 0xFF}:
            same(usual * 2 + usual[:place] + bytes([value]) + usual[place + 1 :] + usual)


def bent(chance: random.Random, octets: bytearray) -> None:
    """One thing is changed: a bit, an octet, a length, a piece left out or doubled."""
    at = chance.randrange(len(octets))
    kind = chance.randrange(5)
    if kind == 0:
        octets[at] ^= 1 << chance.randrange(8)
    elif kind == 1:
        octets[at] = chance.choice([0, 1, 0x17, 0x18, 0x30, 0x7F, 0x80, 0x81, 0xFF])
    elif kind == 2:
        del octets[at : at + chance.randint(1, 40)]
    elif kind == 3:
        octets[at:at] = octets[at : at + chance.randint(1, 40)]
    else:
        octets[at : at + 1] = chance.randbytes(chance.randint(1, 3))


@pytest.mark.parametrize("seed", range(3))
def test_readers_are_one_on_bent_entries(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """1,000 lists with one to three things changed, walked in pieces so small that most have several."""
    monkeypatch.setattr(walk, "PIECE", 512)
    chance = random.Random(seed)  # noqa: S311 - repeatable, no secrets
    pool = [m.entry(serial, *more) for serial in SERIALS for more in ((), (m.reason(1),), (m.reason(6),))]
    pool += ODD_BUT_RIGHT[:4] + ODD_BUT_RIGHT[5:]
    refused = 0
    for _ in range(1000):
        octets = bytearray(b"".join(chance.choices(pool, k=chance.choice([3, 20, 120]))))
        for _ in range(chance.randint(1, 3)):
            bent(chance, octets)
        refused += same(bytes(octets)) is not None
    assert 700 < refused < 1000


def test_list_is_walked_again_where_a_guess_was_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every entry carries what looks like an entry: the pieces begin wrong, and the chain is found all the same."""
    monkeypatch.setattr(walk, "PIECE", 256)
    decoy = m.entry(0x01020304)
    octets = b"".join(m.entry(serial, m.extension(m.UNKNOWN, decoy * 2)) for serial in range(1000, 1300))
    found, broken = walk.find_entries(np.frombuffer(octets, np.uint8), [(0, len(octets))])
    size = len(m.entry(1000, m.extension(m.UNKNOWN, decoy * 2)))
    assert (sorted(found.tolist()), broken) == (list(range(0, len(octets), size)), [])
    assert entries_of(octets) == (set(range(1000, 1300)), None)


def test_many_lists_at_once_and_one_of_them_wrong() -> None:
    """The fault is the wrong list's alone; of the others every entry is there."""
    lists = [b"".join(m.entry(100 * number + each) for each in range(50)) for number in range(8)]
    lists[3] = lists[3][:-20]
    lists[5] = b""
    data = b"gap".join(lists) + bytes(2)
    spans, at = [], 0
    for each in lists:
        spans.append((at, at + len(each)))
        at += len(each) + 3
    keyed, faults = read_entries(data, spans)
    assert list(faults) == [3]
    assert spans[3][0] <= faults[3].offset < spans[3][1]
    index = Index(data, lay_out(keyed))
    for number, span in enumerate(spans):
        there = {serial for serial in range(800) if index.find(serial, *span) is not None}
        assert there == (set() if number in {3, 5} else set(range(100 * number, 100 * number + 50)))


def test_list_cut_at_every_octet() -> None:
    """No beginning of a list is a list, nor is one with an octet more; the offset is inside of what there is."""
    whole = m.a_list([m.entry(5), m.entry(6, m.reason(6))])
    assert read_frame(whole).head.this_update == m.THIS_UPDATE
    for length in range(len(whole)):
        with pytest.raises(DerError) as error:
            read_frame(whole[:length])
        assert 0 <= error.value.offset <= length
    with pytest.raises(DerError):
        read_frame(whole + b"\0")


WRONG_FRAMES = {
    "v1": m.signed(m.body([m.entry(5)], version=b"")),
    "v3": m.signed(m.body([m.entry(5)], version=m.integer(2))),
    "no nextUpdate": m.signed(m.body([m.entry(5)], next_update=b"")),
    "another algorithm outside": m.signed(
        m.body([m.entry(5)]), algorithm=bytes.fromhex("300d06092a864886f70d01010c0500")
    ),
    "parameters outside alone": m.signed(m.body([m.entry(5)], algorithm=bytes.fromhex("300b06092a864886f70d01010b"))),
    "thisUpdate of no calendar": m.signed(m.body([m.entry(5)], this_update=m.utc("261301000000Z"))),
    "something behind the extensions": m.signed(m.tlv(0x30, m.body([m.entry(5)])[4:], m.tlv(0xA1, b""))),
    "unused bits": m.tlv(0x30, m.body([m.entry(5)]), m.SHA256_WITH_RSA, m.tlv(3, b"\1" + bytes(255) + b"\2")),
    "a fourth element": m.tlv(0x30, m.body([m.entry(5)]), m.SHA256_WITH_RSA, m.tlv(3, bytes(257)), b"\5\0"),
}


@pytest.mark.parametrize("wrong", WRONG_FRAMES.values(), ids=WRONG_FRAMES.keys())
def test_wrong_frame_is_refused(wrong: bytes) -> None:
    """What is wrong around the entries is refused with a rule."""
    with pytest.raises(DerError) as error:
        read_frame(wrong)
    assert error.value.rule


def test_offsets_are_counted_from_the_list() -> None:
    """A list that lies behind others is told of by its own octets."""
    wrong = m.signed(m.body([m.entry(5)], this_update=m.utc("261301000000Z")))
    with pytest.raises(DerError) as alone:
        read_frame(wrong)
    with pytest.raises(DerError) as behind:
        read_frame(b"others" + wrong + b"more", 6, 6 + len(wrong))
    assert alone.value.offset == behind.value.offset == wrong.index(b"261301000000Z")


def terms(*extensions: bytes) -> object:
    """The terms of these extensions."""
    block = m.tlv(0x30, *extensions)
    return read_terms(block, 0, len(block))


NUMBER = m.extension(m.NUMBER, m.integer(7))
WRONG_TERMS = {
    "none": [],
    "no number": [m.key_identifier("auth-ca")],
    "a number twice": [NUMBER, NUMBER],
    "a negative number": [m.extension(m.NUMBER, m.integer(-1))],
    "a number not minimal": [m.extension(m.NUMBER, bytes.fromhex("02020007"))],
    "a number of 21 octets": [m.extension(m.NUMBER, m.integer(1 << 160))],
    "a number and a tail": [m.extension(m.NUMBER, m.integer(7) + b"\0")],
    "an empty scope": [NUMBER, m.extension(m.SCOPE, m.tlv(0x30), critical=True)],
    "a scope with FALSE": [NUMBER, m.scope(m.point(), bytes.fromhex("810100"))],
    "fields out of order": [NUMBER, m.scope(m.point(), bytes.fromhex("8401ff"), bytes.fromhex("8101ff"))],
    "a field [6]": [NUMBER, m.scope(m.point(), bytes.fromhex("8601ff"))],
    "a scope with a tail": [NUMBER, m.extension(m.SCOPE, m.tlv(0x30, m.USER_CERTIFICATES) + b"\0", critical=True)],
    "critical false": [NUMBER, m.tlv(0x30, bytes.fromhex("0603551d23010100"), m.tlv(4, m.tlv(0x30)))],
    "an identifier that ends in the middle": [NUMBER, m.extension("551d80", b"")],
}


@pytest.mark.parametrize("wrong", WRONG_TERMS.values(), ids=WRONG_TERMS.keys())
def test_wrong_extensions_are_refused(wrong: list[bytes]) -> None:
    """What is wrong in the list's own extensions is refused with a rule."""
    with pytest.raises(DerError) as error:
        terms(*wrong)
    assert error.value.rule


def test_headers_are_read_as_the_certificates_are() -> None:
    """Each first octet of a length with those behind it that matter, cut wherever it matters: as `read_element`."""
    ends = (0, 1, 2, 3, 4, 5, 6, 0x82, 0x83, 0x84, 0x102, 0x103, 0x104, 0x105)
    for first in range(256):
        for second, third in itertools.product((0, 1, 0x7F, 0x80, 0xFF), (0, 1, 0x80, 0xFF)):
            data = bytes([0x30, first, second, third, 0, 0]) + bytes(0x100)
            for limit in ends:
                try:
                    element = read_element(data, 0, limit)
                except DerError:
                    with pytest.raises(DerError):
                        read_header(data, 0, limit)
                else:
                    assert read_header(data, 0, limit) == (element.tag, element.body, element.end)
