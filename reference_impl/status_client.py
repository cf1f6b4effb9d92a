"""Asking a responder, or a platform, over HTTP, bounded in time and size (RFC 6960 Appendix A; RP-OCSP-022).

A time-out covers the whole question: the look-up of a name, the connection, and the last octet of the answer. An
answer that broke off is none. Only where a kept connection ended before any octet of an answer is the question sent
again, on a new one.
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
from reference_impl.http_lines import Line, Lines, Where, read_address
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
        line = self._lines.kept(where)
        if line is not None and self._is_answered(where, line, request, answer, end):
            return
        self._is_answered(where, self._lines.open(where, end), request, answer, end)

    def _is_answered(self, where: Where, line: Line, request: bytes, answer: HttpAnswer, end: float) -> bool:
        """Whether an answer came; none where a kept connection turns out to have been closed meanwhile.

        RFC 9112 §9.3.1: the server may close an idle connection at any time; nobody has heard the question then.
        """
        try:
            line.ask(request, answer, end)
        except (ConnectionError, NoAnswer):
            line.close()
            if line.is_fresh or answer.has_begun:
                raise
            return False
        except BaseException:
            line.close()
            raise
        if answer.may_go_on:
            self._lines.give(where, line)
        else:
            line.close()
        return True

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
