"""Asking a responder over HTTP, bounded in time and size (RFC 6960 Appendix A; RP-OCSP-022).

A loop of its own in a thread of its own: a time-out here covers the whole question, headers sent one byte a second
too, which per-read time-outs of a blocking client do not.
"""

import asyncio
import threading
from typing import Final

import httpx

from reference_impl.bounded_body import read_bounded
from reference_impl.http_freshness import fresh_for
from reference_impl.verification.ocsp_settings import Question, Reply, StatusUnreachable

MAXIMUM_ANSWER: Final = 64 * 1024
ANSWER_TYPE: Final = "application/ocsp-response"

_HEADERS: Final = {
    "Accept": ANSWER_TYPE,
    "Accept-Encoding": "identity",  # what is not unpacked cannot grow
}
_POST_HEADERS: Final = {"Content-Type": "application/ocsp-request"}


class StatusClient:
    """Questions to responders, many at a time."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._client = httpx.AsyncClient(
            headers=_HEADERS,
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
                    _require_answer(answer)
                    body = await read_bounded(answer, MAXIMUM_ANSWER)
                    if body is None:
                        raise StatusUnreachable(f"expected at most {MAXIMUM_ANSWER} octets, the answer is longer")
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
        return self._client.build_request("POST", address, content=question.body, headers=_POST_HEADERS)

    def close(self) -> None:
        """Closes the connections and ends the thread."""
        asyncio.run_coroutine_threadsafe(self._client.aclose(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def _require_answer(answer: httpx.Response) -> None:
    """A 200 that says it is an OCSP answer (RFC 6960 A.2), or says nothing of what it is: then the bytes will tell."""
    if answer.status_code != httpx.codes.OK:
        raise StatusUnreachable(f"expected HTTP 200, the responder answered {answer.status_code}")
    kind = answer.headers.get("Content-Type", ANSWER_TYPE).partition(";")[0].strip().lower()
    if kind != ANSWER_TYPE:
        raise StatusUnreachable(f"expected the Content-Type {ANSWER_TYPE}, found {kind[:64]!r}")
