"""The client of the link service: the invented format in, our terms out; what is not of the format is no answer."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from typing import Any

import httpx
import pytest

from reference_impl.accounts.link_client import MAXIMUM_ANSWER, LinkClient
from reference_impl.accounts.links import LinkAnswer, LinksUnreachable, NoLink
from tests.reference_impl.accounts.told import KEY_ID, named

ADDRESS = "http://links.test/services/link"


def certificate(serial: str = "3", **changes: object) -> dict[str, object]:
    """A certificate of an answer."""
    said = {"kind": "auth", "medium": "card", "serial": serial, "issuer_key_id": "a2tra2tra2tra2tra2tra2tra2s="}
    dates = {"issued": "2026-10-04T00:00:00Z", "not_after": "2031-09-08T00:00:00Z", "revoked": None, "reason": None}
    return {**said, **dates, **changes}


def said(**changes: object) -> dict[str, Any]:
    """A whole answer."""
    right = {"as_of": "2026-12-01T00:00:00Z", "status": "current", "asked": certificate(), "current": certificate()}
    return {**right, "previous": [certificate("1")], "counterparts": [], **changes}


def client(answer: Callable[[httpx.Request], httpx.Response]) -> LinkClient:
    """A client whose service answers so, its bodies as they come over a line."""

    def sent(request: httpx.Request) -> httpx.Response:
        made = answer(request)
        return httpx.Response(made.status_code, headers=made.headers, stream=httpx.ByteStream(made.content))

    return LinkClient(ADDRESS, transport=httpx.MockTransport(sent))


def test_question_and_answer_have_the_invented_format() -> None:
    """Kind, serial and the issuer's key identifier go out; what comes back is read into our terms."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=said())

    with closing(client(answer)) as links:
        found = links.resolve(named(3))
    (request,) = seen
    assert (request.method, str(request.url)) == ("POST", ADDRESS)
    assert json.loads(request.content) == {
        "kind": "auth",
        "serial": "3",
        "issuer_key_id": "a2tra2tra2tra2tra2tra2tra2s=",
    }
    assert isinstance(found, LinkAnswer)
    assert (found.asked.named, found.previous[0].named) == (named(3, key_id=KEY_ID), named(1))


@pytest.mark.parametrize(("status", "expected"), [(404, NoLink.NOT_ISSUED), (409, NoLink.NONE_IN_FORCE)])
def test_two_refusals_are_answers(status: int, expected: NoLink) -> None:
    """Never issued, and none in force."""
    with closing(client(lambda _: httpx.Response(status, json={}))) as links:
        assert links.resolve(named(3)) is expected


BROKEN: dict[str, httpx.Response] = {
    "500": httpx.Response(500),
    "redirect": httpx.Response(307, headers={"Location": "http://elsewhere.test/"}),
    "empty": httpx.Response(200),
    "no-json": httpx.Response(200, content=b"\xff"),
    "no-mark": httpx.Response(200, json={key: value for key, value in said().items() if key != "as_of"}),
    "mark-without-zone": httpx.Response(200, json=said(as_of="2026-12-01T00:00:00")),
    "unknown-status": httpx.Response(200, json=said(status="maybe")),
    "unknown-medium": httpx.Response(200, json=said(asked=certificate(medium="watch"))),
    "serial-in-capitals": httpx.Response(200, json=said(asked=certificate("A"))),
    "serial-with-a-leading-zero": httpx.Response(200, json=said(asked=certificate("03"))),
    "serial-of-41-digits": httpx.Response(200, json=said(asked=certificate("1" * 41))),
    "too-long": httpx.Response(200, content=b" " * (MAXIMUM_ANSWER + 1)),
}


@pytest.mark.parametrize("response", BROKEN.values(), ids=BROKEN)
def test_what_is_not_of_the_format_is_no_answer(response: httpx.Response) -> None:
    """It says neither that somebody is known nor that somebody is a stranger."""
    with closing(client(lambda _: response)) as links, pytest.raises(LinksUnreachable):
        links.resolve(named(3))


def test_a_service_that_is_gone_is_no_answer() -> None:
    """A connection refused."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with closing(client(refuse)) as links, pytest.raises(LinksUnreachable, match="ConnectError"):
        links.resolve(named(3))


class Dripping(httpx.AsyncByteStream):
    """A body that never ends and never says more than a blank."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.01)
            yield b" "


def test_a_body_that_drips_is_no_answer() -> None:
    """The time-out is one for the whole question, whatever comes meanwhile."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Dripping()))
    with closing(LinkClient(ADDRESS, timeout=0.2, transport=transport)) as links, pytest.raises(LinksUnreachable) as no:
        links.resolve(named(3))
    assert "within 0.2 s" in str(no.value)
