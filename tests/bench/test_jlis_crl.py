"""The rows of revocation lists and of issuing: what they are made of, not how fast this machine is."""

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from harness.bench import jlis_crl
from harness.bench.crl_build import build
from harness.bench.mass import arrays
from harness.errors import ConfigurationError


def test_the_list_that_is_built_is_one() -> None:
    """Every entry is read by cryptography as it was given, and the signature holds."""
    serials, seconds, reasons = arrays(2000)
    key = generate_private_key(65537, 2048)
    made = x509.load_der_x509_crl(build((serials, seconds, reasons), key))
    assert made.is_signature_valid(key.public_key())
    numbers = [int.from_bytes(row.tobytes(), "big") for row in serials]
    assert [entry.serial_number for entry in made] == numbers
    assert [int(entry.revocation_date_utc.timestamp()) for entry in made] == seconds.tolist()
    assert sum(len(entry.extensions) for entry in made) == int(np.count_nonzero(reasons))


def test_the_list_is_mixed() -> None:
    """Short, usual and long serials, all reasons of the service and none, and about 37 octets an entry."""
    serials, _, reasons = arrays(20_000)
    widths = {len(row.tobytes().lstrip(b"\0")) for row in serials}
    assert {1, 2, 4, 12} <= widths
    assert set(reasons.tolist()) == {0, 1, 3, 4, 5, 6}


def test_rows_of_a_small_list() -> None:
    """Cold and warm with the same reference; whether the target is met a list of millions has to say."""
    cold, warm = jlis_crl.build_rows(10_000)
    assert (cold.name, warm.name, cold.unit) == ("crl.build.cold", "crl.build.warm", "s")
    assert cold.reference == warm.reference
    for row in (cold, warm):
        assert row.reference is not None
        assert row.value is not None
        assert row.ratio == row.value / row.reference
        assert row.met is None
        assert "10,000 entries" in row.note


def test_issuing_over_all_cores() -> None:
    """Beside OpenSSL's own rate of the same run, over as many processes."""
    row = jlis_crl.issue_row(1)
    assert (row.name, row.unit) == ("issue", "certificates/s")
    assert row.reference is not None
    assert row.value is not None
    assert row.ratio is not None
    assert row.value > 0
    assert row.ratio == pytest.approx(row.value / row.reference)
    assert row.ratio is not None
    assert row.met == (row.ratio >= 0.9)


def test_a_worker_that_fails_gives_no_figure() -> None:
    """What it said last is what the user is told."""
    with pytest.raises(ConfigurationError, match=r"harness\.bench\.nothing"):
        jlis_crl._run("harness.bench.nothing")
