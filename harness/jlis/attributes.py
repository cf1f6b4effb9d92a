"""最新の利用者情報（4情報）提供: what a service that has a holder's consent is told of them, as of a mark.

Nothing is told while the old signature certificate is revoked and no new one exists; overseas moves are told as such
(spec/pki.md §4; the format is INVENTED). The fee is ¥20 for an answer that tells something, nothing without news.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from harness.confidence import Confidence
from harness.jlis.behaviour import Behaviour, Behaviours
from harness.jlis.life_cycle import Standing
from harness.jlis.people import Person
from harness.jlis.populations import CARD_SIGN, PHONE_SIGN
from harness.jlis.register import Register
from harness.jlis.validity import JST
from harness.residents import Resident, written_name

BEHAVIOURS: Behaviours = (
    Behaviour(
        Confidence.PUBLISHED,
        "spec/pki.md §4",
        "同意のあるサービスに最新の4情報を返す。新しい署名用証明書があるまでは返さない。国外転出はその旨を返す",
        "services that have the holder's consent are told the four attributes; nothing while there is no new"
        " signature certificate; who went abroad is told as such",
    ),
    Behaviour(
        Confidence.ASSUMED,
        "spec/pki.md §4",
        "書式は創作（INVENTED）",
        "the format is INVENTED",
    ),
)

FEE = 20
"""Yen for an answer with news."""


class News(StrEnum):
    """What there is to tell."""

    CHANGED = "changed"
    """At least one of the four attributes is another than when the consent was given, or last told."""
    UNCHANGED = "unchanged"
    NOT_AVAILABLE = "not-available"
    """The signature certificate is revoked or expired, and there is no new one yet."""
    OVERSEAS = "overseas"
    """国外転出: with the day of it."""
    NO_CONSENT = "no-consent"
    """None was given, or it was withdrawn, or its ten years are over."""


@dataclass(frozen=True, slots=True)
class FourAttributes:
    """氏名・住所・生年月日・性別."""

    name: str
    address: str
    birth_date: date
    sex: str

    @classmethod
    def of(cls, resident: Resident) -> "FourAttributes":
        """Return those of a resident."""
        return cls(written_name(resident), resident.address, resident.birth_date, resident.sex)


@dataclass(frozen=True, slots=True)
class AttributeAnswer:
    """What is told as of `as_of`, and what it costs in yen."""

    as_of: datetime
    news: News
    attributes: FourAttributes | None = None
    moved_abroad: date | None = None
    fee: int = 0


def latest(register: Register, resident_id: str, known: FourAttributes | None, mark: datetime) -> AttributeAnswer:
    """Return what a service with a holder's consent is told as of `mark`; `known` is what it was told last."""
    person = register.person_at(resident_id, mark)
    if person is not None and person.standing is Standing.ABROAD:
        return AttributeAnswer(mark, News.OVERSEAS, moved_abroad=_day(person), fee=FEE)
    in_force = (register.current(resident_id, population, mark) for population in (CARD_SIGN, PHONE_SIGN))
    if person is None or not any(in_force):
        return AttributeAnswer(mark, News.NOT_AVAILABLE)
    attributes = FourAttributes.of(person.resident)
    if attributes == known:
        return AttributeAnswer(mark, News.UNCHANGED)
    return AttributeAnswer(mark, News.CHANGED, attributes, fee=FEE)


def _day(person: Person) -> date:
    return person.since.astimezone(JST).date()
