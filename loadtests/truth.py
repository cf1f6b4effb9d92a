"""What is right: the verdicts that the facts, the instant and the declared freshness permit. Pure.

    purpose       steps that may fail, in the contract's order; the first fault is the reason
    login         validity, challenge, proof, status, account
    tap           validity, challenge, genuineness, status, account
    sign          validity, challenge, proof, status
    enrol         validity, challenge, proof, genuineness, status, account (not yet)
    relink        validity, challenge, proof, genuineness, status

A relying party knows the status of a certificate only as of some thisUpdate. Whoever reported the card lost five
minutes ago is still good in the answer of the last 15-minute mark, and accepting them is right; an answer whose
nextUpdate is past may not be used. Where two views are both fresh and differ, both verdicts are right: so
`permitted` returns a set. Equality at a boundary is never judged.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from msgspec import Struct

from harness.contract import messages
from harness.contract.vocabulary import Decision, Purpose, Reason, StatusSource
from harness.jlis import crl, ocsp
from harness.jlis.marks import QUARTER_HOURS
from loadtests.conditions import NORMAL, PERMITS, Condition, Verdict

ACCEPTED: Verdict = (Decision.ACCEPT, Reason.OK)
WAITING = frozenset({Decision.RETRY, Decision.PENDING})
WAITING_REASONS = frozenset({Reason.STATUS_UNAVAILABLE, Reason.RENEWAL_PENDING})
"""The reasons that go with retry or pending; with any other they are a wrong verdict."""


class Deed(StrEnum):
    """What a visitor does with the challenge."""

    HONEST = "honest"
    """Signs it with the certificate's key."""
    FORGED = "forged"
    """Signs it with a key that is nobody's certificate's; at a tap, shows a chip that no issuer certified."""
    CLONED = "cloned"
    """Shows everything that can be copied of somebody's card, and signs with another genuine card's key."""
    REPLAYED = "replayed"
    """Presents it a second time."""
    NOT_YET = "not-yet"
    """Has only begun: nothing is proved, so nobody may be accepted."""


class Facts(Struct, frozen=True):
    """What is true of a holder, whoever knows it."""

    not_after: datetime
    enrolled: bool
    revoked: datetime | None = None
    on_hold: bool = False
    registered: bool = True
    """Whether the register knows the certificate: of another OCSP says "unknown", and a list says nothing."""


class Declared(Struct, frozen=True):
    """What the product says of its own comparisons in `hello`."""

    clock_seconds: int
    status_seconds: int
    coarse_reasons: bool


class Moment(Struct, frozen=True):
    """The world's instant, and the number of the clock setting that the product was told."""

    instant: datetime
    epoch: int


class Ruling(StrEnum):
    """How an outcome compares with the truth."""

    RIGHT = "right"
    WRONG = "wrong"
    UNDECIDED = "undecided"
    """No verdict on this instant: retry or pending although the fake J-LIS is there, or another clock's epoch.
    Counted with the errors."""
    EXCUSED = "excused"
    """No verdict, and a fault that was announced permits it. Counted apart; it proves nothing either way."""


class Ruled(Struct, frozen=True):
    """An outcome and what would have been right, both as text; `bad` when the login made must not be accepted."""

    ruling: Ruling
    expected: str
    actual: str
    bad: bool


class Views(Struct, frozen=True):
    """The oldest and the newest thisUpdate that may decide now."""

    oldest: datetime
    newest: datetime


_PUBLICATION: dict[StatusSource, tuple[Callable[[datetime], datetime], timedelta, timedelta]] = {
    StatusSource.OCSP: (QUARTER_HOURS.at, ocsp.GRID, ocsp.VALID),
    StatusSource.CRL: (lambda now: crl.window_at(now).this_update, crl.PERIOD, crl.VALID),
}
"""Latest mark at an instant, time between marks, time from thisUpdate to nextUpdate (spec/pki.md §2, §3)."""


def views_at(source: StatusSource, instant: datetime, status_seconds: int) -> Views:
    """Return the published views that are fresh at `instant`: nextUpdate plus the declared tolerance is not past."""
    mark_at, period, valid = _PUBLICATION[source]
    earliest = instant - valid - timedelta(seconds=status_seconds)
    mark = mark_at(earliest)
    return Views(mark if mark == earliest else mark + period, mark_at(instant))


def permitted(  # noqa: PLR0913  (what is right follows from all of these)
    facts: Facts,
    deed: Deed,
    instant: datetime,
    declared: Declared,
    views: Views,
    *,
    purpose: Purpose = Purpose.LOGIN,
    source: StatusSource = StatusSource.OCSP,
    conditions: frozenset[Condition] = NORMAL,
) -> frozenset[Verdict]:
    """Return every right verdict on a visit, in the contract's order of steps: the first fault is the reason.

    Before anything was proved (`NOT_YET`) whatever is wrong with the holder may be said, in any order.
    """
    right: set[Verdict] = set()
    is_past = _is_past(facts.not_after, instant, declared.clock_seconds)
    is_unknown = not facts.registered and source is StatusSource.OCSP
    steps: tuple[tuple[Reason, bool | None], ...] = (  # None: failing and passing are both right
        (Reason.EXPIRED, is_past),
        *_of_proof(deed, purpose),
        (Reason.STATUS_UNKNOWN, is_unknown),
        (Reason.ON_HOLD if facts.on_hold else Reason.REVOKED, _is_seen(facts.revoked, views)),
        *_of_account(facts, purpose),
    )
    for reason, fails in steps:
        if reason is Reason.STATUS_UNKNOWN:  # the status step begins
            right.update(verdict for condition in conditions for verdict in PERMITS[condition])
        if fails is not False:
            right.add((Decision.REJECT, reason))
        if fails is True and deed is not Deed.NOT_YET:
            return frozenset(right)
    return frozenset(right if deed is Deed.NOT_YET else right | {ACCEPTED})


def _of_proof(deed: Deed, purpose: Purpose) -> tuple[tuple[Reason, bool], ...]:
    """Return the steps that are about what was presented."""
    is_false = deed in (Deed.FORGED, Deed.CLONED)
    chip = purpose is Purpose.TAP or (purpose in _WITH_CHIP and deed is Deed.CLONED)
    return (
        (Reason.CHALLENGE_REPLAYED, deed is Deed.REPLAYED),
        (Reason.BAD_SIGNATURE, is_false and not chip),
        (Reason.CARD_NOT_GENUINE, is_false and chip),
    )


def _of_account(facts: Facts, purpose: Purpose) -> tuple[tuple[Reason, bool], ...]:
    """Return the step that is about the account: a signature needs none, and who is linked anew has one."""
    if purpose is Purpose.ENROL:
        return ((Reason.ALREADY_ENROLLED, facts.enrolled),)
    return ((Reason.NOT_ENROLLED, not facts.enrolled),) if purpose in _NEEDS_ACCOUNT else ()


_WITH_CHIP = (Purpose.ENROL, Purpose.RELINK)
"""They prove the PIN and the chip: a clone has neither's key, and the proof of the PIN is not what it is tried for."""
_NEEDS_ACCOUNT = (Purpose.LOGIN, Purpose.TAP)


def rule(  # noqa: PLR0913  (what is right follows from all of these)
    facts: Facts,
    deed: Deed,
    moment: Moment,
    declared: Declared,
    outcome: messages.Outcome,
    *,
    purpose: Purpose = Purpose.LOGIN,
    conditions: frozenset[Condition] = NORMAL,
) -> Ruled:
    """Return whether `outcome` is right, what would have been, and what came.

    The status method is the one that the outcome names, and OCSP where it names none (`configure` gives its address
    for every kind). A thisUpdate that the outcome names decides alone, if it is fresh; if not, the verdict is wrong.
    """
    status = outcome.status
    source = StatusSource.OCSP if status is msgspec.UNSET else status.source
    views = views_at(source, moment.instant, declared.status_seconds)
    actual, is_stale = _told(outcome.decision, outcome.reason), False
    if status is not msgspec.UNSET:
        seen = datetime.fromisoformat(status.this_update)
        is_stale = not views.oldest <= seen <= views.newest
        if is_stale:
            actual += f", by a status as of {status.this_update}"
        else:
            views = Views(seen, seen)
    right = permitted(facts, deed, moment.instant, declared, views, purpose=purpose, source=source)
    shown = Deed.HONEST if deed is Deed.NOT_YET else deed
    bad = ACCEPTED not in permitted(facts, shown, moment.instant, declared, views, purpose=purpose, source=source)
    expected = _listed(right)
    if outcome.epoch is not msgspec.UNSET and outcome.epoch != moment.epoch:
        return Ruled(Ruling.UNDECIDED, expected, f"{actual}, at epoch {outcome.epoch} not {moment.epoch}", bad)
    if _is_among(right, outcome, declared) and not is_stale:
        return Ruled(Ruling.RIGHT, expected, actual, bad)
    under = permitted(
        facts, deed, moment.instant, declared, views, purpose=purpose, source=source, conditions=conditions
    )
    if (outcome.decision, outcome.reason) in under - right:
        return Ruled(Ruling.EXCUSED, expected, f"{actual}, under {', '.join(sorted(conditions))}", bad)
    if outcome.decision in WAITING and outcome.reason in WAITING_REASONS:
        return Ruled(Ruling.UNDECIDED, expected, actual, bad)
    return Ruled(Ruling.WRONG, expected, actual, bad)


def _is_past(not_after: datetime, instant: datetime, clock_seconds: int) -> bool | None:
    """Whether validity is over: surely so beyond the declared tolerance, surely not before notAfter."""
    if instant < not_after:
        return False
    return True if instant > not_after + timedelta(seconds=clock_seconds) else None


def _is_seen(revoked: datetime | None, views: Views) -> bool | None:
    """Whether the status shows the revocation: in every view, in none, or in some. An event on a mark counts as in."""
    if revoked is None or revoked > views.newest:
        return False
    return True if revoked <= views.oldest else None


def _is_among(right: frozenset[Verdict], outcome: messages.Outcome, declared: Declared) -> bool:
    """A product of coarse reasons is judged by its decisions alone."""
    if declared.coarse_reasons:
        return outcome.decision in {decision for decision, _ in right}
    return (outcome.decision, outcome.reason) in right


def _listed(right: frozenset[Verdict]) -> str:
    return " or ".join(sorted(_told(*verdict) for verdict in right)) or "a challenge"


def _told(decision: Decision, reason: Reason) -> str:
    return f"{decision.value} {reason.value}"
