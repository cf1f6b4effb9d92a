"""How a holder stands: what the statuses of the two certificates mean for the account, and what is told at the counter.

    open ──hold──────────────→ waiting ─┐
      │ ──superseded, expired→ waiting ─┼─ a certificate that follows is linked ─→ open
      └ ──any other reason───→ dormant ─┘

Nothing is erased by a status. A code says that a certificate is over and not what became of its holder: who died, who
moved abroad and who gave the card back look alike (spec/pki.md §2), and one may come back. A hold is never lifted
(spec/pki.md §2), so nobody waits for that: the way back is a new certificate.

The four attributes changed if the paired signature certificate was revoked for that reason, while the authentication
certificate goes on (spec/pki.md §4): taps and logins are accepted, and what was learnt of the address is not relied on.
"""

from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Final

import msgspec

from reference_impl.accounts.serial_status import SerialStatus
from reference_impl.verification.verdict import Reason

JAPAN: Final = timezone(timedelta(hours=9))
SIGNS_FROM: Final = 15
"""Younger holders normally have no signature certificate (spec/pki.md §1.7)."""
FULL_AGE: Final = 18


class State(StrEnum):
    """What the account is."""

    OPEN = "open"
    WAITING = "waiting"
    """Kept for a certificate that follows."""
    DORMANT = "dormant"
    """Kept as well, and nobody says that one will follow."""
    UNKNOWN = "unknown"
    """The status could not be found out: nothing is known against the holder."""


class Attributes(StrEnum):
    """Whether name, address, birth date and sex are still what they were."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    UNKNOWN = "unknown"
    """No signature certificate is known, or it ended for another reason, or its status could not be found out."""

    @property
    def must_be_asked(self) -> bool:
        """Whether a service limited to residents has to see the address again."""
        return self is not Attributes.UNCHANGED


class Words(msgspec.Struct, frozen=True):
    """What is told."""

    ja: str
    en: str


class Standing(msgspec.Struct, frozen=True):
    """How a holder stands at an instant."""

    state: State
    attributes: Attributes
    age: int | None
    told: tuple[Words, ...]

    @property
    def is_minor(self) -> bool:
        """Whether the holder is known to be under age."""
        return self.age is not None and self.age < FULL_AGE


_OPEN: Final = Words("ご利用いただけます", "may be used")
_HELD: Final = Words(
    "電子証明書が一時停止されています。一時停止は解除されないため、市区町村で新しい電子証明書の発行を受けてください",
    "the certificate is on hold, which is never lifted: have a new one issued by the municipality",
)
_RENEWED: Final = Words(
    "電子証明書が更新されています。新しいカードで紐付け直しをしてください",
    "the certificate was renewed: link the account to the new one",
)
_EXPIRED: Final = Words(
    "電子証明書の有効期間が終わっています。市区町村で更新してください",
    "the certificate has expired: have it renewed by the municipality",
)
_OVER: Final = Words(
    "電子証明書が失効しています。登録は残っています。新しい電子証明書の発行後に紐付け直しができます",
    "the certificate is revoked; the account is kept, and can be linked to a new certificate",
)
_NOT_FOUND_OUT: Final = Words(
    "電子証明書の状態を確認できません。後ほどお試しください", "the status cannot be checked now: try again later"
)
_CHANGED: Final = Words(
    "住所・氏名などの記載が変わっています。最新の内容を確認させてください",
    "the holder's name, address, birth date or sex has changed: ask for what holds now",
)
_CHILD: Final = Words(
    "署名用電子証明書がないため、住所の変更はこの方法では分かりません",
    "there is no signature certificate, so a change of address is not seen this way",
)


def standing_at(
    card: SerialStatus, ends: datetime | None, paired: SerialStatus | None, birth_date: str, now: datetime
) -> Standing:
    """The standing of the holder of a card's two certificates, of whom the birth date (YYYYMMDD) may be known."""
    state, words = _state(card, ends, now)
    attributes = attributes_by(paired)
    age = age_at(birth_date, now) if birth_date else None
    told = [words]
    if attributes is Attributes.CHANGED:
        told.append(_CHANGED)
    if paired is None and age is not None and age < SIGNS_FROM:
        told.append(_CHILD)
    return Standing(state, attributes, age, tuple(told))


def attributes_by(paired: SerialStatus | None) -> Attributes:
    """What the status of the paired signature certificate says of the four attributes."""
    if paired is None:
        return Attributes.UNKNOWN
    if paired.reason is Reason.OK:
        return Attributes.UNCHANGED
    is_changed = paired.reason is Reason.REVOKED and paired.why == "affiliationChanged"
    return Attributes.CHANGED if is_changed else Attributes.UNKNOWN


def age_at(birth_date: str, now: datetime) -> int:
    """Full years at an instant, counted by the calendar in Japan; 29 February counts on 1 March in common years.

    By law one grows older at the end of the day before (年齢計算に関する法律); services count from the birthday.
    """
    born, today = date(int(birth_date[:4]), int(birth_date[4:6]), int(birth_date[6:])), now.astimezone(JAPAN).date()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _state(card: SerialStatus, ends: datetime | None, now: datetime) -> tuple[State, Words]:
    if card.reason is Reason.ON_HOLD:
        return State.WAITING, _HELD
    if card.reason is Reason.REVOKED:
        return (State.WAITING, _RENEWED) if card.why == "superseded" else (State.DORMANT, _OVER)
    if ends is not None and now > ends:
        return State.WAITING, _EXPIRED
    return (State.OPEN, _OPEN) if card.reason is Reason.OK else (State.UNKNOWN, _NOT_FOUND_OUT)
