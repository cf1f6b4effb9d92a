"""What a refusal says where two say nearly the same: the words fit the reason."""

import pytest

from reference_impl.verification import Reason, Status
from reference_impl.verification.findings import outside_period, status_refused, terminal_unknown
from reference_impl.verification.verdict import Compared, Finding, Step
from tests.reference_impl import pki


@pytest.mark.parametrize(
    ("reason", "ja", "en"),
    [
        (Reason.NOT_YET_VALID, "有効期間がまだ始まっていません", "the period of validity has not begun"),
        (Reason.EXPIRED, "有効期間が終わっています", "the period of validity has ended"),
    ],
)
def test_before_is_not_after(reason: Reason, ja: str, en: str) -> None:
    """Not begun and ended are told apart in both languages."""
    compared = Compared("notAfter", pki.NOT_AFTER, pki.NOW)
    refusal = outside_period(reason, "holder", compared)
    assert (refusal.reason, refusal.finding) == (reason, Finding("RFC 5280 §4.1.2.5", ja, en, "holder", compared))


def test_terminal_without_a_credential() -> None:
    """The relying party's own rule for taps, at the step of policy."""
    refusal = terminal_unknown()
    assert (refusal.reason, refusal.step, refusal.finding.clause) == (Reason.POLICY, Step.POLICY, "spec/pki.md §5")


def test_source_speaks_for_itself() -> None:
    """What the source of a status said is what the refusal says; without words of its own it gets ours."""
    said = Finding("RFC 6960 §2.2", "失効", "revoked")
    assert status_refused(Status(Reason.REVOKED, None, said)).finding is said
    assert status_refused(Status(Reason.REVOKED)).finding.en == "the certificate is revoked"
    assert status_refused(Status(Reason.STATUS_UNAVAILABLE)).finding.en == "the status could not be checked"
