"""The refusals in words, Japanese and English. The rules stand where they are checked; here is only what is said."""

from datetime import UTC, date, datetime

from reference_impl.verification.der import DerError
from reference_impl.verification.place import Environment
from reference_impl.verification.status import Status
from reference_impl.verification.verdict import Compared, Finding, Reason, Refusal, Step


def not_readable(where: str, error: DerError) -> Refusal:
    """A part that is not what it should be, with offset and rule."""
    return Refusal(Reason.MALFORMED, Finding(error.rule, f"{where} を解読できません", f"{where}: {error}"), Step.DECODE)


def missing(where: str) -> Refusal:
    """A part that is not there."""
    return Refusal(
        Reason.MALFORMED, Finding("contract 1.0", f"{where} がありません", f"{where} is missing"), Step.DECODE
    )


def wrong_length(where: str, clause: str, expected: int, actual: int) -> Refusal:
    """A part of another length than its kind has."""
    en = f"{where}: expected {expected} octets, found {actual}"
    return Refusal(Reason.MALFORMED, Finding(clause, f"{where} の長さが正しくありません", en), Step.DECODE)


def wrong_purpose(clause: str, en: str) -> Refusal:
    """A certificate meant for something else."""
    return Refusal(Reason.WRONG_PURPOSE, Finding(clause, "この用途の証明書ではありません", en, "holder"), Step.PURPOSE)


def against_policy(clause: str, en: str) -> Refusal:
    """A certificate this relying party does not accept, though others might."""
    return Refusal(Reason.POLICY, Finding(clause, "この利用では受け付けられません", en, "holder"), Step.PURPOSE)


def issuer_refused(reason: Reason, why: str) -> Refusal:
    """A certificate of no pinned generation."""
    return Refusal(reason, Finding("RFC 5280 §6.1.3(a)", "証明書の発行者を確認できません", why, "holder"), Step.ISSUER)


def outside_period(reason: Reason, whose: str, compared: Compared) -> Refusal:
    """A certificate, the holder's or the issuer's, before or after its period of validity."""
    if reason is Reason.NOT_YET_VALID:
        ja, en = "有効期間がまだ始まっていません", "the period of validity has not begun"
    else:
        ja, en = "有効期間が終わっています", "the period of validity has ended"
    return Refusal(reason, Finding("RFC 5280 §4.1.2.5", ja, en, whose, compared), Step.VALIDITY)


def place_refused(environment: Environment) -> Refusal:
    """A tap where none is allowed; the same at the beginning and at the end."""
    en = f"a tap without PIN is not allowed in a place that is {environment}"
    finding = Finding("spec/pki.md §5", "この場所でのかざし利用はできません", en)
    return Refusal(Reason.PLACE_NOT_ALLOWED, finding, Step.PLACE)


def assurance_refused(granted: int, needed: int) -> Refusal:
    """A presentation that proves less than the service needs."""
    en = f"the service needs assurance level {needed}, this presentation grants {granted}"
    return Refusal(Reason.ASSURANCE_TOO_LOW, Finding("spec/pki.md §5", "保証レベルが足りません", en), Step.PLACE)


def terminal_unknown() -> Refusal:
    """A terminal without the credential it needs."""
    en = "the terminal is not one we know; a tap needs one that is"
    return Refusal(Reason.POLICY, Finding("spec/pki.md §5", "登録された端末ではありません", en), Step.POLICY)


def service_closed() -> Refusal:
    """A service that is not used for this purpose."""
    en = "the service is not open for this purpose"
    return Refusal(Reason.POLICY, Finding("contract 1.0", "この利用では受け付けられません", en), Step.POLICY)


_CHALLENGE = {
    Reason.CHALLENGE_REPLAYED: ("チャレンジは使用済みです", "the challenge was used before"),
    Reason.CHALLENGE_MISMATCH: ("この手続きのチャレンジではありません", "the challenge is not this session's"),
    Reason.CHALLENGE_EXPIRED: ("チャレンジの有効時間を過ぎています", "the challenge is older than its lifetime"),
}


def challenge_refused(reason: Reason) -> Refusal:
    """A challenge that is spent, another session's, or too old."""
    return Refusal(reason, Finding("contract 1.0", *_CHALLENGE[reason]), Step.CHALLENGE)


def proof_refused() -> Refusal:
    """A signature that is not the holder's over what was to be signed."""
    en = "the signature is not the certificate key's over what was to be signed"
    return Refusal(Reason.BAD_SIGNATURE, Finding("RFC 8017 §8.2.2", "署名を検証できません", en, "holder"), Step.PROOF)


def not_genuine(en: str) -> Refusal:
    """A chip that no link of the chain holds to the card issuer."""
    finding = Finding("spec/pki.md §5", "真正なカードと確認できません", en)
    return Refusal(Reason.CARD_NOT_GENUINE, finding, Step.GENUINENESS)


def other_birth_date() -> Refusal:
    """A genuine card of somebody born on another day."""
    en = "the birth date differs from the one learnt at enrolment"
    finding = Finding("spec/pki.md §5", "登録された本人と一致しません", en)
    return Refusal(Reason.HOLDER_MISMATCH, finding, Step.GENUINENESS)


def other_chip() -> Refusal:
    """A genuine chip, but not the one that was enrolled."""
    en = "the chip is a genuine one, but not the one that was enrolled"
    finding = Finding("spec/pki.md §5", "登録されたカードと異なります", en)
    return Refusal(Reason.CARD_CHANGED, finding, Step.GENUINENESS)


_STATUS = {
    Reason.REVOKED: ("証明書は失効しています", "the certificate is revoked"),
    Reason.ON_HOLD: ("証明書は一時停止されています", "the certificate is on hold"),
    Reason.STATUS_UNKNOWN: ("失効情報に証明書がありません", "the source does not know the certificate"),
    Reason.STATUS_STALE: ("失効情報の有効期限を過ぎています", "the status may no longer be used"),
    Reason.STATUS_UNTRUSTED: ("失効情報を信頼できません", "the status is not from whom it should be"),
}
_NOT_CHECKED = ("失効情報を確認できませんでした", "the status could not be checked")


def status_refused(status: Status) -> Refusal:
    """A certificate that is not known to be good, in the words of the source if it gave any."""
    ja, en = _STATUS.get(status.reason, _NOT_CHECKED)
    return Refusal(status.reason, status.finding or Finding("spec/pki.md §9", ja, en, "holder"), Step.STATUS)


def another_holder() -> Refusal:
    """A session that was begun for somebody else, whose birth date was given out for it."""
    en = "the session was begun for another holder"
    finding = Finding("contract 1.0", "手続きを始めた本人と一致しません", en)
    return Refusal(Reason.HOLDER_MISMATCH, finding, Step.ACCOUNT)


def not_enrolled() -> Refusal:
    """A holder without an account at this service; the same at the beginning and at the end."""
    ja = "このサービスに登録がありません。カードや電子証明書を更新された方は、窓口で紐付け直しをしてください"
    en = "no account at this service is linked to this card; after a renewal, link it again at the counter"
    return Refusal(Reason.NOT_ENROLLED, Finding("spec/pki.md §5", ja, en), Step.ACCOUNT)


def new_chip() -> Refusal:
    """The certificate follows one that is enrolled, on another chip: it is learnt with the PIN, never from a tap."""
    ja = "新しいカードです。暗証番号による紐付け直しをしてから、かざして利用してください"
    en = "a new card of a holder who is enrolled: link it again with the PIN, then tap"
    return Refusal(Reason.RENEWAL_PENDING, Finding("spec/pki.md §4", ja, en), Step.GENUINENESS)


def already_enrolled() -> Refusal:
    """A holder who has an account at this service."""
    finding = Finding("contract 1.0", "すでに登録されています", "already enrolled")
    return Refusal(Reason.ALREADY_ENROLLED, finding, Step.ACCOUNT)


def overtaken(reason: Reason) -> Refusal:
    """An attempt in parallel was faster."""
    finding = Finding("contract 1.0", "同時に行われた手続きが先に完了しました", "another attempt was faster")
    return Refusal(reason, finding, Step.DONE)


def unreadable_application(where: str, expected: str) -> Refusal:
    """A part of the free area that is not what it should be; what it holds instead is not repeated."""
    finding = Finding(
        "docs/free-area.md", f"{where} を解読できません", f"{where}: expected {expected}, found another form"
    )
    return Refusal(Reason.MALFORMED, finding, Step.DECODE)


def foreign_application() -> Refusal:
    """An application of the free area that this service does not take."""
    finding = Finding(
        "docs/free-area.md", "このサービスのカードAPではありません", "the service takes another application"
    )
    return Refusal(Reason.WRONG_PURPOSE, finding, Step.PURPOSE)


def expired_application(last_day: date, now: datetime) -> Refusal:
    """An application of the free area after its last day, which ends at midnight in Japan."""
    limit = datetime(last_day.year, last_day.month, last_day.day, 14, 59, 59, tzinfo=UTC)
    ja, en = "カードAPの有効期限を過ぎています", "the application's last day has passed"
    compared = Compared("expiry", limit, now)
    return Refusal(Reason.EXPIRED, Finding("docs/free-area.md", ja, en, None, compared), Step.VALIDITY)


def not_this_ride() -> Refusal:
    """A counter record whose last change was made for somebody else's challenge, or for an earlier one."""
    finding = Finding("docs/free-area.md", "この手続きの減算ではありません", "the counter's mark is not this challenge")
    return Refusal(Reason.CHALLENGE_MISMATCH, finding, Step.CHALLENGE)
