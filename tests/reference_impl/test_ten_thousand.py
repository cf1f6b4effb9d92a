"""Ten thousand presentations, one bit flipped at a random place in each seventh: none of those accepted, all others.

Twice, cold and warm: the second time everything is remembered. Kinds are mixed; keys are shared, certificates of five
hundred holders, challenges each its own.
"""

import hashlib
import random
from functools import cache

import msgspec

from reference_impl.verification import (
    Authentication,
    ChipMaterial,
    Environment,
    Presentation,
    Reason,
    Signing,
    Tap,
)
from reference_impl.verification.challenges import IssuedChallenges
from reference_impl.verification.doors import Doors
from tests.reference_impl import pki
from tests.reference_impl.verifying import bench

COUNT, SEVENTH, HOLDERS, CHALLENGES = 10_000, 7, 500, 2_000


@cache
def leaf(kind: str, number: int) -> bytes:
    """The certificate of one of the holders; a third of them under the other generation."""
    issuer = "sign-ca" if kind == "sign" else ("auth-ca-2" if number % 3 == 0 else "auth-ca")
    return pki.leaf(kind, serial=0x02000000 + number, issuer_key=issuer, more=[pki.subject_key()])


@cache
def challenge(number: int) -> bytes:
    """Drawn once for several presentations, which are verified behind doors of their own."""
    return hashlib.sha256(b"challenge %d" % (number % CHALLENGES)).digest()


@cache
def signature(key: str, number: int) -> bytes:
    """Over the challenge of this number."""
    return pki.sign(key, challenge(number))


def right(number: int) -> Presentation:
    """The presentation of this number: seven of ten a login, two a tap, one a document."""
    drawn, at = number % CHALLENGES, challenge(number)
    if number % 10 in {3, 6}:
        chip = ChipMaterial(_record(), _card_certificate(), signature("chip", drawn))
        place = Environment.ATTENDED
        return Tap(
            certificate=leaf("auth", number % HOLDERS), service="library", challenge=at, chip=chip, environment=place
        )
    if number % 10 == 9:
        return Signing(
            certificate=leaf("sign", number % HOLDERS),
            service="library",
            challenge=at,
            digest=hashlib.sha256(at).digest(),
            signature=signature("holder", drawn),
        )
    signed = signature("holder", drawn)
    return Authentication(certificate=leaf("auth", number % HOLDERS), service="library", challenge=at, signature=signed)


_record, _card_certificate = cache(pki.birth_record), cache(pki.cvc)


def flipped(presented: Presentation, chance: random.Random) -> Presentation:
    """The same with one bit of one of its octets flipped, each octet as likely as the other."""
    paths = [("", name) for name in presented.__struct_fields__ if isinstance(getattr(presented, name), bytes)]
    chip = None if isinstance(presented, Authentication | Signing) else presented.chip
    if chip is not None:
        paths += [("chip", name) for name in chip.__struct_fields__]
    runs: list[bytes] = [getattr(chip if part else presented, name) for part, name in paths]
    (part, name), run = chance.choices(list(zip(paths, runs, strict=True)), [len(each) for each in runs])[0]
    bit = chance.randrange(8 * len(run))
    altered = bytearray(run)
    altered[bit // 8] ^= 1 << bit % 8
    if chip is None or not part:
        return msgspec.structs.replace(presented, **{name: bytes(altered)})
    return msgspec.structs.replace(presented, chip=msgspec.structs.replace(chip, **{name: bytes(altered)}))


def test_each_flipped_bit_is_refused_and_nothing_else() -> None:
    """10,000 presentations, 1,429 of them with one bit flipped: exactly those are refused, cold and warm."""
    chance = random.Random(6)  # noqa: S311  (repeatable)
    presented = [right(each) if each % SEVENTH else flipped(right(each), chance) for each in range(COUNT)]
    on = bench()
    first: list[Reason] = []
    for _ in ("cold", "warm"):
        reasons = []
        for number, each in enumerate(presented):
            door = IssuedChallenges()
            door.issue(challenge(number), pki.NOW)
            reasons.append(on.verifier.verify(each, pki.NOW, Doors(door)).reason)
        accepted = [number for number, reason in enumerate(reasons) if reason is Reason.OK]
        assert accepted == [number for number in range(COUNT) if number % SEVENTH]
        assert not first or reasons == first
        first = reasons
    refusals = {each for each in first if each is not Reason.OK}
    assert refusals >= {Reason.MALFORMED, Reason.BAD_SIGNATURE, Reason.CARD_NOT_GENUINE, Reason.CHALLENGE_MISMATCH}
