"""What each event of life does: one table, from which the register folds and the page `docs/life-cycle.md` is drawn.

    event → both certificates of the card, both of the phone, what is issued, what is written on the card, who one is

What the lists, OCSP, the links and the attribute service say follows from the register as of their own thisUpdate, so
it has no column of its own to contradict. Source: spec/pki.md §4, §1.6, §1.7; the confidence of each row is its own.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from harness.confidence import Confidence
from harness.jlis.life_events import LifeEvent
from harness.jlis.populations import CARD_AUTH, CARD_SIGN, PHONE_AUTH, PHONE_SIGN, Population
from harness.jlis.reasons import RevocationReason as Reason


class Standing(StrEnum):
    """Where a person stands in the resident register (住民票)."""

    PRESENT = "present"
    LEFT = "left"
    """転出: the old municipality has let them go, the new one has not yet taken them in."""
    ABROAD = "abroad"
    DEAD = "dead"
    DELETED = "deleted"

    @property
    def is_resident(self) -> bool:
        """Whether a municipality answers for them."""
        return self in {Standing.PRESENT, Standing.LEFT}


class Need(Enum):
    """What has to be so for an event to be possible."""

    NO_CARD = auto()
    CARD = auto()
    """A card, whatever became of its certificates."""
    CARD_NOT_LOST = auto()
    """A card that was not reported lost yet, whatever became of its certificates."""
    CARD_SHOWN = auto()
    """A card that is at hand: neither reported lost nor suspended, and not past its last day."""
    SIGNATURE = auto()
    """The signature certificate of the card, in force."""
    SOMETHING_TO_END = auto()
    """At least one certificate in force of those that the event ends."""
    PHONE = auto()
    """A phone with a pair in force."""
    ABROAD = auto()
    AT_HOME = auto()
    """A municipality that has the person: who left it and has not arrived cannot move within it."""


class Write(StrEnum):
    """What an event writes on the card, at the counter or from afar."""

    NEW_CARD = "another card, another chip"
    AUTH = "authentication certificate and key"
    SIGN = "signature certificate and key"
    ATTRIBUTES = "name, address, birth date and sex as they are now"
    EXPIRY = "the day the card ends"
    TRIES_SPENT = "no tries left"
    TRIES_FULL = "all tries again"
    JPKI_TRIES_FULL = "all tries of the two JPKI PINs again"

    @property
    def japanese(self) -> str:
        """The words for it."""
        return _JAPANESE[self]


_JAPANESE = {
    Write.NEW_CARD: "別のカード・別のチップ",
    Write.AUTH: "利用者証明用証明書と鍵",
    Write.SIGN: "署名用証明書と鍵",
    Write.ATTRIBUTES: "4情報を最新に",
    Write.EXPIRY: "カードの有効期限",
    Write.TRIES_SPENT: "残り試行回数なし",
    Write.TRIES_FULL: "試行回数を回復",
    Write.JPKI_TRIES_FULL: "JPKIの2つの暗証番号の試行回数を回復",
}


@dataclass(frozen=True, slots=True)
class Effect:
    """What follows from an event; a certificate that is not named stays as it is."""

    japanese: str
    english: str
    confidence: Confidence
    source: str
    ends: tuple[tuple[Population, Reason], ...] = ()
    """Which certificates are revoked where they are in force, and why."""
    issues: tuple[Population, ...] = ()
    """Which certificates are new; 署名用 only for those who may have one (§1.7)."""
    writes: tuple[Write, ...] = ()
    needs: tuple[Need, ...] = ()
    standing: Standing | None = None
    """Where the person stands afterwards, where that changes."""

    def reason_for(self, population: Population) -> Reason | None:
        """Return why the event revokes a certificate of that population; None where it does not."""
        return dict(self.ends).get(population)


_CARD, _PHONE = (CARD_AUTH, CARD_SIGN), (PHONE_AUTH, PHONE_SIGN)
_CHANGED = ((CARD_SIGN, Reason.AFFILIATION_CHANGED), (PHONE_SIGN, Reason.AFFILIATION_CHANGED))
"""The attributes in both signature certificates are no longer true; for the phone's that is assumed (§4)."""
_BOTH = (Write.AUTH, Write.SIGN)


def _all(reason: Reason, *populations: Population) -> tuple[tuple[Population, Reason], ...]:
    return tuple((population, reason) for population in populations)


def _changed(japanese: str, english: str, *needs: Need) -> Effect:
    return Effect(
        japanese,
        english,
        Confidence.NORMATIVE,
        "spec/pki.md §4",
        ends=_CHANGED,
        writes=(Write.ATTRIBUTES,),
        needs=needs,
    )


def _ended(japanese: str, english: str, standing: Standing) -> Effect:
    """Death, emigration, deletion: where death sits among the reasons was not public; cessation is our choice (§2)."""
    ends = _all(Reason.CESSATION_OF_OPERATION, *_CARD, *_PHONE)
    return Effect(japanese, english, Confidence.ASSUMED, "spec/pki.md §2, §4", ends=ends, standing=standing)


EFFECTS: dict[LifeEvent, Effect] = {
    LifeEvent.CARD_ISSUED: Effect(
        "新規交付",
        "card handed over",
        Confidence.NORMATIVE,
        "spec/pki.md §1.7",
        issues=_CARD,
        writes=(Write.NEW_CARD, *_BOTH, Write.ATTRIBUTES, Write.EXPIRY),
        needs=(Need.NO_CARD,),
    ),
    LifeEvent.MOVED_WITHIN: _changed("転居", "moved within the municipality", Need.AT_HOME),
    LifeEvent.MOVED_OUT: Effect(
        "転出",
        "moved out, not yet in",
        Confidence.ASSUMED,
        "spec/pki.md §4",
        ends=_CHANGED,
        needs=(Need.AT_HOME,),
        standing=Standing.LEFT,
    ),
    LifeEvent.MOVED_IN: Effect(
        "転入",
        "moved in",
        Confidence.NORMATIVE,
        "spec/pki.md §4",
        ends=_CHANGED,
        writes=(Write.ATTRIBUTES,),
        standing=Standing.PRESENT,
    ),
    LifeEvent.RELABELLED: _changed("住居表示の変更", "address relabelled", Need.AT_HOME),
    LifeEvent.NAME_CHANGED: _changed("氏名・旧氏・振り仮名の変更", "name changed"),
    LifeEvent.SEX_CHANGED: _changed("性別の変更", "sex changed"),
    LifeEvent.BIRTH_DATE_CORRECTED: _changed("生年月日の訂正", "birth date corrected"),
    LifeEvent.RENEWED: Effect(
        "電子証明書の更新",
        "certificates renewed",
        Confidence.NORMATIVE,
        "spec/pki.md §1.7, §4",
        ends=_all(Reason.SUPERSEDED, *_CARD),
        issues=_CARD,
        writes=_BOTH,
        needs=(Need.CARD_SHOWN,),
    ),
    LifeEvent.SIGNATURE_ISSUED: Effect(
        "署名用電子証明書の新規発行",
        "new signature certificate at the counter",
        Confidence.NORMATIVE,
        "spec/pki.md §4",
        ends=_all(Reason.SUPERSEDED, CARD_SIGN),
        issues=(CARD_SIGN,),
        writes=(Write.SIGN,),
        needs=(Need.CARD_SHOWN,),
    ),
    LifeEvent.CARD_REISSUED: Effect(
        "カードの再交付・更新",
        "card re-issued",
        Confidence.PUBLISHED,
        "spec/pki.md §4",
        ends=_all(Reason.SUPERSEDED, *_CARD),
        issues=_CARD,
        writes=(Write.NEW_CARD, *_BOTH, Write.ATTRIBUTES, Write.EXPIRY),
        needs=(Need.CARD,),
    ),
    LifeEvent.LOST: Effect(
        "紛失",
        "card lost",
        Confidence.PUBLISHED,
        "spec/pki.md §4; both of the phone: assumed",
        ends=_all(Reason.CERTIFICATE_HOLD, *_CARD, *_PHONE),
        needs=(Need.CARD_NOT_LOST,),
    ),
    LifeEvent.SUSPENDED: Effect(
        "一時停止",
        "suspended by telephone",
        Confidence.PUBLISHED,
        "spec/pki.md §2, §4",
        ends=_all(Reason.CERTIFICATE_HOLD, *_CARD),
        needs=(Need.SOMETHING_TO_END,),
    ),
    LifeEvent.STOPPED: Effect(
        "失効申請",
        "revoked at the holder's request",
        Confidence.PUBLISHED,
        "spec/pki.md §4",
        ends=_all(Reason.CESSATION_OF_OPERATION, *_CARD),
        needs=(Need.SOMETHING_TO_END,),
    ),
    LifeEvent.KEY_LEAKED: Effect(
        "秘密鍵の漏えいの届出",
        "key leak reported",
        Confidence.PUBLISHED,
        "spec/pki.md §4",
        ends=_all(Reason.KEY_COMPROMISE, *_CARD),
        needs=(Need.SOMETHING_TO_END,),
    ),
    LifeEvent.RECORD_ERROR_FOUND: Effect(
        "記録誤り",
        "record error found",
        Confidence.ASSUMED,
        "spec/pki.md §4",
        ends=_all(Reason.UNSPECIFIED, CARD_SIGN, PHONE_SIGN),
        needs=(Need.SOMETHING_TO_END,),
    ),
    LifeEvent.DIED: _ended("死亡", "died", Standing.DEAD),
    LifeEvent.EMIGRATED: _ended("国外転出", "emigrated", Standing.ABROAD),
    LifeEvent.RETURNED: Effect(
        "国外からの転入",
        "returned from abroad",
        Confidence.ASSUMED,
        "spec/pki.md §4",
        needs=(Need.ABROAD,),
        standing=Standing.PRESENT,
    ),
    LifeEvent.RECORD_DELETED: _ended("住民票の消除", "record deleted", Standing.DELETED),
    LifeEvent.PIN_LOCKED: Effect(
        "暗証番号のロック",
        "PIN locked",
        Confidence.NORMATIVE,
        "spec/pki.md §4",
        writes=(Write.TRIES_SPENT,),
        needs=(Need.CARD,),
    ),
    LifeEvent.PIN_RESET_AT_COUNTER: Effect(
        "暗証番号の再設定（窓口）",
        "PIN reset at the counter",
        Confidence.NORMATIVE,
        "spec/pki.md §4",
        writes=(Write.TRIES_FULL,),
        needs=(Need.CARD_SHOWN,),
    ),
    LifeEvent.PIN_RESET_AT_KIOSK: Effect(
        "暗証番号の再設定（コンビニ）",
        "PIN reset at the kiosk",
        Confidence.PUBLISHED,
        "spec/pki.md §4",
        writes=(Write.JPKI_TRIES_FULL,),
        needs=(Need.CARD_SHOWN,),
    ),
    LifeEvent.PHONE_BOUND: Effect(
        "スマホ用電子証明書の発行",
        "phone bound",
        Confidence.PUBLISHED,
        "spec/pki.md §1.6",
        ends=_all(Reason.SUPERSEDED, *_PHONE),
        issues=_PHONE,
        needs=(Need.SIGNATURE,),
    ),
    LifeEvent.PHONE_REPLACED: Effect(
        "機種変更",
        "phone replaced",
        Confidence.PUBLISHED,
        "spec/pki.md §1.6",
        ends=_all(Reason.SUPERSEDED, *_PHONE),
        issues=_PHONE,
        needs=(Need.SIGNATURE, Need.PHONE),
    ),
    LifeEvent.PHONE_STOPPED: Effect(
        "スマホ用電子証明書の失効",
        "phone certificates revoked",
        Confidence.PUBLISHED,
        "spec/pki.md §1.6, §4",
        ends=_all(Reason.CESSATION_OF_OPERATION, *_PHONE),
        needs=(Need.SOMETHING_TO_END,),
    ),
    LifeEvent.PHONE_LOST: Effect(
        "スマホの紛失",
        "phone lost",
        Confidence.PUBLISHED,
        "spec/pki.md §1.6",
        ends=_all(Reason.CERTIFICATE_HOLD, *_PHONE),
        needs=(Need.SOMETHING_TO_END,),
    ),
    LifeEvent.RESIDENCE_PERIOD_CHANGED: Effect(
        "在留期間の変更",
        "residence period changed",
        Confidence.ASSUMED,
        "spec/pki.md §1.7",
        writes=(Write.EXPIRY,),
        needs=(Need.CARD_SHOWN,),
    ),
}
