"""The short way of an OCSP answer against the long one: the same octets, whatever was asked before.

One responder is asked throughout, so that what it remembers of one request meets the next. The long way (`ocsp.answer`)
remembers nothing. RSA signatures and those of RFC 6979 are equal where what they sign is.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.contract.vocabulary import Kind
from harness.jlis import ocsp_plain
from harness.jlis.life_events import LifeEvent
from harness.jlis.marks import MadeMarks, QuarterHours
from harness.jlis.ocsp import answer, drafted
from harness.jlis.ocsp_delegates import DELEGATES
from harness.jlis.ocsp_policy import Closure, NamedBy, NeverIssued, NonceRule, ResponderKey, ResponderPolicy
from harness.jlis.ocsp_service import OcspService
from harness.jlis.populations import Medium
from harness.jlis.validity import JST
from harness.keys import KeyPool
from harness.world import World
from tests.harness.asking import request
from tests.harness.instants import jst

FIRST = 0x0700_0000
BEGIN = jst("2026-12-02T09:00:00")


@pytest.fixture(scope="module")
def world(keys: KeyPool) -> Iterator[World]:
    """A world of some people; one has a phone, some moved or lost their cards, at instants around the marks."""
    world = World.create(keys, seed=7, start=jst("2026-12-01T00:00:00"))
    world.new_crowd(8, keys=2)
    people = [world.new_resident(with_card=True).id for _ in range(3)]
    world.happen(people[0], LifeEvent.PHONE_BOUND)
    world.clock.set(jst("2026-12-02T08:59:59"))
    world.lose(people[1])
    world.clock.set(jst("2026-12-02T09:00:00"))
    world.move("r000003")
    world.clock.set(jst("2026-12-02T09:15:01"))
    world.revoke(people[2], "auth", "keyCompromise")
    world.clock.set(jst("2026-12-02T09:20:00"))
    world.revoke("r000004", "auth", "unspecified")
    yield world
    world.close()


class Asked(NamedTuple):
    """One request, when and of whom."""

    kind: Kind
    medium: Medium | None
    generation: int
    sha256: bool
    serial: int
    nonce: bytes | None
    now: datetime
    policy: ResponderPolicy


PLAIN = ResponderPolicy(deterministic=True)
policies = st.builds(
    ResponderPolicy,
    nonces=st.sampled_from(NonceRule),
    named_by=st.sampled_from(NamedBy),
    responder_key=st.sampled_from(ResponderKey),
    deterministic=st.sampled_from([True]),
    never_issued=st.sampled_from(NeverIssued),
    valid=st.sampled_from([timedelta(minutes=15), timedelta(minutes=30)]),
)
delegates = [0x06F0_0000 | number << 12 | 0x123 for number in range(64)]
serials = st.one_of(st.integers(FIRST - 1, FIRST + 14), st.sampled_from([1, 0x7F, 0x80, 2**64, 2**158, *delegates]))
instants = st.one_of(
    st.sampled_from([timedelta(0), timedelta(minutes=30), timedelta(minutes=30, milliseconds=999)]),
    st.integers(-1000, 2000).map(lambda milliseconds: timedelta(milliseconds=milliseconds)),
    st.integers(0, 3600).map(lambda seconds: timedelta(seconds=seconds)),
    st.integers(0, 200).map(lambda days: timedelta(days=days)),
).map(lambda since: BEGIN + since)
questions = st.builds(
    Asked,
    st.sampled_from(Kind),
    st.sampled_from([None, None, *Medium]),
    st.sampled_from([3, 3, 3, 3, 2, 1, 4, 0]),
    st.booleans(),
    serials,
    st.one_of(st.none(), st.sampled_from([1, 15, 16, 17, 32, 33, 128]).map(lambda size: bytes(range(size)))),
    instants,
    st.sampled_from([PLAIN]) | st.sampled_from([PLAIN]) | policies,
)


def octets(service: OcspService, asked: Asked) -> bytes:
    """Return the request as `cryptography` writes it; generation 0 is somebody whom nobody knows."""
    algorithm = SHA256() if asked.sha256 else SHA1()  # noqa: S303  (the hash of RFC 6960 CertIDs)
    known = {each.generation: each for each in service.generations(asked.kind, BEGIN + timedelta(days=400))}
    name, key = bytes(algorithm.digest_size), bytes(algorithm.digest_size)
    if asked.generation in known:
        name, key = DELEGATES.hashes(known[asked.generation])[algorithm.name]
    builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(name, key, asked.serial, algorithm)
    if asked.nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(asked.nonce), critical=False)
    return builder.build().public_bytes(Encoding.DER)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_short_way_says_what_the_long_one_says(world: World, data: st.DataObject) -> None:
    """Octets, serial number and the journal's word, one question after the other at instants near and far."""
    service = world.jlis.responder
    for asked in data.draw(st.lists(questions, min_size=1, max_size=8)):
        if service.policy(asked.kind) != asked.policy:
            service.switch(asked.kind, asked.policy)
        der = octets(service, asked)
        said = service.answer(asked.kind, der, asked.now, (), asked.medium)
        known = service.generations(asked.kind, asked.now)
        wanted = answer(der, known, world._register, asked.now, policy=asked.policy, medium=asked.medium)
        assert said == wanted


def test_every_form_is_met(world: World) -> None:
    """The property above would hold of a short way that nobody takes: here answers are drafted once and then joined."""
    service, drafts = world.jlis.responder, 0

    def counted(*arguments: object) -> object:
        nonlocal drafts
        drafts += 1
        return drafted(*arguments)  # type: ignore[arg-type]

    service.switch(Kind.AUTH, ResponderPolicy(responder_key=ResponderKey.P256))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ocsp_plain, "drafted", counted)
        for serial in range(FIRST, FIRST + 8):
            for nonce in (None, bytes(16), bytes(range(16))):
                service.answer(Kind.AUTH, request(world, Kind.AUTH, serial, nonce=nonce), BEGIN)
        assert drafts == 2, "good, without a nonce and with one of sixteen octets"
        service.answer(Kind.AUTH, request(world, Kind.AUTH, FIRST), BEGIN + timedelta(seconds=1))
        assert drafts == 3, "producedAt is another"


def test_forms_are_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks in ever other lengths makes the forms of the second go, and gets the same answers."""
    monkeypatch.setattr(ocsp_plain, "MOST_FORMS", 3)
    service = world.jlis.responder
    service.switch(Kind.AUTH, ResponderPolicy())
    for _ in range(2):
        for size in (16, 17, 18, 19, 20, 21):
            der = request(world, Kind.AUTH, FIRST, nonce=bytes(size))
            wanted = answer(der, service.generations(Kind.AUTH, BEGIN), world._register, BEGIN)
            assert service.answer(Kind.AUTH, der, BEGIN) == wanted
    assert len(service._alike[Kind.AUTH, None]._forms) <= 3


def test_a_mark_made_within_the_second(keys: KeyPool) -> None:
    """What is said changes at once where marks are made on demand."""
    marks = MadeMarks(jst("2026-12-01T00:00:00"))
    ours = World.create(keys, seed=7, start=jst("2026-12-01T00:00:00"), marks=marks)
    try:
        card = ours.issue_card(ours.new_resident().id)
        at = jst("2026-12-01T00:00:05")
        der = request(ours, Kind.AUTH, card.auth_serial)

        def this_update() -> datetime:
            return ocsp.load_der_ocsp_response(ours.jlis.ocsp(Kind.AUTH, der, at).der).this_update_utc

        assert this_update() == jst("2026-12-01T00:00:00")
        marks.make(at)
        assert this_update() == at
    finally:
        ours.close()


@given(st.lists(st.integers(-(10**10), 10**10), min_size=1, max_size=6))
def test_the_mark_that_is_remembered(offsets: list[int]) -> None:
    """The mark of the grid at or before each instant (spec/pki.md §3), whatever instant was asked about before."""
    marks = QuarterHours()
    for offset in offsets:
        there = BEGIN + timedelta(milliseconds=offset)
        for instant in (there, there.astimezone(JST)):
            seconds = int(instant.timestamp() // 900 * 900)
            assert marks.at(instant).timestamp() == seconds
            assert marks.at(instant).utcoffset() == instant.utcoffset()


def test_presigned_answers_do_not_outlive_their_policy(world: World) -> None:
    """A policy that is switched while an answer is found leaves nothing behind for the next one."""
    service = world.jlis.responder
    der = request(world, Kind.AUTH, FIRST)
    first, second = (ResponderPolicy(presigned=True, named_by=named) for named in NamedBy)
    service.switch(Kind.AUTH, first)
    one = service.answer(Kind.AUTH, der, BEGIN).der
    assert service.answer(Kind.AUTH, der, BEGIN).der is one, "given again"
    service.switch(Kind.AUTH, second)
    other = service.answer(Kind.AUTH, der, BEGIN).der
    assert ocsp.load_der_ocsp_response(one).responder_name is None
    assert ocsp.load_der_ocsp_response(other).responder_name is not None


def test_a_request_that_came_before_is_judged_where_it_must_be(world: World) -> None:
    """While closed for maintenance, the octets of an hour ago are refused like any others."""
    service = world.jlis.responder
    closed = Closure(BEGIN + timedelta(minutes=5), BEGIN + timedelta(minutes=6))
    service.switch(Kind.AUTH, ResponderPolicy(presigned=True, maintenance=(closed,)))
    der = request(world, Kind.AUTH, FIRST)
    good = service.answer(Kind.AUTH, der, BEGIN).der
    assert service.answer(Kind.AUTH, der, BEGIN + timedelta(minutes=5)).said == "try_later"
    assert service.answer(Kind.AUTH, der, BEGIN + timedelta(minutes=6)).der == good
