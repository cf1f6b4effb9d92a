"""Contradictions of entitlements, offline uses and fall-back: what could never be used, counted or told apart."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from reference_impl.services.durations import read_duration
from reference_impl.services.faults import Contradiction, Rule
from reference_impl.services.policy import Entitlement, Policy
from reference_impl.services.vocabulary import Archetype, Document, EntitlementKind, Method, Net, Per, Place, Whose
from reference_impl.verification.verdict import Decision, Reason, decision_for

Found = Iterator[Contradiction]
_ATTENDED: Final = frozenset({Place.ATTENDED, Place.VEHICLE, Place.OUTDOOR})
"""Where somebody can look at a document; a driver and a steward can."""
_NEED_EYES: Final = frozenset(Document) - {Document.BARCODE, Document.QR_IN_APP, Document.PAPER_APPLICATION}
_FORGED: Final = frozenset(
    {Reason.CARD_NOT_GENUINE, Reason.BAD_SIGNATURE, Reason.HOLDER_MISMATCH, Reason.UNKNOWN_ISSUER}
)
LENGTHS: Final = {
    Per.DAY: timedelta(days=1),
    Per.MONTH: timedelta(days=31),
    Per.YEAR: timedelta(days=366),
    Per.FISCAL_YEAR: timedelta(days=366),
}
_ORDER: Final = tuple(Per)


def _without_identity(policy: Policy) -> Found:
    if policy.has_identity:
        return
    for index, entitlement in enumerate(policy.entitlements):
        yield Contradiction(
            ("entitlements", index),
            f"{policy.archetype} では同じ人と分からないので「{entitlement.id}」を数えられません",
            f"{policy.archetype} does not recognise the same holder again: {entitlement.id} cannot be counted",
        )


def _shape(policy: Policy) -> Found:
    """A count and an allowance have limit and period; a balance has neither a period nor a fixed cost."""
    for index, each in enumerate(policy.entitlements):
        at = ("entitlements", index)
        if each.kind is EntitlementKind.BALANCE:
            if each.per is not None or each.cost != 1:
                yield Contradiction(
                    at,
                    "残高（balance）には期間（per）も一回の量（cost）もありません",
                    "a balance has no period and no fixed cost: each use names its amount",
                )
        elif each.limit is None or each.per is None:
            yield Contradiction(
                at, "回数・支給には上限（limit）と期間（per）が必要です", f"a {each.kind} needs limit and per"
            )
        if each.kind is EntitlementKind.ALLOWANCE and each.cost != 1:
            yield Contradiction(
                at,
                "支給（allowance）では量を利用ごとに示します",
                "an allowance has no fixed cost: each use names its amount",
            )
        if each.kind is not EntitlementKind.BALANCE and each.opening:
            yield Contradiction(
                at,
                "opening は残高（balance）だけのものです",
                "opening is what a balance begins with, and no other kind",
            )


def _unusable(policy: Policy) -> Found:
    for index, each in enumerate(policy.entitlements):
        if each.limit is None:
            continue
        if each.kind is EntitlementKind.BALANCE:
            if each.opening > each.limit:
                yield Contradiction(
                    ("entitlements", index, "opening"),
                    f"最初の残高 {each.opening} が上限 {each.limit} を超えています",
                    f"it begins with {each.opening}, more than the {each.limit} it may hold",
                )
        elif each.limit < each.cost:
            yield Contradiction(
                ("entitlements", index, "limit"),
                f"上限 {each.limit} は一回の量 {each.cost} に足りず、一度も使えません",
                f"the limit {each.limit} is less than one use takes ({each.cost}): it can never be used",
            )


def _same_name(policy: Policy) -> Found:
    seen = Counter[str]()
    for index, each in enumerate(policy.entitlements):
        seen[each.id] += 1
        if seen[each.id] == 2:
            yield Contradiction(
                ("entitlements", index, "id"),
                f"「{each.id}」が二つあります",
                f"two entitlements are called {each.id}",
            )


def _is_nested(inner: Entitlement, outer: Entitlement) -> bool:
    if inner.per is None or outer.per is None or inner.limit is None or outer.limit is None:
        return False
    is_same = inner.kind is outer.kind and inner.whose is outer.whose and inner.unit == outer.unit
    return is_same and _ORDER.index(inner.per) < _ORDER.index(outer.per) and inner.limit > outer.limit


def _short_above_long(policy: Policy) -> Found:
    """Two a day and seventy a year fit; seventy a day and two a year leave the first without meaning."""
    for index, inner in enumerate(policy.entitlements):
        if any(_is_nested(inner, outer) for outer in policy.entitlements):
            yield Contradiction(
                ("entitlements", index, "limit"),
                "短い期間の上限が長い期間の上限を超えています",
                f"the limit for a {inner.per} is above the one for a longer period: it can never be reached",
            )


def _household(policy: Policy) -> Found:
    tells = policy.register is not None and policy.register.tells_household
    for index, each in enumerate(policy.entitlements):
        if each.whose is Whose.HOUSEHOLD and not tells:
            yield Contradiction(
                ("entitlements", index, "whose"),
                "世帯はカードから分かりません（register に tells_household: true が必要です）",
                "the card does not tell the household: a register with tells_household has to",
            )


def _offline_method(policy: Policy) -> Found:
    if policy.offline is None:
        return
    if policy.status.method not in {Method.NONE, Method.OFFLINE_CRL}:
        yield Contradiction(
            ("offline",),
            f"オフラインの記録では {policy.status.method} を利用時に使えません",
            f"uses are recorded offline, yet the status is to be asked by {policy.status.method} at each",
        )


def _offline_place(policy: Policy) -> Found:
    if policy.offline is not None and Place.ONLINE in policy.place.where:
        yield Contradiction(
            ("offline",),
            "オンラインのサービスにオフラインの記録はありません",
            "a service used online has no terminal that could record offline",
        )


def _offline_balance(policy: Policy) -> Found:
    if policy.offline is None or policy.archetype is Archetype.CARD_APP_COUNT:
        return
    for index, each in enumerate(policy.entitlements):
        if each.kind is EntitlementKind.BALANCE:
            yield Contradiction(
                ("entitlements", index),
                "残高はオフラインでは確かめられません（カード内の残高は card-app-count だけです）",
                "a balance held by the service cannot be checked offline: only card-app-count keeps it on the chip",
            )


def _offline_nobody(policy: Policy) -> Found:
    if policy.offline is not None and not policy.has_identity:
        yield Contradiction(
            ("offline",),
            f"{policy.archetype} の記録は誰のものか分からず、突合できません",
            f"a record of {policy.archetype} names nobody: there is nothing to reconcile",
        )


def _offline_terminal(policy: Policy) -> Found:
    """Where terminals are offline and uses are counted, a queue must say how the counts come home."""
    if policy.net is Net.OFFLINE and policy.entitlements and policy.offline is None:
        yield Contradiction(
            ("entitlements",),
            "オフラインの端末で数えるには offline（後日の突合）が必要です",
            "terminals are offline and uses are counted: say by offline how they are reconciled",
        )


def _forgotten_before_upload(policy: Policy) -> Found:
    if policy.offline is not None and read_duration(policy.retention.uses) < read_duration(
        policy.offline.upload_within
    ):
        yield Contradiction(
            ("retention", "uses"),
            "利用の記録を消した後に同じ記録が届くと二重に数えられます",
            f"uses are forgotten after {policy.retention.uses}, records may come until {policy.offline.upload_within}: "
            "one that comes again would count twice",
        )


def _forgotten_before_period(policy: Policy) -> Found:
    kept = read_duration(policy.retention.uses)
    for index, each in enumerate(policy.entitlements):
        if each.per is not None and each.per in LENGTHS and kept < LENGTHS[each.per]:
            yield Contradiction(
                ("entitlements", index, "per"),
                f"利用の記録（{policy.retention.uses}）が期間（{each.per}）より先に消えます",
                f"uses are kept for {policy.retention.uses}, shorter than the {each.per} they are counted in",
            )


def _eyes(policy: Policy) -> Found:
    for index, each in enumerate(policy.fallback):
        if each.document in _NEED_EYES and not _ATTENDED.intersection(policy.place.where):
            yield Contradiction(
                ("fallback", index, "document"),
                f"{each.document} を確かめる人がいません",
                f"nobody is there who could look at the {each.document}",
            )


def _fallback_reason(policy: Policy) -> Found:
    for index, each in enumerate(policy.fallback):
        for position, reason in enumerate(each.after):
            at = ("fallback", index, "after", position)
            if decision_for(reason) is Decision.ACCEPT:
                yield Contradiction(at, f"{reason} の後に代わりは要りません", f"after {reason} nothing has to stand in")
            if reason in _FORGED:
                yield Contradiction(
                    at,
                    f"{reason}（偽造の疑い）を別の書類で済ませることはできません",
                    f"{reason} may mean a forged card: another document must not quietly take its place",
                )


USE_RULES: Final[tuple[Rule, ...]] = (
    Rule("counted-nobody", "spec/pki.md §5", _without_identity),
    Rule("entitlement-shape", "house", _shape),
    Rule("never-usable", "house", _unusable),
    Rule("entitlement-twice", "house", _same_name),
    Rule("short-above-long", "house", _short_above_long),
    Rule("household-unknown", "spec/card.md", _household),
    Rule("offline-yet-asking", "house", _offline_method),
    Rule("offline-at-home", "house", _offline_place),
    Rule("balance-unchecked", "house", _offline_balance),
    Rule("record-of-nobody", "house", _offline_nobody),
    Rule("counts-never-home", "house", _offline_terminal),
    Rule("forgotten-before-upload", "house", _forgotten_before_upload),
    Rule("forgotten-before-period", "house", _forgotten_before_period),
    Rule("nobody-to-look", "house", _eyes),
    Rule("fallback-after", "house", _fallback_reason),
)
