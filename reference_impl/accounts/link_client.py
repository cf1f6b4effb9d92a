"""Asking J-LIS's link service over HTTP. The wire format is INVENTED (docs/jlis.md); the messages here are our own.

POST <address> {"kind", "serial", "issuer_key_id"} → 200 LinkAnswer · 404 never issued · 409 none in force yet
"""

import asyncio
import threading
from datetime import datetime
from typing import Annotated, Final, Literal

import httpx
import msgspec
from msgspec import Meta, Struct

from reference_impl.accounts.links import LinkAnswer, Linked, LinksUnreachable, Named, NoLink
from reference_impl.bounded_body import read_bounded
from reference_impl.verification.purpose import Carrier, CertificateKind

MAXIMUM_ANSWER: Final = 64 * 1024
TIMEOUT: Final = 5.0
"""Seconds for the whole question."""

_Instant = Annotated[datetime, Meta(tz=True)]
_Serial = Annotated[str, Meta(pattern=r"^(0|[1-9a-f][0-9a-f]{0,39})\Z")]


class _Asked(Struct, frozen=True):
    kind: CertificateKind
    serial: str
    issuer_key_id: bytes


class _Certificate(Struct, frozen=True):
    kind: CertificateKind
    medium: Carrier
    serial: _Serial
    issuer_key_id: bytes
    issued: _Instant
    not_after: _Instant
    revoked: _Instant | None
    reason: str | None


class _Answer(Struct, frozen=True):
    as_of: _Instant
    status: Literal["current", "succeeded", "ended"]
    asked: _Certificate
    current: _Certificate | None
    previous: list[_Certificate]
    counterparts: list[_Certificate]


_NOTHING: Final = {404: NoLink.NOT_ISSUED, 409: NoLink.NONE_IN_FORCE}


class LinkClient:
    """The link service at one address; any number of threads may ask.

    A loop of its own in a thread of its own, as `status_client` has: so a time-out covers the whole question.
    """

    def __init__(
        self, address: str, *, timeout: float = TIMEOUT, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._address = address
        self._timeout = timeout
        self._loop = asyncio.new_event_loop()
        self._client = httpx.AsyncClient(
            timeout=None,  # noqa: S113 - each question has its own, around all of it
            trust_env=False,
            follow_redirects=False,
            headers={"Accept": "application/json", "Accept-Encoding": "identity", "Content-Type": "application/json"},
            transport=transport,
        )
        self._thread = threading.Thread(target=self._loop.run_forever, name="link-client", daemon=True)
        self._thread.start()

    def resolve(self, asked: Named) -> LinkAnswer | NoLink:
        """What belongs to this certificate; LinksUnreachable if no answer came, or none of the format."""
        message = msgspec.json.encode(_Asked(asked.kind, asked.serial, asked.issuer_key_id))
        found = asyncio.run_coroutine_threadsafe(self._ask(message), self._loop).result()
        if isinstance(found, NoLink):
            return found
        try:
            return _read(msgspec.json.decode(found, type=_Answer))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise LinksUnreachable(f"expected a link answer, found {len(found)} octets of something else") from error

    async def _ask(self, message: bytes) -> bytes | NoLink:
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._client.stream("POST", self._address, content=message) as response,
            ):
                if response.status_code in _NOTHING:
                    return _NOTHING[response.status_code]
                if response.status_code != httpx.codes.OK:
                    raise LinksUnreachable(f"expected HTTP 200, 404 or 409, found {response.status_code}")
                body = await read_bounded(response, MAXIMUM_ANSWER)
        except TimeoutError as error:
            raise LinksUnreachable(f"expected an answer within {self._timeout} s, found none") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise LinksUnreachable(f"expected an answer, found {type(error).__name__}") from error
        if body is None:
            raise LinksUnreachable(f"expected at most {MAXIMUM_ANSWER} octets, the answer is longer")
        return body

    def close(self) -> None:
        """Closes the connections and ends the thread."""
        asyncio.run_coroutine_threadsafe(self._client.aclose(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def _read(answer: _Answer) -> LinkAnswer:
    """The answer in our terms; `status` says nothing that `current` does not, and is not read."""
    return LinkAnswer(
        answer.as_of,
        _linked(answer.asked),
        None if answer.current is None else _linked(answer.current),
        tuple(map(_linked, answer.previous)),
        tuple(map(_linked, answer.counterparts)),
    )


def _linked(said: _Certificate) -> Linked:
    named = Named(said.kind, said.issuer_key_id, said.serial)
    return Linked(named, said.medium, said.issued, said.not_after, said.revoked, said.reason)
