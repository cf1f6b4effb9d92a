"""A responder in a process of its own, for load: `python -m harness.bench.responder FOLDER KEY [presigned] [protocol]`.

Its door is uvicorn's, or with `protocol` the bare one. It prints one line of JSON (its port, and requests for it) and
answers until its standard input ends. The journal is written as ever. The clock's row is read once: a world that stands
still is asked, and reading a row of the store for each request would measure the store (the row ocsp.clock says what
that costs).
"""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import OCSPNonce
from cryptography.x509.ocsp import OCSPRequestBuilder
from starlette.types import Receive, Scope, Send

from harness.clock import host_now, instant_at
from harness.contract.vocabulary import Kind
from harness.doors.ocsp import OcspDoor, QuickApp
from harness.doors.ocsp_protocol import ServedQuickly
from harness.doors.server import Served
from harness.jlis.faults import Faults
from harness.jlis.ocsp_delegates import DELEGATES
from harness.jlis.ocsp_policy import ResponderKey, ResponderPolicy
from harness.jlis.ocsp_service import OcspService
from harness.keys import KeyPool
from harness.world import World

PEOPLE, KEYS = 64, 2
ORIGIN = datetime(2026, 12, 1, tzinfo=UTC)
NONCE_OCTETS = 16


@dataclass(frozen=True)
class Asked:
    """A world with people, its responder, and requests about their authentication certificates."""

    world: World
    service: OcspService
    requests: list[bytes]


@contextmanager
def asked(folder: Path, key: ResponderKey, *, presigned: bool) -> Iterator[Asked]:
    """Yield a responder with a key; where answers are pre-signed, the requests have no nonce."""
    world = World.create(KeyPool(folder / "keys"), seed=7, start=ORIGIN)
    try:
        world.new_crowd(PEOPLE, keys=KEYS)
        world.clock.set(ORIGIN + timedelta(days=1, minutes=7))
        service = world.jlis.responder
        service.switch(Kind.AUTH, ResponderPolicy(responder_key=key, presigned=presigned))
        yield Asked(world, service, list(_requests(world, service, nonces=not presigned)))
    finally:
        world.close()


def _requests(world: World, service: OcspService, *, nonces: bool) -> Iterator[bytes]:
    authority = service.generations(Kind.AUTH, world.clock.now())[-1]
    name, key = DELEGATES.hashes(authority)["sha1"]
    for number, resident in enumerate(world.residents()):
        (serial,) = [one.serial for one in world.certificates(resident.id) if one.kind is Kind.AUTH]
        builder = OCSPRequestBuilder().add_certificate_by_hash(name, key, serial, SHA1())  # noqa: S303  (CertIDs)
        if nonces:
            builder = builder.add_extension(OCSPNonce(number.to_bytes(NONCE_OCTETS, "big")), critical=False)
        yield builder.build().public_bytes(Encoding.DER)


def held_clock(world: World) -> Callable[[], datetime]:
    """Return the world's clock with its row read once."""
    row = world.clock.row
    return lambda: instant_at(row, host_now())


async def _nothing_else(scope: Scope, receive: Receive, send: Send) -> None:
    del scope, receive
    await asyncio.sleep(0)
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def main() -> None:
    """Serve until standard input ends."""
    folder, key, *more = sys.argv[1:]
    with asked(Path(folder), ResponderKey(key), presigned="presigned" in more) as asked_for:
        door = OcspDoor(asked_for.world, asked_for.service, Faults(), held_clock(asked_for.world))
        bare = "protocol" in more
        with ServedQuickly(door) if bare else Served(QuickApp(door, _nothing_else), quick=True) as served:
            line = {"port": served.port, "requests": [each.hex() for each in asked_for.requests]}
            sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
            sys.stdout.flush()
            sys.stdin.read()


if __name__ == "__main__":
    main()
