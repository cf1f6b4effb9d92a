"""What the core makes of an account that was recognised, is barred, or leads to a chip that is not known yet."""

from collections.abc import Callable
from typing import Any

import pytest

from reference_impl.accounts.findings import replaced
from reference_impl.verification import Reason, Relinking, Status
from reference_impl.verification.doors import Enrolled
from reference_impl.verification.presentation import Presentation
from reference_impl.verification.verdict import HolderKey
from tests.reference_impl import pki
from tests.reference_impl.test_verifier import holder_of
from tests.reference_impl.verifying import Bench, Book, bench, chip, enrolment, login, tap

CHIP, OTHER = pki.card_key("chip"), pki.card_key("chip-2")
BORN = "19900401"


def relinking(on: Bench, *, with_chip: bool = True, **changes: Any) -> Relinking:
    """A right relink, with the chip or without."""
    made = enrolment(on)
    shown = made.chip if with_chip else None
    parts = {"certificate": made.certificate, "challenge": made.challenge, "signature": made.signature}
    return Relinking(service="library", **{**parts, "chip": shown, **changes})


def with_account(account: Enrolled) -> tuple[Bench, Book]:
    """A verifier whose holder has this account."""
    book = Book({holder_of(): account})
    return bench(accounts=book), book


def judged(on: Bench, presented: Presentation) -> tuple[str, str]:
    """The reason, and the last step that was passed."""
    verdict = on.verifier.verify(presented, pki.NOW)
    return verdict.reason.value, verdict.steps[-1].value


RENEWED = Enrolled(frozenset({"library"}), BORN, CHIP, "a1", renewed=True)
NEW_CHIP = Enrolled(frozenset({"library"}), BORN, OTHER, "a1", renewed=True)
NO_CHIP = Enrolled(frozenset({"library"}), "", b"", "a1", renewed=True)
ANOTHER_DAY = Enrolled(frozenset({"library"}), "19900402", OTHER, "a1", renewed=True)
KNOWN = Enrolled(frozenset({"library"}), BORN, CHIP, "a1")
ELSEWHERE = Enrolled(frozenset({"archive"}), BORN, CHIP, "a1", renewed=True)
BARRED = Enrolled(frozenset({"library"}), BORN, OTHER, "a1", barred=replaced())

ROWS = [
    (tap, RENEWED, "OK", "done"),
    (login, RENEWED, "OK", "done"),
    (enrolment, RENEWED, "OK", "done"),
    (relinking, RENEWED, "OK", "done"),
    (tap, NEW_CHIP, "RENEWAL_PENDING", "challenge"),
    (login, NEW_CHIP, "OK", "done"),
    (enrolment, NEW_CHIP, "OK", "done"),
    (relinking, NEW_CHIP, "OK", "done"),
    (tap, NO_CHIP, "RENEWAL_PENDING", "challenge"),
    (relinking, NO_CHIP, "OK", "done"),
    (tap, ANOTHER_DAY, "HOLDER_MISMATCH", "challenge"),
    (relinking, ANOTHER_DAY, "HOLDER_MISMATCH", "proof"),
    (enrolment, KNOWN, "ALREADY_ENROLLED", "status"),
    (relinking, KNOWN, "ALREADY_ENROLLED", "status"),
    (enrolment, ELSEWHERE, "OK", "done"),
    (relinking, ELSEWHERE, "NOT_ENROLLED", "status"),
    (tap, BARRED, "REVOKED", "status"),
    (login, BARRED, "REVOKED", "status"),
    (enrolment, BARRED, "REVOKED", "status"),
    (relinking, BARRED, "REVOKED", "status"),
]


@pytest.mark.parametrize(("make", "account", "reason", "step"), ROWS)
def test_account_and_presentation_decide(
    make: Callable[[Bench], Presentation], account: Enrolled, reason: str, step: str
) -> None:
    """Each purpose with each account: a new chip is learnt with the PIN, whoever is barred is told after the status."""
    on, book = with_account(account)
    assert judged(on, make(on)) == (reason, step)
    assert (book.settled == [holder_of()]) is (reason == "OK")


def test_what_the_status_says_comes_before_what_bars() -> None:
    """An unknown status is told as such: nothing of the account is."""
    on, _ = with_account(BARRED)
    on.told.good = Status(Reason.STATUS_UNAVAILABLE)
    assert judged(on, tap(on)) == ("STATUS_UNAVAILABLE", "genuineness")


def test_a_relink_without_chip_lists_no_genuineness() -> None:
    """A phone, or a terminal that cannot read it: the PIN and the link are the proof."""
    on, _ = with_account(NEW_CHIP)
    verdict = on.verifier.verify(relinking(on, with_chip=False), pki.NOW)
    assert verdict.reason is Reason.OK
    assert "genuineness" not in verdict.steps
    assert "proof" in verdict.steps


def test_a_relink_of_nobody_is_not_enrolled() -> None:
    """Nothing ties the certificate to an account."""
    on = bench(accounts=Book({HolderKey("other", "1"): KNOWN}))
    assert judged(on, relinking(on)) == ("NOT_ENROLLED", "status")


def test_a_relink_proves_pin_and_chip() -> None:
    """As an enrolment does."""
    on, _ = with_account(NEW_CHIP)
    assert judged(on, relinking(on, signature=pki.sign("holder-2", b"x")))[0] == "BAD_SIGNATURE"
    assert judged(on, relinking(on, chip=chip(b"another challenge")))[0] == "CARD_NOT_GENUINE"


def test_account_is_looked_up_after_the_proofs() -> None:
    """Nothing that is not proved costs a question to the link service, which the look-up may be."""
    looked: list[HolderKey] = []

    class Watched(Book):
        def find(self, holder: HolderKey) -> Enrolled | None:
            looked.append(holder)
            return super().find(holder)

    on = bench(accounts=Watched({holder_of(): KNOWN}))
    assert judged(on, tap(on, chip=chip(b"another challenge")))[0] == "CARD_NOT_GENUINE"
    assert judged(on, login(on, signature=pki.sign("holder-2", b"x")))[0] == "BAD_SIGNATURE"
    assert looked == []
    assert judged(on, tap(on))[0] == "OK"
    assert looked == [holder_of()]
