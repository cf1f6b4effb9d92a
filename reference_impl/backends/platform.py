"""The core here, and a platform asked for what must not, or cannot, be found out here: status, and names.

Everything that the pinned anchors prove is proved here, by the same steps in the same order as without a platform; in
step (9), in place of a responder, the platform is sent the whole presentation and verifies all of it itself, for it is
the verifier under the law. So a platform that lies can at most call a revoked certificate good: whose it is, that the
holder signed, and that the chip is genuine does not rest on its word.

Where no serial number may be kept (`roles.py`) the holder's name is the platform's: it is asked as soon as the account
is wanted, which is after the proof of step (7), and its one answer serves step (9) too.
"""

from datetime import datetime
from typing import Protocol

import msgspec

from reference_impl.audit.checks import Check
from reference_impl.backends import wire
from reference_impl.backends.backend import Ability, Errand, Numbered, PastVerdict, Unable, refused
from reference_impl.backends.client import CLAUSE
from reference_impl.backends.direct import name_in
from reference_impl.backends.options import Holders
from reference_impl.backends.past import Past
from reference_impl.backends.rules import Rules
from reference_impl.verification.certificate import Certificate
from reference_impl.verification.challenges import IssuedChallenges
from reference_impl.verification.core import check, decide, identify
from reference_impl.verification.doors import Accounts, Doors, Enrolled
from reference_impl.verification.free_area import decide_application
from reference_impl.verification.genuineness import BirthRecord
from reference_impl.verification.presentation import CardApplication, Presentation, Tap
from reference_impl.verification.purpose import Carrier, CertificateKind, Purpose
from reference_impl.verification.revocation_methods import KnownRevocations, Remembering
from reference_impl.verification.setting import Setting
from reference_impl.verification.status import Revocation, Status
from reference_impl.verification.trust import Authority
from reference_impl.verification.verdict import HolderKey, Reason, Verdict


class Asks(Protocol):
    """A way to a platform: ours is `client.PlatformClient`; of another platform, whoever speaks its language."""

    @property
    def names(self) -> str:
        """What stands in place of the issuer's key in a name that this platform gave."""

    def ask(self, ask: wire.Ask, why: Check) -> wire.Said:
        """What the platform said; it never raises for what a platform did wrong."""


class Delegated(Unable):
    """One configuration, and the platform."""

    def __init__(self, client: Asks, setting: Setting, rules: Rules, holders: Holders, known: KnownRevocations) -> None:
        self._client = client
        self._setting = setting
        self._rules = rules
        self._by_serial = holders is Holders.SERIAL
        self._known = known

    @property
    def abilities(self) -> frozenset[Ability]:
        """Everything but pages of the platform's own."""
        return frozenset(Ability) - {Ability.REDIRECT}

    def verify(self, presentation: Presentation, why: Check, doors: Doors | None = None) -> Verdict:
        """The core's verdict, with the platform's in its step (9)."""
        doors = doors or Doors(IssuedChallenges())
        if isinstance(presentation, CardApplication):
            return decide_application(presentation, why.at, self._setting, doors)
        document = self._rules.document(why.service)
        ask = wire.verify_of(presentation, None if document is None else document.ja)
        asking = _Asking(self._client, ask, why, by_serial=self._by_serial)
        if doors.accounts is not None and not self._by_serial:
            doors = Doors(doors.challenges, _Named(doors.accounts, asking))
        verdict = decide(presentation, why.at, self._setting, self._revocation(asking), doors)
        return self._named(verdict, asking)

    def verify_past(self, presentation: Tap, taken: datetime, why: Check, doors: Doors) -> PastVerdict:
        """The core's verdict as of `taken`, by what the platform says of the certificate now.

        The question is one of 現況確認: nobody stands at the terminal any more. A certificate that has ended since is
        refused by the platform, which knows no instant but its own.
        """
        current = msgspec.structs.replace(why, purpose=Errand.CURRENT_STATUS)
        ask = wire.CheckOne(presentation.certificate, CertificateKind.AUTH)
        asking = _Asking(self._client, ask, current, by_serial=self._by_serial)
        if doors.accounts is not None and not self._by_serial:
            doors = Doors(doors.challenges, _Named(doors.accounts, asking))
        past = Past(self._setting.trust, self._setting.policy, self._revocation(asking), why.at)
        found = past.verify(presentation, taken, doors)
        return msgspec.structs.replace(found, verdict=self._named(found.verdict, asking))

    def identify(self, certificate: bytes, why: Check) -> HolderKey | Verdict:
        """Issuer key and serial by the anchors; or the platform's name for them."""
        purpose = why.purpose if isinstance(why.purpose, Purpose) else Purpose.LOGIN
        known = identify(certificate, purpose, why.at, self._setting)
        if self._by_serial or isinstance(known, Verdict):
            return known
        said = self._client.ask(wire.Identify(certificate), why)
        if said.reason is not Reason.OK:
            return _verdict(said)
        return said.holder if self._is_name(said.holder) and said.holder is not None else _other_name()

    def check(self, certificate: bytes, kind: CertificateKind, why: Check, carrier: Carrier = Carrier.CARD) -> Verdict:
        """The core's verdict on a certificate alone, with the platform's in its step (9)."""
        asking = _Asking(self._client, wire.CheckOne(certificate, kind, carrier), why, by_serial=self._by_serial)
        verdict = check(certificate, self._setting.of(kind, carrier), why.at, self._revocation(asking))
        return self._named(verdict, asking)

    def status(self, numbered: Numbered, why: Check) -> Verdict:
        """The platform's verdict on a name."""
        said = self._client.ask(wire.StatusOf(numbered.holder, numbered.kind, numbered.ends), why)
        if said.reason is Reason.OK and (said.holder != numbered.holder or said.status is None):
            return _other_name()
        return msgspec.structs.replace(_verdict(said), holder=numbered.holder)

    def former(self, certificate: bytes, why: Check) -> tuple[HolderKey, ...] | Verdict:
        """The platform's names for what this certificate succeeded."""
        said = self._client.ask(wire.Before(certificate), why)
        if said.reason is not Reason.OK:
            return _verdict(said)
        if said.former is None or not (self._by_serial or all(self._is_name(each) for each in said.former)):
            return _other_name()
        return said.former

    def name(self, certificate: bytes, why: Check) -> HolderKey | Verdict:
        """Issuer key and serial by the anchors; or the platform's name for them, if it gave one."""
        known = name_in(certificate, self._setting.trust)
        if self._by_serial or isinstance(known, Verdict):
            return known
        said = self._client.ask(wire.NameOf(certificate), why)
        if said.reason is not Reason.OK:
            return _verdict(said)
        return said.holder if self._is_name(said.holder) and said.holder is not None else _other_name()

    def _revocation(self, asking: "_Asking") -> Revocation:
        """Revocations are remembered under serial numbers: only where those may be kept."""
        return Remembering(asking, self._known) if self._by_serial else asking

    def _named(self, verdict: Verdict, asking: "_Asking") -> Verdict:
        return verdict if self._by_serial else msgspec.structs.replace(verdict, holder=asking.name)

    def _is_name(self, holder: HolderKey | None) -> bool:
        return is_name_of(self._client, holder)


class _Asking:
    """The question about one certificate, asked when it is first needed, and once (`status.Revocation`)."""

    def __init__(self, client: Asks, ask: wire.Ask, why: Check, *, by_serial: bool) -> None:
        self._client = client
        self._question = ask
        self._why = why
        self._by_serial = by_serial
        self._said: wire.Said | None = None

    @property
    def said(self) -> wire.Said:
        """The answer."""
        if self._said is None:
            self._said = self._client.ask(self._question, self._why)
        return self._said

    @property
    def name(self) -> HolderKey | None:
        """The platform's name for the holder; None while it was not asked, and where it gave none."""
        if self._said is None or not is_name_of(self._client, self._said.holder):
            return None
        return self._said.holder

    def status(self, certificate: Certificate, issuer: Authority, now: datetime) -> Status:
        """What the platform said; OK only with a source, and about this certificate."""
        del now
        said = self.said
        if said.reason is not Reason.OK:
            return Status(said.reason, said.status, said.finding)
        meant = HolderKey(issuer.issuer_key, f"{certificate.serial:x}")
        is_meant = said.holder == meant if self._by_serial else self.name is not None
        if said.status is None or not is_meant:
            return Status(Reason.STATUS_UNTRUSTED, None, _other_name().finding)
        return Status(Reason.OK, said.status)


class _Named:
    """Accounts under the platform's names: what the certificate says is forgotten at this door."""

    def __init__(self, inner: Accounts, asking: _Asking) -> None:
        self._inner = inner
        self._asking = asking

    def find(self, holder: HolderKey) -> Enrolled | None:
        """The account of the platform's name; none where it gave none: step (9) will say why."""
        del holder
        name = self._asked()
        return None if name is None else self._inner.find(name)

    def is_expected(self, session: str, holder: HolderKey) -> bool:
        """Whether the session was begun for this name, or for nobody in particular."""
        del holder
        name = self._asked()
        return name is not None and self._inner.is_expected(session, name)

    def settle(self, holder: HolderKey, presented: Presentation, record: BirthRecord | None) -> Reason | None:
        """Writes it down under the name."""
        del holder
        name = self._asked()
        return Reason.STATUS_UNTRUSTED if name is None else self._inner.settle(name, presented, record)

    def _asked(self) -> HolderKey | None:
        _ = self._asking.said
        return self._asking.name


def is_name_of(client: Asks, holder: HolderKey | None) -> bool:
    """Whether the platform named somebody, and by a name of its own."""
    return holder is not None and holder.issuer_key == client.names and bool(holder.serial)


def _verdict(said: wire.Said) -> Verdict:
    return Verdict(said.reason, said.steps, said.status, said.finding, said.holder)


def _other_name() -> Verdict:
    en = "expected a source and the name of this holder, found something else"
    return refused(Reason.STATUS_UNTRUSTED, CLAUSE, "プラットフォームの回答を信頼できません", en)
