"""The shape memo reads what the strict reader reads: tens of thousands of altered certificates, not one difference."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from cryptography import x509

from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.der import UTC_TIME, DerError, Element, read_time
from reference_impl.verification.places import find_places
from reference_impl.verification.shape import ALIKE, Shapes
from reference_impl.verification.utc_time import read_instant, read_last_day
from tests.reference_impl import pki

MUTATIONS = 24_000


def alike(serial: int = 0x07123456, holder: str = "holder") -> bytes:
    """A certificate of the one shape."""
    return pki.leaf(serial=serial, holder=holder, more=[pki.subject_key(holder)])


def altered(whole: bytes, chance: random.Random) -> Iterator[bytes]:
    """Without end: one to three octets, bits, runs or edges changed, many of them where it varies."""
    places = find_places(whole)
    assert places is not None
    ends = [sum(places.lengths[: each + 1]) for each in range(len(places.lengths))]
    varying = [(begin, end) for begin, end in zip([0, *ends], ends, strict=False)][1::2]
    edges = [at for run in varying for at in (run[0] - 1, run[0], run[0] + 1, run[1] - 1, run[1])]
    interesting = [0x00, 0x01, 0x30, 0x39, 0x3A, 0x41, 0x5A, 0x7F, 0x80, 0xFF]
    while True:
        data = bytearray(whole)
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            where = chance.choice((chance.randrange(len(data)), chance.choice(edges) % len(data)))
            if chance.random() < 0.6:
                where = chance.randrange(*chance.choice(varying))
            kind = chance.random()
            if kind < 0.45:
                data[where] = chance.choice(interesting)
            elif kind < 0.85:
                data[where] ^= 1 << chance.randrange(8)
            elif kind < 0.9:
                del data[where]
            elif kind < 0.95:
                data.insert(where, chance.randrange(256))
            else:
                data[where : where + 4] = chance.randbytes(4)
        yield bytes(data)


def test_shape_reads_what_the_strict_reader_reads() -> None:
    """Where the memo answers, the strict reader gives the very same value; and it answers thousands of times."""
    shapes = Shapes()
    first = alike()
    shapes.learn(parse_certificate(first))
    chance = random.Random(20261121)  # noqa: S311  (repeatable)
    answered = refused = 0
    for data, _ in zip(altered(first, chance), range(MUTATIONS), strict=False):
        read = shapes.read(data)
        if read is None:
            refused += 1
            continue
        answered += 1
        assert read == parse_certificate(data)
    assert answered > 4000
    assert refused > 4000


def test_shape_reads_its_neighbours() -> None:
    """Another serial, holder and key of the same shape are read, field by field as the strict reader does."""
    shapes = Shapes()
    shapes.learn(parse_certificate(alike()))
    for neighbour in (alike(), alike(serial=0x01000001), alike(holder="chip"), alike(serial=0x7FFFFFFF, holder="town")):
        read = shapes.read(neighbour)
        assert read is not None
        assert read == parse_certificate(neighbour)
        assert list(read.extensions) == list(parse_certificate(neighbour).extensions)


@pytest.mark.parametrize(
    "unusual",
    [
        lambda: pki.leaf(more=[pki.subject_key()], serial=0x80000001),
        lambda: pki.leaf(serial=0x07123456),
        lambda: pki.leaf("sign", more=[pki.subject_key()]),
        lambda: pki.leaf(more=[pki.subject_key()], not_after=datetime(2051, 1, 1, tzinfo=UTC)),
        lambda: b"",
        lambda: b"\x30" * 14,
        lambda: b"\x30" * 15,
        lambda: bytes(1500),
    ],
)
def test_what_is_unusual_is_left_to_the_strict_reader(unusual: object) -> None:
    """Another length, no identifier, another kind, GeneralizedTime, next to nothing: the memo does not answer."""
    shapes = Shapes()
    shapes.learn(parse_certificate(alike()))
    assert callable(unusual)
    assert shapes.read(unusual()) is None


@pytest.mark.parametrize("octets", [1, 2, 3, 4, 5, 7, 8, 9, 16, 19, 20])
def test_serial_of_any_width_is_read_as_the_strict_reader_reads_it(octets: int) -> None:
    """The least and the greatest number of so many octets are read; the octets of others are left alone."""
    shapes, bits = Shapes(), 8 * octets
    first = alike(serial=(1 << bits - 8) + 5)
    shapes.learn(parse_certificate(first))
    for serial in (1 << bits - 8, (1 << bits - 8) + 1, (1 << bits - 1) - 1, (1 << bits - 1) - (1 << bits // 2)):
        neighbour = alike(serial=serial)
        assert shapes.read(neighbour) == parse_certificate(neighbour)
    for least in (0x00, 0x80, 0xFF):
        odd = first[:15] + bytes([least]) + first[16:]
        assert shapes.read(odd) is None


def test_of_shapes_that_are_found_alike_so_many_are_kept() -> None:
    """Authorities that name one point: the first eight are read, and of a ninth nothing is remembered."""
    shapes = Shapes()
    wholes = [pki.leaf(serial=0x05000001, more=[pki.subject_key(), tagged(each)]) for each in range(ALIKE + 1)]
    for _ in range(2):
        for whole in wholes:
            shapes.learn(parse_certificate(whole))
    assert [shapes.read(whole) is not None for whole in wholes] == [True] * ALIKE + [False]


def test_every_octet_counts() -> None:
    """One bit flipped at each place, or a modulus even or short: the strict reader's answer or none."""
    shapes = Shapes()
    name = x509.UniformResourceIdentifier("http://lists.test/partition")
    point = x509.CRLDistributionPoints([x509.DistributionPoint([name], None, None, None)])
    whole = pki.leaf(more=[tagged(1), (point, False), (x509.PrecertPoison(), False), pki.subject_key()])
    shapes.learn(parse_certificate(whole))
    places = find_places(whole)
    assert places is not None
    ends = [sum(places.lengths[: each + 1]) for each in range(len(places.lengths))]
    answered = set()
    for at, bit in product(range(len(whole)), (0, 5, 7)):
        read = shapes.read(whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :])
        if read is not None:
            answered.add(next(number for number, end in enumerate(ends) if at < end))
            assert read == parse_certificate(read.encoded)
    assert answered == {1, 3, 5, 7, 9, 11, 13}, "what differs is read, and nothing else"
    modulus = ends[8]
    for at, octet in ((modulus, 0x7F), (modulus + 255, 0x10)):
        assert shapes.read(whole[:at] + bytes([octet]) + whole[at + 1 :]) is None


def tagged(number: int) -> tuple[x509.ExtensionType, bool]:
    """An extension that nobody knows, behind subjectKeyIdentifier."""
    return x509.UnrecognizedExtension(x509.ObjectIdentifier("2.999.1"), bytes([number])), False


def pointing_to(place: str, serial: int) -> bytes:
    """A certificate whose policy points to this place: another shape for each."""
    extensions = [*pki.auth_extensions()[:2], (pki.policies(pki.AUTH_POLICY, f"http://{place}.test/"), True)]
    return pki.leaf(serial=serial, extensions=extensions, more=[pki.subject_key()])


def test_shapes_are_bounded_and_do_not_mix() -> None:
    """Shapes of one length do not read each other; beyond the capacity none is learnt."""
    shapes = Shapes(capacity=2)
    for place in "abc":
        assert shapes.read(pointing_to(place, 0x05000001)) is None
        shapes.learn(parse_certificate(pointing_to(place, 0x05000002)))
    assert [shapes.read(pointing_to(place, 0x05000001)) is not None for place in "abc"] == [True, True, False]


def test_octets_after_the_identifier_count() -> None:
    """Two authorities whose certificates differ only behind subjectKeyIdentifier: each is read as its own."""
    shapes = Shapes()
    for key in ("auth-ca", "auth-ca-2"):
        shapes.learn(parse_certificate(pki.leaf(issuer_key=key, more=[pki.subject_key()])))
        shapes.learn(parse_certificate(pki.leaf(issuer_key=key, more=[pki.subject_key()])))
    for key in ("auth-ca", "auth-ca-2"):
        other = pki.leaf(issuer_key=key, serial=0x05000001, more=[pki.subject_key()])
        assert shapes.read(other) == parse_certificate(other)
    stranger = pki.leaf(issuer_key="rogue-ca", serial=0x05000001, more=[pki.subject_key()])
    assert shapes.read(stranger) is None


def test_date_is_read_as_the_strict_reader_reads_it() -> None:
    """Every second of a leap day, every month's end, and what is no date: equal or left alone."""
    texts = [
        (datetime(2028, 2, 29, tzinfo=UTC) + timedelta(seconds=each * 977)).strftime("%y%m%d%H%M%SZ")
        for each in range(88)
    ]
    texts += [
        f"{year:02}{month:02}{day:02}235959Z"
        for year in (0, 49, 50, 99)
        for month in range(14)
        for day in (0, 28, 29, 30, 31, 32)
    ]
    texts += ["260101240000Z", "260101236000Z", "260101235960Z", "2601012359 0Z", "26010123595٩Z"[:12], "260101235959z"]
    for text in texts:
        data = text.encode()
        element = Element(bytes([UTC_TIME, len(data)]) + data, UTC_TIME, 0, 2, 2 + len(data))
        try:
            expected = read_time(element)
        except DerError:
            expected = None
        if len(data) == 13 and data.endswith(b"Z"):  # the Z is compared with the octets that are the same in all
            assert read_instant(data[:8], data[8:12]) == expected, text


@pytest.mark.parametrize(("top", "is_read"), [(0x7F, False), (0x80, True), (0xFF, True)])
def test_modulus_is_as_long_as_it_says(top: int, is_read: bool) -> None:  # noqa: FBT001
    """A first octet below 80 makes it shorter, in DER with another header, and so the strict reader's affair."""
    shapes, whole = Shapes(), alike()
    shapes.learn(parse_certificate(whole))
    places = find_places(whole)
    assert places is not None
    at = sum(places.lengths[:9])
    data = whole[:at] + bytes([top]) + whole[at + 1 :]
    assert shapes.read(data) == (parse_certificate(data) if is_read else None)


def test_certificate_with_an_alternative_name_is_not_learnt() -> None:
    """Each has its own (署名用), and would have a shape of its own."""
    shapes = Shapes()
    name = x509.SubjectAlternativeName([x509.DNSName("a.test")])
    whole = pki.leaf(more=[(name, False), pki.subject_key()])
    shapes.learn(parse_certificate(whole))
    assert shapes.read(whole) is None


def test_shape_that_is_learnt_twice_takes_one_place() -> None:
    """Of two places the second is still free."""
    shapes = Shapes(2)
    for whole in (alike(), alike(), pki.leaf(more=[pki.subject_key(), tagged(1)])):
        shapes.learn(parse_certificate(whole))
        assert shapes.read(whole) == parse_certificate(whole)


def test_end_of_a_day_is_read() -> None:
    """In one piece, and remembered: what is no instant is none."""
    assert read_last_day(b"290401145959") == datetime(2029, 4, 1, 14, 59, 59, tzinfo=UTC)
    assert read_last_day(b"500101000000") == datetime(1950, 1, 1, tzinfo=UTC)
    assert [read_last_day(each) for each in (b"290431145959", b"290401246060", b"2904011459")] == [None] * 3
