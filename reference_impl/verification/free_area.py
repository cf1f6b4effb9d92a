"""INVENTED: what a user id read in the free area is taken for (docs/free-area.md; spec/card.md §2.6 has no format).

The steps are those of `core`, as far as there is something to do them with. There is no certificate, so nobody proves
who the holder is, no issuer vouches and no status can be asked: what remains is an identifier which the card at hand,
or a terminal that says so, gave. It opens what may be opened on possession alone, and never more.

    (1) decode       an AID of 5 to 16 octets, a user id, a date of the calendar, a counter within its limit
    (2) purpose      the service takes this application
    (4) validity     today, in Japan, is not after the expiry date
    (5) place        as for a tap; assurance level 1
    (6) challenge    ours, unspent; where a counter was decreased, its mark is our challenge: this ride's record
    (8) genuineness  only if a chip proved itself: a genuine card lay there (not: the application is that card's)
    (10) to (12)     as in `core`; the account is known by application and user id
"""

import re
from datetime import date, datetime, timedelta, timezone
from typing import Final

from reference_impl.verification.core import (
    require_account,
    require_as_enrolled,
    require_expected,
    require_place,
    require_settled,
)
from reference_impl.verification.doors import Doors
from reference_impl.verification.findings import (
    challenge_refused,
    expired_application,
    foreign_application,
    not_this_ride,
    service_closed,
    unreadable_application,
)
from reference_impl.verification.plan import CARD_APPLICATION, passed_before, without
from reference_impl.verification.policy import CLOSED, Service
from reference_impl.verification.presentation import CardApplication
from reference_impl.verification.setting import Setting
from reference_impl.verification.verdict import HolderKey, Reason, Refusal, Step, Verdict

JAPAN: Final = timezone(timedelta(hours=9))
MARK: Final = 16
"""Octets of a counter's mark: the first of our challenge."""
_MOST: Final = 0xFFFFFFFF
_LONGEST_ID: Final = 64
_DIGITS: Final = re.compile(rb"[0-9]{8}")


def decide_application(presented: CardApplication, now: datetime, setting: Setting, doors: Doors) -> Verdict:
    """The verdict on what was read in an application of the free area."""
    plan, accounts = CARD_APPLICATION, doors.accounts
    service = setting.policy.services.get(presented.service, CLOSED)
    steps = plan.without_accounts if accounts is None else plan.steps
    if presented.chip is None:
        steps = without(Step.GENUINENESS, steps)
    holder = None
    try:
        _require_readable(presented)  # (1)
        last_day = _read_expiry(presented.expiry)
        chip = None if presented.chip is None else setting.chips.read(presented.chip)
        _require_taken(presented, service)  # (2)
        if now.astimezone(JAPAN).date() > last_day:  # (4)
            raise expired_application(last_day, now)
        require_place(plan, service, presented.environment)  # (5)
        _require_challenge(presented, doors, now)  # (6)
        holder = HolderKey(f"free-area:{presented.application.hex()}", presented.user_id.hex())
        account = accounts.find(holder) if accounts is not None else None
        if chip is not None:  # (8)
            setting.chips.require_genuine(chip, presented.challenge)
            require_as_enrolled(plan, chip, account)
        if accounts is not None:  # (10)
            require_expected(accounts, presented.session, holder)
            require_account(plan, presented.service, account)
        if plan.purpose not in service.purposes:  # (11)
            raise service_closed()
        if accounts is not None:  # (12)
            require_settled(accounts, holder, presented, chip)
    except Refusal as refusal:
        return Verdict(refusal.reason, passed_before(refusal.step, steps), None, refusal.finding, holder)
    return Verdict(Reason.OK, steps, None, None, holder)


def _require_readable(presented: CardApplication) -> None:
    """(1) The parts have the form they should have."""
    if not 5 <= len(presented.application) <= 16:
        raise unreadable_application("application", "5 to 16 octets (ISO/IEC 7816-4:2013 §8.2.1.2)")
    if not 1 <= len(presented.user_id) <= _LONGEST_ID:
        raise unreadable_application("user_id", f"1 to {_LONGEST_ID} octets")
    counter = presented.counter
    if counter is not None and not (0 <= counter.value <= counter.limit <= _MOST and len(counter.mark) == MARK):
        raise unreadable_application("counter", "a value up to its limit, and a mark of 16 octets")


def _read_expiry(text: bytes) -> date:
    """(1) The last day on which the application counts."""
    if _DIGITS.fullmatch(text) is None:
        raise unreadable_application("expiry", "eight digits, YYYYMMDD")
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError as error:
        raise unreadable_application("expiry", "a date of the calendar") from error


def _require_challenge(presented: CardApplication, doors: Doors, now: datetime) -> None:
    """(6) Our challenge, spent here; the counter's last change was made under it."""
    reason = doors.challenges.spend(presented.session, presented.challenge, now)
    if reason is not None:
        raise challenge_refused(reason)
    if presented.counter is not None and presented.counter.mark != presented.challenge[:MARK]:
        raise not_this_ride()


def _require_taken(presented: CardApplication, service: Service) -> None:
    """(2) Another application of the same card is not this service's; a service nobody configured is closed later."""
    if service is not CLOSED and presented.application not in service.applications:
        raise foreign_application()
