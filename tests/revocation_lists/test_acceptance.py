"""May a list be used: where it lies, whose key signed it, and the seconds at both ends of its window."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from reference_impl.verification.lists.acceptance import examine, require_window
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.trust import read_authority
from reference_impl.verification.verdict import Reason, Refusal
from tests.reference_impl import pki
from tests.revocation_lists import making as m

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("count", [1, 8000], ids=["small", "large"])
@pytest.mark.parametrize("before", [0, 7])
def test_places_are_those_in_the_data(count: int, before: int) -> None:
    """Small lists are copied to be read and large ones are not; either way the places are those of what they lie in."""
    entries = b"".join(m.entry(0x07000000 + number) for number in range(count))
    encoded = m.a_list(entries)
    data = bytes(before) + encoded + bytes(5)
    found = examine(data, (before, before + len(encoded)), m.expected(), m.NOW)
    assert found.whole == (before, before + len(encoded))
    assert data[slice(*found.entries)] == entries


@pytest.mark.parametrize(
    ("begins", "ends", "reason"),
    [
        (timedelta(0), SECOND, None),
        (SECOND, 2 * SECOND, Reason.STATUS_STALE),
        (-SECOND, timedelta(0), None),
        (-2 * SECOND, -SECOND, Reason.STATUS_STALE),
    ],
    ids=["begins-now", "begins-in-a-second", "ends-now", "ended-a-second-ago"],
)
def test_window_has_both_ends_in_it(begins: timedelta, ends: timedelta, reason: Reason | None) -> None:
    """§6.3.3 (a): a list is renewed once the current time is after nextUpdate; thisUpdate is alike (our policy)."""
    try:
        require_window(m.NOW + begins, m.NOW + ends, m.NOW)
        found = None
    except Refusal as refusal:
        found = refusal.reason
    assert found is reason


def test_authority_that_does_not_say_what_its_key_is_for() -> None:
    """§6.3.3 (f) demands cRLSign "if a key usage extension is present"."""
    key, name = pki.key("auth-ca"), pki.ca_name("auth")
    begin, end = datetime(2023, 7, 16, tzinfo=UTC), datetime(2033, 7, 15, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, begin, end)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    authority = read_authority(CertificateKind.AUTH, pki.der(builder.sign(key, hashes.SHA256())))
    expected, encoded = m.expected(), m.a_list([m.entry(5)])
    expected = type(expected)([authority], expected.point_digest)
    assert examine(encoded, (0, len(encoded)), expected, m.NOW).issuer_key == authority.issuer_key
