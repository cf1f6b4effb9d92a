"""The refusals in words, Japanese and English. The rules stand where they are checked; here is only what is said."""

from reference_impl.verification.der import DerError
from reference_impl.verification.place import Environment
from reference_impl.verification.status import Status
from reference_impl.verification.verdict import Compared, Finding, Reason, Refusal


def not_readable(where: str, error: DerError) -> Refusal:
    """A part that is not what it should be, with offset and rule."""
    return Refusal(Reason.MALFORMED, Finding(error.rule, f"{where} を解読できません", f"{where}: {error}"))


def missing(where: str) -> Refusal:
    """A part that is not there."""
    return Refusal(Reason.MALFORMED, Finding("contract 1.0", f"{where} がありません", f"{where} is missing"))


def wrong_purpose(clause: str, en: str) -> Refusal:
    """A certificate meant for something else."""
    return Refusal(Reason.WRONG_PURPOSE, Finding(clause, "この用途の証明書ではありません", en))


def against_policy(clause: str, en: str) -> Refusal:
    """Something this relying party does not accept, though others might."""
    return Refusal(Reason.POLICY, Finding(clause, "この利用では受け付けられません", en))


def issuer_refused(reason: Reason, why: str) -> Refusal:
    """A certificate of no pinned generation."""
    return Refusal(reason, Finding("RFC 5280 §6.1.3(a)", "証明書の発行者を確認できません", why))


def outside_period(reason: Reason, whose: str, compared: Compared) -> Refusal:
    """A certificate, the holder's or the issuer's, before or after its period of validity."""
    if reason is Reason.NOT_YET_VALID:
        ja, en = "有効期間がまだ始まっていません", "the period of validity has not begun"
    else:
        ja, en = "有効期間が終わっています", "the period of validity has ended"
    return Refusal(reason, Finding("RFC 5280 §4.1.2.5", ja, en, whose, compared))


def place_refused(environment: Environment) -> Refusal:
    """A tap where none is allowed; the same at the beginning and at the end."""
    en = f"a tap without PIN is not allowed in a place that is {environment}"
    return Refusal(Reason.PLACE_NOT_ALLOWED, Finding("spec/pki.md §5", "この場所でのかざし利用はできません", en))


def terminal_unknown() -> Refusal:
    """A terminal without the credential it needs."""
    en = "the terminal is not one we know; a tap needs one that is"
    return Refusal(Reason.POLICY, Finding("spec/pki.md §5", "登録された端末ではありません", en))


def service_closed() -> Refusal:
    """A service that is not used for this purpose."""
    return against_policy("contract 1.0", "the service is not open for this purpose")


_CHALLENGE = {
    Reason.CHALLENGE_REPLAYED: ("チャレンジは使用済みです", "the challenge was used before"),
    Reason.CHALLENGE_MISMATCH: ("この手続きのチャレンジではありません", "the challenge is not this session's"),
    Reason.CHALLENGE_EXPIRED: ("チャレンジの有効時間を過ぎています", "the challenge is older than its lifetime"),
}


def challenge_refused(reason: Reason) -> Refusal:
    """A challenge that is spent, another session's, or too old."""
    return Refusal(reason, Finding("contract 1.0", *_CHALLENGE[reason]))


def proof_refused() -> Refusal:
    """A signature that is not the holder's over what was to be signed."""
    en = "the signature is not the certificate key's over what was to be signed"
    return Refusal(Reason.BAD_SIGNATURE, Finding("RFC 8017 §8.2.2", "署名を検証できません", en))


def not_genuine(en: str) -> Refusal:
    """A chip that no link of the chain holds to the card issuer."""
    return Refusal(Reason.CARD_NOT_GENUINE, Finding("spec/pki.md §5", "真正なカードと確認できません", en))


def other_birth_date() -> Refusal:
    """A genuine card of somebody born on another day."""
    en = "the birth date differs from the one learnt at enrolment"
    return Refusal(Reason.HOLDER_MISMATCH, Finding("spec/pki.md §5", "登録された本人と一致しません", en))


def other_chip() -> Refusal:
    """A genuine chip, but not the one that was enrolled."""
    en = "the chip is a genuine one, but not the one that was enrolled"
    return Refusal(Reason.CARD_CHANGED, Finding("spec/pki.md §5", "登録されたカードと異なります", en))


def another_holder() -> Refusal:
    """A session that was begun for somebody else, whose birth date was given out for it."""
    en = "the session was begun for another holder"
    return Refusal(Reason.HOLDER_MISMATCH, Finding("contract 1.0", "手続きを始めた本人と一致しません", en))


def not_enrolled() -> Refusal:
    """A holder without an account at this service; the same at the beginning and at the end."""
    return Refusal(Reason.NOT_ENROLLED, Finding("spec/pki.md §5", "登録がありません", "no account at this service"))


def already_enrolled() -> Refusal:
    """A holder who has an account at this service."""
    return Refusal(Reason.ALREADY_ENROLLED, Finding("contract 1.0", "すでに登録されています", "already enrolled"))


def overtaken(reason: Reason) -> Refusal:
    """An attempt in parallel was faster."""
    return Refusal(
        reason, Finding("contract 1.0", "同時に行われた手続きが先に完了しました", "another attempt was faster")
    )


def status_refused(status: Status) -> Refusal:
    """A certificate that is not known to be good, in the words of the source if it gave any."""
    nothing = Finding("spec/pki.md §9", "失効情報を確認できませんでした", "the certificate is not known to be good")
    return Refusal(status.reason, status.finding or nothing)
