"""The joined list against `cryptography`'s builder, byte for byte, and the columns against the joined entries."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import example, given, settings
from hypothesis import strategies as st

from harness.contract.vocabulary import Kind
from harness.jlis import crl_columns, crl_encoding, crl_extensions, names
from harness.jlis.crl_columns import CHUNK, Columns
from harness.jlis.crl_encoding import Parts, Revoked
from harness.jlis.crl_extensions import Scope
from harness.jlis.populations import Medium
from harness.keys import KeyPool
from harness.municipalities import MUNICIPALITIES
from tests.harness.reason_flags import REASON_FLAGS

ISSUER = names.authority_name(Kind.SIGN)
POINT = names.distribution_point(Kind.SIGN, MUNICIPALITIES["13113"], Medium.CARD, 3)
FLAGS = {code: flag for code, flag in REASON_FLAGS.items() if code}
"""An entry without a reason code says unspecified (RFC 5280 §5.3.1)."""
PIVOT = datetime(2050, 1, 1, tzinfo=UTC)
"""RFC 5280 §5.1.2.6: UTCTime through 2049."""
INSTANTS = st.one_of(
    st.datetimes(datetime(1950, 1, 1), datetime(9999, 1, 1)).map(  # noqa: DTZ001  (Hypothesis wants naive bounds)
        lambda naive: naive.replace(tzinfo=UTC, microsecond=0)
    ),
    st.integers(-3, 3).map(lambda seconds: PIVOT + timedelta(seconds=seconds)),
)
SERIALS = st.one_of(
    st.integers(1, 2**159 - 1),
    st.builds(lambda bits, below: (1 << bits) - below or 1, st.integers(1, 159), st.integers(0, 1)),
    st.integers(0x0700_0000, 0x0800_0000),
)
ENTRIES = st.lists(st.builds(Revoked, SERIALS, INSTANTS, st.sampled_from([None, *FLAGS]), st.just(b"")), max_size=5)


def revoked_of(entry: Revoked, *more: x509.ExtensionType) -> x509.RevokedCertificate:
    """Return the entry as `cryptography` has it."""
    builder = x509.RevokedCertificateBuilder(entry.serial, entry.at)
    if entry.reason:
        builder = builder.add_extension(x509.CRLReason(FLAGS[entry.reason]), critical=False)
    for extension in more:
        builder = builder.add_extension(extension, critical=True)
    return builder.build()


def point_of(contents: int, *, indirect: bool) -> x509.IssuingDistributionPoint:
    """Return the scope as `cryptography` has it."""
    return x509.IssuingDistributionPoint(
        full_name=[x509.DirectoryName(POINT)],
        relative_name=None,
        only_contains_user_certs=contents == 1,
        only_contains_ca_certs=contents == 2,
        only_some_reasons=None,
        indirect_crl=indirect,
        only_contains_attribute_certs=False,
    )


@pytest.fixture(scope="session")
def key(keys: KeyPool) -> RSAPrivateKey:
    """Who signs."""
    return keys.named("authority-sign")


@dataclass(frozen=True)
class Wanted:
    """A list to be made both ways; the defaults are those of a list of the service."""

    entries: list[Revoked]
    this_update: datetime = PIVOT
    valid: int = 172_800
    number: int = 0
    contents: int = 1
    indirect: bool = False
    critical: bool = True
    base: int | None = None
    unknown: bool = False


WANTED = st.builds(
    Wanted,
    ENTRIES,
    INSTANTS,
    st.integers(1, 10**6),
    st.one_of(st.integers(0, 2**64), st.sampled_from([0, 127, 128, 255, 256, 2**159 - 1])),
    st.integers(0, 2),
    st.booleans(),
    st.booleans(),
    st.one_of(st.none(), st.integers(0, 300)),
    st.booleans(),
)


@settings(max_examples=2000)
@given(wanted=WANTED)
@example(Wanted([], PIVOT - timedelta(seconds=1), 1, number=128))
@example(Wanted([Revoked(2**159 - 1, PIVOT, 1), Revoked(0x80, PIVOT)], contents=2))
def test_a_list_is_what_cryptography_builds(key: RSAPrivateKey, wanted: Wanted) -> None:
    """The whole list with its signature, for any entries, dates, numbers, scopes and extensions."""
    next_update = wanted.this_update + timedelta(seconds=wanted.valid)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    builder = (
        x509.CertificateRevocationListBuilder(ISSUER, wanted.this_update, next_update)
        .add_extension(identifier, critical=False)
        .add_extension(x509.CRLNumber(wanted.number), critical=False)
        .add_extension(point_of(wanted.contents, indirect=wanted.indirect), wanted.critical)
    )
    scope = Scope(POINT.public_bytes(), wanted.contents == 1, wanted.contents == 2, wanted.indirect)
    assert identifier.key_identifier is not None
    extensions = [
        crl_extensions.authority_key_identifier(identifier.key_identifier),
        crl_extensions.crl_number(wanted.number),
        crl_extensions.issuing_distribution_point(scope, critical=wanted.critical),
    ]
    if wanted.base is not None:
        builder = builder.add_extension(x509.DeltaCRLIndicator(wanted.base), critical=True)
        extensions.append(crl_extensions.delta_crl_indicator(wanted.base))
    if wanted.unknown:
        oid = x509.ObjectIdentifier("2.25.999999.1")
        builder = builder.add_extension(x509.UnrecognizedExtension(oid, b"\x05\0"), critical=True)
        extensions.append(crl_extensions.unknown())
    for entry in wanted.entries:
        builder = builder.add_revoked_certificate(revoked_of(entry))
    listed = crl_encoding.entries_der(wanted.entries) or None
    parts = Parts(ISSUER.public_bytes(), wanted.this_update, next_update, listed, extensions)
    expected = builder.sign(key, SHA256()).public_bytes(Encoding.DER)
    assert crl_encoding.encode(parts, crl_encoding.rsa_signer(key)) == expected


@pytest.mark.parametrize("reason", [None, 6])
def test_entry_extensions_are_what_cryptography_builds(key: RSAPrivateKey, reason: int | None) -> None:
    """An entry of another issuer's certificate, and one with an unknown critical extension, after the reason."""
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.25.999999.1"), b"\x05\0")
    issuer = x509.CertificateIssuer([x509.DirectoryName(ISSUER)])
    odd = crl_encoding.extension_der(crl_extensions.unknown())
    name = crl_extensions.certificate_issuer(ISSUER.public_bytes())
    entries = [Revoked(5, PIVOT, reason, name), Revoked(6, PIVOT, reason, odd), Revoked(7, PIVOT, reason, name + odd)]
    extensions: list[list[x509.ExtensionType]] = [[issuer], [unknown], [issuer, unknown]]
    builder = x509.CertificateRevocationListBuilder(ISSUER, PIVOT, PIVOT + timedelta(days=2))
    for entry, more in zip(entries, extensions, strict=True):
        builder = builder.add_revoked_certificate(revoked_of(entry, *more))
    parts = Parts(ISSUER.public_bytes(), PIVOT, PIVOT + timedelta(days=2), crl_encoding.entries_der(entries), ())
    expected = builder.sign(key, SHA256()).public_bytes(Encoding.DER)
    assert crl_encoding.encode(parts, crl_encoding.rsa_signer(key)) == expected


def test_an_entry_by_hand() -> None:
    """RFC 5280 §5.1.2.6 and §5.3.1, written out: 37 octets with a reason, 23 without."""
    instant = datetime(2026, 12, 2, 0, 7, 0, 999_999, tzinfo=UTC)
    plain = "02 04 07000001 17 0d 3236313230323030303730305a"
    reason = "30 0c 30 0a 06 03 551d15 04 03 0a 01 03"
    assert crl_encoding.entry_der(0x0700_0001, instant, 3) == bytes.fromhex(f"30 23 {plain} {reason}")
    assert crl_encoding.entry_der(0x0700_0001, instant, 0) == bytes.fromhex(f"30 15 {plain}")


def test_no_next_update() -> None:
    """RFC 5280 §5.1.2.5 leaves such a list unspecified; it is encoded without the field."""
    parts = Parts(ISSUER.public_bytes(), PIVOT, None, None, ())
    made = x509.load_der_x509_crl(crl_encoding.encode(parts, lambda _: bytes(256)))
    assert made.next_update_utc is None
    assert len(made) == 0


def columns_of(entries: list[Revoked], octets: int | None = None) -> Columns:
    """Return the entries by column, serials as numbers or as rows of so many octets."""
    serials = (
        np.array([entry.serial for entry in entries], np.uint64)
        if octets is None
        else np.frombuffer(b"".join(entry.serial.to_bytes(octets, "big") for entry in entries), np.uint8)
    )
    return Columns(
        serials if octets is None else serials.reshape(-1, octets),
        np.array([int(entry.at.timestamp()) for entry in entries], np.int64),
        np.array([entry.reason or 0 for entry in entries], np.uint8),
    )


@settings(max_examples=500)
@given(
    entries=st.lists(
        st.builds(Revoked, SERIALS, INSTANTS, st.sampled_from([None, 0, *FLAGS]), st.just(b"")), max_size=40
    )
)
def test_columns_are_the_entries(entries: list[Revoked]) -> None:
    """Serials of any length among each other, both forms of time, with and without a reason: the same octets."""
    assert bytes(crl_columns.encode(columns_of(entries, 20))) == crl_encoding.entries_der(entries)
    short = [entry._replace(serial=entry.serial % 2**64) for entry in entries]
    assert bytes(crl_columns.encode(columns_of(short))) == crl_encoding.entries_der(short)


@pytest.mark.parametrize("mixed", [False, True], ids=["one shape", "all shapes"])
def test_columns_over_several_chunks(mixed: bool) -> None:  # noqa: FBT001
    """More rows than a chunk has, of one shape (laid in place) and of all (scattered)."""
    chance = np.random.default_rng(7)
    rows = 2 * CHUNK + 5
    widths = chance.integers(1, 65, rows) if mixed else np.full(rows, 30)
    serials = chance.integers(0, 2**63, rows).astype(np.uint64) | np.uint64(2**63)
    serials >>= (64 - widths).astype(np.uint64)
    last = int(PIVOT.timestamp()) * (2 if mixed else 1)
    seconds = chance.integers(1_700_000_000, last, rows)
    reasons = chance.choice(np.array([0, 1, 3, 6] if mixed else [1, 3, 6], np.uint8), rows)
    columns = Columns(serials, seconds, reasons)
    expected = [
        crl_encoding.entry_der(int(serial), datetime.fromtimestamp(int(second), UTC), int(reason))
        for serial, second, reason in zip(serials, seconds, reasons, strict=True)
    ]
    assert bytes(crl_columns.encode(columns)) == b"".join(expected)


@pytest.mark.parametrize(
    ("serials", "said"),
    [
        (np.zeros(2, np.uint64), "as many serials"),
        (np.zeros(1, np.int64), "expected uint64"),
        (np.zeros((1, 21), np.uint8), "1 to 20 octets"),
        (np.zeros((1, 0), np.uint8), "1 to 20 octets"),
    ],
)
def test_columns_that_are_none(serials: np.ndarray[tuple[int, ...], np.dtype[np.uint64]], said: str) -> None:
    """Refused with what was expected, before anything is encoded."""
    with pytest.raises(ValueError, match=said):
        Columns(serials, np.zeros(1, np.int64), np.zeros(1, np.uint8))
