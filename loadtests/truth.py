"""What is right: the verdicts that the facts, the instant and the declared freshness permit. Pure.

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
from harness.contract.vocabulary import Decision, Reason, StatusSource
from harness.jlis import crl, ocsp

Verdict = tuple[Decision, Reason]
ACCEPTED: Verdict = (Decision.ACCEPT, Reason.OK)
WITHOUT_ANSWER = frozenset({Reason.STATUS_UNAVAILABLE, Reason.RENEWAL_PENDING})
"""The reasons that go with retry or pending: no verdict, neither right nor wrong."""


class Deed(StrEnum):
    """What a visitor does with the challenge."""

    HONEST = "honest"
    """Signs it with the certificate's key."""
    FORGED = "forged"
    """Signs it with a key that is nobody's certificate's."""
    REPLAYED = "replayed"
    """Presents it a second time."""


class Facts(Struct, frozen=True):
    """What is true of a holder, whoever knows it."""

    not_after: datetime
    enrolled: bool
    revoked: datetime | None = None
    on_hold: bool = False


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
    """Retry or pending: the fake J-LIS was there to be asked, so this is counted with the errors."""


class Ruled(Struct, frozen=True):
    """An outcome and what would have been right, both as text; `bad` when accepting is not permitted."""

    ruling: Ruling
    expected: str
    actual: str
    bad: bool


class Views(Struct, frozen=True):
    """The oldest and the newest thisUpdate that may decide now."""

    oldest: datetime
    newest: datetime


def views_at(source: StatusSource, instant: datetime, status_seconds: int) -> Views:
    """Return the published views that are fresh at `instant`: nextUpdate plus the declared tolerance is not past.

    OCSP: the 15-minute grid, each answer valid for 30 minutes; CRL: once a day, 48 hours (spec/pki.md §2, §3).
    """
    published, period, valid = _PUBLICATION[source]
    earliest = instant - valid - timedelta(seconds=status_seconds)
    oldest = published(earliest)
    return Views(oldest if oldest == earliest else oldest + period, published(instant))


_PUBLICATION: dict[StatusSource, tuple[Callable[[datetime], datetime], timedelta, timedelta]] = {
    StatusSource.OCSP: (ocsp.mark_at, ocsp.GRID, ocsp.VALID),
    StatusSource.CRL: (lambda now: crl.window_at(now).this_update, crl.PERIOD, crl.VALID),
}


def permitted(facts: Facts, deed: Deed, instant: datetime, declared: Declared, views: Views) -> frozenset[Verdict]:
    """Return every verdict on a login that is right, in the contract's order of steps: the first fault is the reason."""
    expired = _may_be_past(facts.not_after, instant, declared.clock_seconds)
    withdrawn = frozenset({False}) if facts.revoked is None else _may_be_seen(facts.revoked, views)
    certain, uncertain = frozenset({True}), frozenset({True, False})
    steps = (
        (Reason.EXPIRED, expired),
        (Reason.CHALLENGE_REPLAYED, certain if deed is Deed.REPLAYED else frozenset({False})),
        (Reason.BAD_SIGNATURE, certain if deed is Deed.FORGED else frozenset({False})),
        (Reason.ON_HOLD if facts.on_hold else Reason.REVOKED, withdrawn),
        (Reason.NOT_ENROLLED, frozenset({not facts.enrolled})),
    )
    right: set[Verdict] = set()
    for reason, fails in steps:
        if True in fails:
            right.add((Decision.REJECT, reason))
        if fails == certain:
            return frozenset(right)
        assert fails in (uncertain, frozenset({False}))
    return frozenset(right | {ACCEPTED})


def rule(
    facts: Facts, deed: Deed, moment: Moment, declared: Declared, outcome: messages.Outcome, *, proved: bool = True
) -> Ruled:
    """Return whether `outcome` is right; `proved` is False for an outcome given at `begin`, where nobody may be in yet.

    The status method is the one the outcome names, and OCSP where it names none: that address is in `configure`
    for every kind. A thisUpdate that the outcome names decides alone, if it is fresh.
    """
    status = outcome.status
    source = StatusSource.OCSP if status is msgspec.UNSET else status.source
    views = views_at(source, moment.instant, declared.status_seconds)
    actual = _told((outcome.decision, outcome.reason))
    if outcome.epoch not in (msgspec.UNSET, moment.epoch):
        actual += f", at clock epoch {outcome.epoch} for {moment.epoch}"
        right = permitted(facts, deed, moment.instant, declared, views)
        return Ruled(Ruling.WRONG, _listed(right), actual, ACCEPTED not in right)
    stale = False
    if status is not msgspec.UNSET:
        seen = datetime.fromisoformat(status.this_update)
        stale = not views.oldest <= seen <= views.newest
        views = views if stale else Views(seen, seen)
        actual += f", by a {source.value} status as of {status.this_update}" if stale else ""
    right = permitted(facts, deed, moment.instant, declared, views)
    bad = ACCEPTED not in right
    answers = right if proved else right - {ACCEPTED}
    expected = _listed(answers) if answers else "a challenge"
    return Ruled(_ruling(outcome, answers, declared, stale=stale), expected, actual, bad)


def _ruling(outcome: messages.Outcome, right: frozenset[Verdict], declared: Declared, *, stale: bool) -> Ruling:
    if outcome.decision in (Decision.RETRY, Decision.PENDING) and outcome.reason in WITHOUT_ANSWER:
        return Ruling.UNDECIDED
    if stale:
        return Ruling.WRONG
    if declared.coarse_reasons:
        return Ruling.RIGHT if outcome.decision in {decision for decision, _ in right} else Ruling.WRONG
    return Ruling.RIGHT if (outcome.decision, outcome.reason) in right else Ruling.WRONG
