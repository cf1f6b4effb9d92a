"""The refusals of the accounts in words, Japanese and English. None tells why a certificate is over, which nobody knows
from a code (spec/pki.md §2: death must not be inferred)."""

from reference_impl.verification.verdict import Finding, HolderKey, Reason, Refusal, Step, Verdict

_LINKING = "spec/pki.md §4"


def replaced() -> Refusal:
    """A certificate that another one has followed; the account leads there by now."""
    ja = "この電子証明書は新しいものに置き換わっています。新しいカードをお使いください"
    en = "another certificate of the holder has followed this one: use the new card"
    return Refusal(Reason.REVOKED, Finding(_LINKING, ja, en, "holder"), Step.ACCOUNT)


def links_unreachable(why: str) -> Refusal:
    """Nobody could say whether the certificate follows an enrolled one: neither a stranger nor a renewal."""
    ja = "紐付けを確認できませんでした。しばらくしてからもう一度お試しください"
    en = f"whether the certificate was renewed could not be found out; try again later ({why})"
    return Refusal(Reason.RENEWAL_PENDING, Finding(_LINKING, ja, en), Step.ACCOUNT)


def too_new() -> Refusal:
    """A certificate that the link service does not know yet: it speaks as of the last quarter of an hour."""
    ja = "新しい電子証明書がまだ反映されていません。15分ほどたってからもう一度お試しください"
    en = "the link service does not know the certificate yet; try again in a quarter of an hour"
    return Refusal(Reason.RENEWAL_PENDING, Finding(_LINKING, ja, en), Step.ACCOUNT)


def link_refused(why: str) -> Refusal:
    """An answer of the link service that cannot be believed; staff have to look."""
    ja = "紐付けの情報に矛盾があるため受け付けられません。窓口で本人確認のうえ紐付け直しをしてください"
    en = f"what the link service says does not fit together; link again at the counter ({why})"
    return Refusal(Reason.NOT_ENROLLED, Finding(_LINKING, ja, en), Step.ACCOUNT)


def not_tied(ja: str, en: str) -> Refusal:
    """A certificate that nothing ties to an account: not linked."""
    more_ja = f"紐付けされていません（{ja}）。窓口で本人確認のうえ、登録し直すか職員による統合を受けてください"
    more_en = f"not linked: {en}; have the accounts merged by the staff, who check who you are, or enrol anew"
    return Refusal(Reason.NOT_ENROLLED, Finding(_LINKING, more_ja, more_en), Step.ACCOUNT)


def status_of_old_unknown() -> Refusal:
    """The old certificate's status could not be found out: that it is over is half of the proof."""
    ja, en = (
        "以前の電子証明書の状態を確認できませんでした",
        "the status of the enrolled certificate could not be checked",
    )
    return Refusal(Reason.STATUS_UNAVAILABLE, Finding(_LINKING, ja, en), Step.ACCOUNT)


def chip_known() -> Refusal:
    """An enrolment with a chip that is enrolled under another certificate: renewed, or not this holder's card."""
    ja = "このカードは別の電子証明書で登録されています。更新された方は紐付け直しをしてください"
    en = "the chip is enrolled with another certificate; after a renewal, link it again instead of enrolling"
    return Refusal(Reason.RENEWAL_PENDING, Finding(_LINKING, ja, en), Step.DONE)


_LEAVING = {
    Reason.MALFORMED: ((), "証明書を解読できません", "not a certificate"),
    Reason.UNKNOWN_ISSUER: ((Step.DECODE,), "証明書の発行者を確認できません", "not issued by an authority we know"),
    Reason.BAD_SIGNATURE: ((Step.DECODE,), "証明書の発行者を確認できません", "not signed by the authority it names"),
    Reason.NOT_ENROLLED: ((Step.DECODE, Step.ISSUER), "このサービスに登録がありません", "no account at this service"),
    Reason.REVOKED: (
        (Step.DECODE, Step.ISSUER),
        "この電子証明書は新しいものに置き換わっています。新しいカードで手続きしてください",
        "another certificate of the holder has followed this one: leave with the new card",
    ),
}


def left(reason: Reason, holder: HolderKey | None, why: str = "") -> Verdict:
    """The outcome of leaving a service."""
    if reason is Reason.OK:
        return Verdict(reason, (Step.DECODE, Step.ISSUER, Step.ACCOUNT, Step.DONE), holder=holder)
    steps, ja, en = _LEAVING[reason]
    finding = Finding("contract 1.0", ja, f"{en}: {why}" if why else en)
    return Verdict(reason, steps, None, finding, holder)
