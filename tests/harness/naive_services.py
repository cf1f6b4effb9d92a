"""Links, record checks and the four attributes once more, from spec/pki.md §4 and docs/life-cycle.md alone.

Every answer is worked out from the naive register's lists as of a mark; a consent alone counts as of now.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.harness.naive_register import FOUR, SECOND, Certificate, NaiveRegister

SKEW = timedelta(minutes=5)
"""How far the clock with which a consent is signed may be from ours."""
JAPAN = timedelta(hours=9)
NOT_ISSUED, NOT_NOW, FORGED = 404, 409, 400


@dataclass
class Consent:
    """One consent: taken in when, until when, and the last word of the holder on that service."""

    given: datetime
    ends: datetime
    word: datetime
    is_withdrawn: bool = False


@dataclass
class NaiveServices:
    """What the services say of one naive register."""

    register: NaiveRegister
    consents: dict[tuple[str, str], Consent] = field(default_factory=dict)

    def link(self, one: Certificate, mark: datetime) -> Any:
        """Return what belongs to a certificate as of a mark, or the number of the refusal."""
        if one.issued > mark:
            return NOT_ISSUED
        current = self.register.current(one.holder, one.population, mark)
        if current is None:
            return NOT_NOW
        same = [
            each
            for each in self.register.certificates
            if (each.holder, each.population) == (one.holder, one.population) and each.issued <= mark
        ]
        others = [self.register.current(one.holder, name, mark) for name in FOUR.split() if name != one.population]
        return {
            "status": "current" if current is one else "succeeded",
            "asked": _linked(one, mark),
            "current": _linked(current, mark),
            "previous": [_linked(each, mark) for each in same if each is not current],
            "counterparts": [_linked(each, mark) for each in others if each is not None],
        }

    def record(self, one: Certificate, mark: datetime) -> Any:
        """Return what became of a certificate as of a mark (現況確認)."""
        if one.issued > mark:
            return NOT_ISSUED
        is_revoked = one.revoked is not None and one.revoked <= mark
        status = "revoked" if is_revoked else "good" if mark <= one.ends else "expired"
        return {
            "status": status,
            "reason": one.reason if is_revoked else None,
            "revoked": one.revoked if is_revoked else None,
            "attributes_may_have_changed": is_revoked and one.reason == "affiliationChanged",
        }

    def attributes(self, one: Certificate, since: datetime | None, mark: datetime, *, has_consent: bool) -> Any:
        """Return what a service is told of a holder as of a mark: news, the four, the day abroad, and yen."""
        if one.issued > mark:
            return NOT_ISSUED
        if not has_consent:
            return "no-consent", None, None, 0
        now = self.register.line(one.holder, mark)
        assert now is not None
        if now.standing == "abroad":
            return "overseas", None, (now.since + JAPAN).date(), 20
        signatures = [self.register.current(one.holder, f"sign/{medium}", mark) for medium in ("card", "phone")]
        if signatures == [None, None]:
            return "not-available", None, None, 0
        known = None if since is None else self.register.line(one.holder, min(since, mark))
        if known is not None and known.four == now.four:
            return "unchanged", None, None, 0
        return "changed", now.four, None, 20

    def has_consent(self, who: str, service: str, now: datetime) -> bool:
        """Return whether a holder's consent to a service holds at an instant."""
        consent = self.consents.get((who, service))
        return consent is not None and not consent.is_withdrawn and now <= consent.ends

    def refusal_of_consent(self, one: Certificate, service: str, signed_at: datetime, now: datetime) -> int | None:
        """Return why a soundly signed consent is refused, by number; None when it is taken in."""
        last = self.consents.get((one.holder, service))
        is_in_force = one.kind == "sign" and one.revoked is None and now <= one.ends
        is_of_now = one.issued - SKEW <= signed_at <= now + SKEW
        is_new = last is None or signed_at > last.word
        return None if is_in_force and is_of_now and is_new and not self.register.is_too_late(now) else NOT_NOW

    def give(self, who: str, service: str, signed_at: datetime, now: datetime) -> datetime:
        """Take a consent in and return when it ends: the last second of ten years that begin tomorrow, in Japan."""
        tomorrow = (now + JAPAN + timedelta(days=1)).date()
        year, month, day = tomorrow.year + 10, tomorrow.month, tomorrow.day
        if day > monthrange(year, month)[1]:  # 民法 143条2項: where that day is missing, the month's last day ends it
            last = datetime(year, month, monthrange(year, month)[1], 23, 59, 59, tzinfo=UTC)
        else:
            last = datetime(year, month, day, tzinfo=UTC) - SECOND
        self.consents[who, service] = Consent(now, last - JAPAN, signed_at)
        return last - JAPAN

    def withdraw(self, who: str, service: str, now: datetime) -> None:
        """Let a consent end at once; what was signed before is no consent any more."""
        consent = self.consents[who, service]
        consent.is_withdrawn, consent.word = True, max(consent.word, now)


def _linked(one: Certificate, mark: datetime) -> dict[str, Any]:
    kind, _, medium = one.population.partition("/")
    is_revoked = one.revoked is not None and one.revoked <= mark
    return {
        "kind": kind,
        "medium": medium,
        "serial": one.serial,
        "issuer_key_id": one.key_id,
        "issued": one.issued,
        "not_after": one.ends,
        "revoked": one.revoked if is_revoked else None,
        "reason": one.reason if is_revoked else None,
    }
