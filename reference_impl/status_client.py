"""Asking a responder, or a platform, over HTTP, bounded in time and size (RFC 6960 Appendix A; RP-OCSP-022).

A time-out covers the whole question: the look-up of a name, the connection, and the last octet of the answer. Nothing
is asked twice here: an answer that broke off is none.
"""

import ssl
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import httpx
import msgspec

from reference_impl.http_answer import WANTED, HttpAnswer, NoAnswer, TooLong
from reference_impl.http_freshness import fresh_for
from reference_impl.http_lines import Lines, Where, read_address
from reference_impl.verification.ocsp_settings import Question, Reply, StatusUnreachable

MAXIMUM_ANSWER: Final = 64 * 1024
ANSWER_TYPE: Final = "application/ocsp-response"


class Media(msgspec.Struct, frozen=True):
    """What is sent and what has to come back."""

    request: str = "application/ocsp-request"
    answer: str = ANSWER_TYPE
    maximum: int = MAXIMUM_ANSWER


class StatusClient:
    """Questions to responders, many at a time, each in its caller's thread; `tls` where others than the host's
    authorities are believed."""

    def __init__(self, media: Media = Media(), tls: ssl.SSLContext | None = None) -> None:  # noqa: B008 - frozen
        self._media = media
        self._lines = Lines(httpx.create_ssl_context if tls is None else lambda: tls)

    def ask(self, question: Question) -> Reply:
        """The responder's answer with status 200; StatusUnreachable says what came instead."""
        answer = HttpAnswer(self._media.maximum)
        try:
            self._exchange(question, answer)
        except TimeoutError as error:
            raise StatusUnreachable(f"expected an answer within {question.timeout} s, found none") from error
        except TooLong as error:
            raise StatusUnreachable(f"expected at most {self._media.maximum} octets, the answer is longer") from error
        except NoAnswer as error:
            raise StatusUnreachable(f"expected an HTTP answer, found {error}") from error
        except (OSError, ValueError) as error:  # no connection, or no address
            raise StatusUnreachable(f"expected a connection, found {type(error).__name__}") from error
        _require_answer(answer.status, answer.headers, self._media.answer)
        return Reply(answer.body, fresh_for(answer.headers))

    def _exchange(self, question: Question, answer: HttpAnswer) -> None:
        where, end = read_address(question.address), time.monotonic() + question.timeout
        head = _head(where, self._media, is_post=question.body is not None)
        body = question.body
        request = head if body is None else b"%s%d\r\n\r\n%s" % (head, len(body), body)
        line = self._lines.take(where, end)
        try:
            line.ask(request, answer, end)
        except BaseException:
            line.close()
            raise
        if answer.may_go_on:
            self._lines.give(where, line)
        else:
            line.close()

    def close(self) -> None:
        """Closes the connections."""
        self._lines.close()


@lru_cache(maxsize=256)
def _head(where: Where, media: Media, *, is_post: bool) -> bytes:
    """All of a request before the length of its body; what is not unpacked (identity) cannot grow."""
    method = "POST" if is_post else "GET"
    head = f"{method} {where.path} HTTP/1.1\r\nHost: {where.authority}\r\n"
    head += f"Accept: {media.answer}\r\nAccept-Encoding: identity\r\n"
    return (head + (f"Content-Type: {media.request}\r\nContent-Length: " if is_post else "\r\n")).encode("ascii")


def _require_answer(status: int, headers: Mapping[str, str], expected: str) -> None:
    """A 200 that says it is such an answer (RFC 6960 A.2), or says nothing of what it is: then the bytes will tell."""
    if status != WANTED:
        raise StatusUnreachable(f"expected HTTP 200, the responder answered {status}")
    kind = headers.get("content-type", expected).partition(";")[0].strip().lower()
    if kind != expected:
        raise StatusUnreachable(f"expected the Content-Type {expected}, found {kind[:64]!r}")
