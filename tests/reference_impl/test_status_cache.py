"""Statuses kept: to the second, no refusal made good, nothing brought back by a clock, no more than there is room."""

import sys
import threading
import time
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from reference_impl.verification.certificate import Certificate, parse_certificate
from reference_impl.verification.ocsp_client import OcspClient
from reference_impl.verification.ocsp_settings import REGISTER_PERIOD, Nonce, Question, Reply, Responder, Responders
from reference_impl.verification.purpose import CertificateKind
from reference_impl.verification.revocation_cache import CAPACITY, StatusCache, status_key
from reference_impl.verification.revocation_methods import FallBack, KnownRevocations, Remembering
from reference_impl.verification.status import Status
from reference_impl.verification.trust import Authority, read_authority
from reference_impl.verification.verdict import Reason, StatusSource
from tests.reference_impl import ocsp_answers as a
from tests.reference_impl import pki

ONE = timedelta(seconds=1)
HALF = timedelta(minutes=30)


def at(seconds: float) -> datetime:
    """So long after the mark from which the answers speak."""
    return a.GRID + timedelta(seconds=seconds)


class Asked:
    """A client with a responder that says what it is told, and counts."""

    def __init__(self, **changes: Any) -> None:
        settings = {"address": "http://ocsp.test/", "nonce": Nonce.NONE, "keep": HALF, **changes}
        self.questions = 0
        self.says: bytes | Reply = a.answer(a.single(until=a.GRID + HALF), produced=a.GRID)
        self.client = OcspClient(Responders({CertificateKind.AUTH: Responder(**settings)}), self._ask, bytes)

    def _ask(self, question: Question) -> bytes | Reply:
        del question
        self.questions += 1
        return self.says

    def status(self, now: datetime, key: str = "auth-ca", **leaf: Any) -> str:
        """The reason at an instant."""
        certificate, authority = material(key, **leaf)
        return str(self.client.status(certificate, authority, now).reason)


def material(key: str = "auth-ca", **leaf: Any) -> tuple[Certificate, Authority]:
    """A certificate and its issuer."""
    authority = read_authority(CertificateKind.AUTH, pki.der(pki.authority("auth", key)))
    return parse_certificate(pki.leaf(issuer_key=key, **leaf)), authority


@pytest.mark.parametrize(
    ("keep", "until", "last"),
    [
        (timedelta(days=1), HALF, 30 * 60 - 1),
        (REGISTER_PERIOD, HALF, 15 * 60 - 1),
        (timedelta(days=1), timedelta(days=7), 24 * 3600 - 1),
    ],
    ids=["next-update", "declared-time", "maximum-age"],
)
def test_kept_to_the_second(keep: timedelta, until: timedelta, last: int) -> None:
    """In its last second a status is used again, in the next one it is asked for."""
    asked = Asked(keep=keep)
    asked.says = a.answer(a.single(until=a.GRID + until), produced=a.GRID)
    assert [asked.status(at(seconds)) for seconds in (0, 1, last)] == ["OK"] * 3
    assert asked.questions == 1
    asked.status(at(last + 1))
    assert asked.questions == 2


def test_kept_no_longer_than_the_responder_may_sign() -> None:
    """A delegate whose certificate ends before nextUpdate: what it said ends with it."""
    asked = Asked(keep=timedelta(days=1))
    delegate = pki.der(pki.delegate(not_after=at(600)))
    asked.says = a.enveloped(a.signed(a.data(produced=a.GRID), certificates=[delegate]))
    assert [asked.status(at(seconds)) for seconds in (0, 599)] == ["OK", "OK"]
    assert asked.questions == 1
    assert asked.status(at(601)) == "STATUS_UNTRUSTED"
    assert asked.questions == 2


@pytest.mark.parametrize(("said", "last"), [(0, None), (60, 59), (86_400, 1799)], ids=["none", "sooner", "later"])
def test_carrier_makes_ask_again_sooner_and_never_later(said: int, last: int | None) -> None:
    """RFC 9919 §7.2: max-age before nextUpdate ends what is kept; beyond it, nextUpdate does."""
    asked = Asked(keep=timedelta(days=1))
    asked.says = Reply(a.answer(a.single(until=a.GRID + HALF), produced=a.GRID), timedelta(seconds=said))
    assert asked.status(at(0)) == "OK"
    if last is not None:
        assert asked.status(at(last)) == "OK"
    assert asked.questions == 1
    asked.status(at(0 if last is None else last + 1))
    assert asked.questions == 2


def test_nothing_is_kept_unless_it_is_said() -> None:
    """Without a declared time each verification asks: a tap checks the status every time (RP-KAZ-002)."""
    asked = Asked(keep=timedelta(0))
    assert [asked.status(at(1)) for _ in range(3)] == ["OK"] * 3
    assert asked.questions == 3


@pytest.mark.parametrize(
    ("says", "reason", "keep_unknown", "questions"),
    [
        (a.answer(a.single(status=a.revoked()), produced=a.GRID), "REVOKED", 0, 1),
        (a.answer(a.single(status=a.revoked(reason=6)), produced=a.GRID), "ON_HOLD", 0, 1),
        (a.answer(a.single(status=a.UNKNOWN), produced=a.GRID), "STATUS_UNKNOWN", 0, 3),
        (a.answer(a.single(status=a.UNKNOWN), produced=a.GRID), "STATUS_UNKNOWN", 60, 1),
        (bytes.fromhex("30030A0103"), "STATUS_UNAVAILABLE", 60, 3),
        (b"<html>", "STATUS_UNAVAILABLE", 60, 3),
        (a.enveloped(b"\x30\x00"), "STATUS_UNTRUSTED", 60, 3),
        (a.enveloped(a.signed(a.data(produced=a.GRID), "rogue-ca")), "STATUS_UNTRUSTED", 60, 3),
        (a.answer(a.single(until=a.GRID), produced=a.GRID), "STATUS_STALE", 60, 3),
        (a.answer(a.single(this=at(60)), produced=at(60)), "STATUS_STALE", 60, 3),
    ],
    ids=["revoked", "hold", "unknown", "unknown-kept", "try-later", "html", "malformed", "forged", "stale", "future"],
)
def test_only_answers_are_kept(says: bytes, reason: str, keep_unknown: int, questions: int) -> None:
    """Revoked is kept as good is; unknown for its own time; what is no answer never, and it never becomes one."""
    asked = Asked(keep_unknown=timedelta(seconds=keep_unknown))
    asked.says = says
    assert [asked.status(at(seconds)) for seconds in (1, 2, 3)] == [reason] * 3
    assert asked.questions == questions


def test_answer_with_a_part_from_the_future_is_not_kept() -> None:
    """Revoked now, and something else of the end of time: refused each time, and asked each time."""
    asked = Asked()
    end = b"\x18\x0f99991231235959Z"
    asked.says = a.answer(a.single(status=a.revoked()), a.single(this=end, until=None), produced=end)
    assert [asked.status(at(1)) for _ in range(2)] == ["REVOKED", "REVOKED"]
    assert asked.questions == 2


def test_unknown_is_kept_no_longer_than_allowed() -> None:
    """A certificate that became known is good after the declared time, not after nextUpdate."""
    asked = Asked(keep_unknown=timedelta(seconds=60))
    asked.says = a.answer(a.single(status=a.UNKNOWN), produced=a.GRID)
    asked.status(at(0))
    asked.says = a.answer(produced=at(30))
    assert [asked.status(at(seconds)) for seconds in (59, 60)] == ["STATUS_UNKNOWN", "OK"]


def test_clock_set_back_brings_nothing_back() -> None:
    """What was over once stays over, though nobody looked at it then; and nothing is used before it was found."""
    asked = Asked()
    asked.status(at(100))
    assert asked.questions == 1
    asked.status(at(99))
    assert asked.questions == 2, "found later than now"
    asked.status(at(1800), serial=5)
    asked.status(at(200))
    assert asked.questions == 4, "over at 1800"


def test_newer_answer_is_not_covered_by_an_older_one_that_was_long_under_way() -> None:
    """Good as of the mark before, arriving after revoked as of this mark: revoked stays."""
    certificate, authority = material()
    key, cache = status_key(certificate, authority), StatusCache()
    good = Status(Reason.OK, StatusSource("ocsp", at(0)))
    revoked = Status(Reason.REVOKED, StatusSource("ocsp", at(900)))
    cache.keep(key, revoked, at(901), at(1800))
    cache.keep(key, good, at(902), at(1800))
    assert cache.find(key, at(903)) == revoked
    same_time = msgspec.structs.replace(revoked, reason=Reason.OK)
    cache.keep(key, same_time, at(903), at(1800))
    assert cache.find(key, at(904)) == revoked
    newer = Status(Reason.OK, StatusSource("ocsp", at(901)))
    cache.keep(key, newer, at(905), at(1800))
    assert cache.find(key, at(906)) == newer


def test_of_two_answers_of_one_time_the_refusal_is_kept() -> None:
    """Good and revoked as of the same instant, in whichever order they come: revoked is what is used again."""
    good = Status(Reason.OK, StatusSource("ocsp", at(0)))
    revoked = Status(Reason.REVOKED, StatusSource("ocsp", at(0)))
    for first, second in ((good, revoked), (revoked, good)):
        cache = StatusCache()
        cache.keep(("key", 1), first, at(1), at(1800))
        cache.keep(("key", 1), second, at(2), at(1800))
        assert cache.find(("key", 1), at(3)) == revoked


@pytest.mark.parametrize(
    ("source", "until", "kept"),
    [
        (StatusSource("ocsp", a.GRID), 2, 1),
        (None, 2, 0),
        (StatusSource("ocsp", a.GRID), 1, 0),
        (StatusSource("ocsp", a.GRID), 0, 0),
    ],
    ids=["right", "without-a-source", "over-in-this-second", "over-before"],
)
def test_what_cannot_be_used_again_takes_no_room(source: StatusSource | None, until: int, kept: int) -> None:
    """No source, or no time left: it is not even kept."""
    cache = StatusCache()
    cache.keep(("key", 1), Status(Reason.OK, source), at(1), at(until))
    assert len(cache) == kept


def test_what_a_clock_set_back_makes_good_takes_no_room() -> None:
    """The latest instant that was ever seen counts, not the one of the answer."""
    cache = StatusCache()
    assert cache.find(("key", 1), at(60)) is None
    for until, kept in ((60, 0), (61, 1)):
        cache.keep(("key", 1), Status(Reason.OK, StatusSource("ocsp", a.GRID)), at(1), at(until))
        assert len(cache) == kept


def test_key_is_the_issuers_key_and_the_serial() -> None:
    """Another serial, and the same serial of another generation of the same name, are other certificates."""
    asked = Asked()
    asked.status(at(1))
    other = asked.status(at(1), serial=6)
    assert (other, asked.questions) == ("STATUS_UNTRUSTED", 2)
    generation = asked.status(at(1), key="auth-ca-2")
    assert (generation, asked.questions) == ("STATUS_UNTRUSTED", 3)
    renewed = asked.status(at(1), holder="another-holder")
    assert (renewed, asked.questions) == ("OK", 3)


def test_bounded_and_the_oldest_goes_first() -> None:
    """A million certificates leave so many entries, the last ones."""
    cache = StatusCache(capacity=1000)
    status = Status(Reason.OK, StatusSource("ocsp", at(0)))
    for serial in range(20_000):
        cache.keep(("key", serial), status, at(1), at(1800))
    assert len(cache) == 1000
    assert cache.find(("key", 18_999), at(2)) is None
    assert cache.find(("key", 19_000), at(2)) == status


def test_full_cache_takes_bounded_memory() -> None:
    """All entries there may be, each with a status of its own: below 48 MiB."""
    tracemalloc.start()
    try:
        cache = StatusCache()
        for serial in range(CAPACITY + 1000):
            status = Status(Reason.OK, StatusSource("ocsp", at(serial % 900)))
            cache.keep(("key", (1 << 150) + serial), status, at(901), at(1800))
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(cache) == CAPACITY
    assert size < 48 * 1024 * 1024, size


def test_many_threads_do_not_break_it() -> None:
    """Eight threads on a cache that is always full: no exception, no more entries than allowed, no foreign status."""
    cache, wrong = StatusCache(capacity=64), threading.Event()
    statuses = [Status(Reason.OK, StatusSource("ocsp", at(number))) for number in range(256)]

    def work(first: int) -> None:
        for turn in range(3000):
            serial = (first * 31 + turn * 7) % 256
            cache.keep(("key", serial), statuses[serial], at(300), at(1800))
            found = cache.find(("key", serial), at(301))
            if found is not None and found is not statuses[serial]:
                wrong.set()

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(work, range(8)))
    finally:
        sys.setswitchinterval(interval)
    assert not wrong.is_set()
    assert len(cache) <= 64


def test_kept_status_costs_little_beside_a_signature() -> None:
    """A returning holder's login is one signature verified; the status that is kept adds less than a fifth to it."""
    asked = Asked()
    certificate, authority = material()
    method = Remembering(FallBack(asked.client, asked.client), KnownRevocations())
    assert method.status(certificate, authority, at(1)).reason is Reason.OK
    key, signature = pki.key("holder").public_key(), pki.sign("holder", b"challenge")
    padded, digest = padding.PKCS1v15(), hashes.SHA256()
    kept = processor_time(lambda: method.status(certificate, authority, at(1)))
    assert kept < processor_time(lambda: key.verify(signature, b"challenge", padded, digest)) / 5
    assert asked.questions == 1


def processor_time(work: Callable[[], object]) -> float:
    """Seconds of this process for one turn, the best of some."""
    best = 1.0
    for _ in range(7):
        begun = time.process_time()
        for _ in range(500):
            work()
        best = min(best, (time.process_time() - begun) / 500)
    return best
