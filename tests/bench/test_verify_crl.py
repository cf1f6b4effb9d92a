"""The rows of lists under `bench verify`: what they are made of, not how fast this machine is."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from cryptography import x509

from harness.bench import crl_made, verify_crl
from harness.bench.crl_load import Figures
from harness.bench.crl_made import Lists
from harness.errors import ConfigurationError

COUNT = 6000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lists of six thousand entries, some odd, and ten small ones."""
    made = tmp_path_factory.mktemp("lists")
    crl_made.make(made, COUNT, 10, (0.05,))
    return made


def test_what_is_measured_are_lists(folder: Path) -> None:
    """Each is read by cryptography with so many entries, and its signature holds; odd are five in a hundred."""
    lists = msgspec.json.decode((folder / "lists.json").read_bytes(), type=Lists)
    key = x509.load_der_x509_certificate(lists.authority).public_key()
    for made in (lists.one, lists.parts, lists.odd["5.0%"]):
        octets = (folder / made.file).read_bytes()
        count = 0
        for begin, end in made.spans:
            read = x509.load_der_x509_crl(octets[begin:end])
            assert read.is_signature_valid(key)  # type: ignore[arg-type]
            count += len(read)
        assert count == made.entries == COUNT
    assert len(lists.parts.spans) == 10
    odd = x509.load_der_x509_crl((folder / lists.odd["5.0%"].file).read_bytes())
    assert sum(each.serial_number >> 28 == 6 for each in odd) == COUNT // 20
    assert lists.now > datetime(2026, 12, 1, tzinfo=UTC)


def test_rows_of_a_small_list(tmp_path: Path) -> None:
    """Every row of the table, each with the target of five million and none that says it was met."""
    figures = verify_crl.measured(tmp_path, COUNT, verify_crl.TARGET, 1)
    rows = {row.name: row for row in verify_crl.rows_of(figures)}
    assert list(rows) == [
        "crl.load.cold",
        "crl.load.warm",
        "crl.lookup.hit",
        "crl.lookup.miss",
        "crl.lookup_batch",
        "crl.detail",
        "crl.memory",
        "crl.partitions",
        *(f"crl.odd.{share:.1%}" for share in verify_crl.SHARES),
    ]
    assert all(row.met is None and row.value and "6,000 entries" in row.note for row in rows.values())
    warm = rows["crl.load.warm"]
    assert warm.reference == figures.peer_load
    assert warm.ratio == figures.warm / figures.peer_load


def test_targets_are_judged_at_five_million() -> None:
    """Met where it is as fast as it should be, missed where it is not."""
    times = dict.fromkeys(("hit", "miss", "batch", "peer_hit", "peer_miss"), 1e-7)
    figures = Figures(
        cold=1.0, warm=0.6, hashing=0.1, detail=1e-6, parts=1.4, odd={"5.0%": 2.1}, index=44_000_000,
        entries=5_000_000, peer_load=9.0, **times,
    )  # fmt: skip
    missed = {row.name for row in verify_crl.rows_of(figures) if not row.met}
    assert missed == {"crl.load.warm", "crl.odd.5.0%"}


def test_target_that_is_none(tmp_path: Path) -> None:
    """What went wrong is what the user is told."""
    with pytest.raises(ConfigurationError, match="nothing"):
        verify_crl.measured(tmp_path, 2000, "reference_impl.nothing:Nothing", 1)
