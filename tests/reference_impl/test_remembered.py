"""What is remembered never turns a refusal into an acceptance, and never grows beyond its bound."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Thread

import pytest

from reference_impl.verification import Policy, Remember, Signing, Status, Tap, Verifier
from reference_impl.verification import chip as chip_module
from reference_impl.verification import identity as identity_module
from reference_impl.verification.chain import Issuers
from reference_impl.verification.challenges import IssuedChallenges
from reference_impl.verification.doors import Doors
from reference_impl.verification.identity import Identities, Identity
from reference_impl.verification.memory import LONGEST, Memory
from reference_impl.verification.purpose import Carrier, CertificateKind
from reference_impl.verification.setting import Setting
from reference_impl.verification.verdict import Reason, Refusal
from tests.reference_impl import pki
from tests.reference_impl.verifying import EVERYTHING, Bench, Told, bench, login, signing, tap, trust

REMEMBERING = {"everything": Remember(), "issuers": Remember(0, 1000, 0), "nothing": Remember(0, 0, 0)}


def accepted(remember: Remember) -> Bench:
    """A verifier that accepted the right login, twice."""
    on = bench(remember=remember)
    assert [on.reason(login(on, certificate=shaped())) for _ in range(2)] == ["OK", "OK"]
    return on


def shaped() -> bytes:
    """A certificate that has a shape: with subjectKeyIdentifier, as real ones."""
    return pki.leaf(more=[pki.subject_key()])


@pytest.fixture(params=list(REMEMBERING.values()), ids=list(REMEMBERING))
def warm(request: pytest.FixtureRequest) -> Bench:
    """Warm, with each way of remembering."""
    return accepted(request.param)


@pytest.mark.parametrize("reason", [Reason.REVOKED, Reason.ON_HOLD, Reason.STATUS_STALE, Reason.STATUS_UNAVAILABLE])
def test_status_counts_each_time(warm: Bench, reason: Reason) -> None:
    """Revoked, on hold, or a newer list that is not there: the next attempt is refused; nothing good is remembered."""
    warm.told.answers[0x07123456] = Status(reason)
    assert warm.reason(login(warm, certificate=shaped())) == reason.value


def test_period_counts_each_time(warm: Bench) -> None:
    """Remembered as valid, it is expired one second after its end and not yet valid one second before its beginning."""
    for at, reason in (
        (pki.NOT_AFTER, "OK"),
        (pki.NOT_AFTER + timedelta(seconds=1), "EXPIRED"),
        (pki.NOT_BEFORE, "OK"),
        (pki.NOT_BEFORE - timedelta(seconds=1), "NOT_YET_VALID"),
    ):
        challenge = at.isoformat().encode()
        warm.challenges.issue(challenge, at)
        attempt = login(warm, certificate=shaped(), challenge=challenge, signature=pki.sign("holder", challenge))
        assert warm.reason(attempt, at) == reason


def test_removed_anchor_refuses_at_once(warm: Bench) -> None:
    """What the removed generation issued is nobody's; back again it is worked out again."""
    everything = warm.verifier.trust
    warm.verifier.swap(everything.without_authority(everything.authorities[0].issuer_key))
    assert warm.reason(login(warm, certificate=shaped())) == "UNKNOWN_ISSUER"
    warm.verifier.swap(everything)
    assert warm.reason(login(warm, certificate=shaped())) == "OK"


def test_known_chip_is_neither_read_nor_certified_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the second tap of a chip the record is not read anew and its issuer's signature not verified anew."""
    names = ("parse_birth_record", "parse_card_certificate", "trusted_card_issuer")
    counted = [counting(monkeypatch, chip_module, name) for name in names]
    on = bench()
    assert on.reason(tap(on)) == "OK"
    assert on.reason(tap(on)) == "OK"
    assert [len(each) for each in counted] == [1, 1, 1]


def identities(remember: Remember) -> Identities:
    """The authentication certificates of the test PKI."""
    return Setting(trust(), Policy(), remember).of(CertificateKind.AUTH, Carrier.CARD)


def counting(monkeypatch: pytest.MonkeyPatch, where: object, name: str) -> list[str]:
    """The name, once for each call from now on."""
    calls: list[str] = []
    original = getattr(where, name)

    def count(*arguments: object) -> object:
        calls.append(name)
        return original(*arguments)

    monkeypatch.setattr(where, name, count)
    return calls


def test_known_holder_is_the_same_identity_with_the_same_key() -> None:
    """Octets that were seen lead to what was found out about them, and its key is loaded once."""
    on = identities(Remember())
    one = on.identify(shaped())
    assert on.identify(shaped()) is one
    assert one.key is one.key
    without = identities(Remember(0, 0, 0))
    assert without.identify(shaped()) is not without.identify(shaped())


def test_known_shape_is_not_read_strictly_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two holders of one partition the second is read by the shape of the first."""
    read = counting(monkeypatch, identity_module, "parse_certificate")
    on = identities(Remember(0, 0, 0))
    for serial in (0x07123456, 0x07123457):
        assert on.identify(pki.leaf(serial=serial, more=[pki.subject_key()])).certificate.serial == serial
    assert len(read) == 1


@pytest.mark.parametrize(("remember", "times"), [(None, 1), (Remember(), 1), (Remember(0, 0, 0), 2)])
def test_verifier_remembers_as_much_as_it_is_told(
    monkeypatch: pytest.MonkeyPatch, remember: Remember | None, times: int
) -> None:
    """The usual amount unless it is told another one, also none."""
    read = counting(monkeypatch, identity_module, "parse_certificate")
    on = bench(remember=remember)
    assert [on.reason(login(on)) for _ in range(2)] == ["OK", "OK"]
    assert len(read) == times


def test_verifier_without_a_door_for_challenges_has_its_own() -> None:
    """Where nobody issued a challenge none is ours; nothing is accepted for want of a door."""
    on = Verifier(trust(), Told(), Policy({"library": EVERYTHING}))
    assert on.verify(login(bench()), pki.NOW).reason is Reason.CHALLENGE_MISMATCH


def test_known_issuer_is_not_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where issuers are remembered, one certificate costs one signature."""
    looked = counting(monkeypatch, Issuers, "find")
    for remember, times in ((Remember(0, 10, 0), 1), (Remember(0, 0, 0), 2)):
        on = identities(remember)
        looked.clear()
        assert on.identify(pki.leaf()).issuer is on.identify(pki.leaf()).issuer
        assert len(looked) == times


@pytest.mark.parametrize(
    ("not_before", "not_after", "begins", "ends"),
    [
        (pki.NOT_BEFORE, pki.NOT_AFTER, pki.NOT_BEFORE, pki.NOT_AFTER),
        (datetime(2020, 1, 1, tzinfo=UTC), pki.NOT_AFTER, datetime(2023, 7, 16, tzinfo=UTC), pki.NOT_AFTER),
        (
            pki.NOT_BEFORE,
            datetime(2040, 1, 1, tzinfo=UTC),
            pki.NOT_BEFORE,
            datetime(2033, 7, 15, 14, 59, 59, tzinfo=UTC),
        ),
    ],
    ids=["within-the-issuer's", "older-than-its-issuer", "longer-than-its-issuer"],
)
def test_period_is_that_of_both(not_before: datetime, not_after: datetime, begins: datetime, ends: datetime) -> None:
    """The later beginning and the sooner end of holder and generation."""
    found = identities(Remember()).identify(pki.leaf(not_before=not_before, not_after=not_after))
    assert (found.begins, found.ends) == (begins, ends)


def test_old_generation_is_asked_for_all_octets_too() -> None:
    """What ends in the same sixteen octets is another entry, in the older generation as in the young one."""
    memory: Memory[str] = Memory(1)
    end = bytes(16)
    memory.keep(b"one" + end, "one")
    assert (memory.find(b"one" + end), memory.find(b"two" + end)) == ("one", None)
    memory.keep(b"another" + b"n" * 16, "another")
    assert memory.find(b"two" + end) is None
    assert memory.find(b"one" + end) == "one"


@pytest.mark.parametrize(("size", "kept"), [(15, 0), (16, 1), (LONGEST, 1), (LONGEST + 1, 0)])
def test_shortest_and_longest_that_are_kept(size: int, kept: int) -> None:
    """From the sixteen octets that an entry is found by up to a bound; nothing at all where nothing is wanted."""
    memory: Memory[str] = Memory(1)
    memory.keep(bytes(size), "it")
    assert len(memory) == kept
    nothing: Memory[str] = Memory(0)
    nothing.keep(bytes(size), "it")
    assert len(nothing) == 0


def test_generation_is_full_before_it_is_old() -> None:
    """Three young ones side by side, the fourth among three old ones, the seventh makes the first three unknown."""
    memory: Memory[int] = Memory(3)
    sizes = []
    for number in range(7):
        memory.keep(number.to_bytes(16), number)
        sizes.append(len(memory))
    assert sizes == [1, 2, 3, 4, 5, 6, 4]
    assert memory.find((2).to_bytes(16)) is None
    assert memory.find((3).to_bytes(16)) == 3


def test_removed_card_issuer_refuses_at_once() -> None:
    """The card-verifiable certificate that was remembered is not believed without its anchor."""
    on = bench()
    assert on.reason(tap(on)) == "OK"
    on.verifier.swap(on.verifier.trust.without_card_issuer(pki.KEY_ID_ISSUER))
    assert on.reason(tap(on)) == "CARD_NOT_GENUINE"


def test_same_certificate_with_another_signature_is_refused(warm: Bench) -> None:
    """The body that was remembered, under another key's signature and under the end of the right one."""
    whole = shaped()
    rogue = pki.key("rogue-ca")
    forged = whole[:-256] + pki.sign("rogue-ca", pki.body_of(whole))
    kept_end = whole[:-256] + bytes(240) + whole[-16:]  # found by its last 16 octets, and not confirmed
    assert rogue.key_size == 2048
    for other in (forged, kept_end):
        assert warm.reason(login(warm, certificate=other)) == "BAD_SIGNATURE"


def test_every_flipped_bit_of_a_remembered_certificate_is_refused(warm: Bench) -> None:
    """One bit flipped at each place of the certificate, one at a time: none is accepted as somebody's."""
    whole = shaped()
    identities = warm.verifier._setting.of(CertificateKind.AUTH, Carrier.CARD)
    assert isinstance(identities.identify(whole), Identity)
    for bit in range(0, 8 * len(whole), 3):  # 3 and 8 have no common divisor: every octet, each bit of it in turn
        altered = bytearray(whole)
        altered[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Refusal):
            identities.identify(bytes(altered))


def test_remembered_for_one_purpose_is_not_for_another(warm: Bench) -> None:
    """A login certificate that is remembered signs no document; a remembered signature certificate logs nobody in."""
    assert warm.reason(signing(warm)) == "OK"
    assert warm.reason(signing(warm, certificate=shaped())) == "WRONG_PURPOSE"
    assert warm.reason(login(warm, certificate=pki.leaf("sign"))) == "WRONG_PURPOSE"


def test_shape_of_one_authority_is_not_believed_of_another() -> None:
    """A certificate of a known shape whose issuer's key did not sign it is refused, however alike it is."""
    on = accepted(Remember())
    stranger = pki.leaf(serial=0x07123499, issuer_key="rogue-ca", aki_key="auth-ca", more=[pki.subject_key()])
    assert on.verifier._setting.of(CertificateKind.AUTH, Carrier.CARD)._shapes.read(stranger) is not None
    assert on.reason(login(on, certificate=stranger)) == "BAD_SIGNATURE"


def test_memory_is_bounded_and_finds_exact_octets_only() -> None:
    """At most twice the capacity; the same last 16 octets are no match; what is too short or too long is not kept."""
    memory: Memory[int] = Memory(100)
    entries = [number.to_bytes(4) + b"x" * 40 + number.to_bytes(16) for number in range(1000)]
    for number, entry in enumerate(entries):
        memory.keep(entry, number)
        assert memory.find(entry) == number
        assert memory.find(b"?" + entry[1:]) is None
        assert len(memory) <= 200
    assert memory.find(entries[0]) is None
    for entry in (b"x" * 15, b"x" * (LONGEST + 1)):
        memory.keep(entry, 1)
        assert memory.find(entry) is None
    none: Memory[int] = Memory(0)
    none.keep(entries[0], 1)
    assert (len(none), none.find(entries[0])) == (0, None)


def test_older_generation_that_is_asked_for_stays() -> None:
    """An entry that is still asked for survives any number of generations."""
    memory: Memory[int] = Memory(10)
    kept = b"k" * 32
    memory.keep(kept, 7)
    for number in range(100):
        memory.keep(number.to_bytes(32), number)
        assert memory.find(kept) == 7


def test_memory_survives_threads() -> None:
    """Four threads write and read: the bound holds within one entry a thread, and no wrong value is found."""
    memory: Memory[bytes] = Memory(50)
    wrong: list[bytes] = []

    def work(first: int) -> None:
        for number in range(first, first + 3000):
            octets = number.to_bytes(32)
            memory.keep(octets, octets)
            seen = (octets, (number - 7).to_bytes(32))
            wrong.extend(other for other in seen if memory.find(other) not in {None, other})

    threads = [Thread(target=work, args=(1000 + 10_000 * each,)) for each in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert wrong == []
    assert len(memory) <= 100


def test_challenges_are_bounded_and_what_is_forgotten_is_refused() -> None:
    """Two generations at most; a challenge that was dropped is another session's, spent or not."""
    challenges = IssuedChallenges(capacity=10)
    drawn = [number.to_bytes(32) for number in range(31)]
    for each in drawn:
        challenges.issue(each, pki.NOW)
        assert len(challenges) <= 20
    assert challenges.spend("", drawn[0], pki.NOW) is Reason.CHALLENGE_MISMATCH
    assert challenges.spend("", drawn[-1], pki.NOW) is None
    assert challenges.spend("", drawn[-1], pki.NOW) is Reason.CHALLENGE_REPLAYED
    with pytest.raises(ValueError, match="issued before"):
        challenges.issue(drawn[-1], pki.NOW)


@pytest.mark.parametrize("make", [login, tap, signing], ids=["login", "tap", "signing"])
def test_verdict_is_the_same_with_and_without_memory(make: Callable[[Bench], Tap | Signing]) -> None:
    """Cold, warm and without memory the verdict is one and the same value."""
    verdicts = []
    for remember in REMEMBERING.values():
        on = bench(remember=remember)
        for _ in range(3):
            challenges = IssuedChallenges()
            presented = make(replace(on, challenges=challenges))
            verdicts.append(on.verifier.verify(presented, pki.NOW, Doors(challenges)))
    assert all(one == other for one, other in pairwise(verdicts))
    assert verdicts[0].reason is Reason.OK


def test_trust_is_swapped_under_load() -> None:
    """While a thread verifies, generations come and go: every verdict is right for the one trust or for the other."""
    on = bench()
    both, one = trust(), trust("auth-ca")
    attempts = [login(on, certificate=pki.leaf(issuer_key="auth-ca-2")) for _ in range(300)]
    reasons: set[str] = set()
    done: list[bool] = []

    def verify() -> None:
        reasons.update(on.reason(each) for each in attempts)
        done.append(True)

    thread = Thread(target=verify)
    thread.start()
    while thread.is_alive():
        on.verifier.swap(one)
        on.verifier.swap(both)
    thread.join()
    assert done == [True]
    assert reasons <= {"OK", "UNKNOWN_ISSUER", "BAD_SIGNATURE"}
