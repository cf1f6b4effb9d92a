"""A responder in a process of its own, for load: `python -m harness.bench.responder FOLDER KEY [presigned] [protocol]`.

Its door is uvicorn's, or with `protocol` the bare one. It prints one line of JSON (its port, and requests for it) and
answers until its standard input ends. The journal is written and the world's clock is read for each answer, as ever.
"""

import asyncio
import sys
from collections.abc import Iterable, Iterator
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
    people = [world.certificates(resident.id) for resident in world.residents()]
    serials = [one.serial for entries in people for one in entries if one.kind is Kind.AUTH]
    return requests_about(service, world.clock.now(), serials, nonces=nonces)


def requests_about(
    service: OcspService, now: datetime, serials: Iterable[int], *, nonces: bool = True
) -> Iterator[bytes]:
    """Yield requests about authentication certificates of the generation in office, each with a nonce of its own."""
    authority = service.generations(Kind.AUTH, now)[-1]
    name, key = DELEGATES.hashes(authority)["sha1"]
    for number, serial in enumerate(serials):
        builder = OCSPRequestBuilder().add_certificate_by_hash(name, key, serial, SHA1())  # noqa: S303  (CertIDs)
        if nonces:
            builder = builder.add_extension(OCSPNonce(number.to_bytes(NONCE_OCTETS, "big")), critical=False)
        yield builder.build().public_bytes(Encoding.DER)


async def _nothing_else(scope: Scope, receive: Receive, send: Send) -> None:
    del scope, receive
    await asyncio.sleep(0)
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def main() -> None:
    """Serve until standard input ends."""
    folder, key, *more = sys.argv[1:]
    with asked(Path(folder), ResponderKey(key), presigned="presigned" in more) as asked_for:
        door = OcspDoor(asked_for.world, asked_for.service, Faults())
        bare = "protocol" in more
        with ServedQuickly(door) if bare else Served(QuickApp(door, _nothing_else), quick=True) as served:
            line = {"port": served.port, "requests": [each.hex() for each in asked_for.requests]}
            sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
            sys.stdout.flush()
            sys.stdin.read()


if __name__ == "__main__":
    main()
