"""Asking J-LIS's link service over HTTP. The wire format is INVENTED (docs/jlis.md); the messages here are our own.

POST <address> {"kind", "serial", "issuer_key_id"} → 200 LinkAnswer · 404 never issued · 409 none in force yet
"""

from datetime import datetime
from typing import Annotated, Final, Literal

import httpx
import msgspec
from msgspec import Meta, Struct

from reference_impl.accounts.links import LinkAnswer, Linked, LinksUnreachable, Named, NoLink
from reference_impl.verification.purpose import Carrier, CertificateKind

MAXIMUM_ANSWER: Final = 64 * 1024
TIMEOUT: Final = 5.0
"""Seconds for each read; the whole answer is bounded in size besides."""

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
    """The link service at one address; any number of threads may ask."""

    def __init__(self, address: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self._address = address
        self._client = httpx.Client(
            timeout=TIMEOUT,
            trust_env=False,
            follow_redirects=False,
            headers={"Accept": "application/json", "Accept-Encoding": "identity", "Content-Type": "application/json"},
            transport=transport,
        )

    def resolve(self, asked: Named) -> LinkAnswer | NoLink:
        """What belongs to this certificate; LinksUnreachable if no answer came, or none of the format."""
        message = _Asked(asked.kind, asked.serial, asked.issuer_key_id)
        try:
            with self._client.stream("POST", self._address, content=msgspec.json.encode(message)) as response:
                if response.status_code in _NOTHING:
                    return _NOTHING[response.status_code]
                if response.status_code != httpx.codes.OK:
                    raise LinksUnreachable(f"expected HTTP 200, 404 or 409, found {response.status_code}")
                body = _read_bounded(response)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise LinksUnreachable(f"expected an answer, found {type(error).__name__}") from error
        try:
            return _read(msgspec.json.decode(body, type=_Answer))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise LinksUnreachable(f"expected a link answer, found {len(body)} octets of something else") from error

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()


def _read_bounded(response: httpx.Response) -> bytes:
    body = bytearray()
    for part in response.iter_raw():
        body += part
        if len(body) > MAXIMUM_ANSWER:
            raise LinksUnreachable(f"expected at most {MAXIMUM_ANSWER} octets, the answer is longer")
    return bytes(body)


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
