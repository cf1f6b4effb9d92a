"""Asking a responder, or a platform, over HTTP, bounded in time and size (RFC 6960 Appendix A; RP-OCSP-022).

A loop of its own in a thread of its own: a time-out here covers the whole question, headers sent one byte a second
too, which per-read time-outs of a blocking client do not.
"""

import asyncio
import ssl
import threading
from typing import Final

import httpx
import msgspec

from reference_impl.bounded_body import read_bounded
from reference_impl.http_freshness import fresh_for
from reference_impl.verification.ocsp_settings import Question, Reply, StatusUnreachable

MAXIMUM_ANSWER: Final = 64 * 1024
ANSWER_TYPE: Final = "application/ocsp-response"


class Media(msgspec.Struct, frozen=True):
    """What is sent and what has to come back."""

    request: str = "application/ocsp-request"
    answer: str = ANSWER_TYPE
    maximum: int = MAXIMUM_ANSWER


class StatusClient:
    """Questions to responders, many at a time; `tls` where others than the host's authorities are believed."""

    def __init__(self, media: Media = Media(), tls: ssl.SSLContext | None = None) -> None:  # noqa: B008 - frozen
        self._media = media
        self._loop = asyncio.new_event_loop()
        self._client = httpx.AsyncClient(
            verify=True if tls is None else tls,
            headers={
                "Accept": media.answer,
                "Accept-Encoding": "identity",  # what is not unpacked cannot grow
            },
            timeout=None,  # noqa: S113 - each question has its own, around all of it
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=64),
        )
        self._thread = threading.Thread(target=self._loop.run_forever, name="status-client", daemon=True)
        self._thread.start()

    def ask(self, question: Question) -> Reply:
        """The responder's answer with status 200; StatusUnreachable says what came instead."""
        return asyncio.run_coroutine_threadsafe(self._ask(question), self._loop).result()

    async def _ask(self, question: Question) -> Reply:
        try:
            request = self._request(question)
            async with asyncio.timeout(question.timeout):
                answer = await self._client.send(request, stream=True)
                try:
                    _require_answer(answer, self._media.answer)
                    body = await read_bounded(answer, self._media.maximum)
                    if body is None:
                        expected = f"at most {self._media.maximum} octets"
                        raise StatusUnreachable(f"expected {expected}, the answer is longer")
                    return Reply(body, fresh_for(answer.headers))
                finally:
                    await answer.aclose()
        except TimeoutError as error:
            raise StatusUnreachable(f"expected an answer within {question.timeout} s, found none") from error
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise StatusUnreachable(f"expected an answer, found {type(error).__name__}") from error

    def _request(self, question: Question) -> httpx.Request:
        address = httpx.URL(question.address)
        if address.port is not None and not 0 < address.port < 65536:
            raise StatusUnreachable(f"expected a port of 1 to 65535, found {address.port}")
        if question.body is None:
            return self._client.build_request("GET", address)
        headers = {"Content-Type": self._media.request}
        return self._client.build_request("POST", address, content=question.body, headers=headers)

    def close(self) -> None:
        """Closes the connections and ends the thread."""
        asyncio.run_coroutine_threadsafe(self._client.aclose(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def _require_answer(answer: httpx.Response, expected: str) -> None:
    """A 200 that says it is such an answer (RFC 6960 A.2), or says nothing of what it is: then the bytes will tell."""
    if answer.status_code != httpx.codes.OK:
        raise StatusUnreachable(f"expected HTTP 200, the responder answered {answer.status_code}")
    kind = answer.headers.get("Content-Type", expected).partition(";")[0].strip().lower()
    if kind != expected:
        raise StatusUnreachable(f"expected the Content-Type {expected}, found {kind[:64]!r}")
