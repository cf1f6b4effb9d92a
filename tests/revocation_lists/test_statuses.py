"""What lists say of certificates: which list, whose, of when, and what stands in it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from reference_impl.verification.certificate import Certificate, parse_certificate
from reference_impl.verification.lists.acceptance import Expected, Listed, examine, require_progress
from reference_impl.verification.lists.keys import LAST_KEY, MULTIPLIER
from reference_impl.verification.lists.method import ListStatus
from reference_impl.verification.lists.shelf import Shelf, read_volume
from reference_impl.verification.status import Revocation, Status
from reference_impl.verification.trust import read_authority
from reference_impl.verification.verdict import Reason, Refusal
from tests.reference_impl import pki
from tests.revocation_lists import making as m

SERIAL = 0x07123456
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def holder(serial: int = SERIAL, *points: bytes, issuer_key: str = "auth-ca") -> Certificate:
    """A holder's certificate of the first generation, with a point of 葵市."""
    more = [(m.points_extension(*(points or (m.point(),))), False)]
    return parse_certificate(pki.leaf(serial=serial, issuer_key=issuer_key, more=more))


def examined(data: bytes, names: Sequence[str] = ("auth-ca",), point: bytes | None = None) -> Listed:
    """The list, if it may be used."""
    return examine(data, (0, len(data)), m.expected(point, *names), m.NOW)


def shelf(*lists: bytes, names: Sequence[str] = ("auth-ca", "auth-ca-2"), point: bytes | None = None) -> Shelf:
    """A shelf with these lists."""
    made = Shelf()
    for data in lists:
        volume, refused = read_volume(data, [examined(data, names, point)])
        assert not refused
        made = made.with_volume(volume)
    return made


def status(made: Shelf, certificate: Certificate, now: datetime = m.NOW, issuer: str = "auth-ca") -> Status:
    """The answer of the method `crl`."""
    method: Revocation = ListStatus(lambda: made)
    return method.status(certificate, m.authority(issuer), now)


def test_listed_and_unlisted() -> None:
    """OK with the source; REVOKED with reason and date; ON_HOLD told apart."""
    found = shelf(m.a_list([m.entry(SERIAL, m.reason(4)), m.entry(SERIAL + 1, m.reason(6)), m.entry(SERIAL + 2)]))
    good = status(found, holder(SERIAL + 3))
    assert (good.reason, good.finding) == (Reason.OK, None)
    assert good.source is not None
    assert (good.source.source, good.source.this_update) == ("crl", m.THIS_UPDATE)
    revoked = status(found, holder())
    assert revoked.reason == Reason.REVOKED
    assert revoked.finding is not None
    assert revoked.finding.compared is not None
    assert "superseded" in revoked.finding.en
    assert revoked.finding.compared.limit.isoformat() == "2026-08-01T12:34:56+00:00"
    assert status(found, holder(SERIAL + 1)).reason == Reason.ON_HOLD
    unspecified = status(found, holder(SERIAL + 2))
    assert unspecified.reason == Reason.REVOKED
    assert unspecified.finding is not None
    assert "unspecified" in unspecified.finding.en


ALIKE = [
    SERIAL + more for more in (0, 1 << 30, 1 << 31, 3 << 30, 5 << 32, 6 << 32, 5 << 96, -1 << 30, -1 << 31, -1 << 40)
]


@pytest.mark.parametrize("listed", [*ALIKE, -SERIAL])
def test_serials_that_end_alike_are_told_apart(listed: int) -> None:
    """Of numbers with the same last 30 bits the listed one alone is revoked, asked one by one and together."""
    alike = [*ALIKE, -SERIAL]
    data = m.a_list([m.entry(listed), m.entry(SERIAL + 9)])
    (held,) = shelf(data).lists()
    assert [serial for serial in alike if held.find(serial) is not None] == [listed]
    asked = np.array([serial for serial in alike if 0 <= serial < 1 << 64], np.uint64)
    assert [int(asked[number]) for number in np.flatnonzero(held.find_many(asked) >= 0)] == (
        [listed] if 0 <= listed < 1 << 64 else []
    )


def test_both_of_two_alike_are_found() -> None:
    """A long serial and a short one with its low half, both listed: each is found at its own entry."""
    data = m.a_list([m.entry(SERIAL + (5 << 32), m.reason(1)), m.entry(SERIAL, m.reason(6))])
    found = shelf(data)
    assert status(found, holder()).reason == Reason.ON_HOLD
    assert status(found, holder(SERIAL + (5 << 32))).reason == Reason.REVOKED
    assert status(found, holder(SERIAL + (6 << 32))).reason == Reason.OK


def test_window() -> None:
    """STATUS_STALE a second before thisUpdate and a second after nextUpdate, with both instants; not in between."""
    found = shelf(m.a_list([m.entry(5)]))
    for now, what, limit in (
        (m.THIS_UPDATE - SECOND, "thisUpdate", m.THIS_UPDATE),
        (m.NEXT_UPDATE + SECOND, "nextUpdate", m.NEXT_UPDATE),
    ):
        said = status(found, holder(), now)
        assert said.reason == Reason.STATUS_STALE
        assert said.finding is not None
        assert said.finding.compared is not None
        assert (said.finding.compared.what, said.finding.compared.limit, said.finding.compared.now) == (
            what,
            limit,
            now,
        )
    assert status(found, holder(), m.NEXT_UPDATE - SECOND).reason == Reason.OK
    assert status(found, holder(5), m.NEXT_UPDATE + SECOND).reason == Reason.STATUS_STALE


def test_declared_maximum_age() -> None:
    """Of `offline-crl`: a second more and the list is too old; it lengthens no window."""
    found = shelf(m.a_list([m.entry(5)]))
    offline = ListStatus(lambda: found, maximum_age=timedelta(hours=12), is_offline=True)
    end = m.THIS_UPDATE + timedelta(hours=12)
    young = offline.status(holder(), m.authority(), end)
    assert young.reason == Reason.OK
    assert young.source is not None
    assert young.source.source == "offline-crl"
    old = offline.status(holder(), m.authority(), end + SECOND)
    assert old.reason == Reason.STATUS_STALE
    assert old.finding is not None
    assert old.finding.compared is not None
    assert old.finding.compared.limit == end
    patient = ListStatus(lambda: found, maximum_age=timedelta(days=30), is_offline=True)
    assert patient.status(holder(), m.authority(), m.NEXT_UPDATE + SECOND).reason == Reason.STATUS_STALE
    with pytest.raises(ValueError, match="maximum age"):
        ListStatus(lambda: found, is_offline=True)


def test_no_list_is_not_good() -> None:
    """Another municipality's list, another generation's, none, a certificate without points: STATUS_UNAVAILABLE."""
    other = m.point("Wakaba-shi")
    assert status(shelf(m.a_list([m.entry(5)])), holder(SERIAL, other)).reason == Reason.STATUS_UNAVAILABLE
    assert status(Shelf(), holder()).reason == Reason.STATUS_UNAVAILABLE
    plain = parse_certificate(pki.leaf())
    assert status(shelf(m.a_list([m.entry(5)])), plain).reason == Reason.STATUS_UNAVAILABLE
    of_second = m.signed(m.body([m.entry(5)], m.extensions(key="auth-ca-2")), "auth-ca-2")
    assert status(shelf(of_second), holder()).reason == Reason.STATUS_UNAVAILABLE
    assert status(shelf(of_second), holder(5, issuer_key="auth-ca-2"), issuer="auth-ca-2").reason == Reason.REVOKED


def test_one_of_two_points_is_enough() -> None:
    """A certificate with two points is found in the list of the second."""
    found = shelf(m.a_list([m.entry(SERIAL)]))
    assert status(found, holder(SERIAL, m.point("Wakaba-shi"), m.point())).reason == Reason.REVOKED


def test_generations_under_one_name_have_lists_of_their_own() -> None:
    """Two generations share name and point: what one lists is the other's nothing."""
    first = m.a_list([m.entry(SERIAL)])
    second = m.signed(m.body([m.entry(SERIAL + 1)], m.extensions(key="auth-ca-2")), "auth-ca-2")
    found = shelf(first, second)
    assert len(found) == 2
    for issuer, serial, reason in (
        ("auth-ca", SERIAL, Reason.REVOKED),
        ("auth-ca", SERIAL + 1, Reason.OK),
        ("auth-ca-2", SERIAL, Reason.OK),
        ("auth-ca-2", SERIAL + 1, Reason.REVOKED),
    ):
        assert status(found, holder(serial, issuer_key=issuer), issuer=issuer).reason == reason


def test_what_is_remembered_is_of_one_issuer() -> None:
    """One method asked of both generations by turns, about certificates with the same points."""
    second = m.signed(m.body([m.entry(SERIAL + 1)], m.extensions(key="auth-ca-2")), "auth-ca-2")
    found = shelf(m.a_list([m.entry(SERIAL)]), second)
    method = ListStatus(lambda: found)
    first, other = m.authority(), m.authority("auth-ca-2")
    for _ in range(2):
        assert method.status(holder(), first, m.NOW).reason == Reason.REVOKED
        assert method.status(holder(issuer_key="auth-ca-2"), other, m.NOW).reason == Reason.OK


@pytest.mark.parametrize(
    "point",
    [
        {"reasons": frozenset({x509.ReasonFlags.key_compromise}), "crl_issuer": None},
        {"reasons": None, "crl_issuer": [x509.DirectoryName(pki.ca_name("auth"))]},
    ],
    ids=["reasons", "issuer"],
)
def test_point_of_some_reasons_or_of_another_issuer(point: dict[str, Any]) -> None:
    """Its list could not say that a certificate is not revoked (RFC 5280 §4.2.1.13); a full point beside it can."""
    (full,) = m.points_extension(m.point())
    partial = x509.DistributionPoint(full.full_name, None, **point)
    found = shelf(m.a_list([m.entry(5)]))
    for points, reason in (([partial], Reason.STATUS_UNAVAILABLE), ([partial, full], Reason.OK)):
        certificate = parse_certificate(pki.leaf(more=[(x509.CRLDistributionPoints(points), False)]))
        assert status(found, certificate).reason == reason


def test_route_does_not_outlive_the_shelf() -> None:
    """The same certificate asked again after the list changed: what was remembered answers for the old list alone."""
    first = shelf(m.a_list([m.entry(5)]))
    current = [first]
    method = ListStatus(lambda: current[0])
    assert method.status(holder(), m.authority(), m.NOW).reason == Reason.OK
    data = m.a_list([m.entry(SERIAL)], m.extensions(4062))
    current[0] = first.with_volume(read_volume(data, [examined(data)])[0])
    assert method.status(holder(), m.authority(), m.NOW).reason == Reason.REVOKED
    current[0] = Shelf()
    assert method.status(holder(), m.authority(), m.NOW).reason == Reason.STATUS_UNAVAILABLE


def test_batch() -> None:
    """Ten thousand serials of one list at once say what each says alone; one of more than 64 bits among them, too."""
    serials = [SERIAL + number for number in range(10_000)]
    listed = serials[::7]
    known = set(listed)
    found = shelf(m.a_list([m.entry(serial, m.reason(6 if serial % 3 else 1)) for serial in listed]))
    method = ListStatus(lambda: found)
    for asked in (serials, np.array(serials, np.uint64), [*serials[:100], 1 << 100, -5]):
        answer = method.batch(asked, m.point(), m.authority(), m.NOW)
        assert answer.others.reason == Reason.OK
        for number, serial in enumerate(asked):
            alone = Reason.ON_HOLD if serial % 3 else Reason.REVOKED
            assert answer[number].reason == (alone if int(serial) in known else Reason.OK)
    late = method.batch(serials, m.point(), m.authority(), m.NEXT_UPDATE + SECOND)
    assert {late[number].reason for number in range(10_000)} == {Reason.STATUS_STALE}
    none = method.batch(serials, m.point("Wakaba-shi"), m.authority(), m.NOW)
    assert {none[number].reason for number in range(10_000)} == {Reason.STATUS_UNAVAILABLE}


def refused(data: bytes, names: Sequence[str] = ("auth-ca",), now: datetime = m.NOW) -> Refusal:
    """Why the list is not used."""
    with pytest.raises(Refusal) as error:
        examine(data, (0, len(data)), m.expected(None, *names), now)
    return error.value


def bit_flipped(data: bytes, at: int) -> bytes:
    """The data with one bit changed."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


NUMBER = m.extension(m.NUMBER, m.integer(4061))
REFUSED = {
    "another's name": (m.signed(m.body([], issuer=pki.ca_name("sign").public_bytes())), "6.3.3(b)(1)"),
    "a stranger's key": (m.signed(m.body([]), "stranger"), "6.3.3(g)"),
    "the other generation's key": (m.signed(m.body([]), "auth-ca-2"), "6.3.3(g)"),
    "an entry gone after signing": (m.signed(m.body([m.entry(5)])).replace(b"260801", b"260802"), "6.3.3(g)"),
    "delta": (m.a_list([], [*m.extensions(), m.extension(m.DELTA, m.integer(1), critical=True)]), "5.2.4"),
    "unknown critical": (m.a_list([], [*m.extensions(), m.extension(m.UNKNOWN, b"", critical=True)]), "5.2"),
    "no scope": (m.a_list([], [NUMBER]), "5.2.5"),
    "scope not critical": (m.a_list([], [NUMBER, m.scope(m.point(), critical=False)]), "5.2.5"),
    "another point": (m.a_list([], m.extensions(name=m.point("Wakaba-shi"))), "6.3.3(b)(2)(i)"),
    "a scope without a point": (
        m.a_list([], [NUMBER, m.extension(m.SCOPE, m.tlv(0x30, m.USER_CERTIFICATES), critical=True)]), "(i)",
    ),
    "authorities": (m.a_list([], [NUMBER, m.scope(m.point(), bytes.fromhex("8201ff"))]), "6.3.3(b)(2)"),
    "some reasons": (m.a_list([], [NUMBER, m.scope(m.point(), bytes.fromhex("83020640"))]), "6.3.3(b)(2)"),
    "indirect": (m.a_list([], [NUMBER, m.scope(m.point(), bytes.fromhex("8401ff"))]), "6.3.3(b)(2)"),
    "attribute certificates": (m.a_list([], [NUMBER, m.scope(m.point(), bytes.fromhex("8501ff"))]), "6.3.3(b)(2)"),
    "relative name": (
        m.a_list([], [NUMBER, m.extension(m.SCOPE, m.tlv(0x30, m.tlv(0xA0, m.tlv(0xA1, b""))), critical=True)]),
        "6.3.3(b)(2)",
    ),
    "torn": (m.a_list([m.entry(5)])[:-1], "X.690"),
    "no number": (m.a_list([], [m.scope(m.point())]), "5.2.3"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "clause"), REFUSED.values(), ids=REFUSED.keys())
def test_list_that_is_not_believed(data: bytes, clause: str) -> None:
    """STATUS_UNTRUSTED with the clause; the right list beside it is taken."""
    refusal = refused(data)
    assert refusal.reason == Reason.STATUS_UNTRUSTED
    assert clause in refusal.finding.clause
    assert examined(m.a_list([m.entry(5)])).number == 4061


def test_list_of_another_time_is_not_taken() -> None:
    """STATUS_STALE for one of the future and for one that is over."""
    data = m.a_list([m.entry(5)])
    assert refused(data, now=m.THIS_UPDATE - SECOND).reason == Reason.STATUS_STALE
    assert refused(data, now=m.NEXT_UPDATE + SECOND).reason == Reason.STATUS_STALE


def test_every_bit_counts() -> None:
    """One bit changed anywhere in a list, and it is not taken."""
    data = m.a_list([m.entry(5), m.entry(6, m.reason(1))])
    for at in range(len(data)):
        refused(bit_flipped(data, at))


def test_authority_without_crl_sign() -> None:
    """A generation whose keyUsage lacks cRLSign signs no lists (§6.3.3 (f))."""
    own = pki.key("auth-ca")
    usage = pki.key_usage("key_cert_sign")
    builder = x509.CertificateBuilder(
        pki.ca_name("auth"), pki.ca_name("auth"), own.public_key(), 3, m.NOW - DAY, m.NOW + 100 * DAY
    ).add_extension(usage, critical=True)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    made = builder.sign(own, SHA256()).public_bytes(Encoding.DER)
    expected = Expected([read_authority(m.authority().kind, made)], hashlib.sha256(m.point()).digest())
    data = m.a_list([])
    with pytest.raises(Refusal, match="cRLSign"):
        examine(data, (0, len(data)), expected, m.NOW)


@pytest.mark.parametrize(
    ("number", "seconds", "is_taken"),
    [(1, 0, True), (1, 60, True), (0, 0, True), (-1, 0, False), (-1, 60, False), (1, -60, False), (0, 60, False)],
)
def test_going_back(number: int, seconds: int, is_taken: bool) -> None:  # noqa: FBT001 - the table's column
    """A lower number, an earlier thisUpdate, or an equal number of another instant does not take the place."""
    current = examined(m.a_list([m.entry(5)]))
    update = m.THIS_UPDATE + timedelta(seconds=seconds)
    later = examined(m.signed(m.body([m.entry(5)], m.extensions(4061 + number), this_update=update)))
    if is_taken:
        require_progress(later, current)
    else:
        with pytest.raises(Refusal, match="goes back"):
            require_progress(later, current)


def test_shelf_goes_not_back() -> None:
    """A shelf refuses a volume with an older list; what it was made from stays as it was."""
    old, new = (m.a_list([m.entry(serial)], m.extensions(number)) for serial, number in ((5, 10), (SERIAL, 11)))
    volumes = [read_volume(data, [examined(data)])[0] for data in (old, new)]
    made = Shelf().with_volume(volumes[1])
    with pytest.raises(Refusal, match="goes back"):
        made.with_volume(volumes[0])
    assert status(made, holder()).reason == Reason.REVOKED


def test_wrong_entry_leaves_its_list_out() -> None:
    """Of two lists in a volume the one with reason 7 in an entry is refused, with the offset in it."""
    other = m.point("Wakaba-shi")
    first = m.a_list([m.entry(SERIAL)])
    second = m.a_list([m.entry(SERIAL), m.entry(SERIAL + 1, m.reason(7))], m.extensions(name=other))
    data = first + second
    lists = [
        examine(data, (0, len(first)), m.expected(), m.NOW),
        examine(data, (len(first), len(data)), m.expected(other), m.NOW),
    ]
    volume, out = read_volume(data, lists)
    assert [each.point for each in volume.lists] == [m.point()]
    assert list(out) == [1]
    offset = second.index(bytes.fromhex("0a0107")) + 2
    assert f"offset {offset}:" in out[1].finding.en
    assert len(volume.index) == 1


def test_greatest_key() -> None:
    """The serial whose key is the greatest there is, listed and not: the end of the index is no entry."""
    serial = pow(MULTIPLIER, -1, 1 << 30) * LAST_KEY & LAST_KEY
    for listed in ([], [serial], [serial + (1 << 30)], [serial, serial + (1 << 30)], [5]):
        (held,) = shelf(m.a_list([m.entry(each) for each in listed])).lists()
        asked = [serial, serial + (1 << 30), 5]
        assert [each for each in asked if held.find(each) is not None] == sorted(listed, key=asked.index)
        found = held.find_many(np.array(asked, np.uint64))
        assert [asked[number] for number in np.flatnonzero(found >= 0)] == sorted(listed, key=asked.index)


def test_a_serial_twice() -> None:
    """Listed twice, it is revoked; the first entry speaks."""
    found = shelf(m.a_list([m.entry(SERIAL, m.reason(6)), m.entry(SERIAL, m.reason(1))]))
    assert status(found, holder()).reason == Reason.ON_HOLD
