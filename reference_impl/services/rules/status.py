"""Contradictions of the status question: what is asked of whom, and how fresh the answer can be."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from reference_impl.services.archetypes import CONNECTED
from reference_impl.services.durations import read_duration
from reference_impl.services.faults import Contradiction, Rule
from reference_impl.services.policy import Policy
from reference_impl.services.vocabulary import Archetype, Method, Net, StatusSource

OCSP_PERIOD: Final = timedelta(minutes=15)
"""The responder's data is renewed every 15 minutes (spec/pki.md §3, official)."""
LIST_PERIOD: Final = timedelta(hours=24)
"""The lists are published once a day (spec/pki.md §2, official)."""
_NEED_CONNECTION: Final = frozenset({Method.OCSP, Method.CRL, Method.OCSP_THEN_CRL, Method.PLATFORM})
Found = Iterator[Contradiction]


def _tap_without_status(policy: Policy) -> Found:
    if policy.facts.is_tap and policy.status.method is Method.NONE and not policy.predates_rule:
        yield Contradiction(
            ("status",),
            "かざし利用は毎回の失効確認が必要です（規則より前に始めたサービスだけが predates_rule と書けます）",
            "a tap needs the status at each use; only a service older than the rule may say predates_rule",
        )


def _predates(policy: Policy) -> Found:
    if policy.predates_rule and (
        policy.archetype is not Archetype.SERIAL_TAP or policy.status.method is not Method.NONE
    ):
        yield Contradiction(
            ("predates_rule",),
            "predates_rule は失効確認のない serial-tap だけのものです",
            "predates_rule excuses a serial-tap without status from asking it, and nothing else",
        )


def _status_without_certificate(policy: Policy) -> Found:
    reads_one = policy.facts.certificate is not None or policy.also_reads_certificate
    if not reads_one and policy.status.method is not Method.NONE:
        yield Contradiction(
            ("status", "method"),
            f"{policy.archetype} は証明書を読まないので失効確認はできません",
            f"{policy.archetype} reads no certificate: there is nothing whose status could be asked",
        )


def _certificate_without_status(policy: Policy) -> Found:
    if policy.facts.certificate is not None and policy.status.method is Method.NONE and not policy.facts.is_tap:
        yield Contradiction(
            ("status",),
            "証明書を使うサービスには失効確認の方法が必要です",
            "a service that relies on a certificate needs a way to learn its status",
        )


def _offline_list_age(policy: Policy) -> Found:
    if policy.status.method is Method.OFFLINE_CRL and policy.status.maximum_age is None:
        yield Contradiction(
            ("status", "method"),
            "offline-crl には maximum_age（失効リストの最大経過時間）が必要です",
            "offline-crl without maximum_age: a list that is carried along would be believed for ever",
        )


def _source(policy: Policy) -> Found:
    status = policy.status
    if (status.method is Method.NONE) != (status.source is None):
        yield Contradiction(
            ("status", "source"),
            "source は失効確認の方法と一緒に書きます（none には書きません）",
            "source goes with a method: none has none, every other needs one",
        )


def _freshness(policy: Policy) -> Found:
    status = policy.status
    periods = {
        Method.OCSP: OCSP_PERIOD,
        Method.OCSP_THEN_CRL: OCSP_PERIOD,
        Method.CRL: LIST_PERIOD,
        Method.OFFLINE_CRL: LIST_PERIOD,
    }
    checks = [("maximum_age", status.maximum_age, periods.get(status.method))]
    checks.append(("list_maximum_age", status.list_maximum_age, LIST_PERIOD))
    for name, written, period in checks:
        if written is not None and period is not None and read_duration(written) < period:
            yield Contradiction(
                ("status", name),
                f"{written} より新しい情報は得られません（更新間隔は {_span(period)}）",
                f"{written} is fresher than the source can be: it is renewed every {_span(period)}",
            )


def _span(period: timedelta) -> str:
    whole = int(period.total_seconds()) // 60
    return f"{whole // 60}h" if whole % 60 == 0 else f"{whole}m"


def _list_age(policy: Policy) -> Found:
    is_double = policy.status.method is Method.OCSP_THEN_CRL
    if is_double != (policy.status.list_maximum_age is not None):
        yield Contradiction(
            ("status", "list_maximum_age") if not is_double else ("status", "method"),
            "list_maximum_age は ocsp-then-crl に必要で、ほかの方法では書けません",
            "list_maximum_age belongs to ocsp-then-crl, which needs it: how old may the list be that stands in?",
        )


def _nothing_to_age(policy: Policy) -> Found:
    if policy.status.maximum_age is not None and policy.status.method is Method.NONE:
        yield Contradiction(
            ("status", "maximum_age"),
            "失効確認をしないのに maximum_age があります",
            "maximum_age without a method: nothing is asked that could be old",
        )


def _offline_asks(policy: Policy) -> Found:
    if policy.net is Net.OFFLINE and policy.status.method in _NEED_CONNECTION:
        yield Contradiction(
            ("status", "method"),
            f"オフラインの端末から {policy.status.method} は使えません",
            f"a terminal that is offline cannot ask by {policy.status.method}: offline-crl or none",
        )


def _source_out_of_reach(policy: Policy) -> Found:
    wanted = (
        {
            StatusSource.REGIONAL: Net.LGWAN,
            StatusSource.MYKEY: Net.ONLINE,
            StatusSource.AUTH_APP: Net.ONLINE,
        }.get(policy.status.source)
        if policy.status.source is not None
        else None
    )
    if wanted is not None and policy.net in CONNECTED and policy.net is not wanted:
        yield Contradiction(
            ("status", "source"),
            f"{policy.status.source} は {wanted} から使います（このサービスは {policy.net}）",
            f"{policy.status.source} is reached through {wanted}, the terminals are on {policy.net}",
        )


def _platform_method(policy: Policy) -> Found:
    needs_one = policy.archetype in {
        Archetype.PPID_TAP,
        Archetype.PPID_ONLINE,
        Archetype.APP_AUTH,
        Archetype.APP_SIGN,
        Archetype.MYKEY_ID,
    }
    if needs_one and policy.status.source is StatusSource.JLIS:
        yield Contradiction(
            ("status", "source"),
            f"{policy.archetype} の有効性はプラットフォームが確認します",
            f"{policy.archetype} has its validity from the platform, not from J-LIS directly",
        )


STATUS_RULES: Final[tuple[Rule, ...]] = (
    Rule("tap-without-status", "spec/pki.md §5", _tap_without_status),
    Rule("exception-without-need", "spec/pki.md §5", _predates),
    Rule("status-of-nothing", "spec/pki.md §1", _status_without_certificate),
    Rule("certificate-unchecked", "spec/pki.md §9", _certificate_without_status),
    Rule("offline-list-ageless", "RFC 5280 §6.3.3(a)(1)", _offline_list_age),
    Rule("source-and-method", "spec/pki.md §8", _source),
    Rule("fresher-than-source", "spec/pki.md §2, §3", _freshness),
    Rule("fallback-list-age", "spec/pki.md §9", _list_age),
    Rule("age-of-nothing", "house", _nothing_to_age),
    Rule("offline-cannot-ask", "house", _offline_asks),
    Rule("source-out-of-reach", "spec/pki.md §8", _source_out_of_reach),
    Rule("validity-from-platform", "spec/pki.md §6, §7", _platform_method),
)
