"""A certificate alone, one by one and ten thousand at once: the same answers, however they are asked."""

from datetime import timedelta

import msgspec
import numpy as np
import pytest

from reference_impl.verification import CertificateKind, Reason, Status, Verdict
from reference_impl.verification.cohort import Cohort
from reference_impl.verification.identity import Identity
from reference_impl.verification.lists.method import Batch
from reference_impl.verification.purpose import Carrier
from reference_impl.verification.verdict import HolderKey, StatusSource
from tests.reference_impl import pki
from tests.reference_impl.verifying import PHONE_AUTH, bench, trust

SECOND = timedelta(seconds=1)


def test_certificate_alone_is_checked() -> None:
    """Steps (1) to (4) and (9) and no others; a holder is named, nobody is authenticated."""
    on = bench()
    verdict = on.verifier.check(pki.leaf(), CertificateKind.AUTH, pki.NOW)
    assert (verdict.reason, list(verdict.steps)) == (
        Reason.OK,
        ["decode", "purpose", "issuer", "validity", "status"],
    )
    assert (verdict.status, on.told.asked) == (StatusSource("told", pki.NOW), [0x07123456])
    on.told.answers[0x07123456] = Status(Reason.ON_HOLD)
    assert on.verifier.check(pki.leaf(), CertificateKind.AUTH, pki.NOW).reason is Reason.ON_HOLD


@pytest.mark.parametrize(
    ("kind", "carrier", "certificate", "reason"),
    [
        (CertificateKind.AUTH, Carrier.CARD, pki.leaf(), "OK"),
        (CertificateKind.SIGN, Carrier.CARD, pki.leaf(), "WRONG_PURPOSE"),
        (CertificateKind.SIGN, Carrier.CARD, pki.leaf("sign"), "OK"),
        (CertificateKind.AUTH, Carrier.PHONE, pki.leaf(), "WRONG_PURPOSE"),
        (CertificateKind.AUTH, Carrier.CARD, pki.leaf(not_after=pki.NOW - SECOND), "EXPIRED"),
        (CertificateKind.AUTH, Carrier.CARD, pki.leaf(issuer_key="rogue-ca"), "UNKNOWN_ISSUER"),
        (CertificateKind.AUTH, Carrier.CARD, b"\x30\x00", "MALFORMED"),
    ],
)
def test_check_refuses_by_the_same_reasons(
    kind: CertificateKind, carrier: Carrier, certificate: bytes, reason: str
) -> None:
    """Kind, carrier, period and issuer decide as in a login, and no status is asked where one of them refuses."""
    on = bench()
    assert on.verifier.check(certificate, kind, pki.NOW, carrier).reason.value == reason
    assert bool(on.told.asked) == (reason == "OK")


def test_check_that_refuses_says_of_whom_and_by_which_source() -> None:
    """Holder and source as far as they were found out: both of what is revoked, the holder of what has expired."""
    on, source = bench(), StatusSource("told", pki.NOW)
    on.told.answers[0x07123456] = Status(Reason.REVOKED, source)
    holder = HolderKey(on.verifier.trust.authorities[0].issuer_key, "7123456")
    for data, reason, found, said in (
        (pki.leaf(), Reason.REVOKED, holder, source),
        (pki.leaf(not_after=pki.NOW - SECOND), Reason.EXPIRED, holder, None),
        (b"", Reason.MALFORMED, None, None),
    ):
        verdict = on.verifier.check(data, CertificateKind.AUTH, pki.NOW)
        assert (verdict.reason, verdict.holder, verdict.status) == (reason, found, said)


def test_phone_is_checked_as_a_phone() -> None:
    """With its own policy."""
    extensions = [*pki.auth_extensions()[:2], (pki.policies(PHONE_AUTH, pki.CPS), True)]
    on, phone = bench(), pki.leaf(extensions=extensions)
    assert on.verifier.check(phone, CertificateKind.AUTH, pki.NOW, Carrier.PHONE).reason is Reason.OK


class Lists:
    """Answers as `ListStatus.batch` does: these numbers are listed."""

    def __init__(self, others: Reason, listed: dict[int, Reason]) -> None:
        self.others, self.listed = others, listed

    def batch(self, *_: object) -> Batch:
        """The same whoever asks."""
        return Batch(Status(self.others), {number: Status(reason) for number, reason in self.listed.items()})


def identities(count: int) -> list[Identity]:
    """As many certificates of one issuer, of which each tenth has ended and each eleventh not begun."""
    found = bench().verifier._setting.of(CertificateKind.AUTH, Carrier.CARD).identify(pki.leaf())
    made = []
    for number in range(count):
        begins = pki.NOW + SECOND if number % 11 == 10 else pki.NOW
        ends = pki.NOW - SECOND if number % 10 == 9 else pki.NOW
        made.append(msgspec.structs.replace(found, begins=begins, ends=ends))
    return made


@pytest.mark.parametrize("others", [Reason.OK, Reason.STATUS_STALE, Reason.STATUS_UNAVAILABLE])
def test_cohort_says_what_single_checks_say(others: Reason) -> None:
    """Outside its period, listed, or under a list that says nothing: not good; both ends of the period are inside."""
    every = identities(200)
    cohort = Cohort(every, every[0].issuer, b"point")
    listed = {5: Reason.REVOKED, 9: Reason.REVOKED, 77: Reason.ON_HOLD}
    answer = cohort.statuses(Lists(others, listed), pki.NOW)  # type: ignore[arg-type]
    expected = [
        others is Reason.OK and number % 10 != 9 and number % 11 != 10 and number not in listed for number in range(200)
    ]
    assert answer.good(200).tolist() == expected
    assert np.count_nonzero(answer.good(200)) == sum(expected)


def test_cohort_of_long_serials() -> None:
    """Serials of more than 64 bits are asked as they are, and shorter ones the same."""
    (found,) = identities(1)
    issuer = found.issuer
    for serial in (0x07123456, (1 << 64) - 1, 1 << 64, 1 << 159):
        certificate = msgspec.structs.replace(found.certificate, serial=serial)
        cohort = Cohort([msgspec.structs.replace(found, certificate=certificate)], issuer, b"point")
        assert [int(each) for each in cohort._serials] == [serial]
        assert cohort.statuses(Lists(Reason.OK, {}), pki.NOW).good(1).tolist() == [True]  # type: ignore[arg-type]


def test_cohort_is_of_one_issuer() -> None:
    """Certificates of two generations have lists of their own, and are no cohort."""
    on = bench()
    setting = on.verifier._setting.of(CertificateKind.AUTH, Carrier.CARD)
    both = [setting.identify(pki.leaf()), setting.identify(pki.leaf(issuer_key="auth-ca-2"))]
    with pytest.raises(ValueError, match="one issuer"):
        Cohort(both, trust().authorities[0], b"point")


def test_refused_check_is_a_verdict() -> None:
    """Whatever the octets, no exception escapes."""
    on = bench()
    for length in range(0, 900, 7):
        verdict = on.verifier.check(pki.leaf()[:length], CertificateKind.AUTH, pki.NOW)
        assert isinstance(verdict, Verdict)
        assert verdict.reason is Reason.MALFORMED
