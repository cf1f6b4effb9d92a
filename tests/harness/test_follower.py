"""A product that follows the world's clock: at each change, and while it runs, with the second."""

import json
import queue
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from harness.commands.follower import Follower
from harness.contract.client import RelyingPartyClient
from harness.doors.server import Served
from harness.world import World
from tests.harness.instants import jst

PATIENCE = 10


class Product:
    """A product that knows one verb, and keeps what it was told."""

    def __init__(self) -> None:
        self.told: queue.Queue[dict[str, object]] = queue.Queue()
        self.app = Starlette(routes=[Route("/kazashi/v1/set_time", self.set_time, methods=["POST"])])

    async def set_time(self, request: Request) -> Response:
        """Keep it, and echo the epoch."""
        message = json.loads(await request.body())
        self.told.put(message)
        return JSONResponse({"epoch": message["epoch"]})

    def next(self) -> dict[str, object]:
        """Return what it is told next."""
        return self.told.get(timeout=PATIENCE)


@pytest.fixture
def product() -> Product:
    """The product."""
    return Product()


@pytest.fixture
def client(product: Product) -> Iterator[RelyingPartyClient]:
    """Its surface."""
    with Served(product.app) as served, RelyingPartyClient.at(served.url) as client:
        yield client


def test_a_frozen_clock_is_told_when_it_changes(world: World, product: Product, client: RelyingPartyClient) -> None:
    """Once at first, once a change; in between nothing, and no transcript is kept."""
    with Follower(client, world.clock, print) as follower:
        assert product.next() == {"instant": "2026-11-30T15:00:00Z", "epoch": 0}
        world.clock.set(jst("2026-12-02T09:07:30"))
        follower.follow()
        assert product.next() == {"instant": "2026-12-02T00:07:30Z", "epoch": 1}
        assert client.exchanges == []
    assert product.told.empty()


def test_a_running_clock_is_told_with_each_second(world: World, product: Product, client: RelyingPartyClient) -> None:
    """Nobody asks for it: the thread tells the product, in the same epoch."""
    world.clock.run()
    with Follower(client, world.clock, print):
        instants = [product.next() for _ in range(2)]
    assert [told["epoch"] for told in instants] == [1, 1]
    assert instants[0] != instants[1]


def test_a_product_that_does_not_follow_is_told_of(world: World) -> None:
    """A product that has gone is a line on stderr, not a fault in the middle of a change of the clock."""
    said: list[str] = []
    with RelyingPartyClient.at("http://127.0.0.1:1") as gone, Follower(gone, world.clock, said.append):
        pass
    assert len(said) == 1
    assert said[0].startswith("the relying party does not keep the world's time: set_time at http://127.0.0.1:1")
