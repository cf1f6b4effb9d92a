"""What a revocation list is worth for one certificate."""

from datetime import timedelta

import msgspec

from harness.contract.vocabulary import Kind
from harness.municipalities import MUNICIPALITIES
from loadtests.targets.ground import Subject
from loadtests.targets.list_truth import ListJudge
from loadtests.truth import Ruling
from loadtests.vocabulary import Standing
from tests.loadtests.targets.conftest import Registered


def list_of(registered: Registered, subject: Subject) -> bytes:
    """The list that a certificate would be in."""
    world = registered.world
    (entry,) = (each for each in world.certificates(subject.id) if each.kind is Kind.AUTH)
    municipality = MUNICIPALITIES[entry.resident.municipality]
    return world.jlis.crl(Kind.AUTH, municipality, world.clock.now(), generation=entry.generation)


def test_our_lists_are_right_about_everybody(registered: Registered) -> None:
    """As of their day: revoked and held are listed with their reason; who was lost today is not yet."""
    judge = ListJudge(registered.known.issuer, registered.known.instant, 0.0)
    told = {}
    for standing in (Standing.GOOD, Standing.JUST_LOST, Standing.REVOKED, Standing.ON_HOLD):
        subject = registered.somebody(standing)
        ruled = judge.rule(subject, list_of(registered, subject))
        assert ruled.ruling is Ruling.RIGHT
        told[standing] = (ruled.actual, ruled.bad)
    assert told == {
        Standing.GOOD: ("not listed", False),
        Standing.JUST_LOST: ("not listed", False),
        Standing.REVOKED: ("listed keyCompromise", True),
        Standing.ON_HOLD: ("listed certificateHold", True),
    }


def test_each_way_of_being_wrong_is_seen(registered: Registered) -> None:
    """Left out, listed without cause, of another authority, changed, of another day, none at all."""
    instant, issuer = registered.known.instant, registered.known.issuer
    good, lost = registered.somebody(Standing.GOOD), registered.somebody(Standing.REVOKED)
    with_lost = list_of(registered, lost)
    left_out = msgspec.structs.replace(good, standing=Standing.REVOKED, revoked=lost.revoked, reason="keyCompromise")
    innocent = msgspec.structs.replace(lost, standing=Standing.GOOD, revoked=None, reason="")
    other = ListJudge(registered.world.trust().authorities[Kind.SIGN.value], instant, 0.0)
    judge = ListJudge(issuer, instant, 0.0)
    changed = with_lost[:-1] + bytes([with_lost[-1] ^ 1])
    wrong = [
        (judge, left_out, list_of(registered, good), "not listed"),
        (judge, innocent, with_lost, "listed keyCompromise"),
        (other, lost, with_lost, "signed by nobody who may"),
        (judge, lost, changed, "signed by nobody who may"),
        (ListJudge(issuer, instant + timedelta(days=30), 0.0), lost, with_lost, "stale since"),
        (ListJudge(issuer, instant - timedelta(days=30), 0.0), lost, with_lost, "as of the future"),
        (judge, lost, b"no list", "no list"),
    ]
    for judging, subject, der, says in wrong:
        ruled = judging.rule(subject, der)
        assert (ruled.ruling, ruled.actual.startswith(says)) == (Ruling.WRONG, True), ruled
