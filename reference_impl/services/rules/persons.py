"""Contradictions of hours, of who is served, and of what is kept."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from reference_impl.services.faults import Contradiction, Rule
from reference_impl.services.hours import NoSuchDay, minutes, next_opening_at, read_closure
from reference_impl.services.policy import Policy
from reference_impl.services.vocabulary import Attribute

EPOCH: Final = datetime(2024, 1, 1, tzinfo=UTC)
"""From here eight years are looked through for an opening: a day of each kind comes in them."""
Found = Iterator[Contradiction]


def _hours_windows(policy: Policy) -> Found:
    for index, window in enumerate(policy.hours.open if policy.hours else ()):
        if minutes(window.from_) >= minutes(window.to):
            yield Contradiction(
                ("hours", "open", index),
                f"{window.from_} から {window.to} までは開いている時間がありません（日をまたぐ場合は二つに分けます）",
                f"from {window.from_} to {window.to} is no time at all; past midnight, write two windows",
            )


def _hours_days(policy: Policy) -> Found:
    for index, written in enumerate(policy.hours.closed if policy.hours else ()):
        try:
            read_closure(written)
        except NoSuchDay as error:
            yield Contradiction(
                ("hours", "closed", index), f"「{written}」という日はありません", f"no such day: {error}"
            )


def _hours_never(policy: Policy) -> Found:
    if policy.hours is None or any(True for _ in _hours_days(policy)) or any(True for _ in _hours_windows(policy)):
        return
    if next_opening_at(policy.hours, EPOCH) is None:
        yield Contradiction(("hours",), "開く時間がまったくありません", "these hours never open")


def _served(policy: Policy) -> Found:
    serves = policy.serves
    if serves.age is not None and Attribute.AGE not in policy.known:
        yield Contradiction(
            ("serves", "age"),
            f"{policy.archetype} では年齢が証明されません（登録で属性を確認しないかぎり）",
            f"{policy.archetype}, enrolled so, proves no age: let enrolment learn it",
        )
    if serves.residence and Attribute.RESIDENCE not in policy.known:
        yield Contradiction(
            ("serves", "residence"),
            f"{policy.archetype} では住所が証明されません（登録で属性を確認しないかぎり）",
            f"{policy.archetype}, enrolled so, proves no residence: let enrolment learn it",
        )


def _ages(policy: Policy) -> Found:
    age = policy.serves.age
    if age is not None and age.from_ is not None and age.to is not None and age.from_ > age.to:
        yield Contradiction(
            ("serves", "age"),
            f"{age.from_} 歳以上 {age.to} 歳以下の人はいません",
            f"nobody is at least {age.from_} and at most {age.to} years old",
        )


def _certificate_kept(policy: Policy) -> Found:
    if policy.retention.certificate is not None and policy.retention.law is None:
        yield Contradiction(
            ("retention", "certificate"),
            "証明書は検証後に廃棄します（保存を求める法令を law に書いた場合を除く）",
            "a certificate is thrown away once judged, unless a law that the policy names wants it kept",
        )


PERSON_RULES: Final[tuple[Rule, ...]] = (
    Rule("window-without-time", "house", _hours_windows),
    Rule("no-such-day", "house", _hours_days),
    Rule("never-open", "house", _hours_never),
    Rule("served-unproved", "spec/pki.md §1.3, §5", _served),
    Rule("nobody-so-old", "house", _ages),
    Rule("certificate-kept", "spec/pki.md §5", _certificate_kept),
)
