"""Records that count for nothing though the card may have been right, with the words of each."""

from reference_impl.services.findings import Refusal
from reference_impl.services.offline.standing import Standing
from reference_impl.verification.verdict import Finding, Reason

_NOT_COUNTED = {
    Standing.LATE: (
        Reason.POLICY,
        ("提出期限を過ぎているか、未来の時刻の記録です", "the record came too late, or from the future"),
    ),
    Standing.EQUIVOCAL: (
        Reason.POLICY,
        (
            "同じ利用について異なる記録があります。どちらも数えません",
            "two records of one use contradict: neither counts",
        ),
    ),
    Standing.REPLAYED: (
        Reason.CHALLENGE_REPLAYED,
        ("このチャレンジは別の利用で使われています", "the challenge was spent in another attempt"),
    ),
    Standing.REFUSED: (Reason.POLICY, ("利用として数えられません", "it cannot be counted as a use")),
    Reason.STATUS_UNAVAILABLE: (
        Reason.STATUS_UNAVAILABLE,
        ("照合中に登録が変わりました。もう一度送ってください", "the account changed meanwhile: send the record again"),
    ),
    Reason.POLICY: (
        Reason.POLICY,
        ("このサービスはオフラインの記録を受け付けません", "the service takes no offline records"),
    ),
}


def not_counted(why: Standing | Reason) -> Refusal:
    """An offline record that counts for nothing, though the card may have been right."""
    reason, (ja, en) = _NOT_COUNTED[why]
    return Refusal(reason, Finding("services: offline", ja, en))
