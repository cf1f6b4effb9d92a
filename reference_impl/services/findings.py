"""The refusals of a policy, with their words."""

from datetime import datetime

from reference_impl.services.hours import JST
from reference_impl.services.policy import Entitlement, Policy
from reference_impl.services.vocabulary import EntitlementKind, Per, Place, StatusSource, Whose
from reference_impl.verification.place import Environment
from reference_impl.verification.purpose import Purpose
from reference_impl.verification.verdict import Compared, Finding, Reason, Step
from reference_impl.verification.verdict import Refusal as RefusalAtStep


class Refusal(RefusalAtStep):
    """A policy said no: at the beginning, or when an accepted attempt is written down, step (12) of the core."""

    def __init__(self, reason: Reason, finding: Finding) -> None:
        super().__init__(reason, finding, Step.DONE)


_PERIODS = {
    Per.DAY: ("本日", "today"),
    Per.MONTH: ("今月", "this month"),
    Per.YEAR: ("今年", "this year"),
    Per.FISCAL_YEAR: ("今年度", "this fiscal year"),
    Per.LIFETIME: ("", ""),
}


def exhausted(policy: Policy, entitlement: str) -> Refusal:
    """An entitlement that does not allow this use any more."""
    found = next(each for each in policy.entitlements if each.id == entitlement)
    return Refusal(Reason.ENTITLEMENT, Finding("services: entitlements", *_exhausted(found)))


def _exhausted(entitlement: Entitlement) -> tuple[str, str]:
    unit = entitlement.unit
    if entitlement.kind is EntitlementKind.BALANCE:
        return f"残高（{unit.ja}）が足りないか、上限を超えます", f"the balance ({unit.en}) does not allow it"
    if entitlement.whose is Whose.HOUSEHOLD:
        return f"この世帯は受付済みです（{entitlement.limit}{unit.ja}まで）", "the household has been here already"
    ja, en = _PERIODS[entitlement.per or Per.LIFETIME]
    limit = f"{entitlement.limit}{unit.ja}"
    return (
        f"{ja}の利用は上限（{limit}）に達しています" if ja else f"利用は上限（{limit}）に達しています",
        f"no more {unit.en} {en}: the limit is {entitlement.limit}".replace("  ", " "),
    )


def household_unknown() -> Refusal:
    """A household entitlement of somebody whose household no register told."""
    finding = Finding(
        "services: register", "世帯を確認できません（職員が確認します）", "the household is not known: staff decide"
    )
    return Refusal(Reason.ENTITLEMENT, finding)


def amount_not_named(entitlement: Entitlement) -> Refusal:
    """A use of an allowance or a balance that does not say how much."""
    name = entitlement.id
    finding = Finding("services: entitlements", f"「{name}」の量がありません", f"the use names no amount of {name}")
    return Refusal(Reason.MALFORMED, finding)


def entitlement_unknown(name: str) -> Refusal:
    """An amount of something that the service does not keep amounts of."""
    ja, en = f"「{name}」という量はこのサービスにありません", f"the service keeps no amount called {name}"
    return Refusal(Reason.MALFORMED, Finding("services: entitlements", ja, en))


def amount_unauthorised(name: str) -> Refusal:
    """A balance is paid into at a terminal that is ours: a holder does not credit herself."""
    ja, en = f"「{name}」への入金は登録端末からだけできます", f"{name} is paid into at a known terminal only"
    return Refusal(Reason.POLICY, Finding("services: entitlements", ja, en))


def residence_unauthorised() -> Refusal:
    """A residence told by nobody who could have seen it."""
    ja = "住所は、登録端末で確認したサービスだけが受け取れます"
    en = "a residence is told by a known terminal, at a service whose enrolment learns it"
    return Refusal(Reason.POLICY, Finding("services: serves", ja, en))


def nobody_to_count() -> Refusal:
    """Persons of a household, at a service that knows of none."""
    finding = Finding("services: register", "このサービスは世帯を数えません", "the service counts no households")
    return Refusal(Reason.MALFORMED, finding)


def more_than_registered(persons: int, registered: int) -> Refusal:
    """More people of a household than its register has."""
    ja = f"世帯は {registered} 人です（{persons} 人は受け付けられません）"
    en = f"the household has {registered} members, not {persons}"
    return Refusal(Reason.MALFORMED, Finding("services: register", ja, en))


def not_offered(ja: str, en: str) -> Refusal:
    """A document in place of the card that nobody was offered."""
    return Refusal(Reason.POLICY, Finding("services: fallback", ja, en))


def closed(now: datetime, opening: datetime | None) -> Refusal:
    """A service outside its hours, and when it opens."""
    if opening is None:
        return Refusal(Reason.POLICY, Finding("services: hours", "受付時間外です", "the service is closed"))
    local = opening.astimezone(JST)
    ja = f"受付時間外です。次の受付は {local:%Y-%m-%d %H:%M} からです"
    en = f"closed; it opens at {local:%Y-%m-%d %H:%M} in Japan"
    return Refusal(Reason.POLICY, Finding("services: hours", ja, en, None, Compared("opening", opening, now)))


def place_not_served(place: Place | Environment) -> Refusal:
    """A terminal where the service is not offered."""
    ja, en = "このサービスはこの場所では利用できません", f"the service is not offered in a place that is {place}"
    return Refusal(Reason.PLACE_NOT_ALLOWED, Finding("services: place", ja, en))


def purpose_not_served(purpose: Purpose) -> Refusal:
    """Something the service's policy does not use the card for."""
    ja, en = "このサービスではこの手続きはできません", f"the service's policy is not for {purpose}"
    return Refusal(Reason.POLICY, Finding("services: purposes", ja, en))


def platform_missing(source: StatusSource | None) -> Refusal:
    """A service that runs through a platform, where none is connected."""
    ja = "このサービスに必要なプラットフォームが接続されていません"
    en = f"the service runs through {source or 'a platform'}, which is not connected here"
    return Refusal(Reason.POLICY, Finding("services: needs", ja, en))


def not_served(what: str, ja: str) -> Refusal:
    """Somebody for whom the service is not there: too young, or living elsewhere."""
    finding = Finding(
        "services: serves", f"このサービスの対象ではありません（{ja}）", f"the service is not for this person: {what}"
    )
    return Refusal(Reason.POLICY, finding)


def unproved(what: str, ja: str) -> Refusal:
    """Something the policy asks for that was proved neither now nor at enrolment."""
    return Refusal(
        Reason.ASSURANCE_TOO_LOW,
        Finding("services: serves", f"{ja}が確認されていません", f"{what} has not been proved"),
    )
