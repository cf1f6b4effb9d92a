"""What is held true of a holder is what the world's register says, or every ruling is worth nothing."""

from pathlib import Path

import msgspec
import pytest
from cryptography.x509 import load_der_x509_certificate

from harness.contract.client import RelyingPartyClient
from harness.contract.targets import Command, running_target
from harness.contract.vocabulary import Kind, Purpose, StatusSource
from harness.errors import ConfigurationError
from harness.jlis.entries import Entry
from harness.keys import KeyPool
from harness.world import World
from loadtests.calendar import ENROLMENT
from loadtests.casting import cast, facts_of, how_many
from loadtests.holders import Holders
from loadtests.mixes import Mix, find_mix, load_mixes, parse_bad
from loadtests.population import Cast, LoadHolder
from loadtests.signing import KeySigner
from loadtests.stage import Settlement, stage
from loadtests.truth import Deed, permitted, views_at
from loadtests.vocabulary import ENROLLED, Standing
from tests.loadtests.people import MADE_OF
from tests.loadtests.test_run import ALWAYS
from tests.loadtests.test_truth import EXACT

EVERYBODY = parse_bad("revoked=1%,on-hold=1%,expired=1%,not-enrolled=1%,unknown=1%,forged=1%", find_mix("renewal-wave"))
"""A mix with every standing there is."""


def test_facts_are_those_of_the_register(installation: Path, folder: Path) -> None:
    """End of validity, instant and kind of revocation, enrolment: for each standing one that is right for it."""
    keys = KeyPool(installation / "keys")
    with (
        Holders(folder) as holders,
        stage(keys, holders) as made,
        running_target(Command(("perl", str(ALWAYS), "accept"))) as address,
        RelyingPartyClient.at(address) as client,
    ):
        numbers = how_many(1, EVERYBODY, holders.made_of)
        casting, apart = Settlement(made, client, holders, KeySigner(holders), EVERYBODY).settle(numbers)
        now = made.world.clock.now()
        rights = {}
        for standing in Standing:
            holder = _one(standing, casting, apart, holders)
            facts = msgspec.structs.replace(facts_of(standing), not_after=holder.not_after)
            entries = _entries(made.world, standing, holder)
            assert len(entries) == (2 if facts.registered else 0)
            for entry in entries:
                assert (facts.not_after, facts.revoked) == (entry.not_after, entry.revoked)
                assert facts.on_hold == (entry.reason is not None and entry.reason.value == "certificateHold")
            if standing is not Standing.RENEWED:  # enrolled under the certificate before
                assert (client.account(holder.certificate) is not None) == facts.enrolled
            views = views_at(StatusSource.OCSP, now, status_seconds=0)
            purpose = Purpose.RELINK if standing is Standing.RENEWED else Purpose.LOGIN
            rights[standing] = {
                reason.value for _, reason in permitted(facts, Deed.HONEST, now, EXACT, views, purpose=purpose)
            }
    assert rights == {
        Standing.GOOD: {"OK"},
        Standing.JUST_LOST: {"OK"},
        Standing.REVOKED: {"REVOKED"},
        Standing.ON_HOLD: {"ON_HOLD"},
        Standing.EXPIRED: {"EXPIRED"},
        Standing.NOT_ENROLLED: {"NOT_ENROLLED"},
        Standing.UNKNOWN: {"STATUS_UNKNOWN"},
        Standing.NEWCOMER: {"NOT_ENROLLED"},
        Standing.RENEWED: {"OK"},
    }


def _entries(world: World, standing: Standing, holder: LoadHolder) -> list[Entry]:
    """What the register has of the certificates that the holder presents."""
    if standing is Standing.UNKNOWN:
        return []
    shown = (holder.certificate, holder.sign_certificate)
    return [each for each in world.all_certificates(holder.id) if world.certificate(each) in shown]


def _one(
    standing: Standing, casting: list[Cast], apart: dict[Standing, list[LoadHolder]], holders: Holders
) -> LoadHolder:
    if apart.get(standing):
        return apart[standing][0]
    return next(holders.at(each.first) for each in casting if each.standing is standing)


def test_certificate_that_nobody_was_issued_is_the_authoritys(installation: Path, folder: Path) -> None:
    """Its issuer's key signed it, so that a product gets as far as the status; no register has its number."""
    keys = KeyPool(installation / "keys")
    with (
        Holders(folder) as holders,
        stage(keys, holders) as made,
        running_target(Command(("perl", str(ALWAYS), "accept"))) as address,
        RelyingPartyClient.at(address) as client,
    ):
        settlement = Settlement(made, client, holders, KeySigner(holders), EVERYBODY)
        _, apart = settlement.settle({Standing.UNKNOWN: 1, Standing.GOOD: 1})
        certificate = load_der_x509_certificate(apart[Standing.UNKNOWN][0].certificate)
        authority = load_der_x509_certificate(made.world.trust().authorities[Kind.AUTH.value])
        certificate.verify_directly_issued_by(authority)
        assert made.world.holder_of(Kind.AUTH, certificate.serial_number) is None


@pytest.mark.parametrize(("users", "good", "others"), [(1, 1, 1), (20, 20, 2), (1000, 40, 4)])
def test_holders_grow_with_the_users_up_to_a_limit(users: int, good: int, others: int) -> None:
    """Each is enrolled before the load: a thousand users share forty."""
    numbers = how_many(users, find_mix("portal-logins"), MADE_OF)
    assert numbers.pop(Standing.GOOD) == good
    assert set(numbers.values()) == {others}


def test_each_worker_has_one_of_each() -> None:
    """Eight workers, one user: eight of everybody; and as many good ones as are asked for."""
    assert set(how_many(1, EVERYBODY, MADE_OF, workers=8).values()) == {8, 10}
    assert how_many(1, EVERYBODY, MADE_OF, enrolled=500)[Standing.GOOD] == 500


@pytest.mark.parametrize("name", list(load_mixes()))
def test_nobody_stands_in_two_ways(name: str) -> None:
    """Ranges do not overlap, are within the population, and those that end early are of its end."""
    mix: Mix = load_mixes()[name]
    ranges = cast(how_many(50, mix, MADE_OF), MADE_OF, mix)
    places = [place for each in ranges for place in range(each.first, each.first + each.count)]
    assert len(places) == len(set(places))
    assert max(places) < MADE_OF.holders
    for each in ranges:
        assert (each.standing is Standing.EXPIRED) == (each.first >= MADE_OF.holders - MADE_OF.ending)


def test_too_few_holders_are_a_configuration_fault() -> None:
    """Said before anything is enrolled."""
    with pytest.raises(ConfigurationError, match=r"population of 1000 holders: expected .* make a larger one"):
        cast(how_many(20, EVERYBODY, MADE_OF, enrolled=990), MADE_OF, EVERYBODY)


def test_everybody_enrolled_was_good_then() -> None:
    """Whoever enrolled before the load could: what befell them came later."""
    for standing in ENROLLED - {Standing.RENEWED}:
        facts = facts_of(standing)
        assert facts.enrolled
        assert facts.revoked is None or facts.revoked > ENROLMENT
