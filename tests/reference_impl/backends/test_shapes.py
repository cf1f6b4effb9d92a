"""The interface fits platforms that are nothing like ours: each of the four shapes of docs/backends.md, as a stand-in.

The stand-ins are of these tests; what real ones put on the wire is UNKNOWN.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from reference_impl.audit.checks import Check, open_audit
from reference_impl.backends import wire
from reference_impl.backends.accountable import Accountable
from reference_impl.backends.backend import Ability, Backend, Departure, Errand, Numbered, Unable, refused
from reference_impl.backends.direct import Direct
from reference_impl.backends.opening import PlatformBackEnds
from reference_impl.backends.options import Holders
from reference_impl.backends.roles import RoleName
from reference_impl.backends.rules import Rules
from reference_impl.clock import Clock
from reference_impl.configuration import Configuration
from reference_impl.relying_party import RelyingParty
from reference_impl.status_methods import StatusSources
from reference_impl.store.database import Database
from reference_impl.surface import Surface
from reference_impl.verification import CertificateKind, Policy, Purpose, Reason
from reference_impl.verification.certificate import parse_certificate
from reference_impl.verification.revocation_methods import KnownRevocations
from reference_impl.verification.verdict import Finding, HolderKey, StatusSource, Verdict
from tests.reference_impl import pki
from tests.reference_impl.backends.delegating import rows, why
from tests.reference_impl.conftest import World, configuration
from tests.reference_impl.responder import Responder
from tests.reference_impl.verifying import trust

GOOD = StatusSource("crl", pki.NOW)


@dataclass
class CertificateIn:
    """MyKey Platform type 2: our system verified; a certificate goes in, and when it is valid a PPID comes out."""

    revoked: bool = False
    asked: list[bytes] = field(default_factory=list)

    @property
    def names(self) -> str:
        """Whose names."""
        return "ppid:mkpf"

    def ask(self, ask: wire.Ask, why: Check) -> wire.Said:
        """Whatever the question, the certificate is sent."""
        del why
        if isinstance(ask, wire.StatusOf):
            return wire.Said(Reason.POLICY, finding=Finding("x", "番号では照会できません", "not by name"))
        self.asked.append(ask.certificate)
        if self.revoked:
            return wire.Said(Reason.REVOKED, status=GOOD)
        return wire.Said(Reason.OK, status=GOOD, holder=HolderKey(self.names, "p" * 32))


@dataclass
class SerialIn:
    """地方認証プラットフォーム: a number goes in, a status comes out; one by one, or out of a list taken in bulk."""

    revoked: bool = False
    asked: list[str] = field(default_factory=list)

    @property
    def names(self) -> str:
        """It names nobody."""
        return "none"

    def ask(self, ask: wire.Ask, why: Check) -> wire.Said:
        """By the number in the certificate, or by the number alone."""
        del why
        if isinstance(ask, wire.StatusOf):
            holder = ask.holder
        else:
            holder = HolderKey(trust().authorities[0].issuer_key, f"{parse_certificate(ask.certificate).serial:x}")
        self.asked.append(holder.serial)
        return wire.Said(Reason.REVOKED if self.revoked else Reason.OK, status=GOOD, holder=holder)


@dataclass
class Pages(Unable):
    """MyKey Platform type 1, デジタル認証アプリ: the holder proves themselves on another party's pages."""

    abilities: frozenset[Ability] = frozenset({Ability.REDIRECT})
    sent: list[str] = field(default_factory=list)

    def depart(self, why: Check) -> Departure | Verdict:
        """An authorisation request; state and nonce stay here."""
        self.sent.append(f"{why.service}/{why.purpose}")
        return Departure("https://op.test/authorize?state=s1", {"state": "s1"})

    def arrive(self, parameters: Mapping[str, str], kept: Mapping[str, str], why: Check) -> Verdict:
        """The code was exchanged: `sub` is a PPID; or they declined."""
        del why
        if parameters.get("state") != kept["state"]:
            return refused(Reason.CHALLENGE_MISMATCH, "RFC 6749 §10.12", "この手続きではありません", "another state")
        if "error" in parameters:
            return refused(Reason.POLICY, "RFC 6749 §4.1.2.1", "利用者が取りやめました", "the holder declined")
        return Verdict(Reason.OK, (), StatusSource("ocsp", pki.NOW), None, HolderKey("ppid:op", parameters["code"]))


def world(asks: CertificateIn | SerialIn, holders: Holders, role: RoleName) -> World:
    """A relying party through one of them."""
    database, responder = Database(), Responder()
    back_ends = PlatformBackEnds(asks, holders, Rules(role), lambda: None)
    party = RelyingParty(database, Clock(), StatusSources(responder), back_ends=back_ends)
    made = World(Surface(party, test_surface=True), party, responder, database)
    made.post("configure", configuration())
    made.set_time("2026-11-21T00:20:00Z")
    return made


@pytest.mark.parametrize(
    ("make", "holders", "role"),
    [
        (CertificateIn, Holders.PPID, RoleName.SERVICE_PROVIDER),
        (SerialIn, Holders.SERIAL, RoleName.MUNICIPALITY),
    ],
)
def test_card_in_hand(make: Callable[[], CertificateIn | SerialIn], holders: Holders, role: RoleName) -> None:
    """Enrolment, login and tap; a wrong proof is refused here and not even asked about; revoked is refused."""
    asks = make()
    made = world(asks, holders, role)
    assert [made.attempt(purpose)["reason"] for purpose in ("enrol", "login", "tap")] == ["OK"] * 3
    asked = len(asks.asked)
    assert made.attempt("login", signature=bytes(256))["reason"] == "BAD_SIGNATURE"
    assert len(asks.asked) == asked
    asks.revoked = True
    assert made.attempt("login")["reason"] == "REVOKED"
    assert made.responder.asked == []
    made.close()


def test_number_alone() -> None:
    """現況確認 where the certificate is gone: a platform by number can, one by certificate says that it cannot."""
    authority = trust().authorities[0]
    number = Numbered(HolderKey(authority.issuer_key, "7123456"), CertificateKind.AUTH, pki.NOT_AFTER)
    current = why(Errand.CURRENT_STATUS)
    for asks, holders, reason in (
        (SerialIn(), Holders.SERIAL, "OK"),
        (SerialIn(revoked=True), Holders.SERIAL, "REVOKED"),
        (CertificateIn(), Holders.PPID, "POLICY"),
    ):
        made = world(asks, holders, RoleName.MUNICIPALITY)
        assert made.party._back_end.status(number, current).reason.value == reason
        made.close()


def test_proof_that_is_no_card_presentation() -> None:
    """Away and back: a name, a status and a row of the audit; another's state and a refusal are no proof."""
    audit = open_audit(None, None)
    back_end: Backend = Accountable(Pages(), Rules(RoleName.SERVICE_PROVIDER), audit)
    assert back_end.abilities == {Ability.REDIRECT}
    left = back_end.depart(why(Purpose.LOGIN))
    assert isinstance(left, Departure)
    came = [
        back_end.arrive(parameters, left.kept, why(Purpose.LOGIN))
        for parameters in ({"state": "s1", "code": "c"}, {"state": "s2", "code": "c"}, {"state": "s1", "error": "x"})
    ]
    assert [each.reason for each in came] == ["OK", "CHALLENGE_MISMATCH", "POLICY"]
    assert came[0].holder == HolderKey("ppid:op", "c")
    assert isinstance(back_end.depart(why(Errand.RENEWAL)), Verdict)
    assert [(row.purpose, row.reason) for row in rows(audit)] == [
        ("login", "OK"),
        ("login", "CHALLENGE_MISMATCH"),
        ("login", "POLICY"),
    ]
    audit.close()


def test_ability_that_is_lacking_is_refused_and_nothing_asked() -> None:
    """Every method of a back end without abilities: POLICY, which is never good; and redirects of the direct one."""
    nothing, login, current = Unable(), why(Purpose.LOGIN), why(Errand.CURRENT_STATUS)
    number = Numbered(HolderKey("a", "1"), CertificateKind.AUTH, pki.NOT_AFTER)
    said = [
        nothing.verify(None, login),  # type: ignore[arg-type]
        nothing.identify(b"", login),
        nothing.check(b"", CertificateKind.AUTH, current),
        nothing.status(number, current),
        nothing.former(b"", why(Errand.RENEWAL)),
        nothing.name(b"", why(Errand.ACCOUNT)),
        nothing.depart(login),
        nothing.arrive({}, {}, login),
    ]
    assert nothing.abilities == frozenset()
    sources = StatusSources(Responder())
    direct = Direct(sources, Configuration(trust()), Policy(), bytes, KnownRevocations())
    assert direct.abilities == frozenset(Ability) - {Ability.REDIRECT, Ability.FORMER}
    for verdict in (*said, direct.depart(login), direct.arrive({}, {}, login), direct.former(b"", login)):
        assert isinstance(verdict, Verdict)
        assert verdict.reason is Reason.POLICY
