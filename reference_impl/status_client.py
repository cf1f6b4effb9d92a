"""Asking a responder over HTTP, bounded in time and size (RFC 6960 Appendix A; RP-OCSP-022).

A loop of its own in a thread of its own: a time-out here covers the whole question, headers sent one byte a second
too, which per-read time-outs of a blocking client do not.
"""

import asyncio
import threading
from typing import Final

import httpx

from reference_impl.verification.revocation import StatusUnreachable

TIMEOUT_SECONDS: Final = 3.0
MAXIMUM_ANSWER: Final = 64 * 1024

_HEADERS: Final = {
    "Content-Type": "application/ocsp-request",
    "Accept": "application/ocsp-response",
    "Accept-Encoding": "identity",  # what is not unpacked cannot grow
}


class StatusClient:
    """Questions to responders, many at a time."""

    def __init__(self, timeout: float = TIMEOUT_SECONDS) -> None:
        self._timeout = timeout
        self._loop = asyncio.new_event_loop()
        self._client = httpx.AsyncClient(
            headers=_HEADERS,
            timeout=timeout,
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=64),
        )
        self._thread = threading.Thread(target=self._loop.run_forever, name="status-client", daemon=True)
        self._thread.start()

    def ask(self, address: str, request: bytes) -> bytes:
        """The body of the responder's answer with status 200; StatusUnreachable says what came instead."""
        return asyncio.run_coroutine_threadsafe(self._ask(address, request), self._loop).result()

    async def _ask(self, address: str, request: bytes) -> bytes:
        try:
            async with asyncio.timeout(self._timeout), self._client.stream("POST", address, content=request) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise StatusUnreachable(f"expected HTTP 200, the responder answered {answer.status_code}")
                return await _read_bounded(answer)
        except TimeoutError as error:
            raise StatusUnreachable(f"expected an answer within {self._timeout} s, found none") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise StatusUnreachable(f"expected an answer, found {type(error).__name__}") from error

    def close(self) -> None:
        """Closes the connections and ends the thread."""
        asyncio.run_coroutine_threadsafe(self._client.aclose(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _read_bounded(answer: httpx.Response) -> bytes:
    body = bytearray()
    async for part in answer.aiter_raw():
        body += part
        if len(body) > MAXIMUM_ANSWER:
            raise StatusUnreachable(f"expected at most {MAXIMUM_ANSWER} octets, the answer is longer")
    return bytes(body)
