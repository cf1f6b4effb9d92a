"""Contradictions of place, proof and purpose: where a card may be used how, and what for."""

from collections.abc import Iterator
from typing import Final

from reference_impl.services.archetypes import KIOSK_PLACES, TAP_PLACES
from reference_impl.services.faults import Contradiction, Rule
from reference_impl.services.policy import Policy
from reference_impl.services.vocabulary import Archetype, Need, Net, Place, Proof, StatusSource, TextKey

Found = Iterator[Contradiction]


def _tap_place(policy: Policy) -> Found:
    if not policy.facts.is_tap:
        return
    for index, place in enumerate(policy.place.where):
        if place not in TAP_PLACES | {Place.VEHICLE} or (policy.place.counts_as or place) not in TAP_PLACES | {place}:
            yield Contradiction(
                ("place", "where", index),
                f"かざし利用は {place} ではできません（対面・管理下・貸与端末に限られます）",
                f"a tap without PIN is not allowed {place}: attended, managed or lent only",
            )


def _tap_vehicle(policy: Policy) -> Found:
    if policy.facts.is_tap and Place.VEHICLE in policy.place.where and policy.place.counts_as not in TAP_PLACES:
        yield Contradiction(
            ("place", "where", policy.place.where.index(Place.VEHICLE)),
            "車内でのかざし利用は、どの場所とみなすか（counts_as）を決めなければできません",
            "a tap in a vehicle needs counts_as: the operator says what the vehicle counts as, and why",
        )


def _counts_as_unexplained(policy: Policy) -> Found:
    if policy.place.counts_as is not None and policy.place.because is None:
        yield Contradiction(
            ("place", "counts_as"),
            "counts_as には理由（because）が必要です",
            "counts_as is a decision that the report names: it needs because",
        )


def _assurance(policy: Policy) -> Found:
    most = policy.facts.maximum_assurance
    if policy.assurance > most:
        yield Contradiction(
            ("assurance",),
            f"{policy.archetype} で得られる保証レベルは {most} まで、要求は {policy.assurance} です",
            f"{policy.archetype} gives assurance level {most} at most, the service asks for {policy.assurance}",
        )


def _tap_enrolment(policy: Policy) -> Found:
    has_pin = not {Proof.PIN, Proof.SIGNATURE}.isdisjoint(policy.enrolled_by)
    if policy.facts.is_tap and not has_pin and not policy.predates_rule:
        yield Contradiction(
            ("enrolment", "by"),
            "かざし利用の登録には暗証番号（利用者証明か署名）が必要です",
            "a tap needs an enrolment with PIN: by pin or by signature",
        )


def _online_place(policy: Policy) -> Found:
    if Place.ONLINE in policy.place.where and policy.net is Net.OFFLINE:
        yield Contradiction(
            ("net",),
            "オンラインのサービスがオフラインになっています",
            "a service used online cannot be one whose terminals are offline",
        )


def _kiosk(policy: Policy) -> Found:
    if policy.archetype is Archetype.KIOSK and not set(policy.place.where) <= KIOSK_PLACES:
        yield Contradiction(
            ("place", "where"),
            "証明書の交付端末は店舗・庁舎など管理された場所に置きます",
            "a kiosk that hands out certificates stands in a managed or attended place",
        )


def _face_online(policy: Policy) -> Found:
    if (
        policy.archetype in {Archetype.FACE, Archetype.CARD_APP, Archetype.CARD_APP_COUNT}
        and Place.ONLINE in policy.place.where
    ):
        yield Contradiction(
            ("place", "where", policy.place.where.index(Place.ONLINE)),
            f"{policy.archetype} はオンラインでは確かめられません",
            f"{policy.archetype} has no proof that reaches over a network",
        )


def _purposes(policy: Policy) -> Found:
    for index, purpose in enumerate(policy.purposes or ()):
        if purpose not in policy.facts.purposes:
            has = policy.facts.certificate
            yield Contradiction(
                ("purposes", index),
                f"{purpose} は {policy.archetype}（{has or '証明書なし'}）ではできません",
                f"{purpose} is not done with {policy.archetype}, which has "
                + (f"the {has} certificate" if has else "no certificate"),
            )


def _needs(policy: Policy) -> Found:
    is_needed = policy.facts.needs_platform or policy.status.source not in {None, StatusSource.JLIS}
    if is_needed != (Need.PLATFORM in policy.needs):
        ja = "プラットフォームが必要です（needs: [platform]）" if is_needed else "プラットフォームは使われていません"
        en = (
            "it cannot run without a platform: say needs: [platform]"
            if is_needed
            else "needs a platform that it never uses"
        )
        yield Contradiction(("archetype",) if is_needed else ("needs",), ja, en)


def _number(policy: Policy) -> Found:
    if policy.reads is None:
        return
    if policy.archetype is not Archetype.TEXT:
        yield Contradiction(
            ("reads",),
            "券面事項入力補助APを読むのは text だけです",
            "only the archetype text reads 券面事項入力補助AP at use",
        )
    elif policy.reads.number and TextKey.PIN not in policy.reads.opened_by:
        yield Contradiction(
            ("reads", "number"),
            "照合番号Bでは個人番号は読めません（暗証番号が必要です）",
            "照合番号B never gives 個人番号: it needs the PIN",
        )


PLACE_RULES: Final[tuple[Rule, ...]] = (
    Rule("tap-place", "spec/pki.md §5", _tap_place),
    Rule("tap-in-vehicle", "spec/pki.md §5", _tap_vehicle),
    Rule("place-unexplained", "house", _counts_as_unexplained),
    Rule("assurance-too-high", "spec/pki.md §5", _assurance),
    Rule("tap-enrolled-without-pin", "spec/pki.md §5", _tap_enrolment),
    Rule("online-and-offline", "house", _online_place),
    Rule("platform-unnamed", "house", _needs),
    Rule("kiosk-place", "spec/pki.md §8", _kiosk),
    Rule("face-online", "house", _face_online),
    Rule("purpose-and-certificate", "spec/pki.md §1.3, §1.4", _purposes),
    Rule("number-b-and-number", "spec/card.md", _number),
)
