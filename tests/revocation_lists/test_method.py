"""The method of lists at its bounds: windows to the second, first entries, what cannot be read, what is shown."""

import hashlib
from datetime import datetime

import numpy as np
import pytest
from cryptography import x509
from cryptography.x509.oid import ObjectIdentifier

from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.lists.method import ListStatus
from reference_impl.verification.lists.shelf import Shelf
from reference_impl.verification.verdict import Finding, Reason, Refusal
from tests.reference_impl import pki
from tests.revocation_lists import making as m
from tests.revocation_lists.test_statuses import SECOND, SERIAL, holder, shelf, status

POINTS = ObjectIdentifier("2.5.29.31")


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (m.THIS_UPDATE - SECOND, Reason.STATUS_STALE),
        (m.THIS_UPDATE, Reason.OK),
        (m.NEXT_UPDATE, Reason.OK),
        (m.NEXT_UPDATE + SECOND, Reason.STATUS_STALE),
    ],
)
def test_window_has_both_ends_in_it(now: datetime, reason: Reason) -> None:
    """Alone and in a batch: from thisUpdate through nextUpdate."""
    found = shelf(m.a_list([m.entry(5)]))
    assert status(found, holder(), now).reason is reason
    batch = ListStatus(lambda: found).batch([SERIAL], m.point(), m.authority(), now)
    assert batch.others.reason is reason


def test_first_entry_of_the_first_list_is_found() -> None:
    """Where the data begin with it, too: a place is a place."""
    found = shelf(m.a_list([m.entry(SERIAL), m.entry(SERIAL + 1)]))
    batch = ListStatus(lambda: found).batch(
        np.array([SERIAL, SERIAL + 1, SERIAL + 2], np.uint64), m.point(), m.authority(), m.NOW
    )
    assert sorted(batch.listed) == [0, 1]
    assert len(batch.listed) == 2
    assert [batch[number].reason for number in range(3)] == [Reason.REVOKED, Reason.REVOKED, Reason.OK]


def words(said: object) -> str:
    """What a status says in English."""
    assert isinstance(said, Finding)
    return said.en


def test_why_no_list_was_found() -> None:
    """No point, a point that cannot be read, no list of it, or the reason for which it was refused."""
    found = shelf(m.a_list([m.entry(5)]))
    assert words(status(found, parse_certificate(pki.leaf())).finding) == "the certificate names no distribution point"
    broken = x509.UnrecognizedExtension(POINTS, bytes.fromhex("30023000"))
    said = status(found, parse_certificate(pki.leaf(more=[(broken, False)])))
    assert said.reason is Reason.STATUS_UNAVAILABLE
    assert words(said.finding).startswith("the certificate's cRLDistributionPoints cannot be read: offset 2: RFC 5280")
    elsewhere = holder(SERIAL, m.point("Wakaba-shi"))
    none = status(found, elsewhere)
    assert words(none.finding) == "no list of the certificate's distribution point, signed by its issuer, is at hand"
    refusal = Refusal(Reason.STATUS_UNTRUSTED, Finding("clause", "理由", "the reason"))
    told = found.with_refused({hashlib.sha256(m.point("Wakaba-shi")).digest(): refusal})
    assert (status(told, elsewhere).reason, status(told, elsewhere).finding) == (refusal.reason, refusal.finding)
    assert status(told, holder()).reason is Reason.OK
    assert status(Shelf(None, None).with_refused({}), holder()).reason is Reason.STATUS_UNAVAILABLE


def test_volumes_are_told_once() -> None:
    """Lists that lie together have one index, and its octets are those of its two arrays."""
    one, other = m.a_list([m.entry(5)]), m.signed(m.body([m.entry(6)], m.extensions(key="auth-ca-2")), "auth-ca-2")
    found = shelf(one, other)
    assert len(found.volumes()) == len(found) == 2
    assert len({id(held.index) for held in found.lists()}) == 2
    index = found.volumes()[0]
    assert index.octets == index.cells.marks.nbytes + index.cells.places.nbytes > 0


def test_least_and_greatest_plain_serial_are_found() -> None:
    """0 and 2³⁰ − 1 are their own keys; what is one more or less is not."""
    found = shelf(m.a_list([m.entry(0), m.entry((1 << 30) - 1)]))
    (held,) = found.lists()
    places = [held.find(serial) for serial in (0, (1 << 30) - 1, -1, 1 << 30, 1)]
    assert [place is not None for place in places] == [True, True, False, False, False]
    many = held.find_many(np.array([0, (1 << 30) - 1, 1 << 30, 1], np.uint64))
    assert many.tolist() == [places[0], places[1], -1, -1]
