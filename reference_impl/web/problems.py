"""What is wrong with a request, as Problem Details (RFC 9457): a reason of a closed list, in both languages."""

from enum import StrEnum
from typing import Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

MEDIA_TYPE: Final = "application/problem+json"
_TYPE: Final = "urn:kazashi:problem:"
"""RFC 9457 §3.1.1: an identifier; docs/relying-party.md has a row for each."""


class ProblemReason(StrEnum):
    """Why a request was not served."""

    BODY_TOO_LARGE = "BODY_TOO_LARGE"
    BODY_TOO_SLOW = "BODY_TOO_SLOW"
    BODY_CUT_OFF = "BODY_CUT_OFF"
    CONTENT_TYPE = "CONTENT_TYPE"
    JSON_BROKEN = "JSON_BROKEN"
    FIELD_TWICE = "FIELD_TWICE"
    MESSAGE_INVALID = "MESSAGE_INVALID"
    QUERY_INVALID = "QUERY_INVALID"
    CERTIFICATE_UNREADABLE = "CERTIFICATE_UNREADABLE"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    ADDRESS_UNKNOWN = "ADDRESS_UNKNOWN"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    SERVICE_UNKNOWN = "SERVICE_UNKNOWN"
    SESSION_UNKNOWN = "SESSION_UNKNOWN"
    ACCOUNT_UNKNOWN = "ACCOUNT_UNKNOWN"
    STORE_UNUSABLE = "STORE_UNUSABLE"
    AUDIT_UNUSABLE = "AUDIT_UNUSABLE"
    OVERLOADED = "OVERLOADED"
    INTERNAL = "INTERNAL"


class Meaning(Struct, frozen=True):
    """A row of the table: HTTP's number, and what a person reads."""

    status: int
    ja: str
    en: str
    retry_after: int | None = None
    """Seconds after which the same request may be served."""


MEANINGS: Final[dict[ProblemReason, Meaning]] = {
    ProblemReason.BODY_TOO_LARGE: Meaning(413, "本文が大きすぎます", "the body is too large"),
    ProblemReason.BODY_TOO_SLOW: Meaning(408, "本文が時間内に届きませんでした", "the body did not arrive in time"),
    ProblemReason.BODY_CUT_OFF: Meaning(400, "本文が途中で切れました", "the body was cut off"),
    ProblemReason.CONTENT_TYPE: Meaning(
        415, "本文の形式は application/json です", "the body has to be application/json"
    ),
    ProblemReason.JSON_BROKEN: Meaning(400, "本文が JSON ではありません", "the body is not JSON"),
    ProblemReason.FIELD_TWICE: Meaning(400, "同じ項目が二度あります", "a field stands there twice"),
    ProblemReason.MESSAGE_INVALID: Meaning(400, "本文の項目が正しくありません", "the message is not as described"),
    ProblemReason.QUERY_INVALID: Meaning(400, "問合せの項目が正しくありません", "the query is not as described"),
    ProblemReason.CERTIFICATE_UNREADABLE: Meaning(400, "証明書を解読できません", "the certificate cannot be read"),
    ProblemReason.UNAUTHENTICATED: Meaning(
        401, "認証情報がないか、正しくありません", "credentials are missing or wrong"
    ),
    ProblemReason.FORBIDDEN: Meaning(403, "この操作は許可されていません", "this caller may not do this"),
    ProblemReason.ADDRESS_UNKNOWN: Meaning(404, "この宛先はありません", "nothing is at this address"),
    ProblemReason.METHOD_NOT_ALLOWED: Meaning(405, "このメソッドは使えません", "the address has another method"),
    ProblemReason.SERVICE_UNKNOWN: Meaning(404, "このサービスはありません", "there is no such service"),
    ProblemReason.SESSION_UNKNOWN: Meaning(
        404,
        "この端末・サービス・目的の手続きは開始されていません",
        "this terminal began no such session here",
    ),
    ProblemReason.ACCOUNT_UNKNOWN: Meaning(404, "この利用者の登録はありません", "nothing is stored about this holder"),
    ProblemReason.STORE_UNUSABLE: Meaning(
        503,
        "保存先を使えません。しばらくしてから新しい手続きでやり直してください",
        "the store cannot be used; begin anew in a while",
        2,
    ),
    ProblemReason.AUDIT_UNUSABLE: Meaning(
        503,
        "監査記録を書けないため回答できません",
        "the audit cannot be written, so no verdict is told; begin anew in a while",
        2,
    ),
    ProblemReason.OVERLOADED: Meaning(503, "混み合っています", "too many requests are under way", 1),
    ProblemReason.INTERNAL: Meaning(500, "内部エラーです", "an error of ours; the log has it under this request's id"),
}


class Words(Struct, frozen=True):
    """What a person reads."""

    ja: str
    en: str


class ProblemDetails(Struct, frozen=True):
    """The body of every answer that is not the operation's own (RFC 9457 §3.1)."""

    type: str
    title: str
    status: int
    reason: ProblemReason
    text: Words
    request_id: str
    detail: str | UnsetType = UNSET
    where: str | UnsetType = UNSET
    expected: str | UnsetType = UNSET
    actual: str | UnsetType = UNSET


class Problem(Exception):
    """A request that cannot be served; `where`, `expected` and `actual` hold no value that was sent."""

    def __init__(self, reason: ProblemReason, where: str = "", expected: str = "", actual: str = "") -> None:
        super().__init__(f"{reason}: {where}: expected {expected}, actual {actual}")
        self.reason, self.where, self.expected, self.actual = reason, where, expected, actual

    @property
    def status(self) -> int:
        """HTTP's number."""
        return MEANINGS[self.reason].status

    def headers(self) -> dict[str, str]:
        """What goes with the answer."""
        meaning = MEANINGS[self.reason]
        headers = {"content-type": MEDIA_TYPE, "cache-control": "no-store"}
        if meaning.retry_after is not None:
            headers["retry-after"] = str(meaning.retry_after)
        if self.reason is ProblemReason.UNAUTHENTICATED:
            headers["www-authenticate"] = 'Basic realm="terminal", Bearer'
        if self.reason in {ProblemReason.BODY_TOO_LARGE, ProblemReason.BODY_TOO_SLOW}:
            headers["connection"] = "close"  # the rest of the body is not waited for
        return headers

    def body(self, request_id: str) -> bytes:
        """The answer's octets."""
        meaning = MEANINGS[self.reason]
        both = f"expected {self.expected}, actual {self.actual}" if self.expected else UNSET
        return msgspec.json.encode(
            ProblemDetails(
                type=_TYPE + self.reason,
                title=meaning.en,
                status=meaning.status,
                reason=self.reason,
                text=Words(meaning.ja, meaning.en),
                request_id=request_id,
                detail=f"{self.where}: {both}" if self.where and both else both,
                where=self.where or UNSET,
                expected=self.expected or UNSET,
                actual=self.actual or UNSET,
            )
        )
